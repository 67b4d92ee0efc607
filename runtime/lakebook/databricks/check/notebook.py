"""What a notebook uses that is not here, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path

from nbformat import NotebookNode

from lakebook.config import Workspace
from lakebook.databricks import formats, languages
from lakebook.databricks.check import magics, others
from lakebook.databricks.check.packages import Installed, is_here, package_of, top_level
from lakebook.databricks.check.python import python
from lakebook.databricks.check.unsupported import unsupported
from lakebook.databricks.check.uses import Uses
from lakebook.databricks.location import NoNotebook, notebook_file
from lakebook.databricks.source import mixed
from lakebook.paths import Paths

#: a word, options such as ``-i a,b`` and ``--restart``, and code
_MAGIC = re.compile(
    r"(?P<whole>%%?(?P<word>\w+(?:-\w+)*)(?=\s|$)(?:[ \t]+(?:-[io][ \t]+\S+|--?[A-Za-z][\w-]*)(?=\s|$))*(?P<code>.*))",
    re.DOTALL,
)
_COMMENTS = {"python": "#", "sql": "--", "r": "#", "scala": "//"}
_PROSE = {"md", "md-sandbox", "skip"}
#: magics of a line, which Python's code may follow
_OF_A_LINE = {"pip"}
#: magics of no language: unlike a language's, they are not written in capitals
_OF_NO_LANGUAGE = {"pip", "fs", "run"}
#: magics that begin a cell of another language, or are alone in theirs
_FIRST = {*others.READERS, *_PROSE} - _OF_NO_LANGUAGE - {"sh", "duckdb"}


@dataclass(frozen=True)
class Finding:
    """Something that a cell uses and that is not here."""

    #: of the cell, from 1, prose included
    cell: int
    #: what it is, as it stands there
    what: str
    #: why that is none, or what to do instead
    about: str

    def __str__(self) -> str:
        return f"cell {self.cell}: {self.what}: {self.about}"


@dataclass(frozen=True)
class _Cell:
    number: int
    language: str
    uses: Uses


def findings(notebook: NotebookNode, path: Path, workspace: Workspace) -> list[Finding]:
    """What a notebook uses that is not here, each once for a cell.

    Args:
        notebook: the notebook.
        path: where it was read, which may be in an archive; for what lies beside it.
        workspace: whose settings count.
    """
    cells = list(_cells(notebook))
    found = [*_mixed(notebook), *_from_table(cells, workspace), *_magics(cells), *_notebooks(cells, path, workspace)]
    found += [Finding(cell.number, "not Python", cell.uses.problem) for cell in cells if cell.uses.problem]
    found += _packages(cells, formats.file_of(path).resolve().parent, workspace.root)
    return sorted(dict.fromkeys(found), key=lambda finding: finding.cell)


def _cells(notebook: NotebookNode) -> Iterator[_Cell]:
    default = languages.of_notebook(notebook)
    unread = set(mixed(notebook))
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code" and cell.source.strip() and number not in unread:
            yield _cell(number, cell.source, default.name if default else "")


def _cell(number: int, source: str, default: str) -> _Cell:
    magic = _first_magic(source, default)
    if magic is None:
        reader = python if default == "python" else others.READERS.get(default)
        return _Cell(number, default, reader(source) if reader else Uses())
    word, code = _word(magic["word"]), magic["code"]
    if word in ("python", "py"):
        return _Cell(number, "python", python(code))
    if word == "run":  # whose options are IPython's own
        return _Cell(number, word, others.run(magic["whole"].partition(word)[2]))
    if word in others.READERS and word not in _OF_A_LINE:
        return _Cell(number, word, others.READERS[word](code))
    if word in _PROSE or word in _brought():
        return _Cell(number, word, Uses())
    return _Cell(number, "python", python(magic["whole"]))  # one of IPython's, whatever the default


def _word(written: str) -> str:
    """What a magic is called: that of a language may be written in capitals."""
    plain = written.lower()
    return written if plain in _OF_NO_LANGUAGE else plain


def _first_magic(source: str, default: str) -> re.Match[str] | None:
    """The magic with which a cell begins, after blank lines and comments, and the code below or beside it."""
    comment = _COMMENTS.get(default)
    lines = source.split("\n")
    written = ((number, line.strip()) for number, line in enumerate(lines))
    first = next((at for at, line in written if line and not (comment and line.startswith(comment))), len(lines))
    return _MAGIC.match("\n".join(lines[first:]).lstrip())


def _brought() -> set[str]:
    """Languages that other packages bring."""
    return {point.name.lower() for point in entry_points(group="lakebook.languages")}


def _mixed(notebook: NotebookNode) -> Iterator[Finding]:
    """Magic that would be a comment in a source file."""
    for number in mixed(notebook):
        yield Finding(number, "MAGIC", "the cell goes on without it, and is not run; put a separator between the two.")
    language = languages.of_notebook(notebook)
    mark = re.compile(rf"^{re.escape(language.comment)} MAGIC ?%(\S+)", re.MULTILINE) if language else None
    for number, cell in enumerate(notebook.cells, 1):
        late = mark.search(cell.source) if mark and cell.cell_type == "code" else None
        if late and number not in mixed(notebook):
            yield Finding(
                number, f"%{late[1]}", "it stands below code, and is a comment there; put a separator before it."
            )


def _from_table(cells: list[_Cell], workspace: Workspace) -> Iterator[Finding]:
    jars = any(name.startswith("spark.jars") for name in workspace.spark.conf)
    paths = Paths(workspace)

    def is_there(path: str) -> bool:
        file = paths.local(path)
        return file is not None and file.exists()

    for cell in cells:
        for what, instead in unsupported(cell.uses, cell.language, jars=jars, is_there=is_there):
            yield Finding(cell.number, what, instead)


def _magics(cells: list[_Cell]) -> Iterator[Finding]:
    used = {magic for cell in cells for magic in cell.uses.magics}
    extended = not used.isdisjoint(magics.EXTENDS)
    for cell in cells:
        for magic in cell.uses.magics:
            if magic.lower() in _FIRST and magic not in magics.KNOWN:
                yield Finding(cell.number, f"%{magic}", "it begins a cell; put what follows in a cell of its own.")
            elif magic not in magics.KNOWN and not extended:
                yield Finding(
                    cell.number, f"%{magic}", "there is no such magic, of a language, Databricks' or IPython's."
                )


def _notebooks(cells: list[_Cell], path: Path, workspace: Workspace) -> Iterator[Finding]:
    archive, colon, inside = str(path).rpartition(f"{formats.ARCHIVE}:")
    top = Path(f"{archive}{formats.ARCHIVE}:") if colon and "/" not in inside else path.parent
    for cell in cells:
        for target in cell.uses.notebooks:
            try:
                notebook_file(target, top, workspace)
            except NoNotebook:
                yield Finding(cell.number, target, "there is no such notebook, with or without a suffix such as .py.")


def _packages(cells: list[_Cell], folder: Path, root: Path) -> Iterator[Finding]:
    """Imports of what is not installed, unless the notebook may install it or find it where only running it tells."""
    installed = Installed()
    for cell in cells:
        installed.note(cell.uses.installs)
    added = [path for cell in cells for path in cell.uses.folders]
    if installed.unknown or None in added:
        return
    folders = [folder, root, *(folder / path for path in added if path)]
    for cell in cells:
        listed = tuple(f"{what}." for what, _ in unsupported(cell.uses, cell.language, jars=False))
        for module in dict.fromkeys(map(top_level, cell.uses.modules if cell.language == "python" else [])):
            if not (
                f"import {module}.".startswith(tuple(listed)) or installed.brings(module) or is_here(module, folders)
            ):
                yield Finding(cell.number, f"import {module}", f"not installed; %pip install {package_of(module)}")
