"""What a driver left that died while it made a table."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakebook.config import find_workspace
from runtime.spark.peer import Peer, PeerError, eventually

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session(workspace: Path) -> Iterator[Peer]:
    with Peer(workspace) as session:
        yield session


@pytest.fixture
def folder(workspace: Path, session: Peer) -> Iterator[Path]:
    """Of a table ``begun``, which is not in the catalog; it was written long ago."""
    folder = find_workspace(workspace).state / "warehouse" / "begun"
    (folder / "_delta_log").mkdir(parents=True)
    (folder / "part-00000.parquet").write_text("half of it")
    os.utime(folder / "part-00000.parquet", (0, 0))
    yield folder
    session.run("spark.sql('DROP TABLE IF EXISTS begun')")
    session.run("events.clear()")
    for left in folder.parent.glob("begun*"):
        shutil.rmtree(left)


def kept(folder: Path, session: Peer) -> Path:
    """Where it is now, which the notebook was told."""
    (kept,) = folder.parent.glob("begun.abandoned-*")
    told = "[event['text'] for event in events if event['event'] == 'warning']"
    eventually(lambda: session.run(told))
    (line,) = session.run(told)
    assert re.fullmatch(rf"A driver that died had begun to make begun: what it left is in \S*/{kept.name}", line)
    return kept


def test_it_is_kept_under_another_name_and_the_table_is_made(session: Peer, folder: Path) -> None:
    session.run("spark.sql('CREATE TABLE begun (id INT)')")
    assert session.run("spark.table('begun').count()") == 0
    assert (kept(folder, session) / "part-00000.parquet").read_text() == "half of it"


def test_so_is_a_whole_one_that_the_catalog_was_never_told_of(session: Peer, folder: Path) -> None:
    shutil.rmtree(folder)
    session.run(f"spark.range(3).write.format('delta').save({str(folder)!r})")
    for file in folder.rglob("*"):
        os.utime(file, (0, 0))
    session.run("spark.sql('CREATE TABLE begun AS SELECT 1 AS other')")
    assert session.run("[row.other for row in spark.table('begun').collect()]") == [1]
    assert (kept(folder, session) / "_delta_log" / f"{0:020}.json").exists()


def test_what_may_still_be_at_work_is_left_alone(session: Peer, folder: Path) -> None:
    newer = folder / "part-00001.parquet"
    newer.write_text("another driver writes this")
    with pytest.raises(PeerError, match="DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION"):
        session.run("spark.sql('CREATE TABLE begun (id INT)')")
    assert newer.exists()
