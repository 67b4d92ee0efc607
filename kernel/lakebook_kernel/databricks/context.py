"""What a notebook can ask of itself: ``dbutils.notebook.getContext()``. Answers are of this machine, never made up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from lakebook_kernel.databricks.errors import DbutilsError


class ContextError(DbutilsError):
    """The context has no such value here."""


class Option:
    """A value that may be missing, with the methods of Scala's ``Option``, which notebooks call."""

    def __init__(self, name: str, value: Any) -> None:
        self._name = name
        self._value = value

    def get(self) -> Any:
        """The value. Raises ``ContextError`` when it is missing."""
        if self._value is None:
            raise ContextError(
                f"The notebook's context has no {self._name} here: that is of a Databricks workspace or job."
            )
        return self._value

    def getOrElse(self, other: Any) -> Any:  # noqa: N802
        """The value, or the other one when it is missing."""
        return other if self._value is None else self._value

    def isDefined(self) -> bool:  # noqa: N802
        """Whether there is a value."""
        return self._value is not None

    def isEmpty(self) -> bool:  # noqa: N802
        """Whether there is none."""
        return self._value is None

    nonEmpty = isDefined  # noqa: N815

    def toString(self) -> str:  # noqa: N802
        """As Scala writes it: ``Some(value)`` or ``None``."""
        return "None" if self._value is None else f"Some({self._value})"

    __repr__ = toString


class Tags:
    """The context's tags, with the methods of a map of Scala's."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def get(self, name: str) -> Option:
        """The tag as an option."""
        return Option(f"tag {name}", self._tags.get(name))

    def apply(self, name: str) -> str:
        """The tag. Raises ``ContextError`` when there is none of that name."""
        return str(self.get(name).get())

    def contains(self, name: str) -> bool:
        """Whether there is a tag of that name."""
        return name in self._tags

    def toString(self) -> str:  # noqa: N802
        """As Scala writes a map."""
        return f"Map({', '.join(f'{name} -> {value}' for name, value in self._tags.items())})"

    __repr__ = toString


@dataclass(frozen=True)
class Context:
    """A notebook's context. What only a Databricks workspace has is an option without a value."""

    #: from the workspace's root, without the suffix: ``/etl/load``; of a notebook that no file is known of, its folder
    path: str
    user: str
    #: of whatever the notebook runs in
    host: str
    #: the file of the notebook, if it is known
    file: str | None
    #: of a job's task: ``jobId``, ``jobName``, ``taskKey``, ``runId`` (of the task) and ``multitaskParentRunId``
    job: Mapping[str, str] = field(default_factory=dict)

    def notebookPath(self) -> Option:  # noqa: N802
        """Where the notebook is in the workspace: ``/etl/load``."""
        return Option("notebookPath", self.path)

    def userName(self) -> Option:  # noqa: N802
        """The user of this machine who runs the notebook."""
        return Option("userName", self.user)

    def jobId(self) -> Option:  # noqa: N802
        """The job in whose run the notebook is a task."""
        return Option("jobId", self.job.get("jobId"))

    def jobName(self) -> Option:  # noqa: N802
        """The name of that job."""
        return Option("jobName", self.job.get("jobName"))

    def currentRunId(self) -> Option:  # noqa: N802
        """The run of the task."""
        return Option("currentRunId", self.job.get("runId"))

    def rootRunId(self) -> Option:  # noqa: N802
        """The run of the job."""
        return Option("rootRunId", self.job.get("multitaskParentRunId"))

    def tags(self) -> Tags:
        """The user, the machine as the cluster, and the job whose task the notebook is."""
        return Tags(self._tags())

    def toJson(self) -> str:  # noqa: N802
        """All of it, in the form of Databricks' contexts."""
        return json.dumps(self.plain())

    safeToJson = toJson  # noqa: N815

    def plain(self) -> dict[str, Any]:
        """As ``toJson``, before it is a text."""
        extra = {"notebook_path": self.path, **({"notebook_file": self.file} if self.file else {})}
        return {
            "rootRunId": _run(self.job.get("multitaskParentRunId")),
            "currentRunId": _run(self.job.get("runId")),
            "jobGroup": None,
            "tags": self._tags(),
            "extraContext": extra,
        }

    def _tags(self) -> dict[str, str]:
        return {"user": self.user, "clusterId": self.host, **self.job}

    def __getattr__(self, name: str) -> Any:
        if name in _MISSING:
            return lambda: Option(name, None)
        raise AttributeError(f"The notebook's context has no {name} here.")


#: what Databricks' contexts have of a workspace or a job
_MISSING = {
    "apiToken", "apiUrl", "browserHostName", "browserHash", "clusterId", "jobGroup", "notebookId", "workspaceId",
}  # fmt: skip


def _run(number: str | None) -> dict[str, int] | None:
    return {"id": int(number)} if number is not None else None


class EntryPoint:
    """``dbutils.notebook.entry_point``, by whose chain of calls notebooks in Python reach their context."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def getDbutils(self) -> EntryPoint:  # noqa: N802
        """The same, which has ``notebook()``."""
        return self

    def notebook(self) -> EntryPoint:
        """The same, which has ``getContext()``."""
        return self

    def getContext(self) -> Context:  # noqa: N802
        """The notebook's context."""
        context: Context = self._context()
        return context

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(
            f"dbutils.notebook.entry_point has no {name} here: it leads to getDbutils().notebook().getContext() alone."
        )
