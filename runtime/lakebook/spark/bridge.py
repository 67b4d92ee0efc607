"""The bridge: the driver's Scala part, compiled once per version by the compiler that PySpark brings."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from lakebook.config import cache_dir
from lakebook.spark.errors import DriverError
from lakebook.spark.jars import spark_jars
from lakebook.spark.java import Java

SOURCES = Path(__file__).parent / "bridge"


def bridge_jar(java: Java, libraries: list[Path], report: Callable[[str], None] = lambda text: None) -> Path:
    """The compiled bridge, made now when there is none of these sources.

    Raises:
        DriverError: it cannot be compiled.
    """
    sources = sorted(SOURCES.glob("*.scala"))
    class_path = [*libraries, *spark_jars()]
    made_of = hashlib.sha256("\n".join([version(), *(jar.name for jar in class_path)]).encode()).hexdigest()[:16]
    jar = cache_dir() / "bridge" / made_of / "lakebook-bridge.jar"
    if not jar.exists():
        report("Compiling Lakebook's part of the driver, once …")
        jar.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".compile-", dir=jar.parent) as work:
            made = Path(work) / jar.name
            _compile(java, sources, class_path, made)
            made.replace(jar)
    return jar


@cache
def version() -> str:
    """Which bridge these sources are: a process and a driver of different ones do not understand each other."""
    digest = hashlib.sha256()
    for source in sorted(SOURCES.glob("*.scala")):
        digest.update(source.name.encode() + source.read_bytes())
    return digest.hexdigest()[:16]


def _compile(java: Java, sources: list[Path], class_path: list[Path], jar: Path) -> None:
    run = subprocess.run(
        [
            *(java.executable, "-Xss8m", "-XX:TieredStopAtLevel=1"),  # started once, for seconds
            *("-cp", os.pathsep.join(str(part) for part in spark_jars() if part.name.startswith("scala-"))),
            *("scala.tools.nsc.Main", "-nowarn", "-encoding", "utf-8"),
            *("-cp", os.pathsep.join(map(str, class_path)), "-d", str(jar)),
            *map(str, sources),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        output = (run.stdout + run.stderr).strip()
        first = next((line for line in output.splitlines() if "error" in line), output[-300:])
        raise DriverError(f"Lakebook's part of the driver cannot be compiled: {first}")
