"""The command, files and environment with which a driver's JVM is started."""

from __future__ import annotations

import locale
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lakebook.config import Workspace
from lakebook.spark import archive
from lakebook.spark.bridge import bridge_jar
from lakebook.spark.jars import delta_jars, derby_jars, package_jars, postgres_jars, spark_home, spark_jars
from lakebook.spark.java import OPTIONS, Java, find_java
from lakebook.spark.settings import on_this_machine, write_settings

Report = Callable[[str], None]

MAIN = "lakebook.bridge.Main"
#: The JVM optimizes code when it has run four times as often as it would by default. Else, on few processors, a first
#: query waits for the optimizing compiler; a query that runs for seconds meets the higher numbers all the same.
_OPTIMIZE_LATER = [
    "-XX:Tier4InvocationThreshold=20000",
    "-XX:Tier4MinInvocationThreshold=2400",
    "-XX:Tier4CompileThreshold=60000",
    "-XX:Tier4BackEdgeThreshold=160000",
]
#: bytes after which a driver's log is begun anew, the old one being kept once
LOG_LIMIT = 20_000_000
#: seconds that a driver of one process's own waits for it to come, and to come back
OWN_IDLE = 60.0


@dataclass(frozen=True)
class Parts:
    """What a driver is made of."""

    java: Java
    bridge: Path
    delta: list[Path]
    derby: list[Path]

    @property
    def class_path(self) -> list[Path]:
        """In a fixed order: a class-data archive is tied to it."""
        return [self.bridge, *self.delta, *self.derby, *spark_jars()]


def parts(java: Java, report: Report) -> Parts:
    """Fetch and compile what is not there yet."""
    delta, derby = delta_jars(java, report), derby_jars(java, report)
    return Parts(java, bridge_jar(java, [*delta, *derby], report), delta, derby)


def launch(workspace: Workspace, name: str, log: Path, report: Report) -> subprocess.Popen[bytes]:
    """Start a driver in the background, owned by nobody; it writes ``<name>.json`` when it is ready.

    Raises:
        DriverError: there is no Java, or the libraries cannot be had.
    """
    java = find_java(workspace.spark)
    made = parts(java, report)
    extra = _extra_jars(workspace, java, report)
    report("Starting this workspace's Spark driver …")
    file = settings_file(workspace.state / f"{name}.json")
    idle = workspace.spark.idle_timeout if name == "driver" else OWN_IDLE
    temporary = _temporary_folder(workspace, name)
    write_settings(file, workspace, [made.bridge, *made.delta], idle, temporary)
    command = [
        java.executable,
        *(f"-Xmx{workspace.spark.memory}", f"-Djava.io.tmpdir={temporary}", *OPTIONS, *_OPTIMIZE_LATER),
        *archive.options(java, made.class_path),
        *("-cp", os.pathsep.join(map(str, [*made.class_path, *extra]))),
        *(MAIN, str(file)),
    ]
    with _opened(log) as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=workspace.root,
            env=_environment(workspace.spark.master),
            start_new_session=True,  # an interrupt of the notebook is none of the driver
        )


def settings_file(connection: Path) -> Path:
    """Where the settings of a driver are, by its connection file; the last word of its command."""
    return connection.with_suffix(".conf")


def _temporary_folder(workspace: Workspace, name: str) -> Path:
    """A new folder where temporary files belong: what Spark has no room for in memory, and libraries.

    The driver removes it when it ends. One that was killed could not: the next one of its name removes what it left.
    """
    link = workspace.state / f"{name}.tmp"
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()
    folder = Path(tempfile.mkdtemp(prefix="lakebook-driver-"))
    link.symlink_to(folder)
    return folder


def _extra_jars(workspace: Workspace, java: Java, report: Report) -> list[Path]:
    """What this workspace's settings add to the class path, after all else."""
    jars = postgres_jars(java, report) if workspace.metastore else []
    conf = workspace.spark.conf
    if packages := conf.get("spark.jars.packages"):
        jars = [*jars, *package_jars(packages, java, report)]
    local = [jar.strip().removeprefix("file:") for jar in conf.get("spark.jars", "").split(",")]
    return [*jars, *(workspace.root / jar for jar in local if jar and "://" not in jar)]


def _environment(master: str) -> dict[str, str]:
    """The caller's, less what belongs to the caller alone: the driver outlives it and serves others."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYSPARK_", "SPARK_REMOTE", "SPARK_CONNECT", "JPY_", "MPLBACKEND", "PYTHONPATH"))
    }
    environment |= {"SPARK_HOME": str(spark_home()), "SPARK_SCALA_VERSION": "2.13"}
    if on_this_machine(master):
        environment["SPARK_LOCAL_IP"] = "127.0.0.1"
    if locale.getencoding().lower() not in ("utf-8", "utf8"):
        environment["LC_ALL"] = "C.UTF-8"  # else Java cannot read names of files
    return environment


def begin_log(log: Path) -> int:
    """Make room for what a new driver writes; returns where in the file that begins."""
    size = log.stat().st_size if log.exists() else 0
    if size <= LOG_LIMIT:
        return size
    log.replace(log.with_suffix(".log.1"))
    return 0


def _opened(log: Path) -> BinaryIO:
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
