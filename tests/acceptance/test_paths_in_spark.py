"""Spark reads and writes by Databricks' paths what ``dbutils.fs`` and Python do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook
from lakebook.config import find_workspace
from lakebook.spark import driver

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("paths")
    settings = '[spark]\nmaster = "local[2]"\n[paths]\n"/Volumes/main/raw/landing" = "landing"\n'
    (made / "lakebook.toml").write_text(settings)
    (made / "landing").mkdir()
    yield made
    driver.stop(find_workspace(made))


@pytest.fixture(scope="module")
def notebook(folder: Path) -> Iterator[Notebook]:
    with Notebook(folder) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    ["dbfs:/FileStore/t", "/FileStore/u", "dbfs:/mnt/lake/t", "/Volumes/main/raw/v/t", "/Volumes/main/raw/landing/t"],
)
@pytest.mark.parametrize("kind", ["csv", "parquet", "delta"])
def test_a_table_that_spark_writes_is_read_and_listed(notebook: Notebook, path: str, kind: str) -> None:
    code = f"""
spark.range(10).selectExpr("id", "id % 2 AS odd").write.format("{kind}").partitionBy("odd").save("{path}_{kind}")
print(spark.read.format("{kind}").load("{path}_{kind}").where("odd = 1").count())
print(sorted(file.name for file in dbutils.fs.ls("{path}_{kind}") if file.name[0] == "o"))
"""
    assert notebook.good(code).stdout == "5\n['odd=0/', 'odd=1/']\n"
    assert "10" in notebook.good(f"%sql SELECT count(*) FROM {kind}.`{path}_{kind}`").text


def test_settings_lead_to_their_folder(notebook: Notebook, folder: Path) -> None:
    notebook.good("spark.range(1).write.parquet('dbfs:/Volumes/main/raw/landing/here')")
    assert (folder / "landing" / "here" / "_SUCCESS").exists()


def test_what_is_put_is_read(notebook: Notebook) -> None:
    notebook.good("dbutils.fs.put('/somewhere/of/dbfs.csv', 'a,b\\n1,2\\n', True)")
    for path in ("dbfs:/somewhere/of/dbfs.csv", "/dbfs/somewhere/of/dbfs.csv", "/somewhere/of/dbfs.csv"):
        assert notebook.good(f"spark.read.csv('{path}', header=True).first().b").text == "'2'", path
    assert notebook.good("len(spark.read.text('dbfs:/somewhere/*/*.csv').inputFiles())").text == "1"


def test_a_mount_is_seen_by_a_driver_that_runs(notebook: Notebook, folder: Path) -> None:
    (folder / "later").mkdir()
    (folder / "later" / "x.txt").write_text("later\n")
    notebook.good(f"dbutils.fs.mount('file:{folder}/later', '/mnt/later')")
    for path in ("/mnt/later/x.txt", "dbfs:/mnt/later/x.txt"):
        assert notebook.good(f"spark.read.text('{path}').first().value").text == "'later'"


def test_delta_tables_are_changed_by_these_paths(notebook: Notebook) -> None:
    notebook.good("spark.range(3).write.save('dbfs:/tmp/changed')")
    notebook.good("%sql CREATE TABLE at_dbfs USING delta LOCATION 'dbfs:/tmp/changed'")
    notebook.good("%sql UPDATE at_dbfs SET id = 7 WHERE id = 1;\nOPTIMIZE at_dbfs")
    assert notebook.good("[row.id for row in spark.table('at_dbfs').orderBy('id').collect()]").text == "[0, 2, 7]"
    history = notebook.good(
        "from delta.tables import DeltaTable\nDeltaTable.forPath(spark, 'dbfs:/tmp/changed').history().count()"
    )
    assert int(history.text) >= 2


def test_a_stream_keeps_its_checkpoint_there(notebook: Notebook) -> None:
    code = """
spark.range(4).write.save("/Volumes/main/raw/v/source")
query = (spark.readStream.load("/Volumes/main/raw/v/source").writeStream.trigger(availableNow=True)
    .option("checkpointLocation", "dbfs:/checkpoints/one").start("/Volumes/main/raw/v/target"))
query.awaitTermination()
print(spark.read.load("/Volumes/main/raw/v/target").count(), len(dbutils.fs.ls("/checkpoints/one")) > 2)
"""
    assert notebook.good(code).stdout == "4 True\n"


def test_what_is_not_there_is_told_by_the_path_of_the_notebook(notebook: Notebook) -> None:
    error = notebook.run("spark.read.csv('dbfs:/none.csv')").errors[0]
    assert "dbfs:/none.csv" in error["evalue"] and "PATH_NOT_FOUND" in error["evalue"]


def test_the_machine_s_own_files_are_as_before(notebook: Notebook, folder: Path) -> None:
    (folder / "own.csv").write_text("a\n1\n")
    assert (
        notebook.good(f"spark.read.csv('{folder}/own.csv').count(), spark.read.csv('own.csv').count()").text == "(2, 2)"
    )


@pytest.mark.skipif(Path("/dbfs").exists(), reason="this machine has /dbfs")
def test_python_functions_of_spark_s_read_them(notebook: Notebook, folder: Path) -> None:
    (folder / "module_of_the_workspace.py").write_text("here = 'imported'\n")
    code = """
from pyspark.sql.functions import udf
dbutils.fs.put("dbfs:/FileStore/one.txt", "in dbfs", True)
@udf("string")
def read(name):
    import os, sys
    with open(f"/dbfs/FileStore/{name}.txt") as file:
        text = file.read()
    sys.path.insert(0, "/Workspace")
    import module_of_the_workspace
    return f"{text}, {module_of_the_workspace.here}, {os.path.exists('/Volumes/none')}"
print(spark.createDataFrame([("one",)], "n string").select(read("n")).first()[0])
def written(frames):
    import pandas
    for frame in frames:
        frame.to_csv("/dbfs/FileStore/frame.csv", index=False)
        yield pandas.read_csv("/dbfs/FileStore/frame.csv")
print(spark.range(1, 3).coalesce(1).mapInPandas(written, "id long").count(), dbutils.fs.head("/FileStore/frame.csv").split())
"""
    assert notebook.good(code).stdout == "Wrote 7 bytes.\nin dbfs, imported, False\n2 ['id', '1', '2']\n"


def test_what_a_function_of_spark_s_does_not_find_is_python_s_own_error(notebook: Notebook) -> None:
    code = "from pyspark.sql.functions import udf\nspark.range(1).select(udf(lambda n: open('/dbfs/none').read())('id')).collect()"
    error = notebook.run(code).errors[0]
    assert error["ename"] == "FileNotFoundError" and "(in <lambda>, line 2" in error["evalue"]


def test_scala_reads_them_too(notebook: Notebook) -> None:
    assert "3" in notebook.good('%scala\nspark.read.load("dbfs:/tmp/changed").count()').text
