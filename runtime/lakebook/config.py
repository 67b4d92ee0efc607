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

from lakebook import config_kubernetes
from lakebook import config_values as values

FILE = "lakebook.toml"
STATE = ".lakebook"
#: the environment variable that names a workspace's folder, whatever the current folder is
WORKSPACE = "LAKEBOOK_WORKSPACE"

_T = TypeVar("_T")
#: settings that have a place of their own, so that there is one place only
ELSEWHERE = {
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
        return values.size(self.memory)


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
class JobsSettings:
    """``[jobs]`` of ``lakebook.toml``: scheduled notebooks."""

    #: SQLAlchemy's URL of a Postgres database; None for the workspace's own file
    store: str | None = None
    #: seconds that logs and outputs of a run are kept after its end
    keep: float = 60 * 86400.0
    #: where tasks have their processes: ``local`` or ``kubernetes``
    executor: str = "local"
    kubernetes: config_kubernetes.KubernetesSettings | None = None


@dataclass(frozen=True)
class MailSettings:
    """``[mail]`` of ``lakebook.toml``: the server through which jobs send mail; nothing is sent without ``host``."""

    host: str | None = None
    #: None for the usual one of ``tls``
    port: int | None = None
    user: str | None = None
    sender: str | None = None
    #: ``starttls``, ``tls`` from the first byte, or ``none``
    tls: str = "starttls"
    #: where the password is, unless it is in ``LAKEBOOK_MAIL_PASSWORD``
    password_file: Path | None = None


@dataclass(frozen=True)
class Receiver:
    """An entry of ``[webhooks]`` of ``lakebook.toml``: where a job's messages may go."""

    url: str
    #: where the secret is with which they are signed; None: they are not
    secret_file: Path | None = None


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
    jobs: JobsSettings = JobsSettings()
    #: ``[paths]``: where Databricks' paths are, by their beginnings such as ``/Volumes/main``; see ``lakebook.paths``
    paths: Mapping[str, Path] = field(default_factory=dict)
    mail: MailSettings = MailSettings()
    #: ``[webhooks]``, by name
    webhooks: Mapping[str, Receiver] = field(default_factory=dict)
    #: ``lab.name``: what others see whoever starts the lab called; None for git's or the account's
    owner: str | None = None

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

    It is the one that the variable ``LAKEBOOK_WORKSPACE`` names, where that is set: a job's tasks run in their job's
    workspace also if their files are a checkout of a repository, which may look like a workspace of its own.

    Raises:
        ConfigError: a setting in the file or in the environment cannot be read.
    """
    return workspace_at(_named() or _nearest(Path(start or Path.cwd()).resolve()))


def workspace_at(root: Path, environment: Mapping[str, str] = os.environ) -> Workspace:
    """The workspace that a folder is, with its settings. Raises as ``find_workspace`` does."""
    settings = _read(root, environment)
    return Workspace(
        root=root,
        state=root / STATE,
        spark=SparkSettings(
            master=settings.get("spark.master", values.master, SparkSettings.master),
            memory=settings.get("spark.memory", values.memory, SparkSettings.memory),
            idle_timeout=settings.get("spark.idle_timeout", values.duration, SparkSettings.idle_timeout),
            java_home=settings.get("spark.java_home", lambda value: values.java_home(root, value), None),
            conf=settings.conf(),
        ),
        warehouse=settings.get("warehouse.path", lambda value: values.folder(root, value), root / STATE / "warehouse"),
        metastore=settings.get("metastore.url", values.jdbc, None),
        share=ShareSettings(limit=settings.get("share.limit", values.size, ShareSettings.limit)),
        tracking=TrackingSettings(
            uri=settings.get("tracking.uri", lambda value: values.tracking_uri(root, value), None),
            autolog=settings.get("tracking.autolog", values.switch, TrackingSettings.autolog),
        ),
        jobs=JobsSettings(
            store=settings.get("jobs.store", lambda value: values.database(root, value), JobsSettings.store),
            keep=settings.get("jobs.keep", values.duration, JobsSettings.keep),
            executor=settings.get("jobs.executor", values.executor, JobsSettings.executor),
            kubernetes=settings.kubernetes(),
        ),
        paths=settings.paths(root),
        mail=MailSettings(
            host=settings.get("mail.host", values.text, None),
            port=settings.get("mail.port", values.port, None),
            user=settings.get("mail.user", values.text, None),
            sender=settings.get("mail.from", values.mail_address, None),
            tls=settings.get("mail.tls", values.tls, MailSettings.tls),
            password_file=settings.get("mail.password_file", lambda value: values.file(root, value), None),
        ),
        webhooks=settings.webhooks(root),
        owner=settings.get("lab.name", values.text, None),
    )


def _named() -> Path | None:
    """The folder that the environment names, if it does."""
    named = os.environ.get(WORKSPACE)
    if not named:
        return None
    root = Path(named).resolve()
    if not root.is_dir():
        raise ConfigError(f"{WORKSPACE} is {_shown(named)}, expected a folder")
    return root


def _nearest(folder: Path) -> Path:
    """The folder itself or the next one above that is marked as a workspace; the folder where none is."""
    return next((place for place in (folder, *folder.parents) if _marks(place)), folder)


def _marks(folder: Path) -> bool:
    return (folder / FILE).is_file() or (folder / STATE).is_dir()


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
    "jobs.store": "LAKEBOOK_JOBS_STORE",
    "jobs.keep": "LAKEBOOK_JOBS_KEEP",
    "jobs.executor": "LAKEBOOK_JOBS_EXECUTOR",
    "lab.name": "LAKEBOOK_LAB_NAME",
    "mail.host": "LAKEBOOK_MAIL_HOST",
    "mail.port": "LAKEBOOK_MAIL_PORT",
    "mail.user": "LAKEBOOK_MAIL_USER",
    "mail.from": "LAKEBOOK_MAIL_FROM",
    "mail.tls": "LAKEBOOK_MAIL_TLS",
    "mail.password_file": "LAKEBOOK_MAIL_PASSWORD_FILE",
}
_NAMES = [*_VARIABLES, "spark.conf", "jobs.kubernetes", "paths", "webhooks"]
#: sections whose keys are anybody's
_FREE = ("paths", "webhooks")
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
            except values.Invalid as expected:
                raise ConfigError(f"{variable} is {_shown(raw)}, expected {expected}") from None
        value = self._tables.get(section, {}).get(key)
        if value is None:
            return default
        try:
            return convert(value)
        except values.Invalid as expected:
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
                folders[name] = values.folder(root, value)
            except values.Invalid as expected:
                message = f"paths.{_shown(name)} is {_shown(value)}, expected {expected}"
                raise self._error(("paths", name), message) from None
        return folders

    def webhooks(self, root: Path) -> dict[str, Receiver]:
        """The receivers of ``[webhooks]``: each an address, or a section with ``url`` and ``secret_file``."""
        receivers: dict[str, Receiver] = {}
        for name, value in self._tables.get("webhooks", {}).items():
            known = {"url", "secret_file"}
            try:
                given = value if isinstance(value, dict) and value.keys() <= known else {"url": value}
                secret = values.file(root, given["secret_file"]) if "secret_file" in given else None
                receivers[name] = Receiver(values.web_address(given.get("url")), secret)
            except values.Invalid as expected:
                message = f"webhooks.{name} is {_shown(value)}, expected {expected}"
                raise self._error(("webhooks", name), message) from None
        return receivers

    def kubernetes(self) -> config_kubernetes.KubernetesSettings | None:
        """``[jobs.kubernetes]``, if it is there."""
        table = self._tables.get("jobs", {}).get("kubernetes")
        if table is None:
            return None
        try:
            return config_kubernetes.read(table)
        except config_kubernetes.BadSetting as problem:
            path = ("jobs", "kubernetes", *([problem.key] if problem.key else []))
            value = table[problem.key] if problem.key else table
            raise self._error(path, f"{'.'.join(path)} is {_shown(value)}, {problem}") from None

    def _flatten(self, path: tuple[str, ...], value: Any, conf: dict[str, str]) -> None:
        name = ".".join(path[2:])
        if isinstance(value, dict):
            for key, inner in value.items():
                self._flatten((*path, key), inner, conf)
        elif not isinstance(value, str | int | float):
            raise self._error(path, f"{name} is {_shown(value)}, expected a text, a number, true or false")
        elif name in ELSEWHERE:
            raise self._error(path, f"{name} is set as {ELSEWHERE[name]} in this file, not under spark.conf")
        else:
            conf[name] = value if isinstance(value, str) else _shown(value)

    def _check_names(self) -> None:
        for section, table in self._tables.items():
            if section not in _SECTIONS:
                raise self._error((section,), _unknown(section, _SECTIONS))
            if not isinstance(table, dict):
                raise self._error((section,), f"{section} is {_shown(table)}, expected a section [{section}]")
            for key in table if section not in _FREE else ():
                if f"{section}.{key}" not in _NAMES:
                    raise self._error((section, key), _unknown(f"{section}.{key}", _NAMES))
        conf = self._tables.get("spark", {}).get("conf", {})
        if not isinstance(conf, dict):
            raise self._error(("spark", "conf"), f"spark.conf is {_shown(conf)}, expected a section [spark.conf]")

    def _error(self, path: tuple[str, ...], message: str) -> ConfigError:
        return ConfigError(f"{FILE}, line {_line(self._text, path)}: {message}")


def _read(root: Path, environment: Mapping[str, str]) -> _Settings:
    file = root / FILE
    try:
        raw = file.read_bytes() if file.exists() else b""
        return _Settings(raw.decode(), environment)
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
    return f"unknown setting {name}, {values.hint(name, known)}"


def _shown(value: Any) -> str:
    """A value as it is written in the file."""
    return json.dumps(value, ensure_ascii=False, default=str)
