"""What a driver is started with."""

from __future__ import annotations

from pathlib import Path

from lakebook.config import SparkSettings, Workspace
from lakebook.spark.settings import spark_settings


def settings(master: str = "local[2]", **conf: str) -> dict[str, str]:
    root = Path("/w")
    spark = SparkSettings(master=master, conf={name.replace("_", "."): value for name, value in conf.items()})
    workspace = Workspace(root, root / ".lakebook", spark, root / "warehouse", None)
    return spark_settings(workspace, root / "classes", [root / "bridge.jar", root / "delta.jar"])


def test_the_users_settings_win() -> None:
    assert settings()["spark.sql.shuffle.partitions"] == "2"
    assert settings(spark_sql_shuffle_partitions="7")["spark.sql.shuffle.partitions"] == "7"


def test_a_folder_is_not_listed_by_thousands_of_tasks_on_one_machine() -> None:
    name = "spark.sql.sources.parallelPartitionDiscovery.parallelism"
    assert settings("local[4]")[name] == "16"
    assert name not in settings("spark://host:7077")


def test_the_users_extensions_and_jars_are_added() -> None:
    ours = settings()["spark.sql.extensions"]
    assert settings(spark_sql_extensions="a.B")["spark.sql.extensions"] == f"{ours},a.B"
    assert settings("spark://host:7077", spark_jars="mine.jar")["spark.jars"] == "/w/bridge.jar,/w/delta.jar,mine.jar"


def test_a_driver_that_needs_no_other_machine_listens_on_loopback_only() -> None:
    for master in ("local", "local[*]", "spark://127.0.0.1:7077"):
        assert settings(master)["spark.driver.bindAddress"] == "127.0.0.1", master
    assert settings()["spark.authenticate"] == "true"
    assert "spark.driver.bindAddress" not in settings("spark://host:7077")
    assert "spark.jars" not in settings()


def test_python_workers_are_lakebooks_where_they_are_on_the_drivers_machine() -> None:
    name = "spark.python.daemon.module"
    assert settings()[name] == "lakebook.spark.workers" and name not in settings("spark://host:7077")


def test_the_results_of_a_job_fit_into_the_drivers_memory() -> None:
    def limit(memory: str) -> str:
        root = Path("/w")
        workspace = Workspace(root, root / ".lakebook", SparkSettings(memory=memory), root / "warehouse", None)
        return spark_settings(workspace, root / "classes", [])["spark.driver.maxResultSize"]

    assert limit("500m") == str(200 * 2**20)
    assert limit("64g") == str(2**30)


def test_a_task_without_memory_ends_an_executor_but_not_the_driver() -> None:
    depth = "spark.executor.killOnFatalError.depth"
    assert settings("local[4]")[depth] == "0"
    assert depth not in settings("spark://host:7077")
