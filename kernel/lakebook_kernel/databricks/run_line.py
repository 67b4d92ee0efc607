"""The line ``%run ./other $name="value"``: which notebook it means, and what it hands over."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

from lakebook.config import Workspace
from lakebook.databricks import formats
from lakebook.databricks.archive import opened
from lakebook.databricks.languages import of_suffix
from lakebook.databricks.location import NoNotebook, notebook_file
from lakebook.databricks.source import is_marked
from lakebook_kernel.languages.base import CellError

_LINE = re.compile(r"%run(?:\s+(.*))?")
_TEXT = r'"(?:\\.|[^"\\])*"|' + r"'(?:\\.|[^'\\])*'"
_QUOTED = re.compile(rf"({_TEXT})(.*)")
_ARGUMENT = re.compile(rf"\s*\$([^\s=$]+)\s*=\s*({_TEXT}|[^\s\"']\S*)(?=\s|$)")
_COMMENT = re.compile(r"\s+(?:#|--|//)\s.*")
#: a comment of any default language
_COMMENTED = ("#", "--", "//")


@dataclass(frozen=True)
class RunLine:
    """What stands after ``%run``."""

    path: str
    arguments: dict[str, str] = field(default_factory=dict)
    #: the number of the first line of code that shares the cell with it; None when it is alone
    beside: int | None = None


def parse(code: str) -> RunLine:
    """Read a cell whose first line of code is ``%run``. Raises ``CellError``."""
    lines = code.split("\n")
    first = next(number for number, line in enumerate(lines) if line.strip())
    others = [number for number, line in enumerate(lines[first + 1 :], first + 2) if _is_code(line)]
    found = _LINE.match(lines[first])
    rest = (found[1] or "").strip() if found else ""
    if not rest and others:  # the notebook may stand on the next line
        rest = lines[others.pop(0) - 1].strip()
    path, rest = _path(rest)
    arguments: dict[str, str] = {}
    while argument := _ARGUMENT.match(rest):
        arguments[argument[1]] = _unquoted(argument[2])
        rest = rest[argument.end() :]
    if rest.strip() and not _COMMENT.fullmatch(f" {rest.strip()} "):
        raise CellError(
            "BadRun", f'%run {path} does not understand {rest.strip()}: arguments are written $name="value".'
        )
    if not path:
        raise CellError("BadRun", '%run wants the notebook after it, such as %run ./setup $name="value"')
    return RunLine(path, arguments, others[0] if others else None)


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith(_COMMENTED)


def _path(rest: str) -> tuple[str, str]:
    """The path, which may have spaces, and what follows it."""
    quoted = _QUOTED.fullmatch(rest)
    if quoted:
        return _unquoted(quoted[1]), quoted[2]
    end = re.search(r"\s+\$", rest)
    path = rest[: end.start()] if end else rest
    return _COMMENT.sub("", f"{path} ").strip(), rest[len(path) :]


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[0] in "\"'" and len(text) > 1 else text


def find(path: str, here: Path, workspace: Workspace) -> Path:
    """The notebook that a path means, as ``formats.read`` takes it.

    Args:
        path: as written; the suffix may be left out.
        here: the running notebook's folder; in an archive ``FILE.dbc:folder``, or ``FILE.dbc:`` at its top.
        workspace: of the notebook.

    Raises:
        CellError: there is no such notebook.
    """
    archive, inside, folder = str(here).partition(f"{formats.ARCHIVE}:")
    try:
        if inside and not path.startswith("/"):
            return _in_archive(Path(archive + formats.ARCHIVE), posixpath.normpath(posixpath.join(folder, path)))
        if path.lower().endswith(formats.ARCHIVE) and (here / path).is_file():
            return _in_archive(here / path, None)
        return notebook_file(path, here, workspace)
    except (NoNotebook, formats.FormatError) as problem:
        raise CellError("NotebookNotFound", f"%run: {problem}") from None


def _in_archive(file: Path, inside: str | None) -> Path:
    with opened(file) as archive:
        return Path(f"{file.resolve()}:{archive.find(inside)}")


def is_script(file: Path) -> bool:
    """Whether it is Python without the marks of a notebook, such as IPython's ``%run`` runs."""
    language = of_suffix(file.suffix)
    if language is None or language.name != "python" or not file.is_file():
        return False
    return not is_marked(formats.text(file), language)
