"""Two stamps are equal only if the value is unchanged."""

from __future__ import annotations

import numpy
import pandas
import pytest

from kernel.sharing.played import frame_of_spark
from lakebook_kernel.sharing.stamps import ROWS, stamp, version


def frame() -> pandas.DataFrame:
    """A column for every way in which pandas keeps values: in NumPy's arrays, in arrays of its own, as objects."""
    return pandas.DataFrame(
        {
            "real": [1.5, 2.5],
            "word": ["a", None],
            "whole": pandas.array([1, None], dtype="Int64"),
            "kind": pandas.Categorical(["x", "y"]),
            "moment": pandas.to_datetime(["2024-01-01", "2024-07-01"]).tz_localize("Europe/Berlin"),
            "list": [[1], [2]],
        }
    )


def test_equal_frames_have_equal_stamps() -> None:
    assert stamp(frame()) == stamp(frame())


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("real", 1.25),
        ("word", "b"),
        ("whole", 3),
        ("whole", None),
        ("kind", "y"),
        ("moment", pandas.Timestamp("2024-02-01", tz="Europe/Berlin")),
    ],
)
def test_a_changed_value_changes_the_stamp(column: str, value: object) -> None:
    changed = frame()
    changed.loc[0, column] = value
    assert stamp(changed) != stamp(frame())


@pytest.mark.parametrize("row", [0, ROWS - 1, ROWS, ROWS + 1])
def test_a_changed_text_changes_the_stamp_in_every_row(row: int) -> None:
    changed = [str(number) for number in range(ROWS + 2)]
    before = stamp(pandas.DataFrame({"word": changed}))
    changed[row] = "another"
    assert stamp(pandas.DataFrame({"word": changed})) != before


def test_a_value_changed_within_another_changes_the_stamp() -> None:
    held = {"array": numpy.arange(4), "list": [1]}
    before = stamp(held)
    assert stamp(held) == before
    held["array"][0] = 9  # type: ignore[index]
    assert stamp(held) != before


def test_a_frame_of_spark_has_the_version_that_its_driver_tells() -> None:
    told = ["version 1", "version 1", "version 2"]
    frame = frame_of_spark(lambda: told.pop(0))
    assert version(frame) == version(frame) != version(frame)


def test_a_frame_of_spark_without_a_version_may_always_hold_other_rows() -> None:
    def lost() -> str:
        raise ConnectionError("the driver has ended")

    for tell in (lambda: None, lost):
        frame = frame_of_spark(tell)
        assert version(frame) != version(frame)


def test_no_driver_is_asked_for_the_version_of_a_frame_of_pandas() -> None:
    assert version(frame()) is None
