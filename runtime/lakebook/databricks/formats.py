"""The one place that knows which file is what: any notebook file as Jupyter's notebook, and back."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lakebook import atomic
from lakebook.databricks import archive, languages, source
from lakebook.databricks.errors import FormatError
from lakebook.databricks.languages import LANGUAGES, NOTEBOOK_KEY

__all__ = ["ARCHIVE", "JUPYTER", "SUFFIXES", "FormatError", "content", "file_of", "not_kept", "read", "text", "write"]

JUPYTER = ".ipynb"
ARCHIVE = ".dbc"
#: the suffixes of all files that are notebooks
SUFFIXES = (JUPYTER, *(language.suffix for language in LANGUAGES), ARCHIVE)
_INSIDE = re.compile(rf"(.*\{ARCHIVE}):(.+)", re.IGNORECASE | re.DOTALL)


def read(path: Path) -> NotebookNode:
    """The notebook of a file, of any format, in version 4 of Jupyter's.

    A notebook of an archive is ``FILE.dbc:folder/name``; the name may be left out when there is one alone.

    Raises:
        FormatError: the file is not there, or is no notebook.
    """
    file, inside = _parts(path)
    if file.suffix.lower() == ARCHIVE:
        with archive.opened(file) as opened:
            return opened.read(opened.find(inside))
    language = languages.of_suffix(file.suffix)
    return source.reads(text(file), language) if language else _jupyter(file)


def write(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in the format of the file's name, so that the file is always whole.

    Raises:
        FormatError: the name says no format, or the format cannot hold the notebook.
    """
    whole = content(notebook, path)
    try:
        atomic.write_bytes(path, whole)
    except OSError as problem:
        raise FormatError(f"{path} cannot be written: {problem.strerror}.") from None


def content(notebook: NotebookNode, path: Path) -> bytes:
    """What a file of this name holds of a notebook. Raises ``FormatError`` when the format cannot hold it."""
    try:
        return _content(notebook, path)
    except UnicodeEncodeError:
        raise FormatError(f"{path} cannot be written: the notebook has half a character, which UTF-8 cannot.") from None


def text(file: Path) -> str:
    """The text of a source file. Raises ``FormatError`` when it is none."""
    try:
        return file.read_bytes().decode("utf-8")
    except OSError as problem:
        raise FormatError(f"{file} cannot be read: {problem.strerror}.") from None
    except UnicodeDecodeError:
        raise FormatError(f"{file} is not text in UTF-8; save it as that first.") from None


def file_of(path: Path) -> Path:
    """The file that a notebook's path names: of ``FILE.dbc:folder/name`` the archive."""
    return _parts(path)[0]


def not_kept(notebook: NotebookNode, path: Path) -> list[str]:
    """What of a notebook a file of this name has no place for, each with how many cells have it."""
    if path.suffix.lower() == JUPYTER:
        return []
    found = {
        "outputs": sum(bool(cell.get("outputs")) for cell in notebook.cells),
        "attachments": sum(bool(cell.get("attachments")) for cell in notebook.cells),
        "tags": sum(bool(cell.metadata.get("tags")) for cell in notebook.cells),
    }
    return [f"the {what} of {cells} cell{'s' if cells > 1 else ''}" for what, cells in found.items() if cells]


def _parts(path: Path) -> tuple[Path, str | None]:
    inside = _INSIDE.fullmatch(str(path))
    return (Path(inside[1]), inside[2]) if inside and not path.exists() else (path, None)


def _jupyter(file: Path) -> NotebookNode:
    try:
        notebook: NotebookNode = nbformat.read(file, as_version=4)
    except OSError as problem:
        raise FormatError(f"{file} cannot be read: {problem.strerror}.") from None
    except (nbformat.reader.NotJSONError, nbformat.ValidationError, UnicodeDecodeError, AttributeError, KeyError):
        if file.suffix.lower() == JUPYTER:
            raise FormatError(f"{file} is not a Jupyter notebook.") from None
        raise FormatError(f"{file} is no notebook: expected {', '.join(SUFFIXES)}.") from None
    return _with_our_kernel(notebook)


def _with_our_kernel(notebook: NotebookNode) -> NotebookNode:
    """Databricks writes no kernel into a notebook, only its language; an editor may have added one that lacks Spark."""
    language = languages.of_notebook(notebook) if NOTEBOOK_KEY in notebook.metadata else None
    if language:
        notebook.metadata["kernelspec"] = languages.kernelspec(language)
    return notebook


def _content(notebook: NotebookNode, path: Path) -> bytes:
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise FormatError(f"{path} is no name for a notebook: expected {', '.join(SUFFIXES)}.")
    if suffix == JUPYTER:
        return f"{nbformat.writes(notebook)}\n".encode()
    own = languages.of_notebook(notebook)
    if own is None:
        raise FormatError(f"{path} cannot hold this notebook: its language is none of Python, SQL, R and Scala.")
    language = languages.of_suffix(suffix)
    return source.writes(notebook, language).encode() if language else archive.packed(notebook, own, path.stem)
