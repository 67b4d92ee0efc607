"""Every version of a Delta table, read without Spark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow
from deltalake import DeltaTable, QueryBuilder
from deltalake.exceptions import DeltaError

Row = dict[str, Any]


class Broken(Exception):
    """A table is not whole; the message says why."""


def numbers(place: Path) -> list[int]:
    """The numbers of the versions that its log has."""
    return sorted(int(file.stem) for file in (place / "_delta_log").glob("*.json") if file.stem.isdecimal())


def read(place: Path) -> Iterator[tuple[int, list[Row]]]:
    """Each version's number and rows, the oldest first; of a table from which nothing was cleaned away.

    Raises:
        Broken: a version or a file of one is missing, or cannot be read.
    """
    found = numbers(place)
    if found != list(range(len(found))) or not found:
        raise Broken(f"has the versions {found}")
    for number in found:
        yield number, _rows(place, number)


def newest(place: Path) -> list[Row]:
    """The rows as of its newest version. Raises ``Broken``."""
    return _rows(place, None)


def _rows(place: Path, number: int | None) -> list[Row]:
    where = "" if number is None else f" as of its version {number}"
    try:
        delta = DeltaTable(place, version=number)
        if missing := [file.name for file in _files(delta) if not file.exists()]:
            raise Broken(f"lacks files{where}: {', '.join(missing)}")
        # not by pyarrow, which would show rows that a deletion vector deletes
        rows = pyarrow.table(QueryBuilder().register("t", delta).execute("SELECT * FROM t").read_all())
    except DeltaError as problem:
        raise Broken(f"cannot be read{where}: {problem}") from None
    return rows.to_pylist()  # type: ignore[no-any-return]


def _files(delta: DeltaTable) -> list[Path]:
    return [Path(unquote(urlsplit(uri).path) if uri.startswith("file:") else uri) for uri in delta.file_uris()]
