"""The lineage tables as files: appended to by several kernels at once, without a JVM."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lakebook.config import Workspace
from lakebook.lineage.errors import LineageError
from lakebook.lineage.schema import LineageTable

if TYPE_CHECKING:
    from deltalake import DeltaTable

#: commits after which small files are made into one
COMPACT_EVERY = 64
#: how often a commit is tried while others commit
_TRIES = 8
#: seconds to the second try at most; twice as many to each further one
_PAUSE = 0.05


def append(workspace: Workspace, table: LineageTable, rows: list[dict[str, Any]]) -> None:
    """Add rows in one commit; makes the table when there is none. Raises ``LineageError`` when they are not stored."""
    from deltalake import write_deltalake

    def write(delta: DeltaTable, data: Any) -> None:
        if rows:
            write_deltalake(delta, data, mode="append")

    delta = _write(workspace, table, rows, write)
    if rows and delta.version() % COMPACT_EVERY == 0:
        _compact(delta)


def replace(workspace: Workspace, table: LineageTable, rows: list[dict[str, Any]]) -> None:
    """Put rows in the place of those that are there, in one commit. Raises as `append` does."""
    from deltalake import write_deltalake

    delta = _write(workspace, table, rows, lambda at, data: write_deltalake(at, data, mode="overwrite"))
    if delta.version() % COMPACT_EVERY == 0:
        delta.vacuum(dry_run=False)


def read(workspace: Workspace, table: LineageTable) -> list[dict[str, Any]]:
    """All rows, in no order; none when nothing was stored yet. Raises ``LineageError`` when they cannot be read."""
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    if not table.exists(workspace):
        return []
    folder = table.folder(workspace)
    try:
        rows: list[dict[str, Any]] = DeltaTable(folder).to_pyarrow_table().to_pylist()
    except (DeltaError, OSError) as problem:
        raise LineageError(
            f"What was noted in {folder} cannot be read ({_reason(problem)}): move that folder away to begin anew."
        ) from problem
    return rows


def _write(
    workspace: Workspace, table: LineageTable, rows: list[dict[str, Any]], write: Callable[[DeltaTable, Any], None]
) -> DeltaTable:
    import pyarrow as pa
    from deltalake.exceptions import CommitFailedError, DeltaError

    data = pa.Table.from_pylist(rows, schema=table.arrow_schema())
    tries = 0
    while True:
        try:
            delta = _opened(workspace, table)
            write(delta, data)
            return delta
        except (DeltaError, OSError) as problem:
            tries += 1
            if tries == _TRIES or not isinstance(problem, CommitFailedError):  # which says: another kernel was first
                folder = table.folder(workspace)
                raise LineageError(f"{folder} cannot be written to ({_reason(problem)}).") from problem
        time.sleep(random.uniform(0, _PAUSE * 2**tries))


def _opened(workspace: Workspace, table: LineageTable) -> DeltaTable:
    """The table; made without rows where there is none."""
    from deltalake import CommitProperties, DeltaTable

    folder = table.folder(workspace)
    if not table.exists(workspace):
        workspace.make_state()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        DeltaTable.create(
            folder,
            table.arrow_schema(),
            mode="ignore",
            name=table.name,
            description=table.about,
            commit_properties=CommitProperties(max_commit_retries=0),  # else two that begin at once make it twice
        )
    return DeltaTable(folder)


def _compact(delta: DeltaTable) -> None:
    from deltalake.exceptions import CommitFailedError

    try:
        delta.optimize.compact()
        delta.vacuum(dry_run=False)  # keeps what was current in the last seven days
    except CommitFailedError:
        return  # another kernel does the same now


def _reason(problem: Exception) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")
