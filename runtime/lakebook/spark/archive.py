"""A class-data archive: the driver's classes as the JVM has them in memory, which halves the time to start.

It is tied to one Java and one class path, is made by a training run, and is an aid only: without it, or when the JVM
finds that it does not fit, the driver starts all the same.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from lakebook.config import SparkSettings, Workspace, cache_dir
from lakebook.spark.errors import DriverError
from lakebook.spark.java import OPTIONS, Java
from lakebook.spark.settings import write_settings

Report = Callable[[str], None]

TRAINING = "lakebook.bridge.Training"
#: seconds that a training run may take
PATIENCE = 600.0
#: seconds after which an archive that no driver has used is removed
UNUSED = 30 * 86400.0


def options(java: Java, class_path: list[Path]) -> list[str]:
    """The JVM's options by which a driver uses its archive; none when there is no archive."""
    file = _file(java, class_path)
    if not file.exists():
        return []
    with suppress(OSError):  # another user's, whose drivers keep it, or on a disk that cannot be written
        os.utime(file)
    base = _base(java)
    files = [base, file] if base is not None else [file]
    return [f"-XX:SharedArchiveFile={os.pathsep.join(map(str, files))}", "-Xlog:cds=off", "-Xlog:cds+dynamic=off"]


def make(java: Java, class_path: list[Path], report: Report) -> None:
    """Make the archive when there is none.

    Raises:
        DriverError: the training run failed.
    """
    file = _file(java, class_path)
    if file.exists():
        return
    report("Preparing a quick start of Spark, once (about a minute) …")
    file.parent.mkdir(parents=True, exist_ok=True)
    _remove_unused(file.parent)
    base = _base(java)
    if base is not None and not base.exists():
        _run([java.executable, "-Xshare:dump", f"-XX:SharedArchiveFile={base}"])
    with tempfile.TemporaryDirectory(prefix=".train-", dir=file.parent) as work:
        made, settings = Path(work) / file.name, Path(work) / "training.conf"
        place = Workspace(Path(work), Path(work), SparkSettings(master="local[2]"), Path(work) / "warehouse", None)
        write_settings(settings, place, executor_jars=[], idle=PATIENCE)
        _run(
            [
                java.executable,
                *([f"-XX:SharedArchiveFile={base}"] if base is not None else []),
                f"-XX:ArchiveClassesAtExit={made}",
                *("-Xmx1g", *OPTIONS),
                *("-cp", os.pathsep.join(map(str, class_path)), TRAINING, str(settings)),
            ]
        )
        if not made.exists():
            raise DriverError("The JVM made no class-data archive; drivers start without one.")
        made.replace(file)


def _file(java: Java, class_path: list[Path]) -> Path:
    digest = hashlib.sha256(f"{java.home.resolve()} {java.version}".encode())
    for jar in class_path:
        about = jar.stat()
        digest.update(f"{jar} {about.st_size} {about.st_mtime_ns}".encode())
    return cache_dir() / "archive" / f"{digest.hexdigest()[:16]}.jsa"


def _base(java: Java) -> Path | None:
    """The archive of Java's own classes, where a Java that brings none keeps it; None for one that does."""
    if (java.home / "lib" / "server" / "classes.jsa").exists():
        return None
    name = hashlib.sha256(f"{java.home.resolve()} {java.version}".encode()).hexdigest()[:16]
    return cache_dir() / "archive" / f"base-{name}.jsa"


def _remove_unused(folder: Path) -> None:
    for file in folder.glob("*.jsa"):
        if not file.name.startswith("base-") and time.time() - file.stat().st_mtime > UNUSED:
            file.unlink(missing_ok=True)


def _run(command: list[str]) -> None:
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise DriverError(f"The class-data archive was not made within {PATIENCE:.0f} s.") from None
    if run.returncode != 0:
        last = (run.stdout + run.stderr).strip().splitlines()[-1:]
        raise DriverError(f"The class-data archive cannot be made: {''.join(last) or f'code {run.returncode}'}")
