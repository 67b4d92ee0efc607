"""Tables as files: every row of a query, written by the kernel, fetched by the browser from Jupyter's server."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakebook.downloads import offered, place
from lakebook_kernel.display.frames import part_of, rows_of
from lakebook_kernel.languages.frames import kind_of
from lakebook_kernel.paging.questions import Format, Query
from lakebook_kernel.paging.source import Source, SourceError

if TYPE_CHECKING:
    import numpy as np

#: rows that are written at a time
_ROWS = 50_000


class Exports:
    """The files that this kernel has made; they go with it, or when they have been fetched."""

    def __init__(self) -> None:
        self._made: list[Path] = []

    def make(self, source: Source, query: Query, form: Format) -> dict[str, Any]:
        """Write a file, and say under which address of the server it is."""
        folder = place()
        file = folder / f"table.{form}"
        try:
            source.export(query, form, file)
        except OSError as problem:
            shutil.rmtree(folder, ignore_errors=True)
            raise SourceError(f"The file could not be written: {problem.strerror or problem}.") from None
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._made.append(folder)
        return {"path": offered(file), "bytes": file.stat().st_size}

    def close(self) -> None:
        """Remove what nobody has fetched."""
        for folder in self._made:
            shutil.rmtree(folder, ignore_errors=True)


def write(frame: Any, found: np.ndarray[Any, Any] | None, form: Format, file: Path) -> None:
    """Write rows of a frame in memory: these in this order, or all."""
    if form == "csv":
        write_csv(part_of(frame, slice(0, 0)).columns, _texts(frame, found), file)
    else:
        _write_parquet(frame if found is None else _taken(frame, found), file)


def write_csv(columns: Any, rows: Any, file: Path) -> None:
    """Write texts: null is empty, and an empty text is in quotes."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines, lineterminator="\n").writerow([column.name for column in columns])
        for row in rows:
            lines.write(",".join(map(_csv_cell, row)) + "\n")


def _csv_cell(value: str | None) -> str:
    if value is None:
        return ""
    if value == "" or any(character in value for character in ',"\r\n') or value != value.strip():
        return '"' + value.replace('"', '""') + '"'
    return value


def _texts(frame: Any, found: np.ndarray[Any, Any] | None) -> Iterator[Any]:
    total = rows_of(frame) if found is None else len(found)
    for start in range(0, total, _ROWS):
        part = slice(start, min(start + _ROWS, total))
        yield from part_of(frame, part if found is None else found[part]).rows


def _taken(frame: Any, found: np.ndarray[Any, Any]) -> Any:
    kind = kind_of(frame)
    if kind is not None and kind.library == "pandas":
        return frame.iloc[found]
    return frame[found] if kind is not None and kind.library == "polars" else frame.take(found)


def _write_parquet(frame: Any, file: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    kind = kind_of(frame)
    try:
        if kind is not None and kind.library == "pandas":
            table = pa.Table.from_pandas(frame)
        elif kind is not None and kind.library == "polars":
            table = frame.to_arrow()
        else:
            table = pa.Table.from_batches([frame]) if isinstance(frame, pa.RecordBatch) else frame
        parquet.write_table(table, file)
    except (pa.ArrowException, ValueError, TypeError) as problem:
        first = (str(problem).splitlines() or [""])[0]
        raise SourceError(f"Parquet has no type for a column: {first}; CSV can be had.") from None
