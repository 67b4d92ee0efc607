"""R, Scala, SQL and shell taken apart into code, strings and comments: what is only said is not done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

#: per language its comments and its strings, each with the group in which the string's text is
_FORMS: dict[str, tuple[str, str]] = {
    "r": (
        r"#[^\n]*",
        r"[rR](?P<q>[\"'])(?P<d>-*)\((?P<raw>.*?)\)(?P=d)(?P=q)|\"(?P<a>(?:\\.|[^\"\\])*)\"|'(?P<b>(?:\\.|[^'\\])*)'",
    ),
    "scala": (
        r"//[^\n]*|/\*",
        r"\"\"\"(?P<raw>.*?)\"\"\"(?!\")|\"(?P<a>(?:\\.|[^\"\\\n])*)\"|'(?P<b>\\.[^'\n]*|[^'\\\n])'",
    ),
    "sql": (
        r"--[^\n]*|/\*",
        r"[rR]?\"(?P<a>(?:\\.|\"\"|[^\"\\])*)\"|[rR]?'(?P<b>(?:\\.|''|[^'\\])*)'",
    ),
    "sh": (
        r"(?<!\S)#[^\n]*",
        r"\"(?P<a>(?:\\.|[^\"\\])*)\"|'(?P<b>[^']*)'",
    ),
}
_NESTED = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Text:
    """A string in code."""

    value: str
    #: where it stands in ``Code.code``, which has an empty one in its place
    place: int


@dataclass(frozen=True)
class Code:
    """Code of which comments are blanks and strings empty, and those strings."""

    code: str
    texts: tuple[Text, ...]


def read(code: str, language: str) -> Code:
    """Take code apart. What begins a string or comment that has no end goes on to the code's end."""
    form, kept, texts = _form(language), list[str](), list[Text]()
    begin, length = 0, 0
    while found := form.search(code, begin):
        before = code[begin : found.start()]
        if found["comment"] is not None:
            end = _end_of_nested(code, found.end()) if found[0] == "/*" else found.end()
            replacement = " "
        else:
            end, replacement = found.end(), "''"
            value = next((found[name] for name in ("raw", "a", "b") if found.groupdict().get(name) is not None), "")
            texts.append(Text(value, length + len(before)))
        kept += [before, replacement]
        length += len(before) + len(replacement)
        begin = end
    return Code("".join([*kept, code[begin:]]), tuple(texts))


@cache
def _form(language: str) -> re.Pattern[str]:
    comment, text = _FORMS[language]
    return re.compile(rf"(?P<comment>{comment})|{text}", re.DOTALL)


def _end_of_nested(code: str, begin: int) -> int:
    """Where a comment ends, which may have others inside."""
    depth = 1
    for mark in _NESTED.finditer(code, begin):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    return len(code)
