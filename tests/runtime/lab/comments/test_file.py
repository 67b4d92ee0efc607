"""The file of comments: what is written is read, whatever git or a person has done to it in between."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import permutations
from typing import Any

import pytest

from lakebook.lab.comments import file, records
from runtime.lab.comments.samples import anchor, at, comment, state, text, thread


def again(content: str) -> str:
    return file.write(file.read(content))


def values(content: str, field: str) -> list[Any]:
    return [record.get(field) for record in file.read(content).records.values()]


def test_nothing_is_no_text() -> None:
    assert again("") == again("\n\n") == ""


def test_what_is_written_is_read_and_written_the_same() -> None:
    content = text(*thread("a", text="Zeile\nund “Zeichen” \u2028 🐎"), state("a", 3), *thread("b"))
    written = again(content)
    assert again(written) == written
    assert written.count("\n") == 5
    assert file.read(written).records == file.read(content).records


def test_each_record_has_one_line_and_always_the_same_one() -> None:
    lines = [*thread("b"), comment("c", "b", minute=1), *thread("a"), state("a")]
    written = {again(text(*order)) for order in permutations(lines)}
    assert len(written) == 1
    assert [next(iter(json.loads(line))) for line in written.pop().splitlines()] == [
        *("anchor", "comment", "state"),
        *("anchor", "comment", "comment"),
    ]


def test_a_shared_document_loses_the_order_of_fields_and_the_line_stays() -> None:
    record = records.read(comment("a"))
    turned = dict(reversed([(field, record[field]) for field in record])) | {"by": {"name": "Ada", "username": "ada"}}
    assert records.write(turned) == records.write(records.normal(turned))
    assert records.normal({"later": 1.0}) == {"later": 1} and str(records.normal(1.0)) == "1"


def test_fields_of_a_later_version_stay() -> None:
    assert json.loads(again(text(comment("a", mood="gay"))))["mood"] == "gay"


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_versions_the_newest_counts(order: int) -> None:
    first, edited = comment("a", text="Wy?"), comment("a", text="Why?", edited=at(5))
    assert values(text(*[first, edited][::order]), "text") == ["Why?"]
    deleted = json.dumps({**json.loads(first), "deleted": at(6)} | {"text": None})
    assert values(text(*[edited, deleted][::order]), "deleted") == [at(6)]
    resolved, opened = state("a", 1), state("a", 2, "open")
    assert values(text(*[resolved, opened][::order]), "is") == ["open"]


def test_a_time_without_a_zone_is_utc_and_one_with_another_zone_is_compared_rightly() -> None:
    late, early = (
        comment("a", text="late", at="2026-01-31T12:30:00"),
        comment("a", text="early", at="2026-01-31T13:00:00+01:00"),
    )
    assert values(text(late, early), "text") == ["late"]


def test_marks_of_a_conflict_are_no_lines_and_both_sides_stay() -> None:
    sides = [comment("b", "a", minute=1), comment("c", "a", minute=2)]
    conflict = ["<<<<<<< HEAD", sides[0], "||||||| 1a2b3c", "=======", sides[1], ">>>>>>> other"]
    content = text(*thread("a"), *conflict)
    assert again(content) == again(text(*thread("a"), *sides))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"comment": "a", ', "it is not JSON: Expecting property name enclosed in double quotes at column 18"),
        ("[1]", "it is not an object of JSON"),
        ("hello", "it is not JSON: Expecting value at column 1"),
        ("[" * 100_000, "it is not JSON of a comment: it is nested too deeply"),
        ("{}", "it needs one of “comment”, “anchor” and “state”, with an identifier"),
        ('{"comment": "a", "state": "a"}', "it needs one of “comment”, “anchor” and “state”, with an identifier"),
        ('{"comment": 1, "at": "2026-01-31"}', "“comment” is not text"),
        ('{"comment": ""}', "“comment” is empty"),
        ('{"comment": "a"}', "“at” is missing"),
        (comment("a", more=0).replace("0}", "NaN}"), "it is not JSON: NaN is no number"),
        (comment("a", more=0).replace("0}", "1e999}"), "it is not JSON of a comment: a number is too large"),
        (comment("a", more=2**53), "it is not JSON of a comment: a number is too large"),
        (comment("a", more=0).replace("0}", f"{'9' * 5000}}}"), "it is not JSON of a comment: a number is too large"),
        (
            comment("a", text="half").replace("half", "\\ud800"),
            "it is not JSON of a comment: it has half of a character, such as \\ud800",
        ),
        (comment("a", by={"username": "eve", "name": "Eve"}), "another person's comment has its identifier"),
        (comment("a", at="soon"), "“at” is not a time such as 2026-01-31T12:00:00Z"),
        (comment("a", edited=5), "“edited” is not text"),
        (comment("a", by="ada"), "who it is by, or mentions, needs a “username” and a “name”"),
        (comment("a", thread=7), "“thread” is not text"),
        (comment("a", text=None), "“text” is not text"),
        (comment("a", mentions="ben"), "“mentions” is not a list of people"),
        (comment("a", mentions=["ben"]), "who it is by, or mentions, needs a “username” and a “name”"),
        (anchor("a", cell=None), "“cell” is not text"),
        (anchor("a", quote=3), "“quote” is not text"),
        (state("a", is_="shut"), "“is” is neither “open” nor “resolved”"),
    ],
)
def test_a_line_that_is_no_record_says_why_and_stays_where_it_is(line: str, problem: str) -> None:
    content = again(text(*thread("a"), *thread("c")))
    lines = content.splitlines()
    with_it = text(*lines[:2], line, *lines[2:])
    found = file.read(with_it)
    assert [(kept.text, kept.problem) for kept in found.kept] == [(line, problem)]
    assert file.write(found) == with_it
    assert file.lines_of_kept(found) == [3]


def test_lines_that_are_none_stay_in_their_order_also_before_the_first_and_without_any() -> None:
    for content in (text("# one", "# two", *again(text(*thread("a"))).splitlines(), "# three"), text("# one", "# two")):
        assert again(content) == content


def test_a_line_stays_when_the_one_before_it_is_gone() -> None:
    found = file.read(text(*thread("a"), "# mine", *thread("b")))
    left = {key: record for key, record in found.records.items() if key != "comment:a"}
    assert "# mine\n" in file.write(file.Contents(left, found.kept))


def test_lines_may_end_as_on_windows_and_begin_with_a_byte_order_mark() -> None:
    content = text(*thread("a"))
    assert again("\ufeff" + content.replace("\n", "\r\n")) == again(content)
    assert file.read("\ufeff" + content.replace("\n", "\r\n")).kept == ()


def fields(content: str) -> Iterable[str]:
    return (key for key in file.read(content).records)


def test_threads_stand_by_their_random_identifiers() -> None:
    content = again(text(*thread("9c", minute=1), *thread("1f", minute=30)))
    assert list(fields(content)) == ["anchor:1f", "comment:1f", "anchor:9c", "comment:9c"]
