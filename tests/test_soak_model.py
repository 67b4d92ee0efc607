"""What a soak would notice: a wrong value, a lost row, one that is there twice, an error that says too much."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from benchmarks.soak.accounting import is_noted
from benchmarks.soak.disturbances import Shares
from benchmarks.soak.model import DRIVER, KERNEL, Binding, Names
from benchmarks.soak.notebook import Outcome
from benchmarks.soak.tables import SharedTables
from benchmarks.soak.trial import Fails, Runs, Shows
from benchmarks.soak.values import SHOWS, SORTS, Whole, some_value


def shown(text: str) -> Outcome:
    outcome = Outcome(status="ok")
    outcome.add({"msg_type": "stream", "content": {"name": "stdout", "text": text}})
    return outcome


def failed(*lines: str) -> Outcome:
    outcome = Outcome(status="error")
    outcome.add({"msg_type": "error", "content": {"traceback": list(lines)}})
    return outcome


def test_a_wrong_value_is_noticed() -> None:
    expected = Shows(frozenset({"41", "42"}))
    assert expected.complaint(shown("=[42]=")) is None
    assert "a wrong value" in (expected.complaint(shown("=[43]=")) or "")
    assert "it failed" in (expected.complaint(failed("NameError: x")) or "")


def test_an_error_must_be_one_and_short_and_say_what_is_wrong() -> None:
    expected = Fails(("as it should",), lines=3)
    assert expected.complaint(failed("Error: as it should")) is None
    assert expected.complaint(failed("Error: something else"))
    assert expected.complaint(failed("Error: as it should", *"abc"))
    assert expected.complaint(shown("as it should"))


def test_output_that_did_not_arrive_is_noticed() -> None:
    assert Runs(10).complaint(shown("x" * 10)) is None
    assert Runs(10).complaint(shown("x" * 9))


@pytest.mark.parametrize(
    ("rows", "right"), [([0, 1, 2], True), ([0, 1], False), ([0, 1, 2, 2], False), ([], False)], ids=str
)
def test_every_row_of_a_batch_is_there_once(rows: list[int], right: bool) -> None:
    tables = SharedTables()
    tables.appended("a", 3, sure=True)
    assert (not tables.complaints({"a": rows} if rows else {}, {})) == right


@pytest.mark.parametrize(("rows", "right"), [([0, 1, 2], True), ([], True), ([0, 1], False)], ids=str)
def test_a_disturbed_batch_is_there_as_a_whole_or_not_at_all(rows: list[int], right: bool) -> None:
    tables = SharedTables()
    tables.appended("a", 3, sure=False)
    assert (not tables.complaints({"a": rows} if rows else {}, {})) == right


@pytest.mark.parametrize(
    ("there", "right"), [([2], True), ([3], True), ([1], False), ([], False), ([2, 3], False)], ids=str
)
def test_a_key_has_what_was_merged_last(there: list[int], right: bool) -> None:
    tables = SharedTables()
    tables.merged("k", 1, sure=True)
    tables.merged("k", 2, sure=True)
    tables.merged("k", 3, sure=False)
    assert (not tables.complaints({}, {"k": there} if there else {})) == right


def test_what_a_disturbed_cell_bound_is_the_old_or_the_new() -> None:
    names = Names()
    name = names.any(Random(1)).name
    names.bind(name, Binding(Whole(1), "python", KERNEL), sure=True)
    names.bind(name, Binding(Whole(2), "scala", DRIVER), sure=False)
    [known] = [known for known in names if known.name == name]
    assert [binding.value for binding in known.may_be] == [Whole(1), Whole(2)]
    names.lose(DRIVER)
    assert not known.may_be


def test_rare_kinds_stay_rare() -> None:
    shares = Shares(1000, seconds=60)
    granted = 0
    while shares.next_cell():
        granted += shares.granted("rare", 100)
    assert granted == 10


@pytest.mark.parametrize("sort", SORTS)
def test_the_same_seed_gives_the_same_value(sort: str) -> None:
    one, two = (some_value(sort, "name", Random(3)) for _ in range(2))  # type: ignore[arg-type]
    assert one == two
    assert any(show("name", sort) for show in SHOWS.values())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "noted"),
    [
        ("lineage/table_lineage", True),
        ("lineage/table_lineage/_delta_log/00000000000000000099.checkpoint.parquet", True),
        ("lineage/run_lineage/part-00000-22a55d6d-c000.zstd.parquet", True),
        ("lineage/table_lineage/_delta_log/.tmp-1.json", False),
        ("lineage/left.txt", False),
        ("driver.json", False),
        ("other/part-00000-22a55d6d-c000.zstd.parquet", False),
    ],
)
def test_only_what_lineage_notes_may_grow(path: str, noted: bool) -> None:
    assert is_noted(Path(path)) is noted
