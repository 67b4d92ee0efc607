"""``dbutils`` in R and Scala cells of a notebook, and the same one in Python's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from runtime.spark.peer import eventually

R_CALLED = """# Databricks notebook source
value <- dbutils.widgets.get("n")

# COMMAND ----------

dbutils.notebook.exit(paste0("got ", value))

# COMMAND ----------

stop("never run")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbutils")


@pytest.fixture(scope="module")
def notebook(folder: Path) -> Iterator[Notebook]:
    (folder / "lakebook.toml").touch()
    (folder / "called.r").write_text(R_CALLED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEBOOK_SECRET_SKY_KEY", "s3cr3t-of-the-sky")
        with Notebook(folder) as made:
            yield made


# --- R, without Spark


@pytest.mark.r
def test_widgets_are_the_same_in_r_and_python(notebook: Notebook) -> None:
    notebook.good('%r\ndbutils.widgets.dropdown("city", "Bern", list("Bern", "Rome"))')
    assert notebook.good('dbutils.widgets.get("city")').text == "'Bern'"
    notebook.good('dbutils.widgets.text("n", "3")')
    assert notebook.good('%r\ncat(as.integer(dbutils.widgets.get("n")) + 1L)').text == "4"
    assert "InputWidgetNotDefined" in notebook.run('%r\ndbutils.widgets.get("nope")').error


@pytest.mark.r
def test_files_in_r(notebook: Notebook) -> None:
    code = """%r
        dbutils.fs.put("dbfs:/r/a.txt", "hello", TRUE)
        files <- dbutils.fs.ls("dbfs:/r")
        cat(files$name, files[[1]]$size, dbutils.fs.head("dbfs:/r/a.txt"))
    """
    assert notebook.good(code).stdout.endswith("a.txt 5 hello")
    assert "dbfs:/nowhere" in notebook.run('%r\ndbutils.fs.ls("dbfs:/nowhere")').error


@pytest.mark.r
def test_secrets_are_not_shown_by_r(notebook: Notebook) -> None:
    shown = notebook.good('%r\nkey <- dbutils.secrets.get(scope = "sky", key = "key")\ncat(nchar(key), key)').text
    assert shown.startswith("17 ") and "s3cr3t" not in shown


@pytest.mark.r
def test_help_in_r(notebook: Notebook) -> None:
    assert "ls(" in notebook.good("%r\ndbutils.fs.help()").text
    assert "widgets" in notebook.good("%r\ndbutils.help()").text


@pytest.mark.r
def test_another_notebook_is_run_from_r(notebook: Notebook) -> None:
    code = '%r\ncat(dbutils.notebook.run("./called", 0, list(n = "7")))'
    assert notebook.good(code, timeout=300).text == "got 7"
    error = notebook.run('%r\ndbutils.notebook.run("./nowhere", 60)').error
    assert "NotebookRunError" in error and "nowhere" in error


@pytest.mark.r
def test_exit_in_r_ends_the_notebook_well(notebook: Notebook) -> None:
    outcome = notebook.run('%r\nx <- 1\ndbutils.notebook.exit("bye")\nx <- 2')
    assert outcome.ok and not outcome.errors and "Notebook exited: bye" in outcome.text
    assert notebook.good("%r\ncat(x)").text == "1"


@pytest.mark.r
def test_the_context_in_r(notebook: Notebook) -> None:
    assert notebook.good("%r\ncat(is.character(dbutils.notebook.getContext()$tags$user))").text == "TRUE"


@pytest.mark.r
def test_a_role_is_refused_in_r(notebook: Notebook) -> None:
    error = notebook.run('%r\ndbutils.credentials.assumeRole("admin")').error
    assert "Traceback" not in error and "assumeRole" in error


# --- Scala


@pytest.mark.spark
def test_scala_has_it_too(notebook: Notebook) -> None:
    notebook.good('dbutils.widgets.text("m", "5")')
    code = """%scala
dbutils.widgets.text("made", "in Scala")
println(dbutils.widgets.get("m").toInt + 1)
dbutils.fs.put("dbfs:/s/a.txt", "hello", true)
println(dbutils.fs.ls("dbfs:/s").map(_.name))
println(dbutils.fs.head("dbfs:/s/a.txt"))
println(dbutils.notebook.getContext.userName.isDefined)
"""
    outcome = notebook.good(code, timeout=180)
    lines = outcome.stdout.splitlines()
    assert "6" in lines and "List(a.txt)" in lines and "hello" in lines and "true" in lines
    assert notebook.good('dbutils.widgets.get("made")').text == "'in Scala'"


@pytest.mark.spark
def test_scalas_errors_are_one_sentence(notebook: Notebook) -> None:
    error = notebook.run('%scala\ndbutils.widgets.get("nope")', timeout=180).error
    assert error.startswith("DbutilsException: No input widget named nope is defined.")


@pytest.mark.spark
def test_secrets_are_not_shown_by_scala(notebook: Notebook) -> None:
    code = '%scala\nval key = dbutils.secrets.get("sky", "key")\nprintln(key.length + key)'
    shown = notebook.good(code, timeout=180).text
    assert "17" in shown and "s3cr3t" not in shown


@pytest.mark.spark
def test_exit_in_scala_ends_the_notebook_well(notebook: Notebook) -> None:
    notebook.good("%scala\nval before = 1", timeout=180)
    outcome = notebook.run('%scala\ndbutils.notebook.exit("bye")\nval after = 1')
    assert outcome.ok and not outcome.errors and "Notebook exited: bye" in outcome.text
    assert notebook.good("%scala\nprintln(before)").stdout == "1\n"


@pytest.mark.spark
@pytest.mark.r
def test_another_notebook_is_run_from_scala(notebook: Notebook) -> None:
    code = '%scala\nprintln(dbutils.notebook.run("./called", 0, Map("n" -> "8")))'
    assert notebook.good(code, timeout=300).stdout == "got 8\n"


@pytest.mark.spark
def test_help_in_scala(notebook: Notebook) -> None:
    assert "ls(" in notebook.good("%scala\ndbutils.fs.help()", timeout=180).text


@pytest.mark.spark
def test_a_frame_of_scalas_is_summarized(notebook: Notebook) -> None:
    shown = notebook.good('%scala\ndbutils.data.summarize(spark.range(4).toDF("n"))', timeout=180).text
    (row,) = [line.split("|") for line in shown.splitlines() if line.split("|")[0].strip() == "n"]
    assert [cell.strip() for cell in row[2:6]] == ["4", "0", "4", "1.5"]
    refused = notebook.run('%scala\ndbutils.data.summarize(spark.readStream.format("rate").load())').error
    assert refused.startswith("DbutilsException: dbutils.data.summarize takes no stream")


# --- interrupts

WAITS = """# Databricks notebook source
import pathlib, time
pathlib.Path("began").touch()
time.sleep(60)
pathlib.Path("ended").touch()
"""
THREADS = """
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda _: dbutils.notebook.run("./waits", 0), range(2)))
"""


@pytest.mark.parametrize(
    "code",
    [
        'dbutils.notebook.run("./waits", 0)',
        THREADS,
        pytest.param('%r\ndbutils.notebook.run("./waits", 0)', marks=pytest.mark.r),
        pytest.param('%scala\ndbutils.notebook.run("./waits", 0)', marks=pytest.mark.spark),
    ],
    ids=["python", "python threads", "r", "scala"],
)
def test_an_interrupt_ends_the_notebook_that_a_cell_runs(notebook: Notebook, folder: Path, code: str) -> None:
    (folder / "waits.py").write_text(WAITS)
    began = folder / "began"
    began.unlink(missing_ok=True)
    request = notebook.start(code)
    eventually(began.exists, 60)
    notebook.manager.interrupt_kernel()
    assert notebook.finish(request).errors[0]["ename"] == "KeyboardInterrupt"
    eventually(lambda: not list((folder / ".lakebook").glob("called-*")))
    assert not (folder / "ended").exists()
