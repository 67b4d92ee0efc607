"""Scala cells, on a driver of the tests."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest
from py4j.protocol import Py4JError

from kernel.attached import AttachedHost, Run
from kernel.standins import StandInHost, StandInOutput
from lakebook.spark.settings import CLASSES
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.scala import ScalaLanguage

pytestmark = pytest.mark.spark


def failure(run: Run, code: str) -> CellError:
    with pytest.raises(CellError) as caught:
        run(code)
    return caught.value


@pytest.mark.parametrize(
    "deep",
    [f"{'(' * 20_000}5{')' * 20_000}", f"{'1 + ' * 20_000}1", f"List(1){'.map(x => x)' * 20_000}"],
    ids=["brackets", "terms", "calls"],
)
def test_code_that_is_nested_too_deeply_is_refused_and_harms_nobody(run: Run, deep: str) -> None:
    for _ in range(3):
        assert failure(run, f"val deep = {deep}").evalue.startswith("The code is nested too deeply")
        assert "not found: value nowhere" in failure(run, "nowhere").evalue
    assert "Int = 5" in run("2 + 3").text()


# --- values


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("1 + 1", "Int = 2"),
        ('val greeting = "hello"', "greeting: String = hello"),
        ("val a = 1\nvar b = 2L", "a: Int = 1\nb: Long = 2"),
        ("val (left, right) = (1, 'x')", "left: Int = 1\nright: Char = x"),
        ("lazy val late: Int = sys.error(\"never asked for\")", "late: Int = <lazy>"),
        ("def twice(n: Int) = 2 * n", "def twice(n: Int): Int"),
        ("class Shape; trait Drawn; object Circle", "class Shape\ntrait Drawn\nobject Circle"),
        ("type Name = String", "type Name"),
        ("val nothing: String = null", "nothing: String = null"),
        ("Array(1, 2)", "Array[Int] = Array(1, 2)"),
        ("val `odd name` = 3", "odd name: Int = 3"),
        ("()", ""),
        ("import scala.util.Random", ""),
        ("// nothing but a comment", ""),
        ("spark.range(3).toDF(\"n\")", "org.apache.spark.sql.DataFrame = [n: bigint]"),
    ],
)  # fmt: skip
def test_what_a_cell_binds_is_shown_with_its_type(run: Run, code: str, shown: str) -> None:
    text = run(code).text().strip()
    assert text.removeprefix(text.partition(": ")[0] + ": ") == shown if shown and "res" in text else text == shown


def test_names_and_classes_are_kept_between_cells(run: Run) -> None:
    run("case class Point(x: Int, y: Int)\nval base = 40")
    run("var moved = Point(base, 1)")
    run("moved = moved.copy(y = 2)")
    assert "Int = 42" in run("moved.x + moved.y").text()


def test_a_long_value_is_cut(run: Run) -> None:
    text = run('val long = "x" * 1000000').text()
    assert len(text) < 20_000 and text.rstrip().endswith("…")


def test_a_value_that_cannot_be_shown_is_still_bound(run: Run) -> None:
    run('class Shy { override def toString: String = sys.error("no") }\nval shy = new Shy')
    assert "Boolean = true" in run("shy != null").text()


# --- Spark


def test_a_class_and_a_dataset_of_it_in_one_cell(run: Run) -> None:
    text = run("case class Fare(city: String, price: Double)\n"
               'val fares = Seq(Fare("Oslo", 1.5), Fare("Rome", 2.5)).toDS()\n'
               "fares.map(_.price * 2).collect().sum").text()  # fmt: skip
    assert "class Fare" in text and "fares: org.apache.spark.sql.Dataset[Fare] = [city: string, price: double]" in text
    assert "Double = 8.0" in text


def test_a_class_may_be_used_by_what_stands_above_it(run: Run) -> None:
    code = 'def star(name: String) = Star(name)\ncase class Star(name: String)\nstar("Vega")'
    assert "Star = Star(Vega)" in run(code).text()


def test_a_class_and_its_companion_stay_together(run: Run) -> None:
    code = "class Money(val cents: Int)\nval n = 1\nobject Money { def apply(c: Int) = new Money(c) }\nMoney(5).cents"
    assert "Int = 5" in run(code).text()


def test_classes_of_the_notebook_travel_through_tasks_and_shuffles(run: Run) -> None:
    run("case class Key(n: Int)")
    assert "List(Key(0), Key(1))" in run("sc.parallelize(0 to 1).map(Key(_)).collect().toList").text()
    code = "sc.parallelize(1 to 4).map(i => (Key(i % 2), 1)).reduceByKey(_ + _).collect().map(_._2).sum / 2"
    assert "Int = 2" in run(code).text()
    code = "sc.parallelize(1 to 4).map(i => Key(i % 2)).distinct().map((k: Key) => k.n).collect().length"
    assert "Int = 2" in run(code).text()


def test_the_imports_of_spark_shell_are_there(run: Run) -> None:
    assert "Long = 3" in run('sql("SELECT 1 AS a").select(lit(3L).as[Long]).head()').text()
    assert "4" in run('Seq((1, 3)).toDF("a", "b").select($"a" + \'b).head().getInt(0)').text()


def test_the_imports_of_databricks_are_there(run: Run) -> None:
    assert "Long = 2" in run("val rows: RDD[Row] = spark.range(3).toDF().rdd\nrows.filter(_ != Row(0)).count()").text()


def test_an_array_that_is_written_in_the_call_becomes_an_rdd(run: Run) -> None:
    assert "List(b, a)" in run('sc.parallelize(Array("b", "a")).collect().toList').text()
    assert "List((1,a))" in run('sc.parallelize(Array((1, "a")), 2).collect().toList').text()
    assert "RDD[String] = ParallelCollectionRDD" in (text := run('sc.parallelize(Array("a"))').text())
    assert "at parallelize at cell:1" in text
    assert "Double = 6.0" in run("val numbers = Array(1, 2, 3)\nsc.parallelize(numbers, numSlices = 2).sum()").text()


def test_a_frame_is_shown_as_a_table_of_its_first_rows(run: Run) -> None:
    (table,) = run('display(spark.range(5000).selectExpr("id", "CAST(NULL AS STRING) AS none"))').of("table")
    assert table["columns"] == [{"name": "id", "type": "bigint"}, {"name": "none", "type": "string"}]
    assert table["rows"][:2] == [["0", None], ["1", None]] and len(table["rows"]) < 5000 and table["more"]


def test_other_values_are_displayed_as_text(run: Run) -> None:
    assert run("display(List(1, 2))").of("display") == [(None, {"text/plain": "List(1, 2)"})]


# --- output


def test_both_streams_come_in_their_order_from_every_thread(run: Run) -> None:
    output = run(
        "import scala.concurrent._, scala.concurrent.duration._, ExecutionContext.Implicits.global\n"
        'println("one"); Console.err.println("two"); System.out.println("three"); System.err.println("four")\n'
        'val thread = new Thread(() => println("five")); thread.start(); thread.join()\n'
        'Await.result(Future { println("six"); Console.err.println("ünï𝄞") }, 10.seconds)'
    )
    assert output.text().startswith("one\nthree\nfive\nsix\n") and output.text("stderr") == "two\nfour\nünï𝄞\n"
    kinds = [kind for kind, _ in output.messages]
    assert kinds[:4] == ["stdout", "stderr", "stdout", "stderr"]


def test_output_streams_while_the_cell_runs(attached: AttachedHost, scala: ScalaLanguage) -> None:
    seen: list[float] = []
    output = attached.output
    began = time.monotonic()
    stream = StandInOutput.stream

    class Timed(StandInOutput):
        def stream(self, name, text):  # type: ignore[no-untyped-def]
            seen.append(time.monotonic() - began)
            stream(self, name, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kernel.attached.StandInOutput", Timed)
        output = attached.run(scala, 'println("first"); Thread.sleep(1500); println("second")')
    assert output.text() == "first\nsecond\n" and seen[-1] - seen[0] > 1


def test_many_lines_arrive_whole_and_in_few_messages(run: Run) -> None:
    output = run("for (i <- 1 to 100000) println(i)")
    assert output.text().splitlines() == [str(i) for i in range(1, 100_001)]
    assert len(output.messages) < 1000


# --- errors


def test_a_compile_error_shows_the_cells_line_and_a_caret(run: Run) -> None:
    error = failure(run, 'class Before\n\nval number: Int = "text"')
    assert error.ename == "CompileError" and "type mismatch" in error.evalue
    assert error.traceback[-2:] == ['   3 | val number: Int = "text"', "     | " + " " * 18 + "^"]


def test_all_compile_errors_are_told_at_once(run: Run) -> None:
    error = failure(run, "nowhere1\nnowhere2")
    assert [line for line in error.traceback if "not found" in line] == [
        "CompileError: not found: value nowhere1",
        "CompileError: not found: value nowhere2",
    ]


def test_code_that_cannot_be_parsed_does_nothing(run: Run) -> None:
    error = failure(run, 'println("ran")\nval x = )')
    assert "   2 | val x = )" in error.traceback


def test_an_exception_names_the_cells_line(run: Run) -> None:
    error = failure(run, 'def fail(n: Int) =\n  if (n > 1)\n    throw new IllegalStateException("too big")\nfail(2)')
    assert (error.ename, error.evalue) == ("IllegalStateException", "too big")
    assert error.traceback[-1] == '   3 |     throw new IllegalStateException("too big")'
    assert "at " in error.full and len(error.traceback) == 2


def test_an_exception_in_an_earlier_cells_function_names_the_call(run: Run) -> None:
    run("\n\n\n\ndef divide(a: Int, b: Int) = a / b")
    error = failure(run, "val a = 1\ndivide(a, 0)")
    assert error.ename == "ArithmeticException" and error.traceback[-1] == "   2 | divide(a, 0)"


@pytest.mark.parametrize(
    "code",
    ["sc.parallelize(Seq(1, 0)).map(1 / _).collect()",
     'val inverse = udf((n: Long) => 1L / n)\nspark.range(2).select(inverse($"id")).collect()',
     "spark.range(2).map(n => 1L / n).collect()"],
    ids=["RDD", "UDF", "Dataset"],
)  # fmt: skip
def test_a_failed_task_is_told_by_what_failed_in_it(run: Run, code: str) -> None:
    error = failure(run, code)
    assert (error.ename, error.evalue) == ("ArithmeticException", "/ by zero")
    assert "Job aborted" in error.full or "FAILED_EXECUTE_UDF" in error.full


def test_a_failure_that_cannot_travel_is_told_too(run: Run) -> None:
    run('class Odd extends RuntimeException("odd one") { val thread = Thread.currentThread }')
    error = failure(run, "sc.parallelize(1 to 2).foreach(_ => throw new Odd)")
    assert (error.ename, error.evalue) == ("Odd", "odd one")


def test_what_a_task_cannot_take_along_is_named(run: Run) -> None:
    run("class Door(val n: Int)")
    error = failure(run, "val door = new Door(1)\nsc.parallelize(1 to 2).map(_ + door.n).count()")
    assert (
        error.ename == "SparkException"
        and error.evalue.startswith("Task not serializable: ")
        and "Door" in error.evalue
    )


def test_the_cause_of_the_users_own_exception_does_not_replace_it(run: Run) -> None:
    error = failure(run, 'throw new IllegalStateException("mine", new RuntimeException("below"))')
    assert (error.ename, error.evalue) == ("IllegalStateException", "mine")


def test_an_analysis_error_is_told_in_sparks_words_without_the_plan(run: Run) -> None:
    error = failure(run, '\nspark.range(3).select("nonsense")')
    assert error.ename == "AnalysisException" and "`nonsense` cannot be resolved" in error.evalue
    assert "\n" not in error.evalue and error.traceback[-1].startswith("   2 | ")


@pytest.mark.parametrize("call", ["System.exit(3)", "sys.exit(3)", "sys.exit()", "Runtime.getRuntime.halt(3)"])
def test_a_cell_cannot_end_the_driver(run: Run, call: str) -> None:
    error = failure(run, call)
    assert error.ename == "ExitRefused" and "share" in error.evalue
    assert "Int = 2" in run("1 + 1").text()


def test_warnings_go_to_stderr(run: Run) -> None:
    run('@deprecated("use another", "1") def old = 1')
    assert run("val n = 1\nold").text("stderr").startswith("warning: line 2: method old is deprecated")


def test_what_older_notebooks_are_full_of_is_not_warned_of(run: Run) -> None:
    ran = run("val name = 'id\nspark.range(1).explain")
    assert "Physical Plan" in ran.text() and ran.text("stderr") == ""
    assert run("def f(n: Int) { println(n) }").text("stderr").endswith("`f`'s return type\n")


# --- memory


def used(run: Run) -> int:
    """Megabytes of the driver's heap."""
    run("System.gc(); Thread.sleep(200); System.gc()")
    return int(run("println((Runtime.getRuntime.totalMemory - Runtime.getRuntime.freeMemory) >> 20)").text())


def test_a_cell_run_again_and_again_keeps_one_copy_of_its_values(run: Run) -> None:
    before = used(run)
    for _ in range(12):
        run(
            "val big = Array.fill(8 << 20)(1.toByte)\ndef size = big.length\nvar copy = big.clone()\nbig.reverse.length"
        )
    assert used(run) - before < 50


BIG = "Array.fill(8 << 20)(1.toByte)"


@pytest.mark.parametrize(
    "cells",
    [
        [f"val big = {BIG}", "val n = big.length"],
        [f"var big = {BIG}\nvar sum = 0L\nfor (i <- 1 to 3) sum += big(i)"],
        [f"lazy val big = {BIG}", "big.length"],
        [f"val big = {BIG}", "val size = () => big.length\ndef last = big.last", "size() + last"],
        [f"case class Row(n: Int)\nval big = {BIG}\nval row = Row(big.length)"],
        [f"val big = {BIG}", "val frame = spark.range(2).map(_ + big.length)", "frame.count()"],
        [f"val big = spark.createDataset(Seq({BIG}))", "big.head()"],
    ],
    ids=["val", "var", "lazy val", "functions", "case class", "closure of Spark's", "Dataset"],
)
def test_cells_run_again_and_again_keep_one_copy_of_what_they_hold(run: Run, cells: list[str]) -> None:
    for cell in cells:
        run(cell)
    before = used(run)
    for _ in range(12):
        for cell in cells:
            run(cell)
    # a thread of Spark's cleans up, a moment later, what nothing refers to any more
    deadline = time.monotonic() + 30
    while (kept := used(run) - before) >= 50 and time.monotonic() < deadline:
        time.sleep(1)
    assert kept < 50


#: what reads ``source``, and what asks for it afterwards
READERS = """
val count = () => source.length
def last = source.last
lazy val first = source.head
class Summed { def sum = source.sum }
object Held { lazy val all = source }
val summed = new Summed
val held = Held
case class Row(n: Int) { def of = source.length }
val rows = Seq(Row(1), Row(2)).toDS()
val mapped = spark.range(2).map(_ + source.length)
val filtered = sc.parallelize(1 to 5).filter(n => source.contains(n))
"""
ASKED = (
    "(count(), last, first, summed.sum, held.all.length, rows.map(_.of).collect().toList, "
    "rows.collect().map(_.of).toList, mapped.collect().toList, filtered.collect().toList)"
)
ANSWERED = "(3,3,1,6,3,List(3, 3),List(3, 3),List(3, 4),List(1, 2, 3))"
#: the classes mean something else
SHADOWED = "class Summed; object Held; case class Row(other: String)"


def test_whatever_reads_a_value_keeps_it_when_its_name_moves_on(run: Run) -> None:
    run("val source = List(1, 2, 3)")
    run(READERS)
    for code in ("val source = 0", SHADOWED, "val unrelated = source", "val source = List(9)", SHADOWED):
        run(code)
        assert ANSWERED in run(ASKED).text()


def test_implicits_of_an_old_class_are_found_for_its_values(run: Run) -> None:
    run(
        "class Sized(val n: Int); object Sized { implicit val order: Ordering[Sized] = Ordering.by((s: Sized) => s.n) }"
    )
    run("val sizes = List(new Sized(2), new Sized(1))")
    run("class Sized; object Sized")
    assert "List(1, 2)" in run("sizes.sorted.map(_.n)").text()


# --- what an editor asks


@pytest.mark.parametrize(
    ("code", "match", "kind"),
    [
        ('"text".toUpp', "toUpperCase", "method"),
        ("keptVal", "keptValue", "value"),
        ("keptFrame.fil", "filter", "method"),
        ("new Kept", "KeptClass", "class"),
        ("import org.apache.sp", "spark", "package"),
        ("val local = 3\nlocal.toBin", "toBinaryString", "method"),
        ("retu", "return", "keyword"),
        ('val s = "𝄞"\ns.leng', "length", "method"),
    ],
)
def test_completion(run: Run, scala: ScalaLanguage, code: str, match: str, kind: str) -> None:
    run('val keptValue = 1\nval keptFrame = spark.range(3).toDF("n")\nclass KeptClass')
    found = scala.complete(code, len(code))
    assert found is not None and (match, kind) in zip(found.matches, found.kinds, strict=True)
    assert match.startswith(code[found.start : found.end]) and found.end == len(code)


def test_completion_follows_a_redefinition(run: Run, scala: ScalaLanguage) -> None:
    for kind, member in [("String", "toUpperCase"), ("Int", "toBinaryString"), ("List[Int]", "headOption")]:
        run(f"val changing: {kind} = null.asInstanceOf[{kind}]")
        found = scala.complete("changing.", 9)
        assert found is not None and member in found.matches


def test_documentation_is_the_signatures_of_what_the_cursor_is_at(run: Run, scala: ScalaLanguage) -> None:
    run("def documented(count: Int): String = null")
    assert scala.inspect("documented(3)", 4) == {"text/plain": "def documented(count: Int): String"}
    shown = scala.inspect("spark.range(3)", 9)
    assert shown is not None and len(shown["text/plain"].splitlines()) > 2
    assert scala.inspect("nowhere", 3) is None


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("1", "complete"),
        ("", "complete"),
        ("def f() = {", "incomplete"),
        ("List(1,", "incomplete"),
        ("val x = )", "invalid"),
    ],
)
def test_whether_code_is_complete(scala: ScalaLanguage, code: str, status: str) -> None:
    assert scala.is_complete(code).status == status


def test_nothing_is_started_by_what_an_editor_asks(tmp_path: Path) -> None:
    language = ScalaLanguage(StandInHost(tmp_path))
    assert language.complete("x", 1) is None and language.inspect("x", 1) is None
    assert language.is_complete("x").status == "unknown" and language.free_names("x") == set()


# --- names


@pytest.mark.parametrize(
    ("code", "free"),
    [
        ("a + b.c", {"a", "b"}),
        ('val s = "name" // other\n/* third */', set()),
        ("def f(p: Int, q: Int = d) = p + q + g", {"d", "g"}),
        ("val x = 1\nx + y", {"y"}),
        ("xs.map(x => x + y)", {"xs", "y"}),
        ("xs.map(_ + y)", {"xs", "y"}),
        ("for (i <- xs; j <- i.ys if c) yield i + j", {"xs", "c"}),
        ("m match { case n if n > low => n; case h @ 1 => h }", {"m", "low"}),
        ("{ val inner = a; inner }\ninner", {"a", "inner"}),
        ("f(name = value)", {"f", "value"}),
        ("import data.frame\nframe", {"data"}),
        ("case class K(c: Int) { val d = c + e }\nK(1)", {"e"}),
        ("n += 1", {"n"}),
        ("n = 1", set()),
        ("while (go) step()", {"go", "step"}),
        ("val (p, q) = pair\np", {"pair"}),
        ("`odd name`", {"odd name"}),
        ("val x = )", set()),
    ],
)
def test_free_names(scala: ScalaLanguage, code: str, free: set[str]) -> None:
    assert scala.free_names(code) == free


def test_interpolated_names_are_read(scala: ScalaLanguage) -> None:
    assert {"x", "y"} <= scala.free_names('s"$x and ${y + 1}"')


def test_bound_names_are_those_of_the_last_cell(run: Run, scala: ScalaLanguage) -> None:
    run("val a = 1\nvar b = 2\nval (c, d) = (3, 4)\ndef f = 5\nobject O\ncase class C(i: Int)\n{ val x = 6 }\na + b")
    assert scala.bound_names() == {"a", "b", "c", "d", "f", "O", "C"}
    run("1 + 1")
    assert scala.bound_names() == set()


# --- values from and to Python


@pytest.mark.parametrize("value", [True, 0, 2**62 + 1, -(2**63), 1.5, float("inf"), "", 'text with "quotes" 𝄞'])
def test_scalars_come_back_as_they_went(run: Run, scala: ScalaLanguage, value: object) -> None:
    scala.give("given", value)
    back = scala.take("given")
    assert back == value and type(back) is type(value)


def test_a_python_int_is_a_long(run: Run, scala: ScalaLanguage) -> None:
    scala.give("small", 3)
    assert "Long = 4" in run("small + 1").text()


def test_frames_go_by_reference(attached: AttachedHost, run: Run, scala: ScalaLanguage) -> None:
    scala.give("fromPython", attached.spark().range(4).toDF("n"))
    assert "Long = 4" in run("fromPython.count()").text()
    run("case class Row2(n: Long)\nval typed = fromPython.as[Row2].filter(_.n > 1)")
    assert [row.n for row in scala.take("typed").collect()] == [2, 3]


def test_what_has_no_form_in_the_other_language_stays(run: Run, scala: ScalaLanguage) -> None:
    with pytest.raises(TypeError):
        scala.give("function", print)
    with pytest.raises(TypeError):
        scala.give("huge", 2**64)
    run("val function = (n: Int) => n")
    with pytest.raises(TypeError, match="Int => Int"):
        scala.take("function")
    with pytest.raises(KeyError):
        scala.take("unbound")


# --- the end


def test_an_interpreter_is_closed_though_its_cell_cannot_be_stopped(
    attached: AttachedHost, scala: ScalaLanguage
) -> None:
    jvm = attached.spark()._jvm
    second = jvm.lakebook.bridge.ScalaInterpreter(attached.notebook())

    def run_for_ever() -> None:
        with suppress(Py4JError, OSError):  # at the driver's end
            second.run("new java.util.concurrent.Semaphore(0).acquireUninterruptibly()")

    stuck = threading.Thread(target=run_for_ever, daemon=True)
    stuck.start()
    time.sleep(2)
    began = time.monotonic()
    second.close()
    assert time.monotonic() - began < 10 and stuck.is_alive()


def test_a_closed_interpreter_leaves_no_class_file(attached: AttachedHost, scala: ScalaLanguage) -> None:
    second = attached.spark()._jvm.lakebook.bridge.ScalaInterpreter(attached.notebook())
    classes = Path(attached.spark().sparkContext.getConf().get(CLASSES))
    before = set(classes.iterdir())
    second.run('case class Same(other: String)\nval x = Same("a")')
    assert set(classes.iterdir()) > before
    second.close()
    assert {path.name for path in classes.iterdir() if path.name.startswith("$line")} <= {path.name for path in before}
