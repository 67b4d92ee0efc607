"""What a kernel asks its driver of Delta tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.attached import AttachedHost
from lakebook.tracking.tables import TableUse
from lakebook_kernel.tracking.spark_tables import tables_of

pytestmark = pytest.mark.spark


@pytest.fixture
def host(workspace: Path) -> Iterator[AttachedHost]:
    host = AttachedHost(workspace)
    yield host
    host.close()


def test_a_cell_that_uses_no_spark_has_no_tables_and_asks_no_driver(host: AttachedHost) -> None:
    with host.cell():
        assert host.driver.take_tables() == TableUse()
    assert host.driver.take_tables() == TableUse()
    assert not host.driver.attached


def test_a_cells_tables_are_known_within_it_and_after_it_each_once(host: AttachedHost) -> None:
    with host.cell():
        spark = host.spark()
        spark.sql("CREATE OR REPLACE TABLE asked AS SELECT 1 AS a")
        (write,) = host.driver.take_tables().written
        frame = spark.table("asked")
        (table,) = tables_of(host.driver, frame)
        assert (table, table.name) == (write.table, "default.asked")
        frame.collect()
    assert host.driver.take_tables() == TableUse([table])
    assert host.driver.take_tables() == TableUse()
    host.close()
    assert tables_of(host.driver, frame) == []
