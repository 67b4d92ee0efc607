"""What needs a session without naming it: PySpark looks for one, and it is there."""

from __future__ import annotations

import pytest

from acceptance.live import Notebook

pytestmark = pytest.mark.spark

#: as the first thing that a notebook does with Spark
NEEDS = {
    "a column": ("from pyspark.sql.functions import col\ncol('x') + 1", "Column<'+(x, 1)'>"),
    "a UDF": (
        "from pyspark.sql.functions import udf\n@udf('long')\ndef more(n): return n + 1\nmore.returnType",
        "LongType()",
    ),
    "a pandas UDF": (
        "from pyspark.sql.functions import pandas_udf\n@pandas_udf('long')\ndef most(n): return n\nmost.returnType",
        "LongType()",
    ),
    "a window": ("from pyspark.sql import Window\ntype(Window.partitionBy('x')).__name__", "'WindowSpec'"),
    "a schema in words": (
        "from pyspark.sql.types import StructType\nStructType.fromDDL('a int').fieldNames()",
        "['a']",
    ),
    "a stage of a pipeline": (
        "from pyspark.ml.feature import VectorAssembler\nVectorAssembler(inputCols=['a'], outputCol='f').getInputCols()",
        "['a']",
    ),
    "the active session": (
        "from pyspark.sql import SparkSession\nSparkSession.getActiveSession().range(3).count()",
        "3",
    ),
    "Delta's builder": (
        "from delta.tables import DeltaTable\n"
        "DeltaTable.createIfNotExists().tableName('on_demand').addColumn('a', 'INT').execute().toDF().columns",
        "['a']",
    ),
}


@pytest.fixture
def unattached(notebook: Notebook) -> Notebook:
    notebook.run("spark.stop()" if notebook.good("'spark' in globals()").text == "True" else "")
    assert notebook.good("import pyspark\npyspark.SparkContext._gateway is None").text == "True"
    return notebook


@pytest.mark.parametrize("need", NEEDS)
def test_it_is_there(unattached: Notebook, need: str) -> None:
    code, shown = NEEDS[need]
    assert unattached.good(code).text == shown
    assert unattached.good("spark.range(4).count()").text == "4"


def test_who_only_looks_whether_it_is_used_starts_nothing(unattached: Notebook) -> None:
    unattached.good("import mlflow, gc\nwith mlflow.start_run():\n    mlflow.log_metric('a', 1)\ngc.collect()")
    unattached.good("mlflow.utils._spark_utils._get_active_spark_session()")
    assert unattached.good("pyspark.SparkContext._gateway is None").text == "True"
