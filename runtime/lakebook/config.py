"""The workspace: which folder it is, and what its ``lakebook.toml`` and ``LAKEBOOK_*`` variables ask for."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

FILE = "lakebook.toml"
STATE = ".lakebook"

_T = TypeVar("_T")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_MASTER = re.compile(r"local(\[(\*|\d+)(,\s*\d+)?\])?|local-cluster\[.+\]|spark://.+|yarn|k8s://.+")
#: settings that have a place of their own, so that there is one place only
_ELSEWHERE = {
    "spark.master": "spark.master",
    "spark.driver.memory": "spark.memory",
    "spark.sql.warehouse.dir": "warehouse.path",
    "spark.hadoop.javax.jdo.option.ConnectionURL": "metastore.url",
}


class ConfigError(Exception):
    """A setting cannot be read; the message says which, where and what was expected."""


@dataclass(frozen=True)
class SparkSettings:
    """``[spark]`` of ``lakebook.toml``: what a driver is started with."""

    master: str = "local[*]"
    #: heap of the driver, as ``-Xmx`` takes it
    memory: str = "2g"
    #: seconds without an attached notebook after which the driver ends
    idle_timeout: float = 1800.0
    java_home: Path | None = None
    conf: dict[str, str] = field(default_factory=dict)

    @property
    def memory_bytes(self) -> int:
        """The driver's heap at its largest."""
        return _size(self.memory)


@dataclass(frozen=True)
class ShareSettings:
    """``[share]`` of ``lakebook.toml``: names between languages."""

    #: bytes in memory up to which a frame of Spark's is copied to a language that cannot hold a reference
    limit: int = 2**30


@dataclass(frozen=True)
class TrackingSettings:
    """``[tracking]`` of ``lakebook.toml``: MLflow's runs and models."""

    #: MLflow's tracking URI; None for the workspace's own store
    uri: str | None = None
    #: whether fits are recorded by themselves
    autolog: bool = True


@dataclass(frozen=True)
class Workspace:
    """A folder whose notebooks share a driver and its tables, and its settings."""

    root: Path
    #: where the driver keeps its files; may not exist yet, see ``make_state``
    state: Path
    spark: SparkSettings
    warehouse: Path
    #: JDBC address of a shared metastore; None for the workspace's own
    metastore: str | None
    share: ShareSettings = ShareSettings()
    tracking: TrackingSettings = TrackingSettings()
    #: ``[paths]``: where Databricks' paths are, by their beginnings such as ``/Volumes/main``; see ``lakebook.paths``
    paths: Mapping[str, Path] = field(default_factory=dict)

    def make_state(self) -> Path:
        """Create the folder ``state``, readable by its owner alone and ignored by git, and return it."""
        return make_state(self.state)


def make_state(state: Path) -> Path:
    """As ``Workspace.make_state``, for who knows the folder alone."""
    state.mkdir(mode=0o700, exist_ok=True)
    ignore = state / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n")
    return state


def cache_dir() -> Path:
    """Where what is downloaded or compiled once is kept for all workspaces."""
    base = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "lakebook"


def find_workspace(start: Path | None = None) -> Workspace:
    """The workspace of a folder (default: the current one), its settings read.

    Raises:
        ConfigError: a setting in the file or in the environment cannot be read.
    """
    folder = Path(start or Path.cwd()).resolve()
    root = next((place for place in (folder, *folder.parents) if _marks(place)), folder)
    settings = _read(root)
    return Workspace(
        root=root,
        state=root / STATE,
        spark=SparkSettings(
            master=settings.get("spark.master", _master, SparkSettings.master),
            memory=settings.get("spark.memory", _memory, SparkSettings.memory),
            idle_timeout=settings.get("spark.idle_timeout", _duration, SparkSettings.idle_timeout),
            java_home=settings.get("spark.java_home", lambda value: _java_home(root, value), None),
            conf=settings.conf(),
        ),
        warehouse=settings.get("warehouse.path", lambda value: _folder(root, value), root / STATE / "warehouse"),
        metastore=settings.get("metastore.url", _jdbc, None),
        share=ShareSettings(limit=settings.get("share.limit", _size, ShareSettings.limit)),
        tracking=TrackingSettings(
            uri=settings.get("tracking.uri", lambda value: _tracking_uri(root, value), None),
            autolog=settings.get("tracking.autolog", _switch, TrackingSettings.autolog),
        ),
        paths=settings.paths(root),
    )


def _marks(folder: Path) -> bool:
    return (folder / FILE).is_file() or (folder / STATE).is_dir()


class _Invalid(ValueError):
    """What was expected instead."""


#: setting to the environment variable that overrides it
_VARIABLES = {
    "spark.master": "LAKEBOOK_MASTER",
    "spark.memory": "LAKEBOOK_MEMORY",
    "spark.idle_timeout": "LAKEBOOK_IDLE_TIMEOUT",
    "spark.java_home": "LAKEBOOK_JAVA_HOME",
    "warehouse.path": "LAKEBOOK_WAREHOUSE",
    "metastore.url": "LAKEBOOK_METASTORE",
    "share.limit": "LAKEBOOK_SHARE_LIMIT",
    "tracking.uri": "MLFLOW_TRACKING_URI",
    "tracking.autolog": "LAKEBOOK_AUTOLOG",
}
_NAMES = [*_VARIABLES, "spark.conf", "paths"]
_SECTIONS = sorted({name.partition(".")[0] for name in _NAMES})
#: what a path of Databricks' begins with
_ROOTS = re.compile(r"(?:dbfs:)?/(?:dbfs|FileStore|mnt|Volumes|Workspace)(?:/[^/]+)*/?|dbfs:/(?:[^/]+/?)*")


class _Settings:
    """The file's values by their dotted names, and the environment's over them."""

    def __init__(self, text: str, environment: Mapping[str, str]) -> None:
        self._text = text
        self._environment = environment
        self._tables = _parse(text)
        self._check_names()

    def get(self, name: str, convert: Callable[[Any], _T], default: _T) -> _T:
        section, _, key = name.partition(".")
        variable = _VARIABLES[name]
        if raw := self._environment.get(variable):
            try:
                return convert(raw)
            except _Invalid as expected:
                raise ConfigError(f"{variable} is {_shown(raw)}, expected {expected}") from None
        value = self._tables.get(section, {}).get(key)
        if value is None:
            return default
        try:
            return convert(value)
        except _Invalid as expected:
            raise self._error((section, key), f"{name} is {_shown(value)}, expected {expected}") from None

    def conf(self) -> dict[str, str]:
        """Spark's own settings; unquoted dotted names, which TOML nests, are made flat again."""
        conf: dict[str, str] = {}
        self._flatten(("spark", "conf"), self._tables.get("spark", {}).get("conf", {}), conf)
        return conf

    def paths(self, root: Path) -> dict[str, Path]:
        """The folders of ``[paths]``, by the path as it is written."""
        folders: dict[str, Path] = {}
        for name, value in self._tables.get("paths", {}).items():
            if not _ROOTS.fullmatch(name):
                known = "one that begins with dbfs:/, /FileStore, /mnt, /Volumes or /Workspace"
                raise self._error(("paths", name), f"paths has the path {_shown(name)}, expected {known}")
            try:
                folders[name] = _folder(root, value)
            except _Invalid as expected:
                message = f"paths.{_shown(name)} is {_shown(value)}, expected {expected}"
                raise self._error(("paths", name), message) from None
        return folders

    def _flatten(self, path: tuple[str, ...], value: Any, conf: dict[str, str]) -> None:
        name = ".".join(path[2:])
        if isinstance(value, dict):
            for key, inner in value.items():
                self._flatten((*path, key), inner, conf)
        elif not isinstance(value, str | int | float):
            raise self._error(path, f"{name} is {_shown(value)}, expected a text, a number, true or false")
        elif name in _ELSEWHERE:
            raise self._error(path, f"{name} is set as {_ELSEWHERE[name]} in this file, not under spark.conf")
        else:
            conf[name] = value if isinstance(value, str) else _shown(value)

    def _check_names(self) -> None:
        for section, table in self._tables.items():
            if section not in _SECTIONS:
                raise self._error((section,), _unknown(section, _SECTIONS))
            if not isinstance(table, dict):
                raise self._error((section,), f"{section} is {_shown(table)}, expected a section [{section}]")
            for key in table if section != "paths" else ():
                if f"{section}.{key}" not in _NAMES:
                    raise self._error((section, key), _unknown(f"{section}.{key}", _NAMES))
        conf = self._tables.get("spark", {}).get("conf", {})
        if not isinstance(conf, dict):
            raise self._error(("spark", "conf"), f"spark.conf is {_shown(conf)}, expected a section [spark.conf]")

    def _error(self, path: tuple[str, ...], message: str) -> ConfigError:
        return ConfigError(f"{FILE}, line {_line(self._text, path)}: {message}")


def _read(root: Path) -> _Settings:
    file = root / FILE
    try:
        raw = file.read_bytes() if file.exists() else b""
        return _Settings(raw.decode(), os.environ)
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        raise ConfigError(f"{FILE}, line {line}: this is not UTF-8 text") from None
    except OSError as problem:
        raise ConfigError(f"{file} cannot be read: {problem.strerror}") from None


def _parse(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        found = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(problem), re.DOTALL)
        reason = found[1] if found else str(problem)
        line = int(found[2]) if found and found[2] else len(text.splitlines())
        raise ConfigError(f"{FILE}, line {line}: {reason[:1].lower()}{reason[1:]}") from None


def _line(text: str, path: tuple[str, ...]) -> int:
    """The line on which a key's value ends: the shortest part of the file that parses and has the key."""
    lines = text.split("\n")
    for count in range(1, len(lines)):
        try:
            here: Any = tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        for key in path:
            here = here.get(key) if isinstance(here, dict) else None
        if here is not None:
            return count
    return len(lines)


def _unknown(name: str, known: list[str]) -> str:
    import difflib  # the kernel reads settings at its start

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
    return f"unknown setting {name}, {hint}"


def _shown(value: Any) -> str:
    """A value as it is written in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _master(value: Any) -> str:
    if isinstance(value, str) and _MASTER.fullmatch(value):
        return value
    raise _Invalid('a Spark master such as "local[*]", "spark://host:7077", "yarn" or "k8s://…"')


def _memory(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d*[kmgt]", value, re.IGNORECASE):
        return value.lower()
    raise _Invalid('a size such as "4g"')


def _size(value: Any) -> int:
    """Bytes of what ``_memory`` takes."""
    text = _memory(value)
    return int(text[:-1]) * _BYTES[text[-1]]


def _duration(value: Any) -> float:
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if (found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", text)) and float(found[1]) > 0:
        return float(found[1]) * _SECONDS[found[2]]
    raise _Invalid('a time such as "30m", or seconds')


def _folder(root: Path, value: Any) -> Path:
    if isinstance(value, str) and value and "://" not in value:
        return root / Path(value).expanduser()
    raise _Invalid('a folder such as "warehouse" (from the workspace) or "/data/warehouse"')


def _java_home(root: Path, value: Any) -> Path:
    if isinstance(value, str) and value and (home := root / Path(value).expanduser()) and (home / "bin/java").is_file():
        return home
    raise _Invalid("a folder that holds bin/java")


def _jdbc(value: Any) -> str:
    if isinstance(value, str) and value.startswith("jdbc:postgresql:"):
        return value
    raise _Invalid('the JDBC address of a Postgres database, such as "jdbc:postgresql://host/metastore"')


def _tracking_uri(root: Path, value: Any) -> str:
    """MLflow's URI; of an SQLite file and a folder the path may begin at the workspace."""
    if not isinstance(value, str) or not value:
        raise _Invalid('an MLflow tracking URI such as "http://localhost:5000" or "sqlite:///mlflow.db"')
    if value.startswith("sqlite:///"):
        return f"sqlite:///{root / value.removeprefix('sqlite:///')}"
    if re.match(r"[a-z][a-z0-9+.-]*:", value) or value in ("databricks", "databricks-uc"):
        return value
    return (root / Path(value).expanduser()).as_uri()


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise _Invalid("true or false")
