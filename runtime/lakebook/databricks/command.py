"""``lakebook convert``: a notebook file of one format as one of another."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lakebook.cli import CommandError

if TYPE_CHECKING:
    from nbformat import NotebookNode

    from lakebook.databricks.archive import Archive


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``convert`` to the commands of ``lakebook``."""
    convert = commands.add_parser("convert", help="turn a notebook file of one format into one of another")
    convert.add_argument(
        "source", type=Path, metavar="SOURCE", help=".ipynb, .py, .sql, .r, .scala, .dbc, or FILE.dbc:folder/name"
    )
    convert.add_argument(
        "target", type=Path, metavar="TARGET", help="a file whose suffix is the format; a folder for all of a .dbc"
    )
    convert.add_argument("--force", action="store_true", help="write over what is there")
    convert.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Convert, and say what was written. Raises ``CommandError`` when it cannot be done."""
    from lakebook.databricks import formats

    source, target = options.source, options.target
    try:
        if _is_folder(target) and source.suffix.lower() == formats.ARCHIVE:
            _unpack(source, target, force=options.force)
        else:
            _convert(source, target, force=options.force)
    except formats.FormatError as problem:
        raise CommandError(problem) from None
    return 0


def _is_folder(target: Path) -> bool:
    return target.is_dir() or not target.suffix


def _convert(source: Path, target: Path, *, force: bool) -> None:
    from lakebook.databricks import formats

    if target.is_dir():
        raise CommandError(f"{target} is a folder: name a file in it, with the suffix of the format.")
    if not target.parent.is_dir():
        raise CommandError(f"{target} cannot be written: there is no folder {target.parent}.")
    _spare([target], force)
    notebook = formats.read(source)
    formats.write(notebook, target)
    _say(notebook, target)


def _unpack(source: Path, folder: Path, *, force: bool) -> None:
    from lakebook.databricks import archive, formats

    with archive.opened(source) as opened:
        notebooks = dict(_unpacked(source, opened, folder))
    _spare(list(notebooks), force)
    for target, notebook in notebooks.items():
        target.parent.mkdir(parents=True, exist_ok=True)
        formats.write(notebook, target)
        _say(notebook, target)


def _unpacked(source: Path, opened: Archive, folder: Path) -> Iterator[tuple[Path, NotebookNode]]:
    """Each notebook, and the source file that it becomes."""
    from lakebook.databricks import languages

    seen: dict[Path, str] = {}
    for name in opened.names:
        inside = PurePosixPath(name)
        if inside.is_absolute() or ".." in inside.parts:
            raise CommandError(f"{source} has a notebook that would be written outside of {folder}: {name}")
        notebook = opened.read(name)
        language = languages.of_notebook(notebook)
        assert language is not None, "an archive is read in languages of ours alone"
        target = folder / inside.with_suffix(language.suffix)
        if target in seen:
            raise CommandError(f"{source} has two notebooks that would both become {target}: {seen[target]} and {name}")
        seen[target] = name
        yield target, notebook


def _spare(targets: list[Path], force: bool) -> None:
    there = [str(target) for target in targets if target.exists()]
    if there and not force:
        raise CommandError(f"{', '.join(there)} would be written over; say --force if that is meant.")


def _say(notebook: NotebookNode, target: Path) -> None:
    from lakebook.databricks.formats import not_kept

    left_out = not_kept(notebook, target)
    print(f"Written to {target}" + (f"; without {' and '.join(left_out)}, which it cannot hold" if left_out else ""))
