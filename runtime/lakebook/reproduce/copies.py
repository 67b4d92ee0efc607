"""Tables as they were at a version: a copy of the log until then, and links to the files that it names.

Such a table is the same to every reader: its files, and with them the order of its rows, its version, history and
properties. A shallow clone is read by Spark alone, and what a query writes anew may come in another order.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lakebook.tracking.tables import TableVersion

if TYPE_CHECKING:
    from deltalake import DeltaTable

_LOCAL = "file:"
_LOG = "_delta_log"
#: files of the log that tell of versions, of which the last is the one that counts
_OF_VERSIONS = re.compile(r"(\d{20}\.)+(json|crc|compacted\.json|checkpoint\..*)")
#: what a version may need beside its data: parts of checkpoints, which rows were deleted, the change feed
_BESIDE = (f"{_LOG}/_sidecars/*", "**/deletion_vector_*.bin", "_change_data/**/*.parquet")


def is_local(table: TableVersion) -> bool:
    """Whether a table is on this machine."""
    return table.location.startswith(_LOCAL)


def folder_of(table: TableVersion) -> Path:
    """The folder of a table that is on this machine."""
    return Path(table.location.removeprefix(_LOCAL))


def problem(table: TableVersion, version: int) -> str:
    """Why a table of this machine cannot be read any more at a version, a sentence; empty when it can."""
    from deltalake import DeltaTable
    from deltalake.exceptions import DeltaError

    folder = folder_of(table)
    name = table.name or str(folder)
    if not (folder / _LOG).is_dir():
        return f"{name} is gone: there is no Delta table in {folder} any more."
    try:
        delta = DeltaTable(folder, version=version)
    except DeltaError:
        return f"{name} cannot be read at version {version} any more: its log does not tell of it."
    if table.table_id and str(delta.metadata().id) != table.table_id:
        return f"{name} was made anew since: its version {version} is another table's."
    lost = [file for file in _data(delta) if not (folder / file).exists()]
    if lost:
        files = "a file" if len(lost) == 1 else f"{len(lost)} files"
        return f"{name} cannot be read at version {version} any more: VACUUM has removed {files} of it."
    return ""


def copy(table: TableVersion, versions: Iterable[int], target: Path) -> None:
    """Put a table of this machine in another folder, as it was at its version; what is there before is removed.

    Args:
        versions: earlier ones that can be read in the copy too.
        target: the folder of the copy, on this machine.
    """
    from deltalake import DeltaTable

    source = folder_of(table)
    shutil.rmtree(target, ignore_errors=True)
    for file in _log(source / _LOG, table.version):
        _placed(target / _LOG / file.name)
        shutil.copy2(file, target / _LOG / file.name)
    data = {file for version in (table.version, *versions) for file in _data(DeltaTable(source, version=version))}
    beside = {file.relative_to(source) for pattern in _BESIDE for file in source.glob(pattern) if file.is_file()}
    for file in data | beside:
        _link(source / file, _placed(target / file))


def _data(delta: DeltaTable) -> Iterator[Path]:
    """The data files of a version, from the table's folder on; without another table's, as a shallow clone has."""
    import pyarrow as pa

    for path in pa.table(delta.get_add_actions())["path"].to_pylist():
        if not re.match(r"[a-z][a-z0-9]*:/|/", path):
            yield Path(unquote(path))


def _log(folder: Path, version: int) -> Iterator[Path]:
    for file in folder.iterdir():
        if _OF_VERSIONS.fullmatch(file.name) and int(re.findall(r"\d{20}", file.name)[-1]) <= version:
            yield file


def _placed(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # another disk, one without links, or another user's file
        shutil.copy2(source, target)
