"""What a kernel has of Databricks: ``dbutils`` for every language, and Databricks' paths in Python."""

from __future__ import annotations

import builtins
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from IPython.core import interactiveshell

from lakebook.config import ConfigError
from lakebook.databricks.calls import ARGUMENTS, SHOWN_ARGUMENTS
from lakebook.mapped import MappedFiles
from lakebook_kernel.databricks.calling import Caller
from lakebook_kernel.databricks.dbutils import DBUtils, PysparkModule
from lakebook_kernel.databricks.functions import Functions
from lakebook_kernel.databricks.sdk_runtime import SdkRuntime
from lakebook_kernel.driver import SESSION_NAMES

if TYPE_CHECKING:
    from lakebook.config import Workspace
    from lakebook.paths import Paths
    from lakebook_kernel.databricks.data import Data
    from lakebook_kernel.databricks.fs import FileSystem
    from lakebook_kernel.databricks.jobs import Jobs
    from lakebook_kernel.databricks.library import Credentials, Library
    from lakebook_kernel.databricks.notebook import NotebookUtility
    from lakebook_kernel.databricks.secrets import Secrets
    from lakebook_kernel.databricks.trees import Trees
    from lakebook_kernel.databricks.widgets import Widgets
    from lakebook_kernel.kernel import LakebookKernel


class Databricks:
    """Made with the kernel; its parts are imported when a cell uses them."""

    def __init__(self, kernel: LakebookKernel) -> None:
        self._kernel = kernel
        self.dbutils = DBUtils(self)
        #: runs other notebooks
        self.caller = Caller(kernel.waiting, lambda: kernel.workspace().make_state())

    def install(self, workspace: Callable[[], Workspace]) -> None:
        """Let every cell and module of Python see ``dbutils``, but not list it among the user's names."""
        vars(builtins)["dbutils"] = self.dbutils
        shell = self._kernel.ipython
        shell.user_ns["dbutils"] = shell.user_ns_hidden["dbutils"] = self.dbutils
        Functions(self._kernel.spark, self.dbutils).install()
        PysparkModule(self.dbutils).install()
        SdkRuntime(SESSION_NAMES, self._kernel.driver.of_session).install()
        MappedFiles(self._local).install()
        vars(interactiveshell)["io_open"] = open  # what a cell's own `open` calls
        vars(shell.user_ns["open"])["__wrapped__"] = open  # pickled with it, and Python's own is not found by name now
        with suppress(ConfigError):  # said where the workspace is used
            root = str(workspace().root)
            if root not in sys.path:  # as Databricks has a repository's: after what is beside the notebook
                sys.path.append(root)

    @cached_property
    def widgets(self) -> Widgets:
        """The notebook's widgets."""
        from lakebook_kernel.databricks.controls import Controls
        from lakebook_kernel.databricks.widgets import Widgets

        given = os.environ.get(ARGUMENTS)
        if given is not None:  # nobody looks at it while it runs
            widgets = Widgets(lambda widget: None, lambda names: None)
            widgets.arguments.update(json.loads(given))
            return widgets
        controls = Controls(lambda: self.widgets)
        widgets = Widgets(controls.show, controls.hide)
        widgets.arguments.update(json.loads(os.environ.get(SHOWN_ARGUMENTS, "{}")))
        return widgets

    @cached_property
    def fs(self) -> FileSystem:
        """Files by Databricks' paths."""
        from lakebook_kernel.databricks.fs import FileSystem

        return FileSystem(self.paths)

    @cached_property
    def notebook(self) -> NotebookUtility:
        """What ends this notebook, and runs another one."""
        from lakebook_kernel.databricks.notebook import NotebookUtility

        return NotebookUtility(self.folder, self.file, self._kernel.workspace, self.caller)

    def folder(self) -> Path:
        """Where relative paths to notebooks begin: in the folder of the one that ``%run`` is running, if it is."""
        return self._kernel.runs.folder if self._kernel.included else self._kernel.folder

    @cached_property
    def secrets(self) -> Secrets:
        """Passwords and the like, which no message of the kernel's shows."""
        from lakebook_kernel.databricks.redaction import Redaction
        from lakebook_kernel.databricks.secrets import Secrets

        assert self._kernel.session is not None
        return Secrets(lambda: self._kernel.workspace().state, Redaction(self._kernel.session).hide)

    @cached_property
    def jobs(self) -> Jobs:
        """Values that the tasks of a job hand on."""
        from lakebook_kernel.databricks.jobs import Jobs

        return Jobs()

    @cached_property
    def library(self) -> Library:
        """Libraries of Python."""
        from lakebook_kernel.databricks.library import Library

        return Library(self._forget_names, lambda: self._kernel.workspace().root, self._kernel.say)

    @cached_property
    def credentials(self) -> Credentials:
        """Roles of a cloud, which there are none of here."""
        from lakebook_kernel.databricks.library import Credentials

        return Credentials()

    @cached_property
    def data(self) -> Data:
        """What is in a frame."""
        from lakebook_kernel.databricks.data import Data

        return Data()

    @cached_property
    def trees(self) -> Trees:
        """What shows Databricks' trees to the programs that cells start."""
        from lakebook_kernel.databricks.trees import Trees

        return Trees(self.paths, self._kernel.say)

    def paths(self) -> Paths:
        """Where Databricks' paths are, by the settings of now. Raises ``ConfigError``."""
        from lakebook.paths import Paths

        paths = Paths(self._kernel.workspace())
        paths.make()
        return paths

    def file(self) -> Path | None:
        """The notebook's file, as far as its front end says it."""
        names = self._kernel.names
        said = names.get("__vsc_ipynb_file__") or names.get("__session__") or os.environ.get("JPY_SESSION_NAME")
        path = self._kernel.folder / str(said)
        return path.resolve() if said and path.suffix else None

    def call(self, name: str, arguments: list[Any]) -> Any:
        """As ``calls.call``."""
        from lakebook_kernel.databricks.calls import call

        return call(self.dbutils, name, arguments)

    def _forget_names(self) -> None:
        shell = self._kernel.ipython
        self._kernel.packages.import_anew()
        shell.reset(new_session=False)  # type: ignore[no-untyped-call]
        shell.user_ns["dbutils"] = shell.user_ns_hidden["dbutils"] = self.dbutils

    def _local(self, path: str) -> Path | None:
        return self.paths().local(path)
