"""Which notebooks are meant: files, folders, patterns and archives."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from lakebook.databricks import archive, formats, languages, source


class NoNotebooks(Exception):
    """Nothing is there to test; one clear sentence."""


def collect(wanted: Sequence[str], part: str = "") -> list[Path]:
    """The notebooks that are meant, each once, in the order of what names them.

    Args:
        wanted: notebooks, folders and patterns.
        part: what their paths must have in them.

    Raises:
        NoNotebooks: one of those names no notebook, or none is left.
    """
    found: dict[Path, None] = {}
    for text in wanted:
        named = list(_named(text))
        if not named:
            raise NoNotebooks(f"{text} names no notebook: expected a folder or {', '.join(formats.SUFFIXES)}.")
        found.update(dict.fromkeys(named))
    chosen = [path for path in found if part in str(path)]
    if not chosen:
        raise NoNotebooks(f"None of the {len(found)} notebooks has {part!r} in its path.")
    return chosen


def _named(text: str) -> Iterator[Path]:
    path = Path(text)
    if path.is_dir():
        yield from _inside(path)
    elif formats.file_of(path).is_file():
        yield from _of_file(path)
    else:
        matches = (Path(match) for match in sorted(glob.glob(text, recursive=True)))  # noqa: PTH207  Path.glob refuses absolute patterns
        yield from _all(match for match in matches if match.is_file() and _is_notebook(match))


def _inside(folder: Path) -> Iterator[Path]:
    """All notebooks below a folder; what is hidden, such as copies that Jupyter keeps, is left out."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        paths = (Path(place, name) for name in sorted(files) if not name.startswith("."))
        yield from _all(path for path in paths if _is_notebook(path))


def _is_notebook(file: Path) -> bool:
    """Whether a file says of itself that it is one: a script is one only when it is named alone."""
    if file.suffix.lower() in (formats.JUPYTER, formats.ARCHIVE):
        return True
    language = languages.of_suffix(file.suffix)
    try:
        return language is not None and source.is_marked(formats.text(file), language)
    except formats.FormatError:
        return False


def _all(files: Iterable[Path]) -> Iterator[Path]:
    for file in files:
        yield from _of_file(file)


def _of_file(path: Path) -> Iterator[Path]:
    """A notebook; of an archive of which none is named, all."""
    suffix = formats.file_of(path).suffix.lower()
    if suffix not in formats.SUFFIXES:
        return
    if suffix != formats.ARCHIVE or not path.is_file():
        yield path
        return
    try:
        with archive.opened(path) as opened:
            yield from (Path(f"{path}:{name}") for name in opened.names)
    except formats.FormatError:
        yield path  # which fails as a test, and says why
