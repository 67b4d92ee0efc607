"""MLflow in Scala cells: its verbs, answered by the kernel, and read back by MLflow's own client."""

from __future__ import annotations

import math
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kernel.attached import AttachedHost
from kernel.languages.scala_mlflow import Notebook, with_store
from lakebook_kernel.languages.scala import ScalaLanguage
from runtime.spark.peer import Peer, eventually

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def notebook(
    attached: AttachedHost, scala: ScalaLanguage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Notebook]:
    with with_store(attached, scala, tmp_path_factory.mktemp("mlflow")) as notebook:
        yield notebook


@pytest.fixture(autouse=True)
def _no_run_is_left_active() -> Iterator[None]:
    import mlflow

    yield
    while mlflow.active_run() is not None:
        mlflow.end_run("KILLED")


# --- runs


def test_a_run_is_started_logged_to_and_ended(notebook: Notebook) -> None:
    run = notebook.one(
        'val run = mlflow.startRun("first")\n'
        'mlflow.logParam("depth", 3)\n'
        'mlflow.logMetric("rmse", 0.5)\nmlflow.logMetric("rmse", 0.25, step = 1)\n'
        'mlflow.setTag("team", "blue")\nmlflow.endRun()'
    )
    assert run.info.run_name == "first" and run.info.status == "FINISHED"
    assert run.data.params == {"depth": "3"} and run.data.tags["team"] == "blue"
    history = notebook.client.get_metric_history(run.info.run_id, "rmse")
    assert [(point.step, point.value) for point in history] == [(0, 0.5), (1, 0.25)]
    assert f"run: lakebook.bridge.Run = Run(first, {run.info.run_id})" in notebook.output.text()


def test_many_are_logged_at_once(notebook: Notebook) -> None:
    run = notebook.one(
        'mlflow.withRun() { run => mlflow.logParams(Map("a" -> 1, "b" -> "x")); '
        'mlflow.logMetrics(Map("m" -> 1, "n" -> 2.5f), step = 4); mlflow.setTags(Map("t" -> true)) }'
    )
    assert run.data.params == {"a": "1", "b": "x"} and run.data.metrics == {"m": 1.0, "n": 2.5}
    assert run.data.tags["t"] == "True"
    assert notebook.client.get_metric_history(run.info.run_id, "m")[0].step == 4


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("true", True),
        ("0.000001", 1e-6),
        ("Double.NaN", float("nan")),
        ("Double.NegativeInfinity", float("-inf")),
        ("9007199254740993L", 9007199254740993),
        ('BigInt("123456789012345678901234567890")', 123456789012345678901234567890),
        ('"text"', "text"),
        ('Seq("a", "b")', ["a", "b"]),
        ("Array(1, 2)", [1, 2]),
        ("Some(1.5)", 1.5),
        ('Map("k" -> 1)', {"k": 1}),
    ],
)
def test_a_parameter_is_written_as_python_writes_it(notebook: Notebook, code: str, value: Any) -> None:
    run = notebook.one(f'mlflow.withRun() {{ _ => mlflow.logParam("value", {code}) }}')
    assert run.data.params["value"] == str(value)


def test_numbers_that_are_none_can_be_metrics(notebook: Notebook) -> None:
    run = notebook.one('mlflow.withRun() { run => run.logMetric("none", Double.NaN); run.logMetric("all", 1.0 / 0) }')
    assert math.isnan(run.data.metrics["none"]) and run.data.metrics["all"] == sys.float_info.max  # as MLflow keeps it


def test_a_block_runs_within_a_run_and_gives_its_value(notebook: Notebook) -> None:
    run = notebook.one('val found = mlflow.withRun("whole") { run => run.logParam("inside", 1); run.id.length }')
    assert "found: Int = 32" in notebook.output.text()
    assert run.info.status == "FINISHED" and run.data.params == {"inside": "1"}


def test_a_block_that_throws_ends_its_run_as_failed(notebook: Notebook) -> None:
    error = notebook.failure('mlflow.withRun("bad") { run =>\n  run.logParam("before", 1)\n  sys.error("no luck")\n}')
    assert error.traceback == ["RuntimeException: no luck", '   3 |   sys.error("no luck")']
    (run,) = notebook.made
    assert run.info.status == "FAILED" and run.data.params == {"before": "1"}
    assert notebook.run("mlflow.activeRun.isEmpty") == [] and "Boolean = true" in notebook.output.text()


def test_leaving_a_block_early_is_no_failure(notebook: Notebook) -> None:
    run = notebook.one(
        "import scala.util.control.Breaks._\nbreakable { mlflow.withRun() { _ => break() } }\n"
    )  # fmt: skip
    assert run.info.status == "FINISHED"


def test_a_run_has_runs_within(notebook: Notebook) -> None:
    outer, inner = notebook.run(
        'mlflow.withRun("outer") { outer => mlflow.withRun("inner", nested = true) { inner => '
        'mlflow.logParam("in", "inner"); outer.logParam("in", "outer") } }'
    )
    assert inner.data.tags["mlflow.parentRunId"] == outer.info.run_id
    assert inner.data.params["in"] == "inner" and outer.data.params["in"] == "outer"


def test_the_active_run_is_the_one_of_python_cells(notebook: Notebook) -> None:
    import mlflow

    with mlflow.start_run(run_name="python's") as ours:
        notebook.run('mlflow.logParam("from", "scala")')
        assert notebook.run("mlflow.activeRun.get.name") == [] and "python's" in notebook.output.text()
    assert notebook.client.get_run(ours.info.run_id).data.params == {"from": "scala"}
    run = notebook.one('val run = mlflow.startRun("scala\'s")')
    active = mlflow.active_run()
    assert active is not None and active.info.run_id == run.info.run_id


def test_a_run_is_gone_on_with(notebook: Notebook) -> None:
    run = notebook.one('val first = mlflow.withRun("again") { run => run.id }')
    assert notebook.run('mlflow.startRun(runId = first)\nmlflow.logParam("later", 1)\nmlflow.endRun("KILLED")') == []
    again = notebook.client.get_run(run.info.run_id)
    assert again.info.status == "KILLED" and again.data.params == {"later": "1"}


def test_an_experiment_is_chosen(notebook: Notebook) -> None:
    try:
        run = notebook.one('mlflow.setExperiment("another")\nmlflow.withRun() { run => run.experimentId }')
    finally:
        notebook.run('mlflow.setExperiment("scala")')
    chosen = notebook.client.get_experiment_by_name("another")
    assert chosen is not None and run.info.experiment_id == chosen.experiment_id


def test_files_are_logged_from_the_notebooks_folder(notebook: Notebook, workspace: Path) -> None:
    (workspace / "notes.txt").write_text("noted")
    run = notebook.one('mlflow.withRun() { _ => mlflow.logArtifact("notes.txt", "texts") }')
    assert notebook.artifacts(run, "texts") == {"texts/notes.txt"}


def test_every_thread_of_a_cell_logs(notebook: Notebook) -> None:
    run = notebook.one(
        "import scala.concurrent._, duration._, ExecutionContext.Implicits.global\n"
        "mlflow.withRun() { run =>\n"
        '  val futures = (1 to 20).map(n => Future(run.logMetric("m", n, step = n)))\n'
        "  Await.result(Future.sequence(futures), 60.seconds)\n"
        '  val thread = new Thread(() => mlflow.logParam("thread", "own")); thread.start(); thread.join()\n'
        "}"
    )
    history = notebook.client.get_metric_history(run.info.run_id, "m")
    assert {(point.step, point.value) for point in history} == {(n, float(n)) for n in range(1, 21)}
    assert run.data.params == {"thread": "own"}


def test_no_value_from_elsewhere_takes_the_place_of_mlflow(attached: AttachedHost, notebook: Notebook) -> None:
    other = attached.spark()._jvm.lakebook.bridge.ScalaInterpreter(attached.notebook())
    try:
        assert other.isDefined("mlflow") and other.isDefined("spark")
        other.run("val mlflow = 3")  # a variable like any other
        assert not other.isDefined("mlflow")
    finally:
        other.close()


# --- what is refused


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('mlflow.logParam("p", 1); mlflow.logParam("p", 2)', "is 1 already and cannot become 2"),
        ('mlflow.logMetrics(Map("m" -> "many"))', "The metric m has to be a number"),
        ('mlflow.logArtifact("nowhere.txt")', "There is no file or folder nowhere.txt"),
        ('mlflow.endRun("DONE")', "A run does not end as DONE"),
        ("mlflow.startRun()", "is still active"),
        ('mlflow.logParam(null, 1)', "got null as its key"),
        ("mlflow.logModel(null)", "got null as its model"),
    ],
)  # fmt: skip
def test_what_mlflow_refuses_is_one_line_and_the_line_of_the_cell(notebook: Notebook, code: str, said: str) -> None:
    error = notebook.failure(f"mlflow.withRun() {{ _ =>\n  {code}\n}}")
    message, line = error.traceback
    assert error.ename == "MlflowException" and said in message and "\n" not in error.evalue
    assert line.startswith("   2 | ") and code in line


def test_ending_no_run_and_an_unknown_one_are_refused(notebook: Notebook) -> None:
    assert "There is no active run to end." in notebook.failure("mlflow.endRun()").evalue
    assert "no run" in notebook.failure('mlflow.startRun(runId = "0" * 32)').evalue.lower()


def test_a_cell_goes_on_after_what_it_catches(notebook: Notebook) -> None:
    code = 'try mlflow.endRun() catch { case refused: lakebook.bridge.MlflowException => println("caught") }'
    assert notebook.run(code) == [] and "caught" in notebook.output.text()


def test_what_the_kernel_fails_by_is_told(notebook: Notebook) -> None:
    def broken(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        raise ZeroDivisionError("a fault")

    with notebook.answered_by(broken):
        assert notebook.failure('mlflow.logParam("a", 1)').evalue == "a fault"


# --- waiting


def test_an_interrupt_ends_the_wait_for_an_answer(notebook: Notebook) -> None:
    release = threading.Event()
    notebook.run("val kept = 1")

    def stuck(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        release.wait(60)
        return {}

    with notebook.answered_by(stuck), pytest.raises(KeyboardInterrupt):
        try:
            notebook.run('println("started")\nmlflow.logParam("never", 1)', interrupt_after=0.5)
        finally:
            release.set()
    assert notebook.run("kept + 1") == [] and "Int = 2" in notebook.output.text()


def test_an_interrupt_ends_the_wait_of_other_threads_too(notebook: Notebook) -> None:
    release = threading.Event()
    notebook.run('@volatile var ended = ""')

    def stuck(what: str, arguments: dict[str, Any], subject: Any) -> dict[str, Any]:
        release.wait(60)
        return {}

    code = (
        "import scala.concurrent._, duration._, ExecutionContext.Implicits.global\n"
        'println("started")\n'
        'val asks = Future(try mlflow.logParam("a", 1) catch { case e: InterruptedException => ended = "stopped" })\n'
        "Await.result(asks, Duration.Inf)"
    )
    with notebook.answered_by(stuck), pytest.raises(KeyboardInterrupt):
        notebook.run(code, interrupt_after=0.5)
    notebook.run("while (ended.isEmpty) Thread.sleep(10)\nended")
    release.set()
    assert "stopped" in notebook.output.text()


def test_a_block_that_is_interrupted_ends_its_run(notebook: Notebook) -> None:
    with pytest.raises(KeyboardInterrupt):
        notebook.run('mlflow.withRun("cut") { _ => println("started"); while (true) {} }', interrupt_after=0.5)
    notebook.run("mlflow.activeRun")  # answered after what nobody waited for
    (run,) = (run for run in notebook.runs() if run.info.run_name == "cut")
    assert run.info.status == "FAILED"


#: how many threads of the driver wait for an answer
_WAITING = (
    "Thread.getAllStackTraces.values.toArray(Array.empty[Array[StackTraceElement]])"
    '.count(_.exists(_.getClassName == "lakebook.bridge.Question"))'
)


def test_a_notebook_that_closes_leaves_no_thread_waiting(notebook: Notebook, workspace: Path) -> None:
    def waiting() -> str:
        notebook.run(f"println({_WAITING})")
        return notebook.output.text().strip()

    with Peer(workspace) as peer:  # which answers nothing
        peer.run("notebook.scala().run('new Thread(() => mlflow.logParam(\"a\", 1)).start()')")
        eventually(lambda: waiting() == "1")
        peer.kill()
    eventually(lambda: waiting() == "0")


# --- models

_POINTS = (
    "import org.apache.spark.ml.classification._, org.apache.spark.ml.feature._\n"
    'val points = spark.range(60).selectExpr("CAST(id AS DOUBLE) AS x", "CAST(id % 7 AS DOUBLE) AS y", '
    '"CAST(id > 30 AS DOUBLE) AS label")\n'
    'val assembled = new VectorAssembler().setInputCols(Array("x", "y")).setOutputCol("features").transform(points)\n'
    "val model = new LogisticRegression().setMaxIter(2).fit(assembled)\n"
)


def test_a_model_of_spark_ml_is_logged_and_loaded(notebook: Notebook, attached: AttachedHost) -> None:
    import mlflow

    run = notebook.one(f'{_POINTS}mlflow.withRun() {{ run => run.logModel(model, "lr", inputExample = assembled) }}')
    uri = f"runs:/{run.info.run_id}/lr"
    signature = mlflow.models.get_model_info(uri).signature
    assert signature is not None and signature.inputs.input_names() == ["features"]
    (example,) = mlflow.models.Model.load(uri).load_input_example(uri)["features"].iloc[[0]]
    assert example == [0.0, 0.0]
    with attached.cell():
        loaded = mlflow.spark.load_model(uri)
        frame = attached.spark().createDataFrame([(1.0, 1.0)], "x DOUBLE, y DOUBLE")
        assert type(loaded.stages[0]).__name__ == "LogisticRegressionModel" and frame.count() == 1


def test_a_logged_model_is_registered(notebook: Notebook) -> None:
    notebook.run(
        f'{_POINTS}val logged = mlflow.withRun() {{ run => run.logModel(model); run.id }}\n'
        'mlflow.registerModel(s"runs:/$logged/model", "late-flights")'
    )  # fmt: skip
    assert "Int = 1" in notebook.output.text()
    version = notebook.client.get_model_version("late-flights", "1")
    assert version.run_id == notebook.made[0].info.run_id


def test_a_model_is_registered_as_it_is_logged(notebook: Notebook) -> None:
    run = notebook.one(f'{_POINTS}mlflow.withRun() {{ _.logModel(model, registeredModelName = "at-once") }}')
    assert notebook.client.get_model_version("at-once", "1").run_id == run.info.run_id


def test_a_model_that_python_does_not_know_is_refused(notebook: Notebook) -> None:
    error = notebook.failure(
        "import org.apache.spark.ml.{PipelineModel, Transformer}, org.apache.spark.ml.param.ParamMap\n"
        "import org.apache.spark.sql.{DataFrame, Dataset}, org.apache.spark.sql.types.StructType\n"
        "class Same(val uid: String) extends Transformer {\n"
        "  def transform(frame: Dataset[_]): DataFrame = frame.toDF()\n"
        "  def transformSchema(schema: StructType): StructType = schema\n"
        "  def copy(extra: ParamMap): Same = this\n"
        "}\n"
        'mlflow.withRun() { _ => mlflow.logModel(new Same("same")) }'
    )
    assert error.evalue.startswith("The model same cannot be logged:") and "no counterpart" in error.evalue
