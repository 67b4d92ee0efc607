"""Cells that ask the user for a line."""

from __future__ import annotations

import pytest

from acceptance.suites.conversation import Conversation

ASKING = {
    "python": ("print('before')\nname = input('Name? ')\nprint('hello', name)", "Name? ", False),
    "python's password": (
        "from getpass import getpass\nprint('before')\nprint('hello', getpass('Secret: '))",
        "Secret: ",
        True,
    ),
    "r": ("%r\ncat('before\\n')\nname <- readline('Name? ')\ncat('hello', name)", "Name? ", False),
    "r's password": ("%r\ncat('before\\n')\ncat('hello', getOption('askpass')('Secret: '))", "Secret: ", True),
}


@pytest.fixture(params=[pytest.param(name, marks=[pytest.mark.r] if name[0] == "r" else []) for name in ASKING])
def asking(request: pytest.FixtureRequest) -> tuple[str, str, bool]:
    return ASKING[request.param]


def test_a_cell_asks_and_goes_on_with_the_answer(conversation: Conversation, asking: tuple[str, str, bool]) -> None:
    code, prompt, hidden = asking
    outcome, asked = conversation.answered(code, "Ada é")
    assert asked == [{"prompt": prompt, "password": hidden}]
    assert outcome.ok and outcome.stdout.strip() == "before\nhello Ada é"


def test_who_cannot_be_asked_is_told_so(conversation: Conversation, asking: tuple[str, str, bool]) -> None:
    code, _, _ = asking
    error = conversation.run(code).error
    assert "input" in error and len(error.splitlines()) < 15
    assert conversation.run("print('on')").stdout == "on\n"


def test_an_interrupt_ends_the_question(conversation: Conversation, asking: tuple[str, str, bool]) -> None:
    code, _, _ = asking
    request = conversation.execute(code, allow_stdin=True)
    conversation.next("stdin", request)
    conversation.notebook.manager.interrupt_kernel()
    assert conversation.outcome(request).errors[0]["ename"] == "KeyboardInterrupt"
    outcome, _ = conversation.answered(code, "again")
    assert "hello again" in outcome.stdout


def test_several_questions_in_one_cell(conversation: Conversation) -> None:
    outcome, asked = conversation.answered("int(input('a ')) + int(input('b '))", "1", "2")
    assert outcome.text == "3" and [question["prompt"] for question in asked] == ["a ", "b "]


@pytest.mark.r
def test_what_is_typed_is_shared(conversation: Conversation) -> None:
    conversation.answered("%r\ntyped <- readline('? ')", " padded ")
    assert conversation.run("typed").text == "'padded'"


def test_other_languages_read_nothing_at_once(conversation: Conversation) -> None:
    assert "null" in conversation.run("%scala\nscala.io.StdIn.readLine()").text
    assert conversation.run("%sh\nread line || echo nothing").stdout == "nothing\n"


def test_the_debugger_after_an_error(conversation: Conversation) -> None:
    conversation.run("def divide(n):\n    return 1 / n\ndivide(0)")
    outcome, asked = conversation.answered("%debug", "p n + 41", "q")
    assert "41" in outcome.stdout and [question["prompt"] for question in asked] == ["ipdb> ", "ipdb> "]


def test_a_cell_stops_in_the_debugger(conversation: Conversation) -> None:
    outcome, _ = conversation.answered("stopped = 7\nbreakpoint()\nprint('went on')", "p stopped * 6", "c")
    assert "42" in outcome.stdout and "went on" in outcome.stdout
