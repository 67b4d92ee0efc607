"""PySpark with Delta and a driver of its own, as users write it today: the reference of several figures."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks.kernels import HUNG
from lakebook.config import Workspace
from lakebook.spark.jars import delta_jars
from lakebook.spark.java import find_java
from lakebook.spark.settings import spark_settings

#: what Delta's documentation asks for; its jars are there already, so nothing is resolved or fetched
_DELTA = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
}


def session(settings: Mapping[str, str] | None = None) -> str:
    """Code that makes a session by PySpark's usual way, with Delta and its defaults unless ``settings`` says more."""
    jars = ",".join(map(str, delta_jars(find_java())))
    given = {"spark.jars": jars, "spark.ui.showConsoleProgress": "false", **_DELTA, **(settings or {})}
    lines = ["from pyspark.sql import SparkSession", "builder = SparkSession.builder"]
    lines += [f"builder = builder.config({name!r}, {value!r})" for name, value in given.items()]
    return "\n".join([*lines, "spark = builder.getOrCreate()"])


def count(table: Path) -> str:
    return f'spark.read.format("delta").load({str(table)!r}).count()'


def settings_of(workspace: Workspace) -> dict[str, str]:
    """A workspace's settings for a driver that is not ours: all but those that name classes of the bridge."""
    settings = spark_settings(workspace, workspace.state, [])
    ours = {name for name, value in settings.items() if "lakebook." in name + value}
    kept = {name: value for name, value in settings.items() if name not in ours and str(workspace.root) not in value}
    return kept


def script_seconds(folder: Path, table: Path) -> float:
    """From the start of a script with a driver of its own until it has printed the table's count."""
    file = folder / "count.py"
    file.write_text(f"{session()}\nprint('rows:', {count(table)}, flush=True)\n")
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(file)], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as script:
        assert script.stdout is not None
        shown = any(line.startswith("rows:") for line in script.stdout)
        taken = time.perf_counter() - began
        script.wait(HUNG)
    if not shown:
        raise RuntimeError(f"The script ended with code {script.returncode} and counted nothing.")
    return taken
