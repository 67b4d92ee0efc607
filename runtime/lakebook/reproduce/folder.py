"""The folder of a reproduction: a workspace of its own, as the run's was when it was made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.config import FILE, Workspace, find_workspace
from lakebook.reproduce import copies, repository
from lakebook.reproduce.cell import TAG, pinning_cell
from lakebook.reproduce.errors import ReproduceError
from lakebook.reproduce.layout import layout
from lakebook.reproduce.pins import Pin
from lakebook.reproduce.recorded import Recorded
from lakebook.reproduce.settings import settings_file

if TYPE_CHECKING:
    from nbformat import NotebookNode

_REQUIREMENTS = "requirements.txt"
_R_PACKAGES = "r-packages.txt"


@dataclass
class Made:
    """A folder that was made."""

    #: the workspace in it
    root: Path
    notebook: Path
    #: what is in it, and what is not: a sentence each
    notes: list[str] = field(default_factory=list)


def make(folder: Path, recorded: Recorded, workspace: Workspace, pins: Sequence[Pin]) -> Made:
    """Make the folder. When that fails nothing is left of it.

    Args:
        folder: where; it must be empty or not there.
        workspace: the one in whose store the run is.

    Raises:
        ReproduceError: there is something in the folder, or the run's commit cannot be had.
    """
    with _made_or_not(folder):
        places = layout(workspace.root, recorded.run.notebook, recorded.git_folder)
        notes = _check_out(recorded, folder / places.repository)
        made = Made(folder / places.root, folder / places.notebook, notes)
        made.root.mkdir(parents=True, exist_ok=True)
        made.notebook.parent.mkdir(parents=True, exist_ok=True)
        settings = made.root / FILE
        settings.touch(mode=0o600)  # an object store's keys may be among them
        settings.write_text(settings_file(workspace))
        _copy_tables(pins, made)
        _write_packages(recorded, made)
        _write_notebook(recorded, pins, made)
        return made


@contextmanager
def _made_or_not(folder: Path) -> Iterator[None]:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ReproduceError(f"{folder} is there already: name an empty folder by --folder, or remove it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _check_out(recorded: Recorded, folder: Path) -> list[str]:
    commit = recorded.run.commit
    if not commit:
        return ["The run was made outside a git repository: files that were beside the notebook are not there."]
    source = repository.source_of(commit, recorded.git_folder, recorded.remote)
    repository.check_out(source, commit, folder)
    if recorded.patch is None:
        return [f"Commit {commit} from {source}."]
    repository.apply(recorded.patch, folder)
    return [f"Commit {commit} from {source}, with what had been changed; files that git did not know are not there."]


def _copy_tables(pins: Sequence[Pin], made: Made) -> None:
    find_workspace(made.root).make_state()  # its owner's alone, before anything is in it
    for pin in pins:
        if copies.is_local(pin.table):
            copies.copy(pin.table, pin.also, made.root / pin.place)


def _write_packages(recorded: Recorded, made: Made) -> None:
    """Beside the notebook's workspace; a file of the repository's is left as it is."""
    for name, text in ((_REQUIREMENTS, recorded.python_packages), (_R_PACKAGES, recorded.r_packages)):
        if text:
            file = made.root / name
            if file.exists():
                file = file.with_stem(f"{file.stem}-of-the-run")
            file.write_text(text)
            made.notes.append(f"The run's packages are in {file.name}.")


def _write_notebook(recorded: Recorded, pins: Sequence[Pin], made: Made) -> None:
    import nbformat

    notebook: NotebookNode = recorded.notebook
    source = pinning_cell(pins, recorded.run.run_id, made.root.resolve())
    if source:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(source, id=TAG, metadata={"tags": [TAG]}))
    nbformat.write(notebook, made.notebook)
