"""Databricks' source files as notebooks and back: every kind of cell in every language, and odd files byte for byte."""

from __future__ import annotations

import difflib
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode

from lakebook.databricks import source
from lakebook.databricks.cells import CELL_KEY
from lakebook.databricks.languages import LANGUAGES, Language, named
from runtime.databricks.samples import SAMPLES, Sample

each_language = pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.kind)

PYTHON = LANGUAGES[0]
HEAD = "# Databricks notebook source\n"
BETWEEN = "\n\n# COMMAND ----------\n\n"


def opening(language: Language) -> str:
    return f"{language.comment} Databricks notebook source\n"


def between(language: Language) -> str:
    return f"\n\n{language.comment} COMMAND ----------\n\n"


def seen(cell: NotebookNode) -> tuple[str, str, str, bool]:
    """What a notebook shows of a cell."""
    told = cell.metadata.get(CELL_KEY, {})
    return cell.cell_type, cell.source, told.get("title", ""), told.get("showTitle", False)


def through_json(notebook: NotebookNode) -> NotebookNode:
    """A notebook as an editor has it after it was saved."""
    nbformat.validate(notebook)
    read: NotebookNode = nbformat.reads(nbformat.writes(notebook), as_version=4)
    return read


def there_and_back(text: str, language: Language) -> str:
    return source.writes(through_json(source.reads(text, language)), language)


@each_language
@each_sample
def test_every_kind_of_cell_reads_as_jupyter_s(sample: Sample, language: Language) -> None:
    text = opening(language) + sample.in_file(language) + "\n"
    (cell,) = source.reads(text, language).cells
    assert seen(cell) == (sample.cell_type, sample.source, sample.title, sample.show_title)
    assert there_and_back(text, language) == text


@each_language
def test_cells_of_all_kinds_come_in_their_order(language: Language) -> None:
    text = opening(language) + between(language).join(one.in_file(language) for one in SAMPLES) + "\n"
    notebook = source.reads(text, language)
    assert [seen(cell) for cell in notebook.cells] == [
        (one.cell_type, one.source, one.title, one.show_title) for one in SAMPLES
    ]
    assert there_and_back(text, language) == text


@pytest.mark.parametrize(
    ("language", "kernel"),
    [("python", "lakebook"), ("sql", "lakebook-sql"), ("r", "lakebook-r"), ("scala", "lakebook-scala")],
)
def test_the_kernel_is_the_language_s(language: str, kernel: str) -> None:
    known = named(language)
    assert known is not None
    notebook = source.reads(opening(known), known)
    assert notebook.metadata.kernelspec.name == kernel
    assert notebook.metadata["application/vnd.databricks.v1+notebook"]["language"] == language


ODD = {
    "nothing": "",
    "a script": "import x\n\nx.y()\n",
    "a script without its last end of line": "1",
    "a script with a magic of IPython's": "%timeit f()\n",
    "no cell": HEAD,
    "no cell and no end": HEAD.rstrip("\n"),
    "one empty cell": HEAD + "\n",
    "no last end of line": HEAD + "1" + BETWEEN + "2",
    "more ends of line at the end": HEAD + "1\n\n\n",
    "ends of line of Windows": (HEAD + "1\n2" + BETWEEN + "# MAGIC %md\n# MAGIC\n# MAGIC x\n").replace("\n", "\r\n"),
    "both ends of line": (HEAD + "1\n2" + BETWEEN).replace("\n", "\r\n") + "3\n4\r\n5\n",
    "returns alone": HEAD + "a\rb\n",
    "a byte order mark": "\ufeff" + HEAD + "1\n",
    "separators and no first line": "1" + BETWEEN + "2\n",
    "one magic and nothing else": "# MAGIC %sh\n# MAGIC ls\n",
    "an opening line with a time": HEAD.rstrip("\n") + " exported at Mon, 14 Mar 2016 03:57:34 UTC\n1\n",
    "an opening line with a time, of Windows": HEAD.rstrip("\n")
    + " exported at Mon, 14 Mar 2016 03:57:34 UTC\r\n1\r\n",
    "spaces after the marks": HEAD.rstrip("\n") + "  \n1\n\n# COMMAND ---------- \n\n2\n",
    "no blank lines around separators": HEAD + "1\n# COMMAND ----------\n2\n# COMMAND ----------\n",
    "separators only": HEAD + "# COMMAND ----------\n# COMMAND ----------\n# COMMAND ----------",
    "many blank lines around separators": HEAD + "\n\n1\n\n\n\n# COMMAND ----------\n\n\n\n2\n\n\n",
    "lines of magic with a space": HEAD + "# MAGIC %md\n# MAGIC \n# MAGIC x\n# MAGIC \n",
    "lines of magic with a space and without": HEAD + "# MAGIC %md\n# MAGIC \n# MAGIC x\n# MAGIC\n",
    "blank lines in and around magic": HEAD + "\n# MAGIC %md\n\n# MAGIC x\n\n",
    "magic that names none": HEAD + "# MAGIC SELECT 1\n",
    "magic, then code": HEAD + "# MAGIC %sql\n# MAGIC SELECT 1\nx = 1\n",
    "code, then magic": HEAD + "x = 1\n# MAGIC %sql\n",
    "a title after a blank line": HEAD + "\n# DBTITLE 1,T\n\n1\n",
    "an indented separator": HEAD + "if x:\n    # COMMAND ----------\n    y\n",
    "a separator with a text after it": HEAD + "1\n\n# COMMAND ---------- no\n\n2\n",
    "a longer separator": HEAD + "1\n\n# COMMAND -----------\n\n2\n",
    "a separator in a string": HEAD + 'x = """\n# COMMAND ----------\n"""\n',
    "other separators of lines": HEAD + "x = '\u2028\x0b\x0c\x85'\n",
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_an_odd_file_comes_back_as_it_was(text: str) -> None:
    assert there_and_back(text, PYTHON) == text


@pytest.mark.parametrize(
    ("kind", "cells"),
    [
        ("a script", ["import x\n\nx.y()"]),
        ("no cell", []),
        ("one empty cell", [""]),
        ("an opening line with a time", ["1"]),
        ("an opening line with a time, of Windows", ["1"]),
        ("ends of line of Windows", ["1\n2", "\nx"]),
        ("both ends of line", ["1\n2", "3\n4\n5"]),
        ("separators and no first line", ["1", "2"]),
        ("no blank lines around separators", ["1", "2", ""]),
        ("separators only", ["", "", "", ""]),
        ("many blank lines around separators", ["\n\n1\n\n", "\n\n2\n\n"]),
        ("blank lines in and around magic", ["\nx"]),
        ("an indented separator", ["if x:\n    # COMMAND ----------\n    y"]),
        ("a separator with a text after it", ["1\n\n# COMMAND ---------- no\n\n2"]),
        ("a separator in a string", ['x = """', '"""']),
    ],
)
def test_the_cells_of_an_odd_file(kind: str, cells: list[str]) -> None:
    assert [cell.source for cell in source.reads(ODD[kind], PYTHON).cells] == cells


def changed_lines(before: str, after: str) -> list[str]:
    """What git shows as changed."""
    lines = [text.split("\n") for text in (before, after)]
    return [line for line in difflib.ndiff(*lines) if line[0] in "+-"]


@pytest.mark.parametrize(
    ("text", "cell", "becomes", "difference"),
    [
        (HEAD + "1" + BETWEEN + "2\n", 1, "3", ["- 2", "+ 3"]),
        (HEAD + "# MAGIC %md ## A\n", 0, "## B", ["- # MAGIC %md ## A", "+ # MAGIC %md ## B"]),
        (HEAD + "# MAGIC %md\n# MAGIC \n# MAGIC x\n", 0, "\ny", ["- # MAGIC x", "+ # MAGIC y"]),
        (HEAD + "1\n# COMMAND ----------\n2\n", 0, "3", ["- 1", "+ 3"]),
        ("1" + BETWEEN + "2", 0, "3", ["- 1", "+ 3"]),
        (HEAD + "# MAGIC %md\n\n# MAGIC a" + BETWEEN + "2\n", 1, "3", ["- 2", "+ 3"]),
        ("a = 1\nb = 2\n", 0, "a = 1\nb = 3", ["- b = 2", "+ b = 3"]),
        ((HEAD + "1\n2" + BETWEEN + "3\n").replace("\n", "\r\n"), 0, "1\n4", ["- 2\r", "+ 4\r"]),
    ],
)
def test_only_what_changed_is_written_otherwise(text: str, cell: int, becomes: str, difference: list[str]) -> None:
    notebook = source.reads(text, PYTHON)
    notebook.cells[cell].source = becomes
    assert changed_lines(text, source.writes(notebook, PYTHON)) == difference


def test_a_new_title_and_a_new_type_are_written() -> None:
    notebook = source.reads(HEAD + "# MAGIC %md\n\n# MAGIC a\n", PYTHON)
    notebook.cells[0].metadata[CELL_KEY] = {"title": "T", "showTitle": True}
    assert source.writes(notebook, PYTHON) == HEAD + "# DBTITLE 1,T\n# MAGIC %md\n# MAGIC\n# MAGIC a\n"
    notebook.cells[0] = nbformat.v4.new_code_cell("\na", metadata=notebook.cells[0].metadata)
    assert source.writes(notebook, PYTHON) == HEAD + "# DBTITLE 1,T\n\na\n"


def test_cells_may_be_added_moved_and_taken_away() -> None:
    text = "1\n# COMMAND ----------\n# COMMAND ----------\n2"
    notebook = source.reads(text, PYTHON)
    one, nothing, two = notebook.cells
    new = nbformat.v4.new_code_cell
    for cells in ([two, nothing, one], [one, new("\n3"), two, new("4")], [new("0"), one], [nothing], [], [two, one]):
        notebook.cells = cells
        written = source.reads(source.writes(notebook, PYTHON), PYTHON)
        assert [cell.source for cell in written.cells] == [cell.source for cell in cells]
        assert source.is_marked(source.writes(notebook, PYTHON), PYTHON)


def test_a_script_that_gets_a_second_cell_becomes_a_notebook() -> None:
    notebook = source.reads("x = 1\n", PYTHON)
    notebook.cells.append(nbformat.v4.new_markdown_cell("end"))
    assert source.writes(notebook, PYTHON) == HEAD + "x = 1" + BETWEEN + "# MAGIC %md\n# MAGIC end\n"


def test_a_cell_keeps_its_name_when_others_change() -> None:
    before = source.reads(HEAD + "1" + BETWEEN + "2" + BETWEEN + "2\n", PYTHON)
    after = source.reads(HEAD + "new" + BETWEEN + "2" + BETWEEN + "1" + BETWEEN + "2\n", PYTHON)
    assert [cell.id for cell in before.cells] == [after.cells[number].id for number in (2, 1, 3)]


def test_raw_text_is_skipped_there() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_raw_cell("not run")])
    assert source.writes(notebook, PYTHON) == HEAD + "# MAGIC %skip\n# MAGIC not run\n"


def test_an_exclamation_mark_is_magic_in_python_and_an_operator_elsewhere() -> None:
    python, r = PYTHON, LANGUAGES[2]
    for language, written in ((python, "# MAGIC !ls\n"), (r, "!ls\n")):
        notebook = source.reads(HEAD, language)
        notebook.cells = [nbformat.v4.new_code_cell("!ls")]
        assert source.writes(notebook, language) == HEAD + written


def test_in_a_file_of_another_language_cells_say_theirs() -> None:
    notebook = source.reads(
        HEAD + "1" + BETWEEN + "# MAGIC %md\n# MAGIC x" + BETWEEN + "# MAGIC %sql SELECT 1\n", PYTHON
    )
    sql = LANGUAGES[1]
    written = source.writes(notebook, sql)
    assert written == opening(sql) + between(sql).join(
        ["-- MAGIC %python\n-- MAGIC 1", "-- MAGIC %md\n-- MAGIC x", "-- MAGIC %sql SELECT 1"]
    ) + "\n"  # fmt: skip


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (HEAD, True),
        ("1" + BETWEEN + "2", True),
        ("# MAGIC %md x", True),
        ("# DBTITLE 1,T\n1", True),
        ("1\n", False),
        ("", False),
        ("#!/usr/bin/env python\n" + HEAD, False),
        ("-- Databricks notebook source\n", False),
        ("1\n# MAGIC %md x\n", False),
    ],
)
def test_a_notebook_is_told_from_a_script(text: str, marked: bool) -> None:
    assert source.is_marked(text, PYTHON) is marked


def test_cells_that_mix_magic_and_code_are_found() -> None:
    text = (
        HEAD + BETWEEN.join(["# MAGIC %sql\n# MAGIC SELECT 1", "\n# MAGIC %sql\nx = 1", "x = 1\n# MAGIC %sql"]) + "\n"
    )
    assert source.mixed(source.reads(text, PYTHON)) == [2]
    assert source.mixed(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("# MAGIC %sql\n1")])) == []


MARKS = [
    "{} Databricks notebook source", "{} COMMAND ----------", "{} MAGIC", "{} MAGIC ", "{} MAGIC %md", "{} MAGIC %sql x",
    "{} DBTITLE 1,t", "{} DBTITLE 0,", "x = 1", "%sql", "!ls", "  ", "\n", "\n", "\n", "\n", "\r\n", "\r", "\ufeff", "\u2028",
]  # fmt: skip


@each_language
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_text_comes_back_byte_for_byte(language: Language, data: st.DataObject) -> None:
    marks = st.sampled_from([mark.format(language.comment) for mark in MARKS])
    text = data.draw(st.lists(marks | st.text(max_size=3), max_size=25).map("".join))
    assert there_and_back(text, language) == text


LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8), max_size=4)
TITLE = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=8)


def cells(of: Any) -> Any:
    return st.lists(st.tuples(of, LINES.map("\n".join), TITLE, st.booleans()), max_size=5)


@each_language
@settings(max_examples=100, deadline=None)
@given(drawn=cells(st.sampled_from(["code", "markdown"])))
def test_any_notebook_comes_back_with_its_cells(language: Language, drawn: list[tuple[str, str, str, bool]]) -> None:
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    notebook = source.reads("", language)
    notebook.cells = [
        make[kind](text, metadata={CELL_KEY: {"title": title, "showTitle": shown}})
        for kind, text, title, shown in drawn
    ]
    back = source.reads(source.writes(through_json(notebook), language), language)
    assert [seen(cell) for cell in back.cells] == [seen(cell) for cell in notebook.cells]


@each_language
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_edited_file_reads_as_it_was_edited(language: Language, data: st.DataObject) -> None:
    marks = st.sampled_from([mark.format(language.comment) for mark in MARKS])
    notebook = source.reads(data.draw(st.lists(marks, max_size=20).map("".join)), language)
    order = data.draw(st.permutations(range(len(notebook.cells))))
    notebook.cells = [notebook.cells[number] for number in order]
    edited = data.draw(st.sets(st.sampled_from(order))) if order else set()
    for number in edited:
        notebook.cells[number].source = data.draw(LINES.map("\n".join))
    before = source.writes(notebook, language)
    if any(mark[2:] in cell.source for cell in notebook.cells for mark in MARKS[:8]) or "\r" in before:
        return  # what looks like a mark is one when the file is read again
    back = source.reads(before, language)
    assert [seen(cell) for cell in back.cells] == [seen(cell) for cell in notebook.cells]
