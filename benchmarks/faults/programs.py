"""What the tasks run: files that are written into the workspace."""

from __future__ import annotations

from pathlib import Path

#: rows of a batch
SIZE = 20
#: where tasks write what they do
RECORD = "record.jsonl"
#: the folder of tables that are there from the start
TABLES = "tables"

_SHARED = """
import fcntl, json, os


class Work:
    # the lock is held for as long as this process lives or until it has ended its work: two at once are told apart from
    # two in turn
    def __init__(self, run, task, task_run):
        self._of = [int(run), task, int(task_run)]
        self._lock = os.open(f"{run}.{task}.lock", os.O_CREAT | os.O_WRONLY, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._note("doubled")
        self._note("begins")

    def end(self):
        self._note("ends")
        os.close(self._lock)

    def _note(self, what):
        line = json.dumps([what, *self._of])
        file = os.open(RECORD, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        os.write(file, (line + "\\n").encode())
        os.close(file)


def known(name):
    return f"CREATE TABLE IF NOT EXISTS {name} USING DELTA LOCATION '{TABLES}/{name}'"
"""
_SCRIPT = """
import sys, time
from shared import Work

work = Work(*sys.argv[1:])
time.sleep(0.5)
work.end()
"""
#: puts each key there once, however often it is tried
_MERGE = """# Databricks notebook source
from shared import SIZE, Work, known

run = int(dbutils.widgets.get("run"))
work = Work(run, "merge", dbutils.widgets.get("task_run"))

# COMMAND ----------

from pyspark.sql.functions import udf

spark.sql(known("merged"))
value = udf(lambda batch, i: batch * 1000 + i, "long")
rows = spark.range(2 * SIZE).selectExpr(f"IF(id < {SIZE}, 0, {run}) AS batch", f"id % {SIZE} AS i")
batch = rows.withColumn("value", value("batch", "i")).selectExpr("*", f"BIGINT({run}) AS writer")

# COMMAND ----------

# MAGIC %sql
# MAGIC MERGE INTO merged USING batch AS b ON merged.batch = b.batch AND merged.i = b.i
# MAGIC WHEN MATCHED AND b.writer > merged.writer THEN UPDATE SET writer = b.writer
# MAGIC WHEN NOT MATCHED THEN INSERT *

# COMMAND ----------

work.end()
"""
#: appends what each attempt may leave once, then what Delta takes from one of a run's attempts, then replaces a table
_APPEND = """# Databricks notebook source
from shared import SIZE, Work, known

run, task_run = dbutils.widgets.get("run"), dbutils.widgets.get("task_run")
work = Work(run, "append", task_run)

# COMMAND ----------

def batch(number):
    return spark.range(SIZE).selectExpr(f"BIGINT({number}) AS batch", "id AS i")

for name in ("appended", "once"):
    spark.sql(known(name))

# COMMAND ----------

batch(task_run).write.mode("append").saveAsTable("appended")

# COMMAND ----------

batch(run).write.mode("append").option("txnAppId", f"run {run}").option("txnVersion", 1).saveAsTable("once")

# COMMAND ----------

batch(run).write.mode("overwrite").saveAsTable("latest")

# COMMAND ----------

work.end()
"""


def write(folder: Path, *, spark: bool) -> None:
    """Write what the tasks of the jobs name."""
    settings = {"SIZE": SIZE, "RECORD": RECORD, "TABLES": str(folder / TABLES)}
    (folder / "shared.py").write_text("".join(f"{name} = {value!r}\n" for name, value in settings.items()) + _SHARED)
    (folder / "task.py").write_text(_SCRIPT)
    if spark:
        (folder / "merge.py").write_text(_MERGE)
        (folder / "append.py").write_text(_APPEND)
