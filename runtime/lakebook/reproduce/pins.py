"""Which tables a reproduction pins, and at which version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lakebook.config import STATE
from lakebook.lineage.changes import Changes
from lakebook.lineage.records import RecordedRun, Use
from lakebook.reproduce.layout import relative_to_workspace
from lakebook.tracking import tags
from lakebook.tracking.tables import TableVersion

#: where the tables of the catalog are, from the new workspace on
_FOLDER = Path(STATE, "reproduced")


@dataclass(frozen=True)
class FirstWrite:
    """The first version of a table that the notebook itself made."""

    table: TableVersion
    #: whether nothing is left in it of what the table held before
    replaces: bool


@dataclass(frozen=True)
class Pin:
    """A table that is there, as it was at its version, when the notebook begins."""

    table: TableVersion
    #: where it is in the new workspace
    place: Path
    #: earlier versions that the notebook read too
    also: tuple[int, ...] = ()


@dataclass
class Pins:
    """What happens to each table of a run when it is made again."""

    pins: list[Pin] = field(default_factory=list)
    #: a sentence for each of the others that says why it is not pinned
    notes: list[str] = field(default_factory=list)
    #: places outside the folder that the notebook would write to again
    written_outside: list[str] = field(default_factory=list)


def first_writes(run: RecordedRun, changes: Changes) -> dict[str, FirstWrite]:
    """By location, what the notebook wrote first, until the run ended.

    Cells noted it. Where that is lost, MLflow knows the newest version only, which is taken for the first.
    """
    found: dict[str, FirstWrite] = {}
    for change in changes.of_session(run.session):
        number = change.cell.number
        if run.cell_number is None or number is None or number <= run.cell_number:
            _keep_first(found, FirstWrite(change.table, change.replaces))
    for table in run.written:
        if table.location not in found:
            found[table.location] = FirstWrite(table, replaces=table.version == 0)
    return found


def _keep_first(found: dict[str, FirstWrite], write: FirstWrite) -> None:
    known = found.get(write.table.location)
    if known is None or write.table.version < known.table.version:
        found[write.table.location] = write


def plan(run: RecordedRun, writes: Mapping[str, FirstWrite], root: Path, text: str) -> Pins:
    """Decide which tables are pinned.

    Args:
        writes: by location, what the notebook wrote first.
        root: the workspace of the run.
        text: the code of all cells, in which paths may be written out.
    """
    pins = Pins()
    reads: dict[str, list[Use]] = {}
    for use in run.read:
        reads.setdefault(use.table.location, []).append(use)
    for location in dict.fromkeys([*reads, *writes]):
        before = _read_before(reads.get(location, []), writes.get(location))
        table = _at_the_beginning(before, writes.get(location))
        if table is None:
            pins.notes.append(f"{_called(writes[location].table)} is not pinned: the notebook makes it itself.")
        else:
            earlier = {use.table.version for use in before if use.table.version < table.version}
            _place(pins, table, tuple(sorted(earlier)), root, text)
        if location in writes and _is_written_out(location, text):
            pins.written_outside.append(_path(location))
    return pins


def _read_before(reads: list[Use], write: FirstWrite | None) -> list[Use]:
    return [use for use in reads if write is None or use.table.version < write.table.version]


def _at_the_beginning(before: list[Use], write: FirstWrite | None) -> TableVersion | None:
    """The version that a table has when the notebook begins; None when the notebook makes the table itself."""
    if before:
        fitted = [use.table for use in before if use.role == tags.TRAINING] or [use.table for use in before]
        return max(fitted, key=lambda table: table.version)
    if write is None or write.replaces or write.table.version == 0:
        return None
    table = write.table
    return TableVersion(table.name, table.location, table.version - 1, table.table_id)


def _place(pins: Pins, table: TableVersion, also: tuple[int, ...], root: Path, text: str) -> None:
    """Pin a table by its name, and by its path where that is relative: at the same place of the new workspace."""
    inside = relative_to_workspace(table.location, root)
    by_path = None if inside is None or inside.parts[0] == STATE else inside
    written_out = _is_written_out(table.location, text)
    if table.name:
        pins.pins.append(Pin(table, by_path or _FOLDER / re.sub(r"[^\w.-]", "_", table.name), also))
    elif by_path and not written_out:
        pins.pins.append(Pin(table, by_path, also))
    if written_out or not (table.name or by_path):
        pins.notes.append(
            f"{_path(table.location)} is not pinned where the notebook reads it by its path: then that was version "
            f"{table.version}, now it is the newest."
        )


def _is_written_out(location: str, text: str) -> bool:
    """Whether the code has a place's whole path, as far as its text tells."""
    return re.search(re.escape(_path(location)) + r"(?![\w.-])", text) is not None


def _called(table: TableVersion) -> str:
    return table.name or _path(table.location)


def _path(location: str) -> str:
    return location.removeprefix("file:")
