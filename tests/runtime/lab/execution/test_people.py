"""What people are asked and told, and whose scripts they see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from lakebook.lab.execution.audience import Event, Listener
from runtime.lab.execution.bench import Bench
from runtime.lab.execution.conftest import Play

ASKS = "name = input('Who?')\nprint('Hello', name)"


class Tab:
    """One of somebody's tabs."""

    def __init__(self, bench: Bench, user: str) -> None:
        self.events: list[Event] = []
        self._audience = bench.executor.audience
        self._questions = bench.executor.questions
        self._listener = Listener(user, self.events.append)

    def join(self) -> Tab:
        self._audience.join(self._listener)
        self._questions.repeat(self._listener)
        return self

    def leave(self) -> None:
        self._audience.leave(self._listener)
        self._questions.pass_on(self._listener.user)

    def is_asked(self) -> bool:
        return any(event["event"] == "question" for event in self.events)


@pytest.fixture
def ben(bench: Bench) -> Iterator[Tab]:
    tab = Tab(bench, "ben").join()
    yield tab
    tab.leave()


def answer(bench: Bench, run: str, value: str) -> None:
    question = bench.executor.questions.of(run)
    assert question is not None
    question.answer(value)


async def answered(bench: Bench, run: str, value: str) -> list[str]:
    await bench.until(lambda: bench.executor.questions.of(run))
    answer(bench, run, value)
    return await bench.end(run)


def test_whoever_ran_the_cell_is_asked_and_the_answer_is_kept(bench: Bench, play: Play, ben: Tab) -> None:
    (cell,) = bench.open(ASKS)
    (run,) = play(bench.ask(cell, user="ada"))
    assert play(answered(bench, run, "Grace")) == ["ok"]
    question = next(event for event in bench.events if event["event"] == "question")
    assert (question["cell"], question["prompt"], question["secret"]) == (cell, "Who?", False)
    assert {"event": "answered", "run": run} in bench.events
    assert not ben.is_asked()
    assert bench.text(cell) == "Who? Grace\nHello Grace\n"


def test_a_password_is_not_shown(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("import getpass\nlen(getpass.getpass('Password:'))")
    (run,) = play(bench.ask(cell))
    assert play(answered(bench, run, "secret")) == ["ok"]
    assert bench.text(cell) == "Password: ········\n"
    assert bench.outputs(cell)[-1]["data"] == {"text/plain": "6"}


def test_a_question_waits_until_somebody_comes(bench: Bench, play: Play) -> None:
    (cell,) = bench.open(ASKS)
    (run,) = play(bench.ask(cell, user="eve"))
    ada_was_asked = lambda: any(event["event"] == "question" for event in bench.events)  # noqa: E731
    play(bench.until(ada_was_asked))
    eve = Tab(bench, "eve").join()
    assert eve.is_asked()
    eve.leave()
    assert play(answered(bench, run, "Grace")) == ["ok"]


def test_the_others_are_asked_when_whoever_ran_the_cell_leaves(bench: Bench, play: Play, ben: Tab) -> None:
    eve = Tab(bench, "eve").join()
    (cell,) = bench.open(ASKS)
    (run,) = play(bench.ask(cell, user="eve"))
    play(bench.until(eve.is_asked))
    assert not ben.is_asked()
    eve.leave()
    assert ben.is_asked()
    play(answered(bench, run, "Grace"))


def test_an_interrupt_withdraws_the_question(bench: Bench, play: Play) -> None:
    (cell,) = bench.open(ASKS)
    (run,) = play(bench.ask(cell))

    async def interrupt() -> list[str]:
        await bench.until(lambda: bench.executor.questions.of(run))
        await bench.server.kernel_manager.interrupt_kernel(bench.kernel)
        return await bench.end(run)

    assert play(interrupt()) == ["error"]
    assert bench.executor.questions.of(run) is None
    assert {"event": "answered", "run": run} in bench.events
    (again,) = bench.open("'goes on'")
    assert play(bench.run(again)) == ["ok"]


def test_only_whoever_ran_a_cell_may_see_its_scripts(bench: Bench, play: Play) -> None:
    source = "from IPython.display import HTML, display\ndisplay({'text/html': '<script>1</script>', 'a/b': [1.0, 2]}, raw=True)"
    (cell,) = bench.open(source)
    play(bench.run(cell, user="ada"))
    (output,) = bench.outputs(cell)
    trust = bench.executor.trust
    forged = {"text/html": "<script>2</script>"}
    assert trust.of("ada", [output["data"], forged]) == [True, False]
    assert trust.of("ben", [output["data"], forged]) == [False, False]
    assert bench.new_executor().trust.of("ada", [output["data"]]) == [True]


def test_a_tab_that_was_not_there_is_told_how_runs_have_ended(bench: Bench, play: Play) -> None:
    (cell,) = bench.open("1 / 0")
    (run,) = play(bench.ask(cell))
    assert run in bench.executor.unfinished()
    play(bench.end(run))
    (end,) = [event for event in bench.executor.ends() if event["run"] == run]
    assert (end["state"], end["reply"]["ename"]) == ("error", "ZeroDivisionError")
    assert run not in bench.executor.unfinished()
    play(asyncio.sleep(0))
