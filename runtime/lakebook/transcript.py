"""What ``lakebook run`` prints while a notebook runs: a line for each cell, its output as it comes, its time."""

from __future__ import annotations

import re
import shutil
import sys
from typing import Any, TextIO

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_ERASE = "\r\x1b[K"
#: how the display of a cell's progress is named, by whoever runs the jobs
_PROGRESS = "progress-"
_SHORT = 0.05  # seconds; times below say nothing


class Transcript:
    """What ``lakebook run`` prints: the cells' text output as it comes, and lines of our own about them."""

    def __init__(self, cells: int, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self._cells = cells
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        #: streams whose last line is not ended; a terminal shows both in one place
        self._unended: set[TextIO] = set()
        self._in_progress = False

    def cell(self, number: int, source: str) -> None:
        """Announce a cell that starts."""
        self.line(shorten(f"[{number}/{self._cells}] {summary(source)}"))

    def message(self, message: dict[str, Any]) -> None:
        """Print the text of a message that the kernel sent for the running cell."""
        kind, content = message["msg_type"], message["content"]
        if str((content.get("transient") or {}).get("display_id", "")).startswith(_PROGRESS):
            self._progress(content["data"].get("text/plain", ""))
        elif kind == "stream":
            self._write(content["text"], self._err if content["name"] == "stderr" else self._out)
        elif kind in ("display_data", "execute_result"):
            if text := content["data"].get("text/plain"):
                self.line(text)
        elif kind == "error":
            self._end_line()
            self._write("\n".join(content["traceback"]).rstrip("\n") + "\n", self._err)

    def time(self, number: int, seconds: float) -> None:
        """Say how long a cell took."""
        if seconds >= _SHORT:
            self.line(f"{' ' * len(f'[{number}/{self._cells}]')} {duration(seconds)}")

    def line(self, text: str) -> None:
        """A line of our own, on standard output."""
        self._end_line()
        self._write(text.rstrip("\n") + "\n", self._out)

    def problem(self, text: str) -> None:
        """A line of our own about what went wrong."""
        self._end_line()
        self._write(f"lakebook: {text}\n", self._err)

    def _progress(self, text: str) -> None:
        """Show a line that the next output replaces; in a file it would be noise."""
        if not self._out.isatty():
            return
        if not self._in_progress:
            self._end_line()
        self._out.write(_ERASE + (shorten(text.splitlines()[-1]) if text else ""))
        self._out.flush()
        self._in_progress = bool(text)

    def _end_line(self) -> None:
        for stream in list(self._unended):
            self._write("\n", stream)

    def _write(self, text: str, stream: TextIO) -> None:
        if not text:
            return
        if self._in_progress:
            self._out.write(_ERASE)
            self._in_progress = False
        other = self._err if stream is self._out else self._out
        other.flush()
        stream.write(text if stream.isatty() else plain(text))
        stream.flush()
        if not text.endswith("\n"):
            self._unended.add(stream)
        elif stream.isatty():
            self._unended.clear()
        else:
            self._unended.discard(stream)


def plain(text: str) -> str:
    """Text without what colours it in a terminal."""
    return _ANSI.sub("", text)


def summary(source: str) -> str:
    """A cell in one line: its language's magic, if any, and its first line of code."""
    lines = [line.strip() for line in source.splitlines() if line.strip()]
    if len(lines) > 1 and re.fullmatch(r"%%?\w+", lines[0]):
        return f"{lines[0]}  {lines[1]}"
    return lines[0] if lines else ""


def shorten(text: str) -> str:
    """One line that fits the terminal."""
    width = shutil.get_terminal_size((120, 24)).columns
    return text if len(text) <= width else text[: width - 1] + "…"


def duration(seconds: float) -> str:
    """Seconds in words: ``1.5 s``, ``2 min 5 s``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
