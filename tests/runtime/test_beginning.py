"""What is read of a process at the moment when its program begins: the system shows nothing of it then."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from lakebook import beginning
from lakebook.beginning import command_line, environment


@pytest.fixture
def child() -> Iterator[psutil.Process]:
    command = [sys.executable, "-c", "input()", "an argument"]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "A_VARIABLE": "its value"})
    try:
        yield psutil.Process(started.pid)
    finally:
        started.kill()
        started.wait()
        assert started.stdin is not None
        started.stdin.close()


def test_one_that_was_started_this_moment_is_read(child: psutil.Process) -> None:
    assert command_line(child)[1:] == ["-c", "input()", "an argument"]
    assert environment(child)["A_VARIABLE"] == "its value"


def test_a_command_line_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([[], [], ["java", "Main"]])
    monkeypatch.setattr(psutil.Process, "cmdline", lambda self: next(answers))
    assert command_line(psutil.Process()) == ["java", "Main"]


def test_an_environment_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    command_lines, variables = iter([[], ["java"]]), iter([{}, {"NAME": "value"}])
    monkeypatch.setattr(psutil.Process, "cmdline", lambda self: next(command_lines))
    monkeypatch.setattr(psutil.Process, "environ", lambda self: next(variables))
    assert environment(psutil.Process()) == {"NAME": "value"}


def test_one_that_shows_none_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "_PATIENCE", 0.05)
    monkeypatch.setattr(psutil.Process, "cmdline", lambda self: [])
    assert command_line(psutil.Process()) == []


def test_one_without_a_program_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "_PATIENCE", 600)
    monkeypatch.setattr(psutil.Process, "cmdline", lambda self: [])
    monkeypatch.setattr(psutil.Process, "exe", lambda self: "")
    assert command_line(psutil.Process()) == []


def test_one_that_has_ended_is_told(child: psutil.Process) -> None:
    child.kill()
    child.wait()
    with pytest.raises(psutil.NoSuchProcess):
        command_line(child)
    with pytest.raises(psutil.NoSuchProcess):
        environment(child)
