"""Completion in Python: in time, whatever jedi has to read first."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

from lakebook_kernel.python_completion import PythonCompletion

WHOLE = {"status": "ok", "matches": ["by_jedi"], "cursor_start": 0, "cursor_end": 1, "metadata": {}}


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    shell = InteractiveShell()
    shell.user_ns["delays"] = [1]
    return shell


class Jedi:
    """Answers when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.may = threading.Event()
        self.answered = threading.Semaphore(0)

    def __call__(self, code: str, cursor: int) -> dict[str, Any]:
        self.asked.append(code)
        self.may.wait(60)
        self.answered.release()
        return WHOLE


def completion(shell: InteractiveShell, jedi: Jedi, busy: Callable[[], bool] = lambda: False) -> PythonCompletion:
    return PythonCompletion(jedi, shell, busy, limit=60 if jedi.may.is_set() else 0.01)


def test_an_answer_in_time_is_jedis(shell: InteractiveShell) -> None:
    jedi = Jedi()
    jedi.may.set()
    assert completion(shell, jedi)("d", 1) == WHOLE


def test_live_names_answer_for_one_that_is_late_and_it_is_asked_one_thing_at_a_time(shell: InteractiveShell) -> None:
    jedi = Jedi()
    ask = completion(shell, jedi)
    reply = ask("x = delays.app", 14)
    assert reply["matches"] == [".append"]
    assert (reply["cursor_start"], reply["cursor_end"]) == (10, 14)
    assert reply["metadata"]["_jupyter_types_experimental"][0]["type"] == "attribute"
    assert ask("delay", 5)["matches"] == ["delays"]
    assert ask("nothing_of_the_kind", 19)["matches"] == []
    assert jedi.asked == ["x = delays.app"]
    jedi.may.set()
    assert jedi.answered.acquire(timeout=60)


def test_live_names_answer_where_jedi_fails(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(code: str, cursor: int) -> dict[str, Any]:
        raise RecursionError

    monkeypatch.setattr(threading, "excepthook", lambda told: None)
    ask = PythonCompletion(fails, shell, lambda: False, limit=60)
    assert ask("delay", 5)["matches"] == ["delays"]
    assert ask("delay", 5)["matches"] == ["delays"]


def test_it_is_warmed_up_once_and_only_while_no_cell_runs(shell: InteractiveShell) -> None:
    jedi = Jedi()
    jedi.may.set()
    free, looked, twice = threading.Event(), threading.Event(), threading.Event()

    def busy() -> bool:
        if looked.is_set():
            twice.set()
        looked.set()
        return not free.is_set()

    warm = completion(shell, jedi, busy)
    warm.warm_up()
    warm.warm_up()
    assert twice.wait(60) and jedi.asked == []
    free.set()
    assert jedi.answered.acquire(timeout=60) and jedi.answered.acquire(timeout=60)
    assert len(set(jedi.asked)) == len(jedi.asked) == 2
