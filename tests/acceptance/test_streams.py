"""Streams that are shown: a table that goes on until it is stopped, in Python and in Scala."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from acceptance.live import HUNG, Notebook, Outcome


@dataclass(frozen=True)
class Cells:
    """The same cells in a language; ``{0}`` is the name of the stream."""

    magic: str
    rows: str
    sums: str
    wrong: str
    once: str
    stop: str


PYTHON = Cells(
    magic="%python",
    rows="display(spark.readStream.schema('n LONG').json('numbers'), streamName='{0}')",
    sums="display(spark.readStream.schema('n LONG').json('numbers').groupBy().sum('n'), streamName='{0}')",
    wrong="display(spark.readStream.schema('n LONG').json('numbers').selectExpr('raise_error(\"odd\")'), streamName='{0}')",
    once="display(spark.readStream.schema('n LONG').json('numbers'), streamName='{0}', trigger={{'availableNow': True}})",
    stop="next(q for q in spark.streams.active if q.name == '{0}').stop()",
)
SCALA = Cells(
    magic="%scala",
    rows='display(spark.readStream.schema("n LONG").json("numbers"), streamName = "{0}")',
    sums='display(spark.readStream.schema("n LONG").json("numbers").groupBy().sum("n"), streamName = "{0}")',
    wrong='display(spark.readStream.schema("n LONG").json("numbers").selectExpr("raise_error(\'odd\')"), streamName = "{0}")',
    once='display(spark.readStream.schema("n LONG").json("numbers"), '
    'org.apache.spark.sql.streaming.Trigger.AvailableNow, streamName = "{0}")',
    stop='spark.streams.active.find(_.name == "{0}").get.stop()',
)


class Watched(Notebook):
    """A notebook in which tables that go on are seen, also between two cells."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._text: dict[str, str] = {}
        receive = self.client.get_iopub_msg

        def watch(*arguments: Any, **options: Any) -> dict[str, Any]:
            message: dict[str, Any] = receive(*arguments, **options)
            if message["msg_type"] in ("display_data", "update_display_data"):
                content = message["content"]
                self._text[content["transient"].get("display_id")] = content["data"].get("text/plain", "")
            return message

        self.client.get_iopub_msg = watch

    def shows(self, table: str, ending: str) -> list[list[str]]:
        """The words of a table's lines, once its text ends so."""
        deadline = time.monotonic() + HUNG
        while not self._text[table].endswith(ending):
            assert time.monotonic() < deadline, self._text[table]
            self.good("pass")
        return [line.split() for line in self._text[table].splitlines()]

    def text(self, table: str) -> str:
        return self._text[table]


@pytest.fixture(params=[PYTHON, SCALA], ids=["python", "scala"])
def cells(request: pytest.FixtureRequest) -> Cells:
    found: Cells = request.param
    return found


@pytest.fixture(scope="module")
def notebook(workspace: Path) -> Iterator[Watched]:
    with Watched(workspace) as made:
        yield made


@pytest.fixture
def name(notebook: Watched, request: pytest.FixtureRequest) -> Iterator[str]:
    notebook.good("spark.range(1, 4).withColumnRenamed('id', 'n').coalesce(1).write.json('numbers', mode='overwrite')")
    yield "".join(letter if letter.isalnum() else "_" for letter in request.node.name)
    notebook.good("for query in spark.streams.active: query.stop()")


def run(notebook: Watched, cells: Cells, code: str, name: str) -> Outcome:
    return notebook.good(f"{cells.magic}\n{code.format(name)}")


def show(notebook: Watched, cells: Cells, code: str, name: str) -> str:
    """Run a cell that shows a stream; its table."""
    (first,) = [
        content for content in run(notebook, cells, code, name).of("display_data") if "no batch yet" in str(content)
    ]
    return str(first["transient"]["display_id"])


def append(notebook: Watched, first: int, last: int) -> None:
    rows = f"spark.range({first}, {last + 1}).withColumnRenamed('id', 'n').coalesce(1)"
    notebook.good(f"{rows}.write.json('numbers', mode='append')")


def test_a_stream_is_a_table_that_goes_on(notebook: Watched, cells: Cells, name: str) -> None:
    table = show(notebook, cells, cells.rows, name)
    assert notebook.shows(table, "(3 rows · batch 0)")[-4:-1] == [["1"], ["2"], ["3"]]
    append(notebook, 4, 43)
    assert notebook.shows(table, "(first 20 of 43 rows · batch 1)")[-21:-18] == [["4"], ["5"], ["6"]]
    run(notebook, cells, cells.stop, name)
    notebook.shows(table, "(first 20 of 43 rows · stopped after batch 1)")


def test_groups_are_shown_as_they_are_now(notebook: Watched, cells: Cells, name: str) -> None:
    table = show(notebook, cells, cells.sums, name)
    assert notebook.shows(table, "(1 row · batch 0)")[-2] == ["6"]
    append(notebook, 10, 10)
    assert notebook.shows(table, "(1 row · batch 1)")[-2] == ["16"]


def test_one_that_fails_says_why_where_it_is_shown(notebook: Watched, cells: Cells, name: str) -> None:
    table = show(notebook, cells, cells.wrong, name)
    deadline = time.monotonic() + HUNG
    while "failed after no batch yet: " not in notebook.text(table):
        assert time.monotonic() < deadline, notebook.text(table)
        notebook.good("pass")
    assert "odd" in notebook.text(table)


def test_a_trigger_ends_it(notebook: Watched, cells: Cells, name: str) -> None:
    table = show(notebook, cells, cells.once, name)
    notebook.shows(table, "(3 rows · stopped after batch 0)")


def test_a_cell_that_is_run_again_ends_what_it_showed(notebook: Watched, cells: Cells, name: str) -> None:
    first = show(notebook, cells, cells.rows, name)
    notebook.shows(first, "(3 rows · batch 0)")
    second = show(notebook, cells, cells.rows, name)
    notebook.shows(first, "(3 rows · stopped after batch 0)")
    notebook.shows(second, "(3 rows · batch 0)")
    assert notebook.good("print(len(spark.streams.active))").stdout == "1\n"


def test_an_unknown_trigger_is_refused(notebook: Watched) -> None:
    failed = notebook.run("display(spark.readStream.format('rate').load(), trigger={'once': True})")
    assert failed.error.splitlines()[-1] == (
        "ValueError: display() knows no trigger 'once'; there are processingTime or availableNow, "
        "such as trigger={'availableNow': True}."
    )


@pytest.mark.parametrize("magic", ["%python", "%scala"])
def test_html_is_shown(notebook: Watched, magic: str) -> None:
    shown = notebook.good(f'{magic}\ndisplayHTML("<b>bold</b>")').bundles
    assert shown == [{"text/html": "<b>bold</b>", "text/plain": "<b>bold</b>"}]


@pytest.mark.parametrize(
    "cell",
    [
        "print(sqlContext.sql('SELECT 41 + 1 AS n').first().n)",
        '%scala\nprintln(sqlContext.sql("SELECT 41 + 1").head().get(0))',
    ],
)
def test_the_old_name_of_the_session_is_there(notebook: Watched, cell: str) -> None:
    outcome = notebook.good(cell)
    assert (outcome.stdout, outcome.stderr) == ("42\n", "")
