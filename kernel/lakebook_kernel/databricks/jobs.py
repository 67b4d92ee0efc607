"""``dbutils.jobs``: values that the tasks of a job hand on."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lakebook import atomic
from lakebook_kernel.databricks.errors import DbutilsError
from lakebook_kernel.databricks.utility import Utility

#: environment variables by which a job tells its task where values are kept, and the task's name
FOLDER, TASK = "LAKEBOOK_TASK_VALUES", "LAKEBOOK_TASK_KEY"
#: bytes of a value as JSON
LARGEST = 48 * 1024


class TaskValueError(DbutilsError):
    """A value cannot be set, or is not there."""


class TaskValues(Utility):
    """Values that the tasks of a job hand on. Outside of a job, setting one does nothing.

    Args:
        environment: in which a job says that there is one.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment

    def set(self, key: str, value: Any) -> None:
        """Set a value of this task for later ones: whatever JSON can hold, of up to 48 KiB."""
        if not isinstance(key, str) or not key:
            raise TaskValueError(f"taskValues.set wants a key, a text that is not empty, and this is {key!r}.")
        try:
            text = json.dumps(value, allow_nan=False)
        except (TypeError, ValueError) as problem:
            raise TaskValueError(f"The value of {key} has no form in JSON: {problem}.") from None
        if len(text.encode()) > LARGEST:
            raise TaskValueError(f"The value of {key} has {len(text.encode())} bytes as JSON; there may be {LARGEST}.")
        folder = self._folder()
        if folder is None:
            return
        task = self._environment.get(TASK)
        if not task:
            raise TaskValueError(f"The job does not say which task this is: {TASK} is not set.")
        values = {**self._values(folder, task), key: value}
        atomic.write_bytes(folder / f"{task}.json", json.dumps(values).encode())

    def get(self, taskKey: str, key: str, default: Any = None, debugValue: Any = None) -> Any:  # noqa: N803
        """The value that a task has set, or the default; outside of a job, debugValue."""
        folder = self._folder()
        if folder is None:
            if debugValue is None:
                raise TaskValueError(
                    "Must pass debugValue when calling get outside of a job context. debugValue cannot be None. "
                    f'Write taskValues.get(taskKey="{taskKey}", key="{key}", debugValue=…).'
                )
            return debugValue
        values = self._values(folder, taskKey)
        if key in values:
            return values[key]
        if default is None:
            raise TaskValueError(f"Task {taskKey} has set no value {key}, and there is no default.")
        return default

    def _folder(self) -> Path | None:
        folder = self._environment.get(FOLDER)
        return Path(folder) if folder else None

    def _values(self, folder: Path, task: str) -> dict[str, Any]:
        if Path(task).name != task:
            raise TaskValueError(f"{task!r} is no name of a task.")
        try:
            values: dict[str, Any] = json.loads((folder / f"{task}.json").read_text())
        except FileNotFoundError:
            return {}
        return values


class Jobs(Utility):
    """What a notebook that runs as a task of a job has; its part is taskValues."""

    def __init__(self) -> None:
        self.taskValues = TaskValues()
