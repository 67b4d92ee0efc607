"""Tables at a version, as runs and lineage keep them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lakebook.spark.tables import Table
from lakebook.tracking.tables import TableUse, TableVersion, Write, named

FLIGHTS = TableVersion("default.flights", "file:/lake/flights", 3, "a-1")
AIRPORTS = TableVersion("", "s3a://bucket/airports", 0, "b-2")


@pytest.mark.parametrize(
    "location", ["/lake/flights", "file:/lake/flights/", "file:///lake/flights", "///lake/flights/"]
)
def test_a_folder_of_this_machine_is_one_place_however_it_is_written(location: str) -> None:
    assert TableVersion("default.flights", location, 3, "a-1") == FLIGHTS
    assert TableVersion("", location, 3, "a-1").location == "file:/lake/flights"


def test_other_places_stay_what_they_are() -> None:
    assert TableVersion("", "s3a://bucket/airports/", 0, "b-2").location == "s3a://bucket/airports"


def test_a_name_makes_no_other_table_of_it_but_a_version_or_a_new_table_in_its_place_does() -> None:
    assert TableVersion("", "/lake/flights", 3, "a-1") == FLIGHTS
    assert len({FLIGHTS, TableVersion("", "/lake/flights", 3, "a-1")}) == 1
    assert TableVersion("default.flights", "/lake/flights", 4, "a-1") != FLIGHTS
    assert TableVersion("default.flights", "/lake/flights", 3, "c-3") != FLIGHTS


def test_they_are_ordered_by_place_and_version() -> None:
    older = TableVersion("z", "/lake/flights", 2, "a-1")
    assert sorted([AIRPORTS, FLIGHTS, older]) == [older, FLIGHTS, AIRPORTS]


def test_what_was_used_comes_back_from_json_with_its_names() -> None:
    use = TableUse([FLIGHTS, AIRPORTS], [Write(FLIGHTS, "MERGE", (AIRPORTS,))])
    text = json.dumps(use.as_json())
    again = TableUse.from_json(json.loads(text))
    assert again == use
    assert json.dumps(again.as_json()) == text
    assert use.as_json()["written"] == [{**FLIGHTS.as_json(), "operation": "MERGE", "from": [AIRPORTS.as_json()]}]


def test_a_field_that_is_missing_is_no_empty_one() -> None:
    with pytest.raises(KeyError, match="table_id"):
        TableVersion.from_json({"name": "", "location": "/lake/flights", "version": 3})


def test_a_table_of_the_catalog_gets_its_name_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "lake" / "flights").mkdir(parents=True)
    (tmp_path / "link").symlink_to(tmp_path / "lake")
    known = [
        Table("default", "flights", str(tmp_path / "link" / "flights"), "delta"),
        Table("sales", "orders", "s3a://bucket/orders", "delta"),
        Table("sales", "raw", str(tmp_path / "raw"), "parquet"),
        Table("sales", "view", None, "view"),
    ]
    followed, orders = (
        TableVersion("", f"file://{tmp_path}/lake/flights/", 3, "a-1"),
        TableVersion("", "s3a://bucket/orders/", 0, "b"),
    )
    other, called = (
        TableVersion("", str(tmp_path / "raw"), 1, "c"),
        TableVersion("old.name", str(tmp_path / "lake" / "flights"), 3, "a-1"),
    )
    found = named([followed, orders, other, called], known)
    assert [table.name for table in found] == ["default.flights", "sales.orders", "", "old.name"]
    assert found[0].location == f"file:{tmp_path}/link/flights"
    use = TableUse([orders], [Write(followed, "MERGE", (orders,))]).named(known)
    assert (use.read[0].name, use.written[0].table.name, use.written[0].sources[0].name) == (
        "sales.orders", "default.flights", "sales.orders",
    )  # fmt: skip
