"""What ``lakebook run`` prints, message by message."""

from __future__ import annotations

import io
from typing import Any

import pytest

from lakebook.transcript import Transcript, duration, shorten, summary


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"msg_type": "stream", "content": {"name": name, "text": text}}


def progress(text: str, kind: str = "update_display_data") -> dict[str, Any]:
    return {"msg_type": kind, "content": {"data": {"text/plain": text}, "transient": {"display_id": "progress-1"}}}


def test_a_line_that_the_cell_left_open_is_ended() -> None:
    out, err = io.StringIO(), io.StringIO()
    transcript = Transcript(2, out, err)
    transcript.message(stream("no newline"))
    transcript.message(stream("error\n", "stderr"))
    transcript.cell(2, "next")
    assert out.getvalue() == "no newline\n[2/2] next\n"
    assert err.getvalue() == "error\n"


def test_colours_are_for_terminals() -> None:
    plain, terminal = io.StringIO(), Terminal()
    for out in (plain, terminal):
        Transcript(1, out, out).message(stream("\x1b[31mred\x1b[0m\n"))
    assert plain.getvalue() == "red\n"
    assert terminal.getvalue() == "\x1b[31mred\x1b[0m\n"


def test_progress_is_a_line_that_goes_away() -> None:
    plain, terminal = io.StringIO(), Terminal()
    for out in (plain, terminal):
        transcript = Transcript(1, out, out)
        transcript.message(progress("0/2 tasks", "display_data"))
        transcript.message(progress("1/2 tasks"))
        transcript.message(progress(""))
        transcript.message(stream("done\n"))
    assert plain.getvalue() == "done\n"
    assert terminal.getvalue() == "\r\x1b[K0/2 tasks\r\x1b[K1/2 tasks\r\x1b[Kdone\n"


def test_an_update_of_another_display_is_not_printed_again() -> None:
    out = io.StringIO()
    content = {"data": {"text/plain": "again"}, "transient": {"display_id": "mine"}}
    Transcript(1, out, out).message({"msg_type": "update_display_data", "content": content})
    assert out.getvalue() == ""


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("\n\nx = 1\ny = 2", "x = 1"),
        ("%sql\n\nSELECT 1", "%sql  SELECT 1"),
        ("%sql -o result\nSELECT 1", "%sql -o result"),
        ("%%time", "%%time"),
    ],
)
def test_a_cell_in_one_line(source: str, line: str) -> None:
    assert summary(source) == line


def test_long_lines_are_cut_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    assert shorten("0123456789") == "0123456789"
    assert shorten("0123456789x") == "012345678…"


def test_times_are_in_the_unit_that_fits() -> None:
    assert [duration(seconds) for seconds in (0.26, 59.94, 90.4, 3600)] == [
        "0.3 s",
        "59.9 s",
        "1 min 30 s",
        "60 min 0 s",
    ]
