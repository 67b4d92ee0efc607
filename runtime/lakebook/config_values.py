"""Values of settings: read from TOML's or from a variable's text, or answered with what was expected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_MASTER = re.compile(r"local(\[(\*|\d+)(,\s*\d+)?\])?|local-cluster\[.+\]|spark://.+|yarn|k8s://.+")


class Invalid(ValueError):
    """What was expected instead."""


def master(value: Any) -> str:
    """Spark's master."""
    if isinstance(value, str) and _MASTER.fullmatch(value):
        return value
    raise Invalid('a Spark master such as "local[*]", "spark://host:7077", "yarn" or "k8s://…"')


def memory(value: Any) -> str:
    """A size as ``-Xmx`` takes it."""
    if isinstance(value, str) and re.fullmatch(r"[1-9]\d*[kmgt]", value, re.IGNORECASE):
        return value.lower()
    raise Invalid('a size such as "4g"')


def size(value: Any) -> int:
    """Bytes of what ``memory`` takes."""
    text = memory(value)
    return int(text[:-1]) * _BYTES[text[-1]]


def duration(value: Any) -> float:
    """Seconds."""
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if (found := re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", text)) and float(found[1]) > 0:
        return float(found[1]) * _SECONDS[found[2]]
    raise Invalid('a time such as "30m", or seconds')


def folder(root: Path, value: Any) -> Path:
    """A folder's path; a relative one begins at the workspace."""
    if isinstance(value, str) and value and "://" not in value:
        return root / Path(value).expanduser()
    raise Invalid('a folder such as "warehouse" (from the workspace) or "/data/warehouse"')


def java_home(root: Path, value: Any) -> Path:
    """The folder of a Java."""
    if isinstance(value, str) and value and (home := root / Path(value).expanduser()) and (home / "bin/java").is_file():
        return home
    raise Invalid("a folder that holds bin/java")


def jdbc(value: Any) -> str:
    """The address of a metastore."""
    if isinstance(value, str) and value.startswith("jdbc:postgresql:"):
        return value
    raise Invalid('the JDBC address of a Postgres database, such as "jdbc:postgresql://host/metastore"')


def tracking_uri(root: Path, value: Any) -> str:
    """MLflow's URI; of an SQLite file and a folder the path may begin at the workspace."""
    if not isinstance(value, str) or not value:
        raise Invalid('an MLflow tracking URI such as "http://localhost:5000" or "sqlite:///mlflow.db"')
    if value.startswith("sqlite:///"):
        return f"sqlite:///{root / value.removeprefix('sqlite:///')}"
    if re.match(r"[a-z][a-z0-9+.-]*:", value) or value in ("databricks", "databricks-uc"):
        return value
    return (root / Path(value).expanduser()).as_uri()


def database(root: Path, value: Any) -> str:
    """SQLAlchemy's URL; an SQLite file's path may begin at the workspace."""
    if isinstance(value, str) and value.startswith("sqlite:///"):
        return f"sqlite:///{root / value.removeprefix('sqlite:///')}"
    if isinstance(value, str) and re.match(r"postgres(ql)?(\+\w+)?://", value):
        return re.sub("^postgres:", "postgresql:", value)
    raise Invalid('the address of a Postgres database, such as "postgresql://host/jobs"')


def switch(value: Any) -> bool:
    """Whether something is on."""
    if isinstance(value, bool):
        return value
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise Invalid("true or false")


def text(value: Any) -> str:
    """A text that is not empty."""
    if isinstance(value, str) and value:
        return value
    raise Invalid("a text")


def port(value: Any) -> int:
    """A port's number; of a variable, as text."""
    if isinstance(value, int | str) and re.fullmatch(r"[1-9]\d{0,4}", str(value)) and int(value) < 2**16:
        return int(value)
    raise Invalid("the number of a port, such as 587")


def tls(value: Any) -> str:
    """How a connection to a mail server is kept secret."""
    if isinstance(value, str) and value in ("starttls", "tls", "none"):
        return value
    raise Invalid('"starttls", "tls" or "none"')


def mail_address(value: Any) -> str:
    """An address, or a name with one."""
    if isinstance(value, str) and re.fullmatch(r"[^@\r\n]+@[^@\s]+", value):
        return value
    raise Invalid('a mail address such as "jobs@example.com" or "Jobs <jobs@example.com>"')


def web_address(value: Any) -> str:
    """The address of a webhook's receiver."""
    if isinstance(value, str) and re.fullmatch(r"https?://\S+", value):
        return value
    raise Invalid('an address such as "https://example.com/hook", alone or as url beside secret_file')


def file(root: Path, value: Any) -> Path:
    """A file's path; a relative one begins at the workspace."""
    if isinstance(value, str) and value:
        return root / Path(value).expanduser()
    raise Invalid('a file such as "mail.password" (from the workspace) or "/etc/mail.password"')


def executor(value: Any) -> str:
    """Where tasks of jobs have their processes."""
    if isinstance(value, str) and value in ("local", "kubernetes"):
        return value
    raise Invalid('"local" or "kubernetes"')


def hint(name: str, known: Sequence[str]) -> str:
    """Which of the known names may be meant by one that is not known."""
    import difflib  # the kernel reads settings at its start

    near = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"did you mean {near[0]}?" if near else f"expected one of {', '.join(known)}"
