"""What code in the driver asks of the kernel is answered, whatever happens; a stand-in asks here."""

from __future__ import annotations

import json
import threading
from typing import Any

from py4j.protocol import Py4JNetworkError

from lakebook_kernel.questions import Questions


class StandInNotebook:
    """The bridge's ``Notebook``, as far as it asks."""

    def __init__(self, *, ended: bool = False) -> None:
        self.answers: dict[int, Any] = {}
        self.answered = threading.Semaphore(0)
        self._ended = ended

    def subject(self, number: int) -> Any:
        return f"subject of {number}"

    def answer(self, number: int, told: str) -> None:
        self.answers[number] = json.loads(told)
        self.answered.release()
        if self._ended:
            raise Py4JNetworkError("gone")


def event(number: int, what: str, *, waits: bool = True, **arguments: Any) -> dict[str, Any]:
    return {"event": "ask", "id": number, "what": what, "arguments": arguments, "waits": waits}


def ask(questions: Questions, notebook: Any, *events: dict[str, Any]) -> dict[int, Any]:
    """Ask all at once, and wait until all are answered."""
    for one in events:
        questions.ask(notebook, one)
    for one in events:
        if one["waits"]:
            assert notebook.answered.acquire(timeout=10)
    return dict(notebook.answers)


def test_what_is_asked_is_answered_on_another_thread_in_its_order() -> None:
    questions, threads, order = Questions(print, lambda: False), set(), []

    def answer(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        threads.add(threading.current_thread())
        order.append(what)
        return {"got": arguments, "of": subject()}

    questions.answer = answer
    answers = ask(questions, StandInNotebook(), event(1, "first", a=1), event(2, "second"))
    assert answers == {
        1: {"answer": {"got": {"a": 1}, "of": "subject of 1"}},
        2: {"answer": {"got": {}, "of": "subject of 2"}},
    }
    assert order == ["first", "second"] and threading.current_thread() not in threads and len(threads) == 1


def test_whoever_asks_is_told_why_there_is_no_answer() -> None:
    questions = Questions(print, lambda: False)
    assert ask(questions, StandInNotebook(), event(1, "fly")) == {1: {"error": "Nobody here can answer fly."}}

    def broken(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        raise OSError

    questions.answer = broken
    assert ask(questions, StandInNotebook(), event(1, "fly")) == {1: {"error": "OSError"}}


def test_what_has_no_json_is_an_error_and_the_next_question_is_answered() -> None:
    questions = Questions(print, lambda: False)
    questions.answer = lambda what, arguments, subject: {"set": {1}} if what == "odd" else {}
    answers = ask(questions, StandInNotebook(), event(1, "odd"), event(2, "even"))
    assert "not JSON serializable" in answers[1]["error"] and answers[2] == {"answer": {}}


def test_what_nobody_waits_for_is_told_to_the_user_when_it_fails() -> None:
    said: list[str] = []
    notebook = StandInNotebook()
    questions = Questions(said.append, lambda: False)
    assert list(ask(questions, notebook, event(1, "fly", waits=False), event(2, "walk"))) == [2]
    assert said == ["fly failed: Nobody here can answer fly."]


def test_an_answer_that_the_driver_does_not_take_is_told_unless_it_has_ended() -> None:
    for lost, told in ((False, ["Spark's driver did not take the answer to fly: gone"]), (True, [])):
        said: list[str] = []
        questions = Questions(said.append, lambda lost=lost: lost)  # type: ignore[misc]
        ask(questions, StandInNotebook(ended=True), event(1, "fly"))
        ask(questions, StandInNotebook(), event(2, "walk"))  # the first one is over by then
        assert said == told


def test_what_takes_long_holds_up_no_other_question() -> None:
    questions, go_on = Questions(print, lambda: False), threading.Event()
    questions.long = frozenset({"long"})

    def answer(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        if what == "long":
            assert go_on.wait(10)
        else:
            go_on.set()
        return {"of": what}

    questions.answer = answer
    answers = ask(questions, StandInNotebook(), event(1, "long"), event(2, "short"))
    assert answers == {1: {"answer": {"of": "long"}}, 2: {"answer": {"of": "short"}}}


def test_code_that_ends_its_process_ends_no_thread_that_answers() -> None:
    questions = Questions(print, lambda: False)

    def answer(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        raise SystemExit(0)  # as some libraries do when something is not installed

    questions.answer = answer
    assert ask(questions, StandInNotebook(), event(1, "first"), event(2, "second")) == {
        number: {"error": "Python code that it runs wanted to end the kernel (sys.exit(0))."} for number in (1, 2)
    }
