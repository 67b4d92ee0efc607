"""``lakebook check``: what notebooks use that is not supported, without running them."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.cli import WRONG_USE
from lakebook.config import Workspace, find_workspace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nbformat import NotebookNode

FOUND = 1


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``check`` to the commands of ``lakebook``."""
    check = commands.add_parser("check", help="list what a notebook uses that is not supported, without running it")
    check.add_argument(
        "notebooks",
        nargs="+",
        type=Path,
        metavar="NOTEBOOK",
        help=".ipynb, .py, .sql, .r, .scala; .dbc for all in it, or FILE.dbc:folder/name",
    )
    check.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """List it. Returns 0 when nothing was found, ``FOUND`` when something was, 2 when a file cannot be read."""
    from lakebook.databricks.formats import FormatError

    codes = set()
    for path in options.notebooks:
        try:
            codes |= {_report(notebook, one) for one, notebook in _notebooks(path)}
        except FormatError as problem:
            print(f"lakebook: {problem}", file=sys.stderr)
            codes.add(WRONG_USE)
    return max(codes)


def _report(notebook: NotebookNode, path: Path) -> int:
    from lakebook.databricks.check.notebook import findings

    found = findings(notebook, path, _workspace(path))
    for finding in found:
        print(f"{path}: {finding}")
    if not found:
        print(f"{path}: nothing found")
    return FOUND if found else 0


def _workspace(path: Path) -> Workspace:
    from lakebook.databricks.formats import file_of

    return find_workspace(file_of(path).resolve().parent)


def _notebooks(path: Path) -> Iterator[tuple[Path, NotebookNode]]:
    """The notebook of a file; of an archive of which none is named, all of them."""
    from lakebook.databricks import archive, formats

    if path.suffix.lower() == formats.ARCHIVE and path.is_file():
        with archive.opened(path) as opened:
            yield from [(Path(f"{path}:{name}"), opened.read(name)) for name in opened.names]
    else:
        yield path, formats.read(path)
