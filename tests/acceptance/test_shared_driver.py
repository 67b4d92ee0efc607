"""One notebook is never felt by another: what notebooks on one driver share, each with its guard."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.live import Notebook


@pytest.fixture(scope="module", autouse=True)
def _attached(notebook: Notebook, neighbour: Notebook) -> None:
    for attached in (notebook, neighbour):
        attached.good("spark.range(1).count()")


def test_both_are_on_one_driver(notebook: Notebook, neighbour: Notebook) -> None:
    ask = "print(sc.applicationId, spark._jvm.ProcessHandle.current().pid())"
    assert notebook.good(ask).stdout == neighbour.good(ask).stdout


def test_tables_are_shared_views_and_settings_are_not(notebook: Notebook, neighbour: Notebook) -> None:
    notebook.good("spark.range(3).write.mode('overwrite').saveAsTable('common')")
    notebook.good("spark.range(3).createOrReplaceTempView('mine')\nspark.conf.set('spark.sql.shuffle.partitions', 17)")
    assert neighbour.good("spark.table('common').count()").text == "3"
    assert "TABLE_OR_VIEW_NOT_FOUND" in neighbour.run("spark.table('mine')").error
    assert neighbour.good("spark.conf.get('spark.sql.shuffle.partitions')").text != "'17'"


def test_the_current_schema_is_a_notebooks_own(notebook: Notebook, neighbour: Notebook) -> None:
    notebook.good("%sql\nCREATE SCHEMA IF NOT EXISTS elsewhere; USE elsewhere")
    assert "default" in neighbour.good("spark.catalog.currentDatabase()").text
    notebook.good("%sql\nUSE default")


def test_clear_cache_is_for_ones_own(notebook: Notebook, neighbour: Notebook) -> None:
    neighbour.good("cached = spark.range(77).cache()\ncached.count()")
    notebook.good("spark.range(78).cache().count()\nspark.catalog.clearCache()")
    notebook.good("%sql\nCLEAR CACHE")
    assert neighbour.good("cached.storageLevel.useMemory").text == "True"
    plan = "'InMemoryTableScan' in cached._jdf.queryExecution().executedPlan().toString()"
    assert neighbour.good(plan).text == "True"
    assert "InMemory" not in notebook.good("spark.range(78)._jdf.queryExecution().executedPlan().toString()").text


def test_threads_without_a_session_do_not_use_another_notebooks(notebook: Notebook, neighbour: Notebook) -> None:
    ask = (
        "import threading\nfound = []\n"
        "def look():\n    found.append(spark._jvm.org.apache.spark.sql.classic.SparkSession.active().conf().get('who'))\n"
        "t = threading.Thread(target=look); t.start(); t.join(); found[0]"
    )
    notebook.good("spark.conf.set('who', 'notebook')")
    neighbour.good("spark.conf.set('who', 'neighbour')")
    assert notebook.good(ask).text == "'notebook'"
    assert neighbour.good(ask).text == "'neighbour'"


def test_the_default_session_is_nobodys(notebook: Notebook, neighbour: Notebook) -> None:
    ask = "spark._jvm.org.apache.spark.sql.classic.SparkSession.getDefaultSession().get().equals(spark._jsparkSession)"
    assert notebook.good(ask).text == "False"
    assert neighbour.good(ask).text == "False"


def test_hadoop_settings_are_a_notebooks_own(notebook: Notebook, neighbour: Notebook) -> None:
    notebook.good("sc._jsc.hadoopConfiguration().set('fs.s3a.secret.key', 'of the first')")
    assert notebook.good("sc._jsc.hadoopConfiguration().get('fs.s3a.secret.key')").text == "'of the first'"
    assert neighbour.good("print(sc._jsc.hadoopConfiguration().get('fs.s3a.secret.key'))").stdout.strip() == "None"


def test_the_log_level_is_the_drivers(notebook: Notebook) -> None:
    before = "spark._jvm.org.apache.logging.log4j.LogManager.getRootLogger().getLevel().toString()"
    level = notebook.good(before).text
    assert "lakebook.toml" in notebook.good("sc.setLogLevel('OFF')").stderr
    assert notebook.good(before).text == level


@pytest.mark.parametrize("call", ["sc.cancelAllJobs()", "sc._jsc.sc().cancelAllJobs()"])
def test_cancel_all_jobs_means_ones_own(notebook: Notebook, neighbour: Notebook, call: str) -> None:
    request = neighbour.start("print(spark.range(0, 400000000, 1, 2).selectExpr('max(id % 11)').first()[0])")
    notebook.good(f"import time\ntime.sleep(0.5)\n{call}")
    assert neighbour.finish(request).stdout.strip() == "10"


def test_the_checkpoint_folder_is_a_notebooks_own(notebook: Notebook, neighbour: Notebook, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    notebook.good(f"sc.setCheckpointDir({str(one)!r})")
    neighbour.good(f"sc.setCheckpointDir({str(two)!r})")
    notebook.good("spark.range(3).checkpoint().count()")
    assert list(one.rglob("part-*")) and not list(two.rglob("part-*"))


@pytest.mark.parametrize("code", ["sys.exit(3)", "System.exit(3)", "Runtime.getRuntime.halt(3)"])
def test_exit_in_scala_ends_nobodys_driver(notebook: Notebook, neighbour: Notebook, code: str) -> None:
    assert "exit" in notebook.run(f"%scala\n{code}").error.lower()
    assert neighbour.good("spark.range(4).count()").text == "4"


def test_what_the_jvm_prints_goes_to_the_notebook_that_printed(notebook: Notebook, neighbour: Notebook) -> None:
    code = '%scala\nval t = new Thread(() => System.out.println("from {0}")); t.start(); t.join()'
    assert "from one" in notebook.good(code.replace("{0}", "one")).stdout
    other = neighbour.good(code.replace("{0}", "two"))
    assert "from two" in other.stdout and "from one" not in other.stdout


def test_classes_of_one_name_are_told_apart(notebook: Notebook, neighbour: Notebook) -> None:
    notebook.good("%scala\ncase class Point(x: Int)")
    neighbour.good("%scala\ncase class Point(label: String)")
    assert "5" in notebook.good("%scala\nSeq(Point(2), Point(3)).toDS().map(_.x).collect().sum").text
    assert "ab" in neighbour.good('%scala\nSeq(Point("a"), Point("b")).toDS().map(_.label).collect().mkString').text


@pytest.mark.parametrize("call", ["spark.stop()", "sc.stop()"])
def test_stop_detaches_one_notebook_only(notebook: Notebook, neighbour: Notebook, call: str) -> None:
    notebook.good("spark.range(1).count()")
    neighbour.good("kept = spark.range(9)")
    outcome = notebook.good(call)
    assert "lakebook driver stop" in outcome.stderr
    assert neighbour.good("kept.count()").text == "9"
    assert notebook.good("spark.range(6).count()").text == "6"


def test_frames_of_a_session_that_has_ended_are_no_other_frames(notebook: Notebook) -> None:
    notebook.good("old = spark.range(3)")
    notebook.good("spark.stop()")
    others = "import pyspark.sql.functions as F\nothers = [spark.range(100 + i) for i in range(400)]"  # names go round
    notebook.good(others)
    for use in ("%sql\nSELECT * FROM old", "%scala\nold.count()", "others[0].join(old, 'id').count()"):
        assert "session that has ended" in notebook.run(use).error
    assert "ended" in notebook.run("old.count()").error


def test_what_was_shared_before_a_stop_is_shared_again(notebook: Notebook) -> None:
    notebook.good("import pandas\nfew = pandas.DataFrame({'n': [1, 2, 4]})")
    uses = ("%sql\nSELECT sum(n) FROM few", '%scala\nfew.selectExpr("sum(n)").first().getLong(0)')
    for use in uses:
        assert "7" in notebook.good(use).text
    notebook.good("spark.stop()")
    for use in uses:
        assert "7" in notebook.good(use).text


def test_threads_that_use_spark_first_share_one_session(notebook: Notebook) -> None:
    notebook.good("spark.stop()")
    pool = (
        "from concurrent.futures import ThreadPoolExecutor\nfrom pyspark.sql import SparkSession\n"
        "def count(n): return SparkSession.builder.getOrCreate().range(n).count()\n"
        "with ThreadPoolExecutor(4) as pool: print(list(pool.map(count, range(4))))"
    )
    assert notebook.good(pool).stdout.strip() == "[0, 1, 2, 3]"
    assert notebook.good("spark.range(5).count()").text == "5"


def test_a_cell_without_standard_output_keeps_its_session(notebook: Notebook) -> None:
    notebook.good("spark.range(3).createOrReplaceTempView('three')")
    job = "spark.range(0, 600000000, 1, 2).selectExpr('max(id % 11)').first()"  # long enough to show its progress
    notebook.good(f"import contextlib\nwith contextlib.redirect_stdout(None): {job}")
    assert notebook.good("spark.table('three').count()").text == "3"


def test_stop_in_the_jvm_is_refused(notebook: Notebook, neighbour: Notebook) -> None:
    notebook.good("spark._jsparkSession.stop()")
    notebook.good("%scala\nspark.stop()")
    assert neighbour.good("spark.range(4).count()").text == "4"


def test_code_that_builds_a_session_gets_the_notebooks_own(notebook: Notebook) -> None:
    code = (
        "from pyspark.sql import SparkSession\nfrom pyspark import SparkContext\n"
        "built = SparkSession.builder.master('local[8]').appName('mine').config('spark.sql.session.timeZone', 'UTC').getOrCreate()\n"
        "assert built is spark and SparkContext.getOrCreate() is sc\n"
        "built.conf.get('spark.sql.session.timeZone')"
    )
    assert notebook.good(code).text == "'UTC'"


def test_a_script_that_builds_its_session_first_is_attached(workspace: Path) -> None:
    code = (
        "from delta import configure_spark_with_delta_pip\nfrom pyspark.sql import SparkSession as S\n"
        "s = configure_spark_with_delta_pip(S.builder.appName('x')).getOrCreate()\n"
        "s.table('common').count()"
    )
    with Notebook(workspace) as fresh:
        outcome = fresh.good(code)
        assert outcome.text == "3"
        assert "cannot be set" not in outcome.stderr


def test_settings_of_the_driver_in_a_builder_are_named_once(notebook: Notebook) -> None:
    code = (
        "from pyspark.sql import SparkSession\nSparkSession.builder.config('spark.executor.memory', '9g').getOrCreate()"
    )
    warned = notebook.good(code).stderr
    assert "spark.executor.memory" in warned and "lakebook.toml" in warned


def test_settings_of_the_driver_are_sparks_own_error(notebook: Notebook) -> None:
    assert "CANNOT_MODIFY" in notebook.run("spark.conf.set('spark.executor.memory', '9g')").error


def test_paths_and_imports_mean_the_notebooks_folder(workspace: Path) -> None:
    folder = workspace / "a folder"
    folder.mkdir()
    (folder / "numbers.csv").write_text("n\n1\n2\n")
    (folder / "mine.py").write_text("def twice(x):\n    return 2 * x\n")
    with Notebook(folder) as inner:
        assert inner.good("spark.read.csv('numbers.csv', header=True).count()").text == "2"
        assert inner.good("open('numbers.csv').readline().strip()").text == "'n'"
        assert "2" in inner.good("%r\nnrow(read.csv('numbers.csv'))").text
        assert "2" in inner.good('%scala\nspark.read.option("header", true).csv("numbers.csv").count()').text
        udf = (
            "from pyspark.sql.functions import udf\n@udf('long')\ndef doubled(x):\n    import mine\n"
            "    return mine.twice(x)\n[r[0] for r in spark.range(3).select(doubled('id')).collect()]"
        )
        assert inner.good(udf).text == "[0, 2, 4]"
        inner.good("spark.range(2).write.parquet('out')")
    assert list((folder / "out").glob("*.parquet"))
