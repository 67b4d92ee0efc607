"""Databricks' source files, which are code with marks in comments, as notebooks and back, byte for byte.

A file is an opening line, then cells with a separator between them; what stands before, between and after them in most
files is not written down anywhere. Where a file has it otherwise, the notebook's metadata keep it, so that a cell comes
back as it was as long as it says the same, and a changed or new one is written as Databricks writes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import cache
from typing import Any

from nbformat import NotebookNode

from lakebook.databricks import languages
from lakebook.databricks.cells import Command, new_notebook, note, noted, to_cell, to_command
from lakebook.databricks.languages import Language

#: under our key: of a notebook how its file is laid out, of a cell where it departs from that
_KEY = "source"
_BYTE_ORDER_MARK = "\ufeff"


def reads(text: str, language: Language) -> NotebookNode:
    """The notebook of a source file; a file without marks is a notebook of one cell."""
    file = _split(text, language)
    layout = _layout(file, language)
    notebook = new_notebook(_cells(file, layout, language), language)
    note(notebook, _KEY, {"language": language.name, **_departures(layout)})
    return notebook


def writes(notebook: NotebookNode, language: Language) -> str:
    """The source file of a notebook: what was read and has not changed is written as it was."""
    own = languages.of_notebook(notebook) or language
    commands = [to_command(cell, own, language) for cell in notebook.cells]
    told = _told(notebook)
    if told.get("language") != language.name:
        return _write(commands, [{} for _ in commands], _Layout(), language)
    layout = _Layout.of(told)
    kept = [_told(cell) for cell in notebook.cells]
    if layout.plain and not _is_script(_write(commands, kept, layout, language), commands, language):
        layout = replace(layout, opening=None, plain=False)
    text = _write(commands, kept, layout, language)
    if _commands(text, language) != commands or not (layout.plain or is_marked(text, language)):
        layout = replace(layout, opening=None, end=None)
        text = _write(commands, [{"text": one.get("text")} for one in kept], layout, language)
    return text


def _is_script(text: str, commands: list[Command], language: Language) -> bool:
    return len(commands) == 1 and not is_marked(text, language)


def is_marked(text: str, language: Language) -> bool:
    """Whether a file is a Databricks notebook: begins as one, or has a separator, or is one cell of magic."""
    file = _split(text, language)
    return bool(file.opening) or len(file.bodies) > 1 or _is_marked_by_itself(file.bodies[0], language)


def mixed(notebook: NotebookNode) -> list[int]:
    """The numbers, from 1, of cells of a source file that begin with lines of magic and go on without.

    Such lines are comments to a language, so it would not do what they say, and would not tell.
    """
    language = languages.named(_told(notebook).get("language"))
    if language is None:
        return []
    begins = re.compile(rf"\s*{_marks(language).magic.pattern}", re.MULTILINE)
    code = [(number, cell) for number, cell in enumerate(notebook.cells, 1) if cell.cell_type == "code"]
    return [number for number, cell in code if begins.match(cell.source)]


@dataclass(frozen=True)
class _Marks:
    """How the marks look in the comments of a language."""

    opening: re.Pattern[str]
    separator: re.Pattern[str]
    title: re.Pattern[str]
    magic: re.Pattern[str]


@cache
def _marks(language: Language) -> _Marks:
    comment = re.escape(language.comment)
    exported = r"(?: exported at .*)?"  # which older files say, with the time
    return _Marks(
        opening=re.compile(rf"{comment} Databricks notebook source{exported}[ \t\r]*(?:\n|\Z)"),
        separator=re.compile(rf"^{comment} COMMAND ----------[ \t]*(?:\r?\n|\Z)", re.MULTILINE),
        title=re.compile(rf"{comment} DBTITLE ([01]),(.*)"),
        magic=re.compile(rf"{comment} MAGIC(?: |$)", re.MULTILINE),
    )


@dataclass(frozen=True)
class _File:
    """A source file taken apart; all of it joined, with each ``between`` before its body, is the file."""

    mark: str
    opening: str
    #: before each body but the first
    between: list[str]
    bodies: list[str]
    end: str


def _split(text: str, language: Language) -> _File:
    marks = _marks(language)
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    opens = marks.opening.match(text, len(mark))
    opening = opens[0] if opens else ""
    begin = len(mark) + len(opening)
    if opening and begin == len(text):
        return _File(mark, opening, [], [], "")
    between, bodies = [""], list[str]()
    for separator in marks.separator.finditer(text, begin):
        body, after = _without_ends(text[begin : separator.start()], 2)
        blank = re.compile(r"\r?\n").match(text, separator.end())
        begin = blank.end() if blank else separator.end()
        bodies.append(body)
        between.append(after + text[separator.start() : begin])
    body, end = _without_ends(text[begin:], 1)
    return _File(mark, opening, between[1:], [*bodies, body], end)


def _without_ends(text: str, most: int) -> tuple[str, str]:
    """A text without so many ends of lines at its end, and those."""
    ends = re.search(rf"(?:\r?\n){{0,{most}}}\Z", text)
    assert ends is not None
    return text[: ends.start()], ends[0]


@dataclass(frozen=True)
class _Layout:
    """What is the same in a whole file; None means as Databricks writes it."""

    mark: str = ""
    newline: str = "\n"
    opening: str | None = None
    end: str | None = None
    #: ``# MAGIC`` of an empty line is followed by a space, as Databricks once wrote it
    space: bool = False
    #: no mark at all: a script
    plain: bool = False

    @classmethod
    def of(cls, told: dict[str, Any]) -> _Layout:
        """What a notebook's metadata tell."""
        return cls(**{field.name: told[field.name] for field in fields(cls) if field.name in told})


def _layout(file: _File, language: Language) -> _Layout:
    text = "".join([file.opening, *file.between, *file.bodies, file.end])
    newline = "\r\n" if 2 * text.count("\r\n") > text.count("\n") else "\n"
    empty = re.findall(rf"^{re.escape(language.comment)} MAGIC( ?)\r?$", text, re.MULTILINE)
    usual = _opening(language, newline)
    plain = not file.opening and len(file.bodies) == 1 and not _is_marked_by_itself(file.bodies[0], language)
    return _Layout(
        file.mark,
        newline,
        None if file.opening == usual else file.opening,
        None if file.end == newline or not file.bodies else file.end,
        2 * empty.count(" ") > len(empty),
        plain,
    )


def _departures(layout: _Layout) -> dict[str, Any]:
    usual = asdict(_Layout())
    return {name: value for name, value in asdict(layout).items() if value != usual[name]}


def _opening(language: Language, newline: str) -> str:
    return f"{language.comment} Databricks notebook source{newline}"


def _between(language: Language, newline: str) -> str:
    return f"{newline}{newline}{language.comment} COMMAND ----------{newline}{newline}"


def _cells(file: _File, layout: _Layout, language: Language) -> Iterator[NotebookNode]:
    usual = _between(language, layout.newline)
    for body, between in zip(file.bodies, [usual, *file.between], strict=False):
        command = _command(body, language)
        cell = to_cell(command)
        kept = {"text": body} if body != _usual_body(command, layout, language) else {}
        if between != usual:
            kept["before"] = between
        if kept:
            note(cell, _KEY, kept)
        yield cell


def _told(node: NotebookNode) -> dict[str, Any]:
    found = noted(node).get(_KEY)
    return found if isinstance(found, dict) else {}


def _write(commands: list[Command], kept: list[dict[str, Any]], layout: _Layout, language: Language) -> str:
    usual = _between(language, layout.newline)
    opening = _opening(language, layout.newline) if layout.opening is None else layout.opening
    text = [layout.mark, opening]
    for number, (command, one) in enumerate(zip(commands, kept, strict=True)):
        if number:
            text.append(one.get("before", usual))
        text.append(_body(command, one, layout, language))
    if commands:
        text.append(layout.newline if layout.end is None else layout.end)
    return "".join(text)


def _body(command: Command, kept: dict[str, Any], layout: _Layout, language: Language) -> str:
    """A cell as it was when it still says the same, else as Databricks writes it."""
    body = kept.get("text")
    if isinstance(body, str) and _command(body, language) == command:
        return body
    return _usual_body(command, layout, language)


def _usual_body(command: Command, layout: _Layout, language: Language) -> str:
    lines = command.text.split("\n")
    if language.is_magic(command.text):
        empty = " " if layout.space else ""
        lines = [f"{language.comment} MAGIC{' ' if line else empty}{line}" for line in lines]
    if command.title or command.show_title:
        lines.insert(0, f"{language.comment} DBTITLE {int(command.show_title)},{command.title}")
    return layout.newline.join(lines)


def _command(body: str, language: Language) -> Command:
    """A cell as it stands in a file."""
    marks = _marks(language)
    lines = body.replace("\r\n", "\n").split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    title = marks.title.fullmatch(lines[first])
    if title:
        lines = lines[first + 1 :]
    written = [number for number, line in enumerate(lines) if line.strip()]
    if written and all(marks.magic.match(lines[number]) for number in written):
        lines = [marks.magic.sub("", line, count=1) for line in lines[written[0] : written[-1] + 1]]
    return Command("\n".join(lines), title[2] if title else "", bool(title and title[1] == "1"))


def _is_marked_by_itself(body: str, language: Language) -> bool:
    return _command(body, language) != Command(body.replace("\r\n", "\n"))


def _commands(text: str, language: Language) -> list[Command]:
    return [_command(body, language) for body in _split(text, language).bodies]
