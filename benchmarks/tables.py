"""What it takes until the first rows of a large frame are there to be shown."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.measuring import MILLISECONDS, Comparison, at_most, in_turn
from benchmarks.place import Place

ROWS = 10_000_000
FIRST = 100

_FRAME = f"""
frame = spark.range({ROWS}).selectExpr(
    "id", "id / 7.0D AS part", "concat('word ', id % 1000) AS word", "timestamp_micros(id * 1000001) AS moment"
)
"""


def first_rows(place: Place) -> Iterator[Comparison]:
    """The first rows of a Spark frame as our table, against a pandas frame of as many rows; both in our kernel."""
    kernel = place.kernel("lakebook")
    kernel.seconds(_FRAME)
    ours = partial(kernel.seconds, "display(frame)")
    reference = partial(kernel.seconds, f"display(frame.limit({FIRST}).toPandas())")
    yield Comparison(
        f"First {FIRST} of {ROWS:,} rows of a Spark frame",
        f"display(df.limit({FIRST}).toPandas())",
        MILLISECONDS,
        at_most(1.2),
        *in_turn(ours, reference, 40, warm_up=20),
    )
