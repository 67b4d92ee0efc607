"""The command, files and environment with which a driver's JVM is started."""

from __future__ import annotations

import json
import locale
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lakebook import config
from lakebook.config import Workspace
from lakebook.spark import archive
from lakebook.spark.bridge import bridge_jar
from lakebook.spark.errors import DriverError
from lakebook.spark.jars import delta_jars, derby_jars, package_jars, postgres_jars, spark_home, spark_jars
from lakebook.spark.java import OPTIONS, Java, find_java
from lakebook.spark.own import OwnDriver
from lakebook.spark.settings import on_this_machine, write_settings
from lakebook.spark.surroundings import with_workspaces_settings, workspaces
from lakebook.spark.workers import WORKSPACE

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
#: By itself Java has 240 MB for what it compiles, and 48 where it is told to compile only in the quick way. A driver of
#: many fills that, as each has queries and cells of their own; then who calls a method that finds no room fails.
_ROOM_FOR_CODE = "-XX:ReservedCodeCacheSize=512m"
#: bytes after which a driver's log is begun anew, the old one being kept once
LOG_LIMIT = 20_000_000
#: seconds that a job's or a task's own driver waits for those who are to use it
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


def launch(
    workspace: Workspace, connection: Path, log: Path, report: Report, own: OwnDriver | None = None
) -> subprocess.Popen[bytes]:
    """Start a driver in the background, owned by nobody; it writes the file ``connection`` when it is ready.

    Args:
        workspace: whose tables it sees.
        connection: beside which its other files are.
        log: what it writes to.
        report: told what takes time.
        own: a job's or a task's; None for the workspace's.

    Raises:
        DriverError: there is no Java, the libraries cannot be had, or a setting of a job's is wrong.
        ConfigError: a setting of the workspace cannot be read.
    """
    workspace = with_workspaces_settings(workspace) if own is None else own.settings(workspace)
    java = find_java(workspace.spark)
    made = parts(java, report)
    extra = _extra_jars(workspace, java, report)
    report("Starting this workspace's Spark driver …" if own is None else "Starting the job's own Spark driver …")
    file = settings_file(connection)
    idle = workspace.spark.idle_timeout if own is None else OWN_IDLE
    temporary = _temporary_folder(connection)
    write_settings(file, workspace, [made.bridge, *made.delta], idle, temporary)
    command = [
        java.executable,
        *(f"-Xmx{workspace.spark.memory}", f"-Djava.io.tmpdir={temporary}", *OPTIONS),
        *_OPTIMIZE_LATER,
        _ROOM_FOR_CODE,
        *_java_options(workspace),
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
            env=_environment(workspace, own),
            start_new_session=True,  # an interrupt of the notebook is none of the driver
        )


def _java_options(workspace: Workspace) -> list[str]:
    """Those that the settings add."""
    name = "spark.driver.extraJavaOptions"
    text = workspace.spark.conf.get(name, "")
    try:
        return shlex.split(text)
    except ValueError as problem:
        raise DriverError(f"{name} is {json.dumps(text)}, which cannot be split into words: {problem}.") from None


def settings_file(connection: Path) -> Path:
    """Where the settings of a driver are, by its connection file; the last word of its command."""
    return connection.with_suffix(".conf")


def _temporary_folder(connection: Path) -> Path:
    """A new folder where temporary files belong: what Spark has no room for in memory, and libraries.

    The driver removes it when it ends. One that was killed could not: the next one in its place removes what it left.
    """
    remove_temporary_folder(connection)
    link = _link(connection)
    folder = Path(tempfile.mkdtemp(prefix="lakebook-driver-"))
    link.symlink_to(folder)
    return folder


def remove_temporary_folder(connection: Path) -> None:
    """Remove what a driver that has ended may have left."""
    link = _link(connection)
    if link.is_symlink():
        shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()


def _link(connection: Path) -> Path:
    return connection.with_suffix(".tmp")


def _extra_jars(workspace: Workspace, java: Java, report: Report) -> list[Path]:
    """What this workspace's settings add to the class path, after all else."""
    jars = postgres_jars(java, report) if workspace.metastore else []
    conf = workspace.spark.conf
    if packages := conf.get("spark.jars.packages"):
        jars = [*jars, *package_jars(packages, java, report)]
    local = [jar.strip().removeprefix("file:") for jar in conf.get("spark.jars", "").split(",")]
    return [*jars, *(workspace.root / jar for jar in local if jar and "://" not in jar)]


def _environment(workspace: Workspace, own: OwnDriver | None = None) -> dict[str, str]:
    """The caller's, less what belongs to the caller alone: the driver outlives it and serves others."""
    environment = {
        name: value
        for name, value in {**workspaces(), **(own.variables if own is not None else {})}.items()
        if not name.startswith(
            ("PYSPARK_", "SPARK_REMOTE", "SPARK_CONNECT", "JPY_", "LAKEBOOK_TASK_", "MPLBACKEND", "PYTHONPATH")
        )
        and name != config.WORKSPACE
    }
    environment |= {
        "SPARK_HOME": str(spark_home()),
        "SPARK_SCALA_VERSION": "2.13",
        WORKSPACE: str(workspace.root),
    }
    if on_this_machine(workspace.spark.master):
        environment["SPARK_LOCAL_IP"] = "127.0.0.1"
    if locale.getencoding().lower() not in ("utf-8", "utf8"):
        environment["LC_ALL"] = "C.UTF-8"  # else Java cannot read names of files
    inherits = own.inherits if own is not None else ()
    return environment | {name: os.environ[name] for name in inherits if name in os.environ}


def begin_log(log: Path) -> int:
    """Make room for what a new driver writes; returns where in the file that begins."""
    size = log.stat().st_size if log.exists() else 0
    if size <= LOG_LIMIT:
        return size
    log.replace(log.with_suffix(".log.1"))
    return 0


def _opened(log: Path) -> BinaryIO:
    return os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
