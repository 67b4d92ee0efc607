"""The text of a ``.gitattributes``: a line is added, an attribute taken out, the rest stays as it is."""

from __future__ import annotations


def added(text: str, pattern: str, *attributes: str) -> str:
    """The text with a line at its end, which counts before those above it."""
    apart = "\n" if text and not text.endswith("\n") else ""
    return f"{text}{apart}{' '.join([pattern, *attributes])}\n"


def taken_out(text: str, pattern: str, attribute: str) -> str:
    """The text without an attribute of a pattern; a line that has no other goes with it."""
    lines = (_line_without(line, pattern, attribute) for line in text.splitlines(keepends=True))
    return "".join(line for line in lines if line is not None)


def _line_without(line: str, pattern: str, attribute: str) -> str | None:
    words = line.split()
    if not words or words[0] != pattern or attribute not in words:
        return line
    left = [word for word in words if word != attribute]
    return f"{' '.join(left)}{line[len(line.rstrip()) :]}" if len(left) > 1 else None
