"""The shared document: what several people write at once, and what is in the file meanwhile."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

from pycrdt import Doc, Map

from lakebook.lab.comments import file
from lakebook.lab.comments.document import CommentsDocument
from runtime.lab.comments.samples import anchor, at, comment, state, text, thread

BEFORE = file.write(file.read(text(*thread("a"), *thread("b"))))


def document(content: str = BEFORE) -> CommentsDocument:
    made = CommentsDocument()
    made.set(content)
    return made


def write(document: CommentsDocument, *lines: str) -> None:
    """As a browser does."""
    comments: Map[Any] = document.ydoc.get("comments", type=Map)
    for key, record in file.read(text(*lines)).records.items():
        comments[key] = record


def save(document: CommentsDocument) -> str:
    """As the server does; returns what is in the file then."""
    content = document.get()
    document.hash = hashlib.sha256(content.encode()).hexdigest()
    return content


def again(document: CommentsDocument) -> CommentsDocument:
    """The document as the server's store of documents has it after a restart."""
    return CommentsDocument(copy_of(document.ydoc))


def copy_of(ydoc: Doc[Any]) -> Doc[Any]:
    made: Doc[Any] = Doc()
    made.apply_update(ydoc.get_update())
    return made


def exchange(one: CommentsDocument, other: CommentsDocument) -> None:
    for source, target in ((one, other), (other, one)):
        target.ydoc.apply_update(source.ydoc.get_update(target.ydoc.get_state()))


def with_lines(*lines: str) -> str:
    return file.write(file.read(BEFORE + text(*lines)))


def test_what_is_in_the_file_is_in_the_document() -> None:
    assert document().get() == BEFORE
    assert document("").get() == ""


def test_two_who_write_at_once_both_have_written() -> None:
    one, other = document(), CommentsDocument()
    exchange(one, other)
    write(one, comment("a1", "a", minute=1), comment("b", text="Why, really?", edited=at(2)))
    write(other, comment("a2", "a", minute=1), state("b", 2), anchor("b", 3, source="delay = 16"))
    exchange(one, other)
    expected = with_lines(
        *(comment("a1", "a", minute=1), comment("a2", "a", minute=1), comment("b", text="Why, really?", edited=at(2))),
        *(state("b", 2), anchor("b", 3, source="delay = 16")),
    )
    assert one.get() == other.get() == expected


def test_the_same_file_read_twice_is_the_same_document() -> None:
    one, other = (CommentsDocument(Doc(client_id=0)) for _ in range(2))
    one.set(BEFORE)
    other.set(BEFORE)
    exchange(one, other)
    assert one.get() == BEFORE


def test_a_change_of_the_file_comes_in() -> None:
    shared = document()
    shared.set(with_lines(comment("a1", "a", minute=1)))
    assert shared.get() == with_lines(comment("a1", "a", minute=1))
    shared.set(text(*thread("b")))
    assert shared.get() == text(*file.write(file.read(text(*thread("b")))).splitlines())


def test_what_is_not_saved_yet_stays_when_the_file_changes() -> None:
    shared = document()
    write(shared, comment("a1", "a", minute=1), comment("b", text="Why, really?", edited=at(2)))
    without_b = file.write(file.read(text(*thread("a"), comment("a2", "a", minute=3))))
    shared.set(without_b)
    assert shared.get() == file.write(
        file.read(without_b + text(comment("a1", "a", minute=1), comment("b", text="Why, really?", edited=at(2))))
    )


def test_what_a_person_corrects_in_the_file_counts_although_nobody_knows_yet_that_it_was_saved() -> None:
    shared = document("")
    write(shared, *thread("a", text="Wy?"))
    shared.set(text(*thread("a", text="Why?")))
    assert '"Why?"' in shared.get()


def test_what_is_saved_goes_when_the_file_loses_it() -> None:
    shared = document()
    write(shared, comment("a1", "a", minute=1))
    assert save(shared) == with_lines(comment("a1", "a", minute=1))
    shared.set(BEFORE)
    assert shared.get() == BEFORE


def test_what_was_saved_is_known_after_a_restart() -> None:
    shared = document()
    write(shared, comment("a1", "a", minute=1))
    save(shared)
    write(shared, comment("a2", "a", minute=2))  # and the server is killed
    restarted = again(shared)
    restarted.set(BEFORE)  # somebody has put back the file in between
    assert restarted.get() == with_lines(comment("a2", "a", minute=2))


def test_a_save_that_came_too_late_to_be_the_file_s_content_marks_nothing() -> None:
    shared = document()
    write(shared, comment("a1", "a", minute=1))
    shared.get()
    shared.hash = "of another content"
    shared.set(BEFORE)
    assert shared.get() == with_lines(comment("a1", "a", minute=1))


def test_what_stayed_unsaved_is_saved_soon() -> None:
    async def saved_after(changes: list[str], content: str) -> list[str]:
        shared, saves = document(), list[str]()
        write(shared, *changes)
        shared.observe(lambda target, event: saves.append(target))
        await shared.aset(content)
        saves.clear()
        await asyncio.sleep(0.5)
        return saves

    assert asyncio.run(saved_after([comment("a1", "a")], BEFORE)) == ["comments"]
    assert asyncio.run(saved_after([], with_lines(comment("a1", "a")))) == []


def test_only_what_people_write_is_a_change_to_save() -> None:
    shared, changes = document(), list[str]()
    shared.observe(lambda target, event: changes.append(target))
    save(shared)
    shared.dirty = False
    assert changes == []
    write(shared, state("a"))
    assert changes == ["comments"]
    shared.unobserve()
    write(shared, state("b"))
    assert changes == ["comments"]


def test_lines_that_are_no_records_are_shown_and_saved() -> None:
    lines = BEFORE.splitlines()
    broken = text(lines[0], "# mine", *lines[1:])
    shared = document(broken)
    kept: Any = shared.ydoc.get("kept", type=type(shared._kept)).to_py()
    assert [(line["line"], line["text"]) for line in kept] == [("2", "# mine")]
    write(shared, comment("0", "0", minute=1), anchor("0"))
    content = save(shared)
    assert content.splitlines()[3] == "# mine" and len(content.splitlines()) == 7
    assert [line["line"] for line in shared._kept.to_py() or []] == ["4"]
    shared.set(with_lines())
    assert shared.get() == BEFORE


def test_what_is_no_record_in_the_document_does_not_get_into_the_file() -> None:
    shared = document()
    comments: Map[Any] = shared.ydoc.get("comments", type=Map)
    comments["comment:x"] = {"comment": "x", "text": 5}
    comments["comment:y"] = "y"
    assert shared.get() == BEFORE


def test_numbers_of_a_browser_are_those_of_the_file() -> None:
    shared = document()
    comments: Map[Any] = shared.ydoc.get("comments", type=Map)
    comments["comment:a"] = {**json.loads(comment("a")), "later": 3.0}
    assert '"later": 3}' in save(shared)
    assert shared._unsaved() == {}
