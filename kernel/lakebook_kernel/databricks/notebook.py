"""``dbutils.notebook``: end this notebook, run another one, ask where this one is."""

from __future__ import annotations

import getpass
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lakebook.config import Workspace
from lakebook_kernel import task
from lakebook_kernel.databricks.calling import Caller
from lakebook_kernel.databricks.context import Context, EntryPoint
from lakebook_kernel.databricks.errors import NotebookExit, NotebookRunError
from lakebook_kernel.databricks.utility import Utility


class NotebookUtility(Utility):
    """End this notebook, run another one, ask where this one is.

    Args:
        folder: where relative paths begin now.
        file: the notebook's own, if it is known.
        workspace: of the notebook.
        caller: runs other notebooks.
    """

    def __init__(
        self,
        folder: Callable[[], Path],
        file: Callable[[], Path | None],
        workspace: Callable[[], Workspace],
        caller: Caller,
    ) -> None:
        self._folder = folder
        self._file = file
        self._workspace = workspace
        self._caller = caller

    def exit(self, value: Any = "") -> None:
        """End the notebook here, and well; who runs it gets the value, as a text."""
        raise NotebookExit(str(value))

    def run(self, path: str, timeout_seconds: float = 0, arguments: Mapping[str, Any] | None = None) -> str:
        """Run another notebook in a kernel of its own, and wait for its end.

        Args:
            path: relative to this notebook's folder, or from the workspace's root; the suffix may be left out.
            timeout_seconds: after which the run is ended and fails; 0 for none.
            arguments: values for its widgets.

        Returns:
            What it gave to ``dbutils.notebook.exit``; an empty text when it came to its end without.

        Raises:
            NotebookRunError: it failed, or took too long; the message says where.
        """
        from lakebook.databricks.location import NoNotebook, notebook_file

        if not isinstance(arguments or {}, Mapping):
            raise NotebookRunError(f"The arguments of a notebook are to be a dictionary, and this is {arguments!r}.")
        try:
            seconds = float(timeout_seconds)
        except (TypeError, ValueError):
            message = f"timeout_seconds is to be a number of seconds, 0 for none, and this is {timeout_seconds!r}."
            raise NotebookRunError(message) from None
        try:
            notebook = notebook_file(str(path), self._folder(), self._workspace())
        except NoNotebook as problem:
            raise NotebookRunError(str(problem)) from None
        given = {str(name): str(value) for name, value in (arguments or {}).items()}
        return self._caller.run(notebook, path, given, self._file(), seconds)

    def getContext(self) -> Context:  # noqa: N802
        """Where the notebook is, and who runs it."""
        file, root = self._file(), self._workspace().root
        place = file.with_suffix("") if file else self._folder()
        path = f"/{place.relative_to(root).as_posix()}" if place.is_relative_to(root) else place.as_posix()
        shown = "/" if path == "/." else path
        return Context(shown, getpass.getuser(), platform.node(), str(file) if file else None, task.context())

    @property
    def entry_point(self) -> EntryPoint:
        """Leads to the context as notebooks in Python write it."""
        return EntryPoint(self.getContext)
