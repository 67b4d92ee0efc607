"""SIGINT raises in Python code, and asks whoever the main thread waits for."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from lakebook_kernel.interrupts import Interrupts


@pytest.fixture
def interrupts() -> Iterator[Interrupts]:
    made = Interrupts()
    before = signal.signal(signal.SIGINT, made.handle), signal.signal(signal.SIGUSR2, made.break_wait)
    yield made
    signal.signal(signal.SIGINT, before[0])
    signal.signal(signal.SIGUSR2, before[1])


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(0)


def test_python_code_is_broken_at_once(interrupts: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_a_wait_ends_whole_before_the_exception(interrupts: Interrupts) -> None:
    stopped = threading.Event()
    whole = False
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: stopped.set()):
        interrupt()
        assert stopped.wait(5)
        whole = True
    assert whole


def test_the_interrupt_takes_the_place_of_the_error_it_caused(interrupts: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: None):
        interrupt()
        raise RuntimeError("the job was cancelled")


def test_an_inner_wait_does_not_end_the_outer_one(interrupts: Interrupts) -> None:
    asked: list[str] = []
    outer_whole = False
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: asked.append("outer")):
        with interrupts.waiting(lambda elapsed: asked.append("inner")):
            interrupt()
        while "outer" not in asked:
            time.sleep(0.01)
        outer_whole = True
    assert outer_whole


def test_patience_ends_a_wait_that_does_not_stop(interrupts: Interrupts) -> None:
    whole = False
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: None, patience=0.1):
        interrupt()
        threading.Event().wait(30)
        whole = True
    assert not whole


def test_cleaning_up_after_a_broken_wait_is_not_broken_in_turn(interrupts: Interrupts) -> None:
    cleaned = False
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: None):
        try:
            with interrupts.waiting(lambda elapsed: None, patience=0.1):
                interrupt()
                try:
                    threading.Event().wait(30)
                finally:
                    time.sleep(1)
                    cleaned = True
        finally:
            with interrupts.waiting(lambda elapsed: None, patience=30):
                time.sleep(1)
            cleaned_again = True
    assert cleaned and cleaned_again
    with interrupts.waiting(lambda elapsed: None):
        pass


def test_nothing_is_left_after_an_interrupt(interrupts: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: None):
        interrupt()
    with interrupts.waiting(lambda elapsed: None):
        pass


def test_whoever_wants_to_hear_is_told_of_every_interrupt(interrupts: Interrupts) -> None:
    heard = threading.Event()
    interrupts.on_interrupt = heard.set
    with pytest.raises(KeyboardInterrupt):
        interrupt()
    assert heard.wait(5)


def test_an_interrupt_before_the_cell_begins_is_the_cells(interrupts: Interrupts) -> None:
    interrupts.new_request(cell=True)
    interrupt()
    with pytest.raises(KeyboardInterrupt):
        interrupts.begin_cell()
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_an_interrupt_after_the_cell_is_nobodys(interrupts: Interrupts) -> None:
    interrupts.new_request(cell=True)
    interrupts.begin_cell()
    interrupts.end_cell()
    interrupt()
    interrupts.new_request(cell=True)
    interrupts.begin_cell()


def test_a_cell_of_a_subshell_leaves_the_running_one_alone(interrupts: Interrupts) -> None:
    def subshell() -> None:
        interrupts.new_request(cell=True)
        interrupts.begin_cell()
        interrupts.end_cell()

    interrupts.new_request(cell=True)
    interrupts.begin_cell()
    other = threading.Thread(target=subshell)
    other.start()
    other.join()
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_how_a_cell_ended_is_told_whole(interrupts: Interrupts) -> None:
    asked = threading.Event()
    with interrupts.too_late():
        interrupt()
        with interrupts.waiting(lambda elapsed: asked.set()):
            interrupt()
            assert asked.wait(5)
    with pytest.raises(KeyboardInterrupt):
        interrupt()


def test_patience_ends_also_when_the_one_who_is_asked_hangs(interrupts: Interrupts) -> None:
    answers, whole = threading.Event(), False
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: bool(answers.wait(30)), patience=0.1):
        interrupt()
        threading.Event().wait(20)
        whole = True
    answers.set()
    assert not whole


def test_what_follows_the_interrupted_wait_is_not_stopped(interrupts: Interrupts) -> None:
    told: list[float] = []
    interrupts.on_interrupt = lambda: told.append(time.monotonic())
    with pytest.raises(KeyboardInterrupt), interrupts.waiting(lambda elapsed: None):
        interrupt()
        time.sleep(0.5)
    with interrupts.waiting(lambda elapsed: None):
        time.sleep(0.5)  # in which who is just being told has been told
        until = time.monotonic()
        time.sleep(1)
    assert told and all(moment < until for moment in told)


def test_an_interrupt_in_a_task_beside_the_cells_own_ends_no_event_loop(interrupts: Interrupts) -> None:
    async def beside() -> None:
        with interrupts.waiting(lambda elapsed: None):
            interrupt()

    async def cell() -> str:
        try:
            await asyncio.create_task(beside())
        except asyncio.CancelledError:
            return "cancelled"
        return "went on"

    async def request() -> str:
        task = asyncio.ensure_future(cell())
        with interrupts.awaiting(task):
            return await task

    assert asyncio.run(request()) == "cancelled"
