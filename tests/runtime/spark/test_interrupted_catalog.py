"""Cells, and those of killed kernels, are interrupted at any moment: also within the catalog's database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lakebook.config import find_workspace
from lakebook.spark import driver
from runtime.spark.peer import Peer

pytestmark = pytest.mark.spark

#: in a workspace whose catalog nobody has opened yet
INTERRUPTED = """
import threading
from contextlib import suppress

ended = threading.Event()

def interrupt():
    while not ended.wait(0.005):
        notebook.interruptThread()

interrupting = threading.Thread(target=interrupt)
interrupting.start()
for number in range(12):
    with suppress(Exception):  # the statement is broken off, here or there
        spark.sql(f"CREATE TABLE t{number} (id INT)")
ended.set()
interrupting.join()
notebook.endCell("cell")
notebook.beginCell("next")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "lakebook.toml").touch()
    yield tmp_path
    driver.stop(find_workspace(tmp_path))


def test_the_catalog_goes_on_for_all(folder: Path) -> None:
    with Peer(folder) as interrupted, Peer(folder) as other:
        interrupted.run(INTERRUPTED)
        for peer in (interrupted, other):
            peer.run("spark.sql('CREATE OR REPLACE TABLE after AS SELECT 1 AS id')")
            assert peer.run("spark.table('after').count()") == 1
