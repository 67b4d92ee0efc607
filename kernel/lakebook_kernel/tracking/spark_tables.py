"""The Delta tables of Spark's frames, asked of the driver."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lakebook.tracking.tables import TableVersion

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from lakebook_kernel.driver import Driver


def tables_of(driver: Driver, frame: DataFrame) -> list[TableVersion]:
    """The tables that a frame would read now, at the versions that it would read; of what is cached, at those it has.

    None when the driver has ended: the frame is gone with it.
    """
    told = driver.if_attached(lambda notebook: str(notebook.tablesOf(frame._jdf)), "[]")
    return [TableVersion.from_json(table) for table in json.loads(told)]
