"""A driver beside the workspace's: that of a job's run, or of one of its tasks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from lakebook import config_values as values
from lakebook.config import ELSEWHERE, Workspace
from lakebook.spark.errors import DriverError

#: what a job says to its task's kernel: the driver to attach to, in place of the workspace's
VARIABLE = "LAKEBOOK_TASK_DRIVER"
#: below the workspace's state: a folder for each
_FOLDER = "drivers"
#: how settings begin that say where the catalog is
_CATALOG = ("spark.hadoop.javax.jdo.", "spark.hadoop.datanucleus.", "spark.sql.hive.metastore.")


@dataclass(frozen=True)
class OwnDriver:
    """Which driver it is, and what it is started with. It sees the tables that the workspace's driver sees."""

    #: all who attach to the one of this name share it
    name: str
    #: the file that it writes to
    log: Path
    #: settings of Spark's that win over the workspace's
    conf: Mapping[str, str] = field(default_factory=dict)
    #: further variables of its environment
    variables: Mapping[str, str] = field(default_factory=dict)
    #: variables of the process that starts it which it has as well, although they are that process's alone
    inherits: Sequence[str] = ()

    @classmethod
    def of_task(cls, environment: Mapping[str, str] = os.environ) -> OwnDriver | None:
        """That of the task in whose kernel this is asked; None if that has none, or there is no task."""
        told = environment.get(VARIABLE)
        if told is None:
            return None
        fields = json.loads(told)
        return cls(**{**fields, "log": Path(fields["log"])})

    def told(self) -> dict[str, str]:
        """The variable from which ``of_task`` reads it."""
        return {VARIABLE: json.dumps({**asdict(self), "log": str(self.log)})}

    def home(self, state: Path) -> Path:
        """Where its files are, in the workspace's state."""
        return home_of(state, self.name)

    def settings(self, workspace: Workspace) -> Workspace:
        """The workspace with the driver's settings over its own. Where its tables are cannot be changed.

        Raises:
            DriverError: a setting has a value that it cannot have.
        """
        conf = {name: value for name, value in self.conf.items() if not _is_elsewhere(name)}
        spark = replace(
            workspace.spark,
            conf={**workspace.spark.conf, **conf},
            master=self._value("spark.master", values.master, workspace.spark.master),
            memory=self._value("spark.driver.memory", _memory, workspace.spark.memory),
        )
        return replace(workspace, spark=spark)

    def _value(self, name: str, read: Callable[[str], str], otherwise: str) -> str:
        value = self.conf.get(name)
        try:
            return otherwise if value is None else read(value)
        except values.Invalid as expected:
            told = f"{name} of the job's spark_conf is {json.dumps(value)}, expected {expected}"
            raise DriverError(f"{told}.") from None


def _memory(value: str) -> str:
    """A size as ``-Xmx`` takes it; Spark's may end with ``b``: ``4gb``."""
    return values.memory(value.lower().removesuffix("b"))


def home_of(state: Path, name: str) -> Path:
    """Where the files of the driver of a name are, in the workspace's state."""
    return state / _FOLDER / name


def names_of(state: Path) -> list[str]:
    """The drivers of which there are files in the workspace's state, whether or not they run."""
    try:
        return sorted(entry.name for entry in (state / _FOLDER).iterdir())
    except FileNotFoundError:
        return []


def _is_elsewhere(name: str) -> bool:
    """Whether it is the workspace's alone, or has a place of its own among its settings."""
    return name in ELSEWHERE or name.startswith(_CATALOG)
