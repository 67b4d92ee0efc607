"""Spark's settings in a workspace's driver."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import urlsplit

from lakebook.config import Workspace
from lakebook.paths import MOUNTS, Paths
from lakebook.spark import bridge
from lakebook.spark.tables import FILE as TABLES

#: in this order: what a query reads is looked at before and after Delta's rules
_EXTENSIONS = ",".join(
    (
        "org.apache.spark.sql.lakebook.LookBeforeDelta",
        "io.delta.sql.DeltaSparkSessionExtension",
        "org.apache.spark.sql.lakebook.LookAfterDelta",
        "lakebook.bridge.SharedFramesExtension",
        "org.apache.spark.sql.lakebook.DatabricksExtension",
    )
)

#: the folder into which Scala cells are compiled
CLASSES = "spark.lakebook.scala.classes"
#: of the driver's memory, what the results of one job may take, in percent: they are there twice, also as rows
_RESULTS = 40
#: bytes, beyond which Spark asks to be told
_MOST_RESULTS = 2**30
#: settings whose value is a list that the user's is added to
_LISTS = {"spark.sql.extensions", "spark.jars"}


def write_settings(
    file: Path, workspace: Workspace, executor_jars: list[Path], idle: float, temporary: Path | None = None
) -> None:
    """Write what the bridge's ``Main`` reads; ``file`` names the driver: ``driver.conf`` makes ``driver.json``.

    Args:
        idle: seconds without an attached notebook after which the driver ends.
        temporary: a folder that the driver removes when it ends.
    """
    classes = file.with_suffix(".classes")
    shutil.rmtree(classes, ignore_errors=True)
    classes.mkdir(parents=True)
    settings = {
        "state": str(workspace.state),
        "connection": str(file.with_suffix(".json")),
        "tables": str(workspace.state / TABLES),
        "idle": idle,
        "bridge": bridge.version(),
        "metastore": workspace.metastore,
        "temporary": str(temporary) if temporary is not None else None,
        "spark": spark_settings(workspace, classes, executor_jars),
    }
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)  # passwords may be among them
    with os.fdopen(descriptor, "w") as out:
        json.dump(settings, out)


def spark_settings(workspace: Workspace, classes: Path, executor_jars: list[Path]) -> dict[str, str]:
    """All settings but those of the catalog's database; the user's own win.

    Args:
        classes: where the classes of Scala cells are written.
        executor_jars: what executors on other machines cannot have otherwise.
    """
    settings = {
        "spark.master": workspace.spark.master,
        "spark.app.name": f"lakebook {workspace.root.name}",
        "spark.driver.memory": workspace.spark.memory,
        "spark.log.level": "WARN",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # tables
        "spark.sql.extensions": _EXTENSIONS,
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.lakebook.SessionsCatalog",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": str(workspace.warehouse),
        "spark.sql.sources.default": "delta",
        "spark.lakebook.volumes": str(workspace.state / "volumes"),
        "spark.sql.legacy.createHiveTableByDefault": "false",
        "spark.hadoop.hive.exec.scratchdir": str(workspace.state / "hive"),
        "spark.databricks.delta.snapshotPartitions": "2",
        # with Delta's extension, parameters of spark.sql are bound only this way
        "spark.sql.legacy.parameterSubstitution.constantsOnly": "true",
        # what the parser remembers of statements never goes otherwise; percent of the driver's memory
        "spark.sql.parser.manageParserCaches": "true",
        "spark.sql.parser.parserDfaCacheFlushRatio": "1",
        # one driver, many notebooks
        "spark.scheduler.mode": "FAIR",
        "spark.hadoop.fs.file.impl": "lakebook.bridge.NotebookFileSystem",
        # Databricks' paths
        "spark.hadoop.fs.AbstractFileSystem.file.impl": "lakebook.bridge.NotebookFs",
        "spark.hadoop.fs.dbfs.impl": "lakebook.bridge.DbfsFileSystem",
        "spark.hadoop.fs.AbstractFileSystem.dbfs.impl": "lakebook.bridge.DbfsFs",
        "spark.hadoop.lakebook.paths": json.dumps({path: str(at) for path, at in Paths(workspace).folders.items()}),
        "spark.hadoop.lakebook.mounts": str(workspace.state / MOUNTS),
        CLASSES: str(classes),
        "spark.driver.maxResultSize": str(min(_MOST_RESULTS, workspace.spark.memory_bytes * _RESULTS // 100)),
        "spark.sql.subquery.maxThreadThreshold": "128",  # one notebook's subqueries do not keep all others' waiting
        # an interrupted Python function ends before its user loses patience
        "spark.python.task.killTimeout": "500ms",
        **_compute(workspace.spark.master, classes, executor_jars),
    }
    for name, value in workspace.spark.conf.items():
        settings[name] = f"{settings[name]},{value}" if name in _LISTS and name in settings else value
    return settings


def is_local(master: str) -> bool:
    """Whether the tasks run in the driver itself."""
    return master == "local" or master.startswith("local[")


def on_this_machine(master: str) -> bool:
    """Whether the driver talks to nothing on another machine."""
    return (
        is_local(master)
        or master.startswith("local-cluster")
        or urlsplit(master).hostname in ("127.0.0.1", "localhost")
    )


def _compute(master: str, classes: Path, executor_jars: list[Path]) -> dict[str, str]:
    settings: dict[str, str] = {}
    if on_this_machine(master):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if is_local(master):
        settings |= {
            "spark.authenticate": "true",
            "spark.python.daemon.module": "lakebook.spark.workers",
            "spark.sql.shuffle.partitions": str(max(2, _cores(master))),
            # Delta lists a table's folder by as many tasks, be there a single file: 10,000 without this
            "spark.sql.sources.parallelPartitionDiscovery.parallelism": str(4 * max(2, _cores(master))),
            # a task that finds no memory fails, and does not end everybody's driver
            "spark.executor.killOnFatalError.depth": "0",
        }
    else:
        settings["spark.jars"] = ",".join(map(str, executor_jars))
        settings["spark.repl.class.outputDir"] = str(classes)  # executors ask for every class they do not find
    return settings


def _cores(master: str) -> int:
    found = re.match(r"local\[(\d+)", master)
    return int(found[1]) if found else (os.cpu_count() or 2 if "*" in master else 1)
