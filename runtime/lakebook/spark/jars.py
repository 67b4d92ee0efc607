"""The JVM libraries that PySpark does not bring: Delta, and a way for two drivers to share a catalog.

They come once from Maven Central, by the resolver that Spark brings, and are kept for all workspaces.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lakebook.config import cache_dir
from lakebook.spark.certificates import java_options
from lakebook.spark.errors import DriverError
from lakebook.spark.java import Java
from lakebook.spark.unsigned import unsigned

Report = Callable[[str], None]

DELTA = "4.4.0"
UNITY = "0.6.0"
#: the same as PySpark's own Derby
DERBY = "10.16.1.1"
POSTGRES = "42.7.7"

#: why files may be missing: the case in which there is more to try
_UNTRUSTED = "its certificate is not trusted"


@dataclass(frozen=True)
class Artifact:
    group: str
    name: str
    version: str

    @property
    def file(self) -> str:
        return f"{self.name}-{self.version}.jar"

    @classmethod
    def read(cls, coordinates: str) -> Artifact:
        """From ``group:name:version``."""
        parts = coordinates.strip().split(":")
        if len(parts) != 3 or not all(parts):
            raise DriverError(f"spark.jars.packages names {coordinates!r}, expected group:name:version")
        return cls(*parts)


#: what goes to a cluster's executors too
_DELTA = [
    Artifact("io.delta", "delta-spark_4.2_2.13", DELTA),
    Artifact("io.delta", "delta-storage", DELTA),
    Artifact("io.delta", "delta-kernel-api", DELTA),
    Artifact("io.delta", "delta-kernel-defaults", DELTA),
    Artifact("io.delta", "delta-kernel-unitycatalog", DELTA),
    Artifact("io.unitycatalog", "unitycatalog-client", UNITY),
    Artifact("io.unitycatalog", "unitycatalog-hadoop", UNITY),
]
_DERBY = [Artifact("org.apache.derby", "derbynet", DERBY), Artifact("org.apache.derby", "derbyclient", DERBY)]
_POSTGRES = [Artifact("org.postgresql", "postgresql", POSTGRES)]


@cache
def spark_home() -> Path:
    """PySpark's folder, found without importing it."""
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise DriverError("PySpark is not installed: pip install lakebook brings it.")
    return Path(spec.origin).parent


def spark_jars() -> list[Path]:
    """Those that PySpark brings, less signatures."""
    folder = cache_dir() / "jars" / "unsigned"
    return [unsigned(jar, folder) for jar in sorted((spark_home() / "jars").glob("*.jar"))]


def delta_jars(java: Java, report: Report = lambda text: None) -> list[Path]:
    return _kept(f"delta-{DELTA}", _DELTA, java, report)


def derby_jars(java: Java, report: Report = lambda text: None) -> list[Path]:
    return _kept(f"derby-{DERBY}", _DERBY, java, report)


def postgres_jars(java: Java, report: Report = lambda text: None) -> list[Path]:
    return _kept(f"postgresql-{POSTGRES}", _POSTGRES, java, report)


def package_jars(coordinates: str, java: Java, report: Report = lambda text: None) -> list[Path]:
    """What ``spark.jars.packages`` asks for, with all that it needs and PySpark lacks."""
    artifacts = [Artifact.read(one) for one in coordinates.split(",")]
    folder = cache_dir() / "jars" / f"packages-{hashlib.sha256(coordinates.encode()).hexdigest()[:16]}"
    if not folder.exists():
        report(f"Fetching {coordinates} from Maven Central …")
        with _fetched(artifacts, java, transitive=True) as found:
            if missing := [one.file for one in artifacts if not (found.folder / one.file).is_file()]:
                raise DriverError(f"{', '.join(missing)} cannot be fetched from Maven Central: {found.reason}")
            folder.parent.mkdir(parents=True, exist_ok=True)
            found.move(folder)
    present = {_module(jar.name) for jar in spark_jars()}
    return sorted(jar for jar in folder.glob("*.jar") if _module(jar.name) not in present)


def _module(file: str) -> str:
    """A jar's name without its version."""
    return file.removesuffix(".jar").rpartition("-")[0]


def _kept(name: str, artifacts: list[Artifact], java: Java, report: Report) -> list[Path]:
    folder = cache_dir() / "jars" / name
    jars = [folder / artifact.file for artifact in artifacts]
    missing = [jar for jar in jars if not jar.is_file()]
    if missing:
        report(f"Fetching {name.replace('-', ' ')} from Maven Central, once …")
        folder.mkdir(parents=True, exist_ok=True)
        with _fetched(artifacts, java, transitive=False) as found:
            for jar in missing:
                if not (found.folder / jar.name).is_file():
                    files = ", ".join(jar.name for jar in missing)
                    raise DriverError(
                        f"{name.replace('-', ' ')} cannot be fetched from Maven Central ({found.reason}): "
                        f"connect to the internet once, or put these files into {folder}: {files}"
                    )
                (found.folder / jar.name).replace(jar)
    return jars


class _fetched:  # noqa: N801 - a context manager
    """The artifacts, in a folder that is gone afterwards; what could not be had is not in it."""

    def __init__(self, artifacts: list[Artifact], java: Java, *, transitive: bool) -> None:
        self._artifacts = artifacts
        self._java = java
        self._transitive = transitive

    def __enter__(self) -> _fetched:
        place = cache_dir() / "jars"
        place.mkdir(parents=True, exist_ok=True)
        self._temporary = tempfile.TemporaryDirectory(prefix=".fetch-", dir=place)
        work = Path(self._temporary.name)
        self.folder = work / "jars"
        self.folder.mkdir()
        (work / "ivy.xml").write_text(_ivy(self._artifacts, self._transitive))
        self.reason = self._run(work)
        if self.reason == _UNTRUSTED and (options := java_options(work / "trusted.jks")):
            self.reason = self._run(work, options)
        return self

    def __exit__(self, *problem: object) -> None:
        self._temporary.cleanup()

    def move(self, folder: Path) -> None:
        try:
            self.folder.rename(folder)
        except OSError:
            if not folder.is_dir():  # else another process was faster
                raise

    def _run(self, work: Path, options: Sequence[str] = ()) -> str:
        """Returns why files may be missing."""
        [ivy] = (spark_home() / "jars").glob("ivy-*.jar")
        settings = ["-settings", os.environ["LAKEBOOK_IVY_SETTINGS"]] if "LAKEBOOK_IVY_SETTINGS" in os.environ else []
        run = subprocess.run(
            [
                self._java.executable,
                "-Dsun.net.client.defaultConnectTimeout=10000",
                "-Dsun.net.client.defaultReadTimeout=60000",
                *_proxy(),
                *options,
                *("-cp", str(ivy), "org.apache.ivy.Main", "-warn", *settings),
                *("-ivy", str(work / "ivy.xml"), "-cache", str(work / "cache"), "-confs", "default", "-m2compatible"),
                *("-retrieve", str(self.folder / "[artifact]-[revision].[ext]")),
            ],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        return _reason(run.stdout + run.stderr)


def _ivy(artifacts: list[Artifact], transitive: bool) -> str:
    scope = "default->default" if transitive else "default->master"
    wanted = "\n".join(
        f"<dependency org={quoteattr(one.group)} name={quoteattr(one.name)} rev={quoteattr(one.version)} "
        f'conf="{scope}" transitive="{str(transitive).lower()}"/>'
        for one in artifacts
    )
    return (
        '<ivy-module version="2.0"><info organisation="lakebook" module="libraries"/>'
        f'<configurations><conf name="default"/></configurations><dependencies>{wanted}</dependencies></ivy-module>'
    )


def _proxy() -> list[str]:
    """Java does not read the variable that other programs go by."""
    from urllib.parse import urlsplit
    from urllib.request import getproxies

    proxy = urlsplit(getproxies().get("https", ""))
    return [f"-Dhttps.proxyHost={proxy.hostname}", f"-Dhttps.proxyPort={proxy.port or 80}"] if proxy.hostname else []


def _reason(log: str) -> str:
    for sign, meaning in [
        ("UnknownHost", "its address cannot be looked up"),
        ("unknown host", "its address cannot be looked up"),
        ("SSLHandshake", _UNTRUSTED),
        ("ertPath", _UNTRUSTED),
        ("refused", "the connection was refused"),
        ("timed out", "it did not answer in time"),
    ]:
        if sign in log:
            return meaning
    return "it does not have them, or could not be reached"
