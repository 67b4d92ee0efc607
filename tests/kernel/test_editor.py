"""What the editor is answered when a language cannot answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from kernel.sharing.played import Played4
from kernel.standins import StandInHost
from lakebook_kernel.cell import Cell
from lakebook_kernel.editor import Editor
from lakebook_kernel.languages.base import CellError, Completeness, Completion, Language, MimeBundle, Output
from lakebook_kernel.sharing.python import PythonNames


class Failing(Language):
    """A language whose answers all fail alike."""

    name, label = "r", "R"

    def __init__(self, host: StandInHost, failure: BaseException) -> None:
        super().__init__(host)
        self._failure = failure

    def run(self, cell: Cell, output: Output) -> None:
        raise self._failure

    def complete(self, code: str, cursor: int) -> Completion | None:
        raise self._failure

    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        raise self._failure

    def is_complete(self, code: str) -> Completeness:
        raise self._failure


def editor(language: Callable[[str], Any]) -> Editor:
    book = Played4()
    book.python("total = 1")
    return Editor(lambda: "python", language, PythonNames(book.names, lambda code: code), book.sharing)


def nobody(*asked: Any) -> dict[str, Any]:
    raise AssertionError("Python was asked")


def answers(asked: Editor) -> tuple[Any, Any, Any]:
    return (
        asked.complete("%r\ntot", 6, nobody)["matches"],
        asked.inspect("%r\ntot", 6, 0, nobody),
        asked.is_complete("%r\ntot", nobody),
    )


NOTHING = (["total"], {"status": "ok", "found": False, "data": {}, "metadata": {}}, {"status": "unknown"})


@pytest.mark.parametrize("failure", [RuntimeError("the driver is gone"), CellError("RNotInstalled", "R is missing")])
def test_a_language_that_cannot_answer_has_nothing_to_say(
    host: StandInHost, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    assert answers(editor(lambda name: Failing(host, failure))) == NOTHING
    assert len(caplog.records) == 3
    assert str(failure) in caplog.text


def test_a_language_that_cannot_be_made_has_the_names_of_others_alone(caplog: pytest.LogCaptureFixture) -> None:
    def broken(name: str) -> Language:
        raise OSError("no such library")

    matches, found, whole = answers(editor(broken))
    assert (matches, found["found"], whole) == (["total"], False, {"status": "unknown"})
    assert "no such library" in caplog.text


def test_an_interrupt_ends_the_question_alone(host: StandInHost, caplog: pytest.LogCaptureFixture) -> None:
    assert answers(editor(lambda name: Failing(host, KeyboardInterrupt()))) == NOTHING
    assert not caplog.records


class Answering(Language):
    """A language that answers on some threads."""

    name, label = "r", "R"

    def __init__(self, host: StandInHost, beside: Callable[[str], bool]) -> None:
        super().__init__(host)
        self._beside = beside

    def run(self, cell: Cell, output: Output) -> None:
        raise AssertionError("nothing runs")

    def answers_beside(self, running: str) -> bool:
        return self._beside(running)

    def complete(self, code: str, cursor: int) -> Completion | None:
        return Completion(["tooth"], cursor - 2, cursor, ["function"])

    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        return {"text/plain": "help"}


def answers_beside(language: Language, running: str) -> tuple[list[str], bool]:
    """What an editor's question is answered in a subshell, whose thread is another one, while a cell runs."""
    book = Played4()
    book.python("total = 1")
    book.sharing.ledger.bind("tomato", "r")
    python = PythonNames(book.names, lambda code: code)
    asked = Editor(lambda: "python", nobody, python, book.sharing, {"r": language}.get, lambda: running)
    with ThreadPoolExecutor(1) as other:
        found = other.submit(
            lambda: (asked.complete("%r\nto", 5, nobody), asked.inspect("%r\nto", 5, 0, nobody))
        ).result()
    return found[0]["matches"], found[1]["found"]


def test_a_language_answers_beside_a_running_cell_if_it_can(host: StandInHost) -> None:
    language = Answering(host, lambda running: running == "python")
    matches, found = answers_beside(language, "python")
    assert "tooth" in matches and found


def test_names_are_there_although_a_language_cannot_answer(host: StandInHost) -> None:
    language = Answering(host, lambda running: running == "python")
    matches, found = answers_beside(language, "r")
    assert "tomato" in matches and "tooth" not in matches and not found
