"""An interrupt stops the running cell and costs nothing else. How soon is for the benchmarks."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from acceptance.live import Notebook
from acceptance.samples import ALL, PROGRAMS, PYTHON, SCALA, SQL, R

PLANNING = "\n".join(
    [
        "df = spark.range(10)",
        "for i in range(12): df = df.join(df.withColumnRenamed('id', f'id{i}'), df.id == 1, 'left').select('id')",
        "print('started')",
        "while True: df._jdf.queryExecution().optimizedPlan().toString()",
    ]
)
UDF = """
from pyspark.sql.functions import udf
import time
@udf('long')
def slow(x):
    time.sleep(600)
    return x
spark.range(1).count()
print('started')
spark.range(2).select(slow('id')).collect()
"""
STREAM = """
query = spark.readStream.format('rate').load().writeStream.format('memory').queryName('rates').start()
print('started')
query.awaitTermination()
"""
RDD = """
import time
sc.parallelize([1]).count()
print('started')
sc.parallelize(range(4), 4).map(lambda x: time.sleep(600)).collect()
"""
# planning that no interrupt breaks off; then a job that would take both cores for hours
STUBBORN = "SELECT sum(id % 7) FROM range(0, 1000000000000, 1, 2)"
STUBBORN_PLANNING = """%scala
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan
import org.apache.spark.sql.catalyst.rules.Rule
object Stubborn extends Rule[LogicalPlan] {
  def apply(plan: LogicalPlan) = {
    if (plan.toString.contains("1000000000000"))
      com.google.common.util.concurrent.Uninterruptibles.sleepUninterruptibly(java.time.Duration.ofSeconds(2))
    plan
  }
}
spark.experimental.extraOptimizations = Seq(Stubborn)
"""
CASES = {
    **{f"{samples.language} loop": samples.cell(samples.loop) for samples in PROGRAMS},
    **{f"{samples.language} sleep": samples.cell(samples.sleep) for samples in PROGRAMS},
    **{f"{samples.language} job": samples.cell(samples.job) for samples in PROGRAMS},
    "python udf": UDF,
    "python rdd": RDD,
    "python awaitTermination": STREAM,
    "python planning": PLANNING,
    "scala tail recursion": SCALA.cell('println("started")\ndef go(n: Long): Long = go(n + 1)\ngo(0)'),
    "scala catch-all": SCALA.cell(
        'println("started")\nwhile (true) try Thread.sleep(10) catch { case _: Throwable => () }'
    ),
    "r compiled code": R.cell("cat('started\\n')\nrepeat sort(runif(1e6))"),
    "python stubborn planning": f"print('started')\nspark.sql('{STUBBORN}').collect()",
    "r stubborn planning": R.cell(f"cat('started\\n')\nsql('{STUBBORN}')"),
    "scala stubborn planning": SCALA.cell(f'println("started")\nspark.sql("{STUBBORN}").collect()'),
    "shell": "%sh\necho started\nsleep 600",
}


@pytest.fixture(scope="module", autouse=True)
def _values(notebook: Notebook) -> None:
    """A variable in each language, and a view in the session, that must survive every interrupt."""
    for samples in ALL:
        notebook.good(samples.cell(samples.bind))
    notebook.good(STUBBORN_PLANNING)


@pytest.mark.parametrize("case", CASES)
def test_the_cell_stops_and_everything_else_is_whole(notebook: Notebook, case: str) -> None:
    outcome, _ = notebook.interrupted(CASES[case])
    assert not outcome.ok
    assert len(outcome.errors) == 1
    if not case.startswith("shell"):
        assert outcome.errors[0]["ename"] == "KeyboardInterrupt"
    assert "Traceback" not in outcome.stderr
    for samples in ALL:
        assert samples.shown in notebook.good(samples.cell(samples.read)).text
    assert notebook.good("spark.range(5).count()").text == "5"


def test_a_sql_cell_stops(notebook: Notebook) -> None:
    request = notebook.start(SQL.cell(SQL.job))
    notebook.client.get_iopub_msg(timeout=10)
    threading.Timer(3.0, notebook.manager.interrupt_kernel).start()
    outcome = notebook.finish(request, timeout=30)
    assert outcome.errors[0]["ename"] == "KeyboardInterrupt"
    assert "42" in notebook.good(SQL.cell(SQL.read)).text


def test_another_notebooks_job_goes_on(notebook: Notebook, neighbour: Notebook) -> None:
    job = "spark.range(0, 300000000, 1, 2).selectExpr('sum(id % 7)').first()[0]"
    neighbour.good("spark.range(1).count()")
    request = neighbour.start(f"import time\nprint(sum({job} for _ in range(4)))")
    outcome, _ = notebook.interrupted(PYTHON.job)
    assert not outcome.ok
    other = neighbour.finish(request)
    assert other.reply["status"] == "ok", other.errors
    assert other.stdout.strip() == str(
        4 * sum(i % 7 for i in range(7)) * (300000000 // 7) + 4 * sum(range(300000000 % 7))
    )


def test_an_interrupt_of_a_python_loop_cancels_no_job_of_another(notebook: Notebook, neighbour: Notebook) -> None:
    neighbour.good("spark.range(1).count()")
    request = neighbour.start("print(spark.range(0, 600000000, 1, 2).selectExpr('max(id % 11)').first()[0])")
    notebook.good("spark.range(1).count()")
    notebook.interrupted(PYTHON.loop)
    assert neighbour.finish(request).stdout.strip() == "10"


def test_cancelling_all_jobs_stops_none_that_begin_afterwards(notebook: Notebook) -> None:
    later = (
        "import threading, time\nsc.cancelAllJobs()\ncounted = []\n"
        "job = sc.parallelize(range(2), 2).map(lambda i: time.sleep(3))\n"
        "thread = threading.Thread(target=lambda: counted.append(job.count()))\nthread.start()\n"
        "while not list(sc.statusTracker().getActiveJobsIds()): time.sleep(0.1)"
    )
    notebook.good(later)
    assert notebook.good("thread.join()\ncounted").text == "[2]"


def test_an_error_that_is_being_told_is_told_whole(notebook: Notebook) -> None:
    told = (
        "import os, signal\nclass Slow(Exception):\n    def __str__(self):\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n        return 'what happened'\nraise Slow"
    )
    error = notebook.run(told).error
    assert "what happened" in error and "KeyboardInterrupt" not in error


def test_what_follows_an_inner_cell_that_failed_can_be_interrupted(notebook: Notebook) -> None:
    inner = "import os, signal\nget_ipython().run_cell('1 / 0')\nos.kill(os.getpid(), signal.SIGINT)\nprint('went on')"
    outcome = notebook.run(inner)
    assert outcome.errors[-1]["ename"] == "KeyboardInterrupt" and "went on" not in outcome.stdout


def test_cells_after_the_interrupted_one_do_run_when_asked(notebook: Notebook) -> None:
    notebook.interrupted(PYTHON.sleep)
    assert notebook.good("1 + 1").text == "2"


def test_an_interrupt_is_heeded_whichever_thread_the_system_gives_it_to(notebook: Notebook) -> None:
    elsewhere = (
        "import signal, threading, time\n"
        "threading.Timer(1, lambda: signal.pthread_kill(threading.get_ident(), signal.SIGINT)).start()\n"
    )
    for waits in ("time.sleep(40)", "spark._jvm.Thread.sleep(40000)"):
        assert notebook.run(elsewhere + waits).errors[0]["ename"] == "KeyboardInterrupt"


@pytest.mark.parametrize("work", [PYTHON.job, PYTHON.loop, "print('started')\nawait asyncio.sleep(600)"])
def test_a_cell_that_awaits_stops(notebook: Notebook, work: str) -> None:
    outcome, _ = notebook.interrupted(f"import asyncio\nawait asyncio.sleep(0)\n{work}")
    assert outcome.errors[0]["ename"] in ("KeyboardInterrupt", "CancelledError")
    assert notebook.good("spark.range(5).count()").text == "5"


def test_tasks_of_a_cell_that_use_spark_stop_and_the_kernel_lives(notebook: Notebook) -> None:
    job = "spark.range(0, 10**13, 1, 2).selectExpr('sum(id % 7)').collect()"
    tasks = f"import asyncio\nasync def job():\n    print('started')\n    {job}\nawait asyncio.gather(job(), job())"
    outcome, _ = notebook.interrupted(tasks)
    assert outcome.errors[0]["ename"] == "CancelledError"
    assert notebook.good("spark.range(5).count()").text == "5"


def test_what_the_cell_does_about_its_interrupt_is_left_to_its_end(notebook: Notebook) -> None:
    rescue = "spark.range(0, 40000000, 1, 2).selectExpr('max(id % 11)').first()[0]"
    cell = f"try:\n    {{}}\nexcept KeyboardInterrupt:\n    print('saved', {rescue})"
    outcome, _ = notebook.interrupted(cell.format(PYTHON.job.replace("\n", "\n    ")))
    assert outcome.ok and "saved 10" in outcome.stdout
    outcome, _ = notebook.interrupted(
        cell.format(PYTHON.job.replace("\n", "\n    ")).replace(rescue, "spark.table('nowhere')")
    )
    assert outcome.errors[0]["ename"] == "AnalysisException" and "nowhere" in outcome.errors[0]["evalue"]


def test_an_interrupt_waits_until_duckdb_is_imported(workspace: Path) -> None:
    """DuckDB's library ends the process when an exception comes into its import."""
    ring = """
import importlib.abc, signal, sys
class Ring(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == "_duckdb":
            sys.meta_path.remove(self)
            signal.raise_signal(signal.SIGINT)
sys.meta_path.insert(0, Ring())
"""
    with Notebook(workspace) as fresh:
        fresh.good(ring)
        assert fresh.run("%duckdb\nSELECT 1 AS one").errors[0]["ename"] == "KeyboardInterrupt"
        assert fresh.good("'_duckdb' in sys.modules").text == "True"
        assert "42" in fresh.good("%duckdb\nSELECT 42 AS answer").text
