"""``dbutils`` in Scala cells, answered by the kernel's side of it; the notebook's answers are played."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from kernel.attached import AttachedHost, Run
from kernel.languages.dbutils_stand_in import FILES, Utilities
from kernel.standins import StandInOutput
from lakebook_kernel.databricks.driver_calls import answering
from lakebook_kernel.databricks.errors import DbutilsError, InputWidgetNotDefined, NotebookExit
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.scala import ScalaLanguage
from lakebook_kernel.questions import Subject

pytestmark = pytest.mark.spark


def others(what: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
    return {"other": what}


@pytest.fixture
def dbutils(attached: AttachedHost, scala: ScalaLanguage) -> Iterator[Utilities]:
    before, made = attached.driver.questions.answer, Utilities()
    attached.driver.questions.answer = answering(made.call, lambda frame: frame, others)
    yield made
    attached.driver.questions.answer = before


def fail(run: Run, code: str) -> CellError:
    with pytest.raises(CellError) as caught:
        run(code)
    return caught.value


def test_arguments_reach_the_kernel_in_pythons_order(run: Run, dbutils: Utilities) -> None:
    dbutils.answers = {"widgets.get": "v", "notebook.run": "", "secrets.get": "", "fs.head": ""}
    run(
        """
        dbutils.widgets.get("x")
        dbutils.widgets.text("x", "1")
        dbutils.widgets.text(argName = "x", defaultValue = "", label = "X")
        dbutils.widgets.dropdown("x", "a", Seq("a", "b"))
        dbutils.widgets.dropdown("x", "a", List("a", "b"), "L")
        dbutils.widgets.combobox("x", "1", (1 to 2).map(_.toString))
        dbutils.widgets.multiselect("x", "a", Seq("a"))
        dbutils.widgets.removeAll()
        dbutils.fs.put("/tmp/x", "text", true)
        dbutils.fs.head("/tmp/x", 10)
        dbutils.fs.rm("/tmp/x", recurse = true)
        dbutils.secrets.get(scope = "s", key = "k")
        dbutils.notebook.run("./other", 60)
        dbutils.notebook.run("./other", 60, Map("a" -> "1"))
        dbutils.jobs.taskValues.set("n", 3)
        """
    )
    assert dbutils.calls == [
        ("widgets.get", ["x"]),
        ("widgets.text", ["x", "1"]),
        ("widgets.text", ["x", "", "X"]),
        ("widgets.dropdown", ["x", "a", ["a", "b"]]),
        ("widgets.dropdown", ["x", "a", ["a", "b"], "L"]),
        ("widgets.combobox", ["x", "1", ["1", "2"]]),
        ("widgets.multiselect", ["x", "a", ["a"]]),
        ("widgets.removeAll", []),
        ("fs.put", ["/tmp/x", "text", True]),
        ("fs.head", ["/tmp/x", 10]),
        ("fs.rm", ["/tmp/x", True]),
        ("secrets.get", ["s", "k"]),
        ("notebook.run", ["./other", 60, {}]),
        ("notebook.run", ["./other", 60, {"a": "1"}]),
        ("jobs.taskValues.set", ["n", 3]),
    ]


def test_an_answer_is_a_value_of_scalas(run: Run, dbutils: Utilities) -> None:
    dbutils.answers = {
        "widgets.get": "3",
        "widgets.getArgument": "4",
        "widgets.getAll": {"a": "1", "b": "2"},
        "fs.mkdirs": True,
        "secrets.getBytes": [104, 105],
        "secrets.list": [{"key": "k"}],
        "jobs.taskValues.get": 7,
    }
    output = run(
        """
        println(dbutils.widgets.get("n").toInt + 1)
        println(getArgument("n"))
        println(dbutils.widgets.getAll().toSeq.sorted)
        println(dbutils.fs.mkdirs("/x"))
        println(new String(dbutils.secrets.getBytes("s", "k")))
        println(dbutils.secrets.list("s").map(_.key))
        println(dbutils.jobs.taskValues.get("t", "n"))
        """
    )
    assert output.text().splitlines() == ["4", "4", "List((a,1), (b,2))", "true", "hi", "List(k)", "7"]
    assert output.text("stderr") == ""


def test_files_are_a_seq_of_infos(run: Run, dbutils: Utilities) -> None:
    dbutils.answers["fs.ls"] = FILES
    output = run(
        """
        val files = dbutils.fs.ls("/data")
        for (file <- files) println((file.path, file.name, file.size, file.modificationTime, file.isDir, file.isFile))
        println(files.filter(_.isFile).map(_.name))
        println(files.toDF().columns.toSeq)
        println(s"rows: ${dbutils.fs.ls("/data").toDF().count()}")
        """
    )
    assert "(dbfs:/data/a.csv,a.csv,5,1700000000000,false,true)" in output.text()
    assert "(dbfs:/data/b/,b/,0,1700000000001,true,false)" in output.text()
    assert "List(a.csv)" in output.text() and "rows: 2\n" in output.text()
    assert "(path, name, size, modificationTime)" in output.text()


def test_the_context_has_what_is_known(run: Run, dbutils: Utilities) -> None:
    dbutils.answers["notebook.getContext"] = {
        "extraContext": {"notebook_path": "/Users/me/n"},
        "tags": {"user": "me"},
        "jobId": None,
    }
    output = run(
        """
        println(dbutils.notebook.getContext.notebookPath.get)
        println(dbutils.notebook.getContext().notebookPath)
        println(dbutils.notebook.getContext().jobId)
        println(dbutils.notebook.getContext().tags("user"))
        println(dbutils.notebook.getContext.userName.getOrElse("?"))
        """
    )
    assert output.text().splitlines() == ["/Users/me/n", "Some(/Users/me/n)", "None", "me", "me"]
    assert output.text("stderr") == ""


def test_a_refusal_is_an_exception_that_a_cell_can_catch(run: Run, dbutils: Utilities) -> None:
    dbutils.answers["widgets.get"] = InputWidgetNotDefined("No input widget named x is defined.")
    error = fail(run, 'val y = 1\ndbutils.widgets.get("x")')
    assert (error.ename, error.evalue) == ("DbutilsException", "No input widget named x is defined.")
    caught = run('println(scala.util.Try(dbutils.widgets.get("x")).isFailure)')
    assert caught.text() == "true\n"


@pytest.mark.parametrize(
    "code",
    [
        'dbutils.notebook.exit("done")',
        'println("before"); dbutils.notebook.exit("done"); println("after")',
        'scala.util.Try(dbutils.notebook.exit("done")); println("after")',
        'def end(): Unit = if (1 + 1 == 2) dbutils.notebook.exit("done")\nend()\nprintln("after")',
        'lazy val ended = { dbutils.notebook.exit("done"); 1 }\nval one = ended',
        'object Ended { dbutils.notebook.exit("done") }\nEnded\nprintln("after")',
    ],
)
def test_exit_ends_the_cell(attached: AttachedHost, scala: ScalaLanguage, dbutils: Utilities, code: str) -> None:
    dbutils.answers["notebook.exit"] = NotebookExit("done")
    with pytest.raises(NotebookExit) as caught:
        attached.run(scala, code)
    assert caught.value.value == "done" and dbutils.calls == [("notebook.exit", ["done"])]
    assert "after" not in attached.output.text()


def test_a_role_is_refused_in_the_kernels_words(run: Run, dbutils: Utilities) -> None:
    dbutils.answers["credentials.assumeRole"] = InputWidgetNotDefined("There are no roles here.")
    assert fail(run, 'dbutils.credentials.assumeRole("admin")').evalue == "There are no roles here."


def test_help_is_printed(run: Run, dbutils: Utilities) -> None:
    dbutils.answers["fs.help"] = "ls(dir): lists what is in a folder"
    assert run("dbutils.fs.help()").text() == "ls(dir): lists what is in a folder\n"


def test_the_name_is_dbutils_own(scala: ScalaLanguage, run: Run) -> None:
    assert scala.protects("dbutils") and not scala.protects("dbutils2")
    assert "dbutils" not in scala.describe()


def test_other_questions_go_on_to_others() -> None:
    answer = answering(Utilities().call, lambda frame: frame, others)
    assert answer("start_run", {}, lambda: None) == {"other": "start_run"}


def test_a_frame_is_what_the_kernel_fetches(run: Run, dbutils: Utilities) -> None:
    run("case class P(n: Int)\ndbutils.data.summarize(Seq(P(1), P(2)).toDS, precise = true)")
    ((name, (frame, precise)),) = dbutils.calls
    assert (name, precise) == ("data.summarize", True)
    assert frame.count() == 2 and list(frame.columns()) == ["n"]


def test_a_frame_that_nobody_waits_for_is_said_to_be_gone() -> None:
    answer = answering(Utilities().call, lambda frame: frame, others)
    with pytest.raises(DbutilsError, match=r"Nobody waits for dbutils\.data\.summarize"):
        answer("dbutils.data.summarize", {"arguments": []}, lambda: None)


def test_it_is_not_sent_with_a_closure(run: Run, dbutils: Utilities) -> None:
    dbutils.answers["widgets.get"] = "3"
    output: StandInOutput = run(
        'val n = dbutils.widgets.get("n").toInt\nprintln(spark.range(3).map(_ + n).collect().toSeq)'
    )
    assert "3, 4, 5" in output.text()
