"""Where things go in the folder of a reproduction: the repository, the workspace in it or around it, the notebook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from lakebook.databricks.languages import of_suffix

_HERE = PurePosixPath()
_JUPYTER = ".ipynb"
#: of a notebook without a file, such as a console's
_NAMELESS = "notebook.ipynb"


@dataclass(frozen=True)
class Layout:
    """Places relative to the folder; the same as they were to each other."""

    #: the clone of the repository
    repository: PurePosixPath
    #: the workspace
    root: PurePosixPath
    notebook: PurePosixPath


def layout(root: Path, notebook: str, git_folder: str) -> Layout:
    """The places of a run's repository, workspace and notebook.

    Args:
        root: the workspace's folder.
        notebook: as the run names it: from the workspace on, or its whole path.
        git_folder: the repository's folder when the run was made; empty outside a repository.
    """
    named = _file(PurePosixPath(notebook))
    git = PurePosixPath(git_folder) if git_folder else None
    workspace = PurePosixPath(root.as_posix())
    if named.is_absolute():
        within = named.relative_to(git) if git is not None and named.is_relative_to(git) else PurePosixPath(named.name)
        return Layout(_HERE, _HERE, within)
    if git is not None and workspace.is_relative_to(git):
        inner = workspace.relative_to(git)
        return Layout(_HERE, inner, inner / named)
    if git is not None and git.is_relative_to(workspace):
        return Layout(git.relative_to(workspace), _HERE, named)
    return Layout(_HERE, _HERE, named)  # the run was made elsewhere: there, the repository was the workspace


def _file(notebook: PurePosixPath) -> PurePosixPath:
    if notebook.suffix == _JUPYTER:
        return notebook
    # cells as they ran are Jupyter's notebook; it stands beside the source file
    return notebook.with_name(f"{notebook.name}{_JUPYTER}") if of_suffix(notebook.suffix) else notebook / _NAMELESS


def relative_to_workspace(location: str, root: Path) -> Path | None:
    """Where in the workspace a table is that is known by its location; None when it is elsewhere."""
    path = Path(location.removeprefix("file:"))
    return path.relative_to(root) if path.is_absolute() and path.is_relative_to(root) else None
