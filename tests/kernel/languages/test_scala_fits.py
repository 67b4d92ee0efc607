"""What Scala cells fit by Spark ML is logged by itself, and read back by MLflow's own client."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kernel.attached import AttachedHost
from kernel.languages.scala_mlflow import Notebook, with_store
from lakebook.spark.settings import CLASSES
from lakebook_kernel.languages.scala import ScalaLanguage

pytestmark = pytest.mark.spark

_DATA = """
import org.apache.spark.ml._, classification._, evaluation._, feature._, regression._, tuning._
import org.apache.spark.ml.param.ParamMap
val points = spark.range(80).selectExpr("CAST(id AS DOUBLE) / 80 AS x", "CAST(id % 7 AS DOUBLE) AS y",
  "CONCAT('kind', id % 3) AS kind", "CAST(id > 40 AS DOUBLE) AS label")
val assembler = new VectorAssembler().setInputCols(Array("x", "y")).setOutputCol("features")
val data = assembler.transform(points).select("features", "label").cache()
def lr = new LogisticRegression().setMaxIter(3).setRegParam(0.01)
"""


@pytest.fixture(scope="module")
def notebook(
    attached: AttachedHost, scala: ScalaLanguage, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Notebook]:
    with with_store(attached, scala, tmp_path_factory.mktemp("mlflow")) as notebook:
        notebook.run(_DATA)
        with notebook.autologging():
            yield notebook


def test_a_fit_is_a_run_with_the_parameters_that_python_would_log(notebook: Notebook, attached: AttachedHost) -> None:
    from pyspark.ml.classification import LogisticRegression

    run = notebook.one("val model = lr.fit(data)")
    with attached.cell():
        same = LogisticRegression(maxIter=3, regParam=0.01)
        expected = {param.name: str(value) for param, value in same.extractParamMap().items()}
    assert run.data.params == expected and expected["fitIntercept"] == "True" and expected["tol"] == "1e-06"
    assert run.info.status == "FINISHED" and run.data.tags["lakebook.autolog"] == "spark.ml"
    assert run.data.tags["estimator_name"] == "LogisticRegression"
    assert run.data.tags["estimator_class"] == "org.apache.spark.ml.classification.LogisticRegression"
    assert notebook.output.text("stderr") == ""


def test_the_training_summarys_numbers_are_metrics(notebook: Notebook) -> None:
    run = notebook.one(
        "val model = lr.fit(data)\nval summary = model.binarySummary\n"
        'println(s"numbers ${summary.accuracy} ${summary.areaUnderROC} ${summary.objectiveHistory.toSeq.mkString(" ")}")'
    )
    printed = next(line for line in notebook.output.text().splitlines() if line.startswith("numbers "))
    accuracy, area, *history = map(float, printed.split()[1:])
    metrics = run.data.metrics
    assert metrics["accuracy"] == accuracy and metrics["areaUnderROC"] == area
    assert metrics["totalIterations"] == len(history) - 1 and metrics["objectiveHistory"] == history[-1]
    logged = notebook.client.get_metric_history(run.info.run_id, "objectiveHistory")
    assert [point.value for point in sorted(logged, key=lambda point: point.step)] == history


def test_a_runs_time_is_the_fits(notebook: Notebook) -> None:
    run = notebook.one("val before = System.currentTimeMillis; lr.fit(data); val after = System.currentTimeMillis")
    notebook.run('println(s"$before $after")')
    before, after = map(int, notebook.output.text().split())
    assert before <= run.info.start_time <= run.info.end_time <= after


def test_the_model_is_loaded_with_a_signature_and_an_example(notebook: Notebook, attached: AttachedHost) -> None:
    import mlflow

    run = notebook.one("val model = lr.fit(data)\nprintln(model.coefficients)")
    uri = f"runs:/{run.info.run_id}/model"
    info = mlflow.models.get_model_info(uri)
    assert info.signature is not None and info.signature.inputs.input_names() == ["features"]
    assert info.signature.outputs.input_names() == ["prediction"]
    example = mlflow.models.Model.load(uri).load_input_example(uri)
    assert list(example["features"])[1] == [1 / 80, 1.0] and len(example) == 5
    with attached.cell():
        (stage,) = mlflow.spark.load_model(uri).stages
        assert str(stage.coefficients) in notebook.output.text()


def test_a_pipeline_is_one_run_whose_stages_parameters_bear_their_names(notebook: Notebook) -> None:
    import mlflow

    run = notebook.one(
        'val kinds = new StringIndexer().setInputCol("kind").setOutputCol("k")\n'
        'val again = new StringIndexer().setInputCol("kind").setOutputCol("l")\n'
        'val all = new VectorAssembler().setInputCols(Array("x", "k", "l")).setOutputCol("features")\n'
        "val model = new Pipeline().setStages(Array(kinds, again, all, lr)).fit(points)"
    )
    params = run.data.params
    assert params["stages"] == "['StringIndexer_1', 'StringIndexer_2', 'VectorAssembler', 'LogisticRegression']"
    assert (params["StringIndexer_1.outputCol"], params["StringIndexer_2.outputCol"]) == ("k", "l")
    assert params["VectorAssembler.inputCols"] == "['x', 'k', 'l']"
    assert params["LogisticRegression.maxIter"] == "3" and "areaUnderROC" in run.data.metrics
    uri = f"runs:/{run.info.run_id}/model"
    signature = mlflow.models.get_model_info(uri).signature
    assert signature is not None and signature.inputs.input_names() == ["x", "kind"]
    assert list(mlflow.models.Model.load(uri).load_input_example(uri)["kind"])[:2] == ["kind0", "kind1"]


_SEARCH = (
    "val tried = lr\nval grid = new ParamGridBuilder().addGrid(tried.regParam, Array(0.01, 10.0)).build()\n"
    "val judge = new BinaryClassificationEvaluator()\n"
)


def test_a_search_is_a_run_with_one_for_each_point_within(notebook: Notebook) -> None:
    import mlflow

    best, *points = notebook.run(
        f"{_SEARCH}val search = new CrossValidator().setEstimator(tried).setEstimatorParamMaps(grid)\n"
        "  .setEvaluator(judge).setNumFolds(2).setSeed(1)\n"
        'val found = search.fit(data)\nprintln(found.avgMetrics.mkString("averages ", " ", ""))'
    )
    averages = next(line for line in notebook.output.text().splitlines() if line.startswith("averages")).split()[1:]
    points.sort(key=lambda point: point.data.params["regParam"])
    assert {point.data.tags["mlflow.parentRunId"] for point in points} == {best.info.run_id}
    assert [point.data.params["regParam"] for point in points] == ["0.01", "10.0"]
    assert [str(point.data.metrics["avg_areaUnderROC"]) for point in points] == averages
    assert best.data.metrics["avg_areaUnderROC"] == max(map(float, averages))
    assert best.data.params["numFolds"] == "2" and best.data.params["estimator"] == "LogisticRegression"
    assert best.data.params["BinaryClassificationEvaluator.metricName"] == "areaUnderROC"
    assert best.data.params["best_LogisticRegression.regParam"] == "0.01"
    flavor = mlflow.models.get_model_info(f"runs:/{best.info.run_id}/model").flavors["spark"]
    assert flavor["model_class"] == "pyspark.ml.pipeline.PipelineModel"


def test_a_search_by_one_split_too(notebook: Notebook) -> None:
    best, *points = notebook.run(
        f"{_SEARCH}new TrainValidationSplit().setEstimator(tried).setEstimatorParamMaps(grid).setEvaluator(judge)\n"
        "  .setSeed(1).setParallelism(2).fit(data)"
    )
    assert len(points) == 2 and best.data.metrics["areaUnderROC"] == max(
        point.data.metrics["areaUnderROC"] for point in points
    )


@pytest.mark.parametrize(
    "code",
    [
        "object Trainer { def train() = lr.fit(data) }\nTrainer.train()",
        "def train() = lr.fit(data)\ntrain()",
        "Seq(lr).map(_.fit(data))",
        "val fit = lr.fit(_: org.apache.spark.sql.Dataset[_])\nfit(data)",
        "val any: Estimator[_] = lr\nany.fit(data)",
        "lazy val model = lr.fit(data)\nmodel.uid",
        "import scala.concurrent._, duration._, ExecutionContext.Implicits.global\n"
        "Await.result(Future(lr.fit(data)), 60.seconds)",
        "val thread = new Thread(() => lr.fit(data)); thread.start(); thread.join()",
        "lr.fit(data, ParamMap.empty)",
        "val one = lr\none.fit(data, one.maxIter -> 2, one.tol -> 0.1)",
    ],
    ids=[
        "object", "method", "lambda", "function", "estimator", "lazy value", "future", "thread", "map", "pairs"
    ],
)  # fmt: skip
def test_wherever_the_notebooks_code_fits_it_is_one_run(notebook: Notebook, code: str) -> None:
    assert notebook.one(code).data.tags["estimator_name"] == "LogisticRegression"


def test_parameters_given_to_fit_are_logged(notebook: Notebook) -> None:
    run = notebook.one("val one = lr\none.fit(data, ParamMap(one.maxIter -> 2))\none.setMaxIter(9)")
    assert run.data.params["maxIter"] == "2"


def test_several_maps_are_runs_within_one(notebook: Notebook) -> None:
    around, first, second = notebook.run(
        "val one = lr\none.fit(data, Seq(ParamMap(one.maxIter -> 1), ParamMap(one.maxIter -> 2)))"
    )
    assert {run.data.tags["mlflow.parentRunId"] for run in (first, second)} == {around.info.run_id}
    assert sorted(run.data.params["maxIter"] for run in (first, second)) == ["1", "2"]  # both may start in one moment
    assert all("model/MLmodel" in notebook.artifacts(run, "model") for run in (first, second))


def test_a_fit_goes_into_the_run_that_was_active(notebook: Notebook) -> None:
    run = notebook.one('mlflow.withRun("mine") { run => run.logParam("maxIter", "mine"); lr.fit(data) }')
    assert run.info.run_name == "mine" and run.info.status == "FINISHED"
    assert run.data.params["maxIter"] == "mine" and run.data.params["regParam"] == "0.01"
    assert "accuracy" in run.data.metrics and "model/MLmodel" in notebook.artifacts(run, "model")


def test_a_run_that_python_started_is_active_too(notebook: Notebook) -> None:
    import mlflow

    with mlflow.start_run() as ours:
        assert notebook.run("lr.fit(data)") == []
        assert notebook.client.get_run(ours.info.run_id).info.status == "RUNNING"
    assert notebook.client.get_run(ours.info.run_id).data.params["maxIter"] == "3"


def test_a_second_fit_of_the_active_run_is_a_run_within(notebook: Notebook) -> None:
    outer, inner = notebook.run(
        "mlflow.withRun() { _ => lr.fit(data); new LinearRegression().setMaxIter(1).fit(data) }"
    )
    assert outer.data.tags["estimator_name"] == "LogisticRegression"
    assert inner.data.tags["estimator_name"] == "LinearRegression" and "r2" in inner.data.metrics
    assert inner.data.tags["mlflow.parentRunId"] == outer.info.run_id


def test_the_last_run_is_what_mlflow_says(notebook: Notebook) -> None:
    import mlflow

    run = notebook.one("lr.fit(data)")
    last = mlflow.last_active_run()
    assert last is not None and last.info.run_id == run.info.run_id


def test_a_fit_that_throws_is_a_run_that_failed(notebook: Notebook) -> None:
    error = notebook.failure('println("here")\nlr.setFeaturesCol("nowhere").fit(data)')
    assert "`nowhere`" in error.evalue and error.traceback[-1].startswith("   2 | ")
    (run,) = notebook.made
    assert run.info.status == "FAILED" and run.data.params["featuresCol"] == "nowhere"
    assert notebook.artifacts(run) == set()


def test_what_was_fitted_before_a_cell_failed_is_logged(notebook: Notebook) -> None:
    assert notebook.failure('lr.fit(data)\nsys.error("later")').evalue == "later"
    assert [run.info.status for run in notebook.made] == ["FINISHED"]


def test_a_fit_that_is_interrupted_is_a_run_that_was_killed(notebook: Notebook) -> None:
    with pytest.raises(KeyboardInterrupt):
        notebook.run('val slow = data.filter { _ => Thread.sleep(60000); true }\nprintln("started")\nlr.fit(slow)', 1.0)
    assert [run.info.status for run in notebook.made] == ["KILLED"]


def test_an_interrupt_is_not_held_up_by_what_could_be_computed(notebook: Notebook) -> None:
    with pytest.raises(KeyboardInterrupt):
        notebook.run('lr.fit(data)\nprintln("fitted")\nThread.sleep(60000)', 1.0)
    (run,) = notebook.made
    assert run.info.status == "FINISHED" and run.data.params["maxIter"] == "3" and run.data.metrics == {}
    assert "were not logged: the cell was interrupted" in notebook.output.text("stderr")


def test_a_preparation_of_data_is_no_run(notebook: Notebook) -> None:
    assert notebook.run('new StringIndexer().setInputCol("kind").setOutputCol("k").fit(points)') == []


_OWN = """
class Twice(val uid: String) extends Estimator[LogisticRegressionModel] {
  def this() = this("twice")
  def fit(frame: org.apache.spark.sql.Dataset[_]): LogisticRegressionModel = { lr.fit(frame); lr.fit(frame) }
  def transformSchema(schema: org.apache.spark.sql.types.StructType) = schema
  def copy(extra: ParamMap): Twice = new Twice(uid)
}
"""


def test_what_an_estimator_of_the_notebooks_fits_inside_is_a_part_of_it(notebook: Notebook) -> None:
    run = notebook.one(f"{_OWN}\nnew Twice().fit(data)")
    assert run.data.tags["estimator_name"] == "Twice" and "model/MLmodel" in notebook.artifacts(run, "model")
    run = notebook.one("new Pipeline().setStages(Array(new Twice())).fit(data)")
    assert run.data.params["stages"] == "['Twice']"


@pytest.mark.parametrize(
    "code",
    [
        "class Suit { def fit(f: Frame) = f.count() }\nnew Suit().fit(data)",
        "object Tailor { def fit(f: Frame) = f.count() }\nTailor.fit(data)",
        "class Own { private def fit(f: Frame) = f.count(); def go(f: Frame) = Seq(f).map(fit(_)).head }\n"
        "new Own().go(data)",
        "class Over { protected def fit(f: Frame) = f.count() }\n"
        "class Under extends Over { def go(f: Frame) = fit(f) }\nnew Under().go(data)",
        "class Plain { def fit(f: Frame) = f.count() - 1 }\n"
        "class More extends Plain { override def fit(f: Frame) = super.fit(f) + 1 }\nnew More().fit(data)",
        "trait Fits { def fit(f: Frame): Long }\nval made: Fits = _.count()\nmade.fit(data)",
    ],
)
def test_what_is_no_estimator_is_left_alone(notebook: Notebook, code: str) -> None:
    assert notebook.run(f"type Frame = org.apache.spark.sql.Dataset[_]\n{code}") == []
    assert "Long = 80" in notebook.output.text()


def test_what_an_estimator_throws_comes_as_it_is(notebook: Notebook) -> None:
    failure = notebook.failure(f'{_BROKEN}\nnew Broken("b").fit(data)')
    assert (failure.ename, failure.evalue) == ("IllegalStateException", "torn")


_BROKEN = """
class Broken(val uid: String) extends Estimator[LogisticRegressionModel] {
  def fit(frame: org.apache.spark.sql.Dataset[_]): LogisticRegressionModel = throw new IllegalStateException("torn")
  def transformSchema(schema: org.apache.spark.sql.types.StructType) = schema
  def copy(extra: ParamMap): Broken = new Broken(uid)
}
"""


def test_a_model_that_python_does_not_know_is_said_not_to_be_logged(notebook: Notebook) -> None:
    run = notebook.one(
        "class Mean(val uid: String) extends Estimator[MeanModel] {\n"
        "  def fit(frame: org.apache.spark.sql.Dataset[_]) = new MeanModel(uid)\n"
        "  def transformSchema(schema: org.apache.spark.sql.types.StructType) = schema\n"
        "  def copy(extra: ParamMap): Mean = new Mean(uid)\n"
        "}\n"
        "class MeanModel(val uid: String) extends Model[MeanModel] {\n"
        "  def transform(frame: org.apache.spark.sql.Dataset[_]) = frame.toDF()\n"
        "  def transformSchema(schema: org.apache.spark.sql.types.StructType) = schema\n"
        "  def copy(extra: ParamMap): MeanModel = new MeanModel(uid)\n"
        '}\nnew Mean("mean").fit(data)'
    )
    assert run.info.status == "FINISHED" and notebook.artifacts(run) == set()
    assert notebook.output.text("stderr").startswith("The model of Mean was not logged: ")
    assert "no counterpart in pyspark.ml" in notebook.output.text("stderr")


def test_what_cannot_be_logged_is_one_line_and_no_failed_cell(notebook: Notebook, tmp_path: Path) -> None:
    import mlflow

    before = mlflow.get_tracking_uri()
    mlflow.set_tracking_uri("http://127.0.0.1:9")
    try:
        notebook.host.run(notebook.scala, "val model = lr.fit(data)")
    finally:
        mlflow.set_tracking_uri(before)
    (line,) = notebook.host.output.text("stderr").splitlines()
    assert line.startswith("The fit of LogisticRegression was not logged: ") and "does not answer" in line
    assert "model: org.apache.spark.ml.classification.LogisticRegressionModel" in notebook.host.output.text()


def test_mlflows_own_autologging_logs_nothing_twice(notebook: Notebook) -> None:
    import mlflow

    mlflow.pyspark.ml.autolog()
    try:
        assert notebook.one("new Pipeline().setStages(Array(lr)).fit(data)").data.params["LogisticRegression.tol"]
    finally:
        mlflow.pyspark.ml.autolog(disable=True)


def test_nothing_is_noted_while_it_is_off(notebook: Notebook) -> None:
    with notebook.autologging(on=False):
        assert notebook.run("lr.fit(data)") == []
        assert list(notebook.host.notebook().scala().takeFits()) == []
    assert len(notebook.run("lr.fit(data)")) == 1


def test_executors_get_the_compilers_bytes(notebook: Notebook, attached: AttachedHost) -> None:
    classes = Path(attached.spark().sparkContext.getConf().get(CLASSES))
    before = set(classes.rglob("*.class"))
    notebook.run("object Untouched { def apply() = lr.fit(data) }")
    written = [path.read_bytes() for path in set(classes.rglob("*.class")) - before]
    assert any(b"LogisticRegression" in code for code in written)
    assert not any(b"StoppableLoader" in code for code in written)


def test_a_closed_interpreter_holds_no_fit(notebook: Notebook, attached: AttachedHost) -> None:
    second = attached.spark()._jvm.lakebook.bridge.ScalaInterpreter(attached.notebook())
    second.autolog(True)
    second.run(f"{_DATA}\nval model = lr.fit(data)")
    second.close()
    assert list(second.takeFits()) == []
