"""Fitted models of Spark ML that only the driver has, logged by MLflow's own spark flavor."""

from __future__ import annotations

import os
import tempfile
import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    from mlflow.models import ModelSignature
    from py4j.java_gateway import JavaObject
    from pyspark.ml import Transformer
    from pyspark.sql import DataFrame, SparkSession

#: how many rows an input example has, as MLflow's own autologging keeps
EXAMPLE_ROWS = 5
#: what MLflow's spark flavor takes as a model's answer
_PREDICTION = "prediction"


class NoModel(Exception):
    """The model cannot be logged. The message says why, as in "its class has no counterpart in Python"."""


def log_model(
    spark: SparkSession,
    java_model: JavaObject,
    run_id: str,
    name: str,
    example: JavaObject | None,
    registered_model_name: str | None = None,
) -> None:
    """Log a model to a run, with a signature and an input example where there are rows to tell them from.

    Args:
        java_model: a ``Transformer`` of Spark ML.
        name: of the folder among the run's artifacts.
        example: a frame of the driver's, some rows with the columns that the model reads, in memory.
        registered_model_name: the registered model of which it becomes a version.

    Raises:
        NoModel: it is of a class that only the JVM knows.
    """
    import mlflow.spark
    from mlflow.models import Model
    from pyspark.sql import DataFrame

    model = python_model(java_model)
    rows = None if example is None else DataFrame(example, spark)
    with ExitStack() as stack:
        # what ``mlflow.spark.log_model`` does, for a run that need not be active
        Model._log_v2(
            artifact_path=name,
            flavor=mlflow.spark,
            run_id=run_id,
            registered_model_name=registered_model_name,
            spark_model=model,
            dfs_tmpdir=_own_folder(spark, stack),
            signature=signature_of(model, rows) or False if rows is not None else None,
            input_example=None if rows is None else _input_example(rows),
            pip_requirements=mlflow.spark.get_default_pip_requirements(),  # see requirements.py
            validate_serving_input=False,
        )


def python_model(java_model: JavaObject) -> Transformer:
    """PySpark's wrapper of a model. Raises ``NoModel`` when PySpark has none."""
    from pyspark.ml import PipelineModel
    from pyspark.ml.wrapper import JavaParams

    try:
        found: Any = JavaParams._from_java(java_model)
    except (ImportError, AttributeError, NotImplementedError):
        raise NoModel(f"{java_model.getClass().getName()}, or a part of it, has no counterpart in pyspark.ml") from None
    if isinstance(found, PipelineModel):
        return found
    wrapped: Transformer = PipelineModel([found])
    return wrapped


def signature_of(model: Transformer, example: DataFrame) -> ModelSignature | None:
    """What the model reads and answers; None where MLflow has no type for it."""
    from mlflow.exceptions import MlflowException
    from mlflow.models import infer_signature

    answers = model.transform(example)
    answer: Any = answers.select(_PREDICTION) if _PREDICTION in answers.columns else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that integers have no missing value, at each fit
        try:
            return infer_signature(example, answer)
        except MlflowException:
            return None


def _input_example(example: DataFrame) -> pandas.DataFrame:
    """The rows as pandas has them; vectors, which JSON does not know, as lists."""
    from pyspark.ml.functions import vector_to_array
    from pyspark.ml.linalg import VectorUDT
    from pyspark.sql.functions import col

    for field in example.schema:
        if isinstance(field.dataType, VectorUDT):
            example = example.withColumn(field.name, vector_to_array(col(f"`{field.name}`")))
    rows: pandas.DataFrame = example.toPandas()
    return rows


def _own_folder(spark: SparkSession, stack: ExitStack) -> str | None:
    """Where Spark may write the model before MLflow copies it; None leaves that to ``MLFLOW_DFS_TMP``.

    MLflow's own default is a folder that all users of a machine have in common, and that belongs to the first of them.
    """
    files = spark.sparkContext._jsc.hadoopConfiguration().get("fs.defaultFS") or "file:///"
    if "MLFLOW_DFS_TMP" in os.environ or not files.startswith("file:"):
        return None
    return stack.enter_context(tempfile.TemporaryDirectory(prefix="lakebook-model-"))
