"""The text of a stream as a terminal would show it, and how a shared text follows it."""

from __future__ import annotations

import re

from pycrdt import Text

#: characters of a stream that are kept as they come, and of its end when there are more
KEPT, KEPT_OF_END = 4_000_000, 100_000

_MOVES = re.compile("([\n\r\b])")


class StreamText:
    """What a stream shows: carriage returns and backspaces move back in its last line, as in a terminal."""

    def __init__(self) -> None:
        #: all but the last line, in pieces
        self._ended: list[str] = []
        self._line = ""
        self._column = 0
        self._length = 0
        #: of the shared text: how many pieces it has, their bytes of UTF-8, and its last line
        self._pieces = 0
        self._bytes = 0
        self._written_line = ""
        #: of what is more than is kept as it comes: its end, and how much is before that
        self._end = ""
        self._left_out = 0

    def add(self, text: str) -> None:
        """Text that has come."""
        room = KEPT - self._length
        if len(text) > room:
            end = self._end + text[room:]
            self._left_out += max(0, len(end) - KEPT_OF_END)
            self._end = end[-KEPT_OF_END:]
            text = text[:room]
        self._length += len(text)
        if self._column == len(self._line) and "\r" not in text and "\b" not in text:
            ended, newline, line = text.rpartition("\n")
            if newline:
                self._ended.append(self._line + ended + newline)
                self._line = line
            else:
                self._line += line
            self._column = len(self._line)
        else:
            for piece in _MOVES.split(text):
                self._move(piece)

    def end(self) -> None:
        """Nothing more comes: show the end of what was too long, and say so."""
        if self._end:
            end = self._end
            if self._left_out:
                end = f"\n[{self._left_out:,} characters are left out here]\n{end}"
            self._ended.append(self._line + end)
            self._line, self._column, self._end, self._left_out = "", 0, "", 0

    def write(self, shared: Text) -> None:
        """Let the shared text say the same.

        What replaces the last line comes behind it before the line is deleted: JupyterLab takes such a change for text
        at the end, whatever the place.
        """
        ended = "".join(self._ended[self._pieces :])
        new, old = ended + self._line, self._written_line
        same = _common(old, new)
        added, gone = new[same:], old[same:]
        if added:
            shared.insert(len(shared), added)
        if gone:
            start = self._bytes + len(old[:same].encode())
            del shared[start : start + len(gone.encode())]
        self._pieces = len(self._ended)
        self._bytes += len(ended.encode())
        self._written_line = self._line

    def text(self) -> str:
        """All of it."""
        return "".join(self._ended) + self._line

    def written(self) -> str:
        """What the shared text has of it."""
        return "".join(self._ended[: self._pieces]) + self._written_line

    def unwrite(self) -> None:
        """The next shared text is an empty one."""
        self._pieces = self._bytes = 0
        self._written_line = ""

    def unwritten(self) -> str:
        """What is not in the shared text yet, if it goes on where that ends."""
        new = "".join(self._ended[self._pieces :]) + self._line
        return new.removeprefix(self._written_line)

    def _move(self, piece: str) -> None:
        if piece == "\n":
            self._ended.append(self._line + "\n")
            self._line, self._column = "", 0
        elif piece == "\r":
            self._column = 0
        elif piece == "\b":
            self._column = max(0, self._column - 1)
        elif piece:
            end = self._column + len(piece)
            self._line = self._line[: self._column] + piece + self._line[end:]
            self._column = end


def _common(old: str, new: str) -> int:
    """With how many of the same characters two texts begin."""
    if new.startswith(old):
        return len(old)
    return next((index for index, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(new))
