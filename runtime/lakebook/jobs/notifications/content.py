"""What a message says: in words for people, as Databricks' JSON for programs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from lakebook.jobs.model import Result
from lakebook.jobs.store.rows import Message, Run
from lakebook.jobs.times import moment

_FAILED = {
    Result.TIMEDOUT: "timed out",
    Result.CANCELED: "was canceled",
    Result.MAXIMUM_CONCURRENT_RUNS_REACHED: "was skipped",
}


@dataclass(frozen=True)
class Content:
    """A message, with the run that it is about."""

    message: Message
    run: Run
    #: the workspace's folder
    root: Path

    @property
    def delivery(self) -> str:
        """What is the same in each attempt, and differs from all other messages of all workspaces."""
        return str(uuid5(NAMESPACE_OID, f"{self.root}:{self.message.id}:{self.message.created_time}"))

    @property
    def subject(self) -> str:
        """One line."""
        task = self.message.payload.get("task_key")
        return " ".join(f"{self.run.run_name}: {f'task {task} ' if task else ''}{self._what()}".split())

    @property
    def text(self) -> str:
        """What stands in a mail."""
        run, payload = self.run, self.message.payload
        facts = {
            "job": run.run_name + (f" ({run.job_id})" if run.job_id is not None else ""),
            "run": str(run.run_id) + (f", repair {payload['repair'] - 1}" if payload.get("repair") else ""),
            "task": f"{payload['task_key']} (run {payload['task_run_id']})" if "task_key" in payload else "",
            "started": moment(run.start_time),
            "told": moment(self.message.created_time),
            "workspace": str(self.root),
        }
        said = [self.subject, *([payload["message"]] if payload.get("message") else [])]
        table = "\n".join(f"{name:11}{value}" for name, value in facts.items() if value)
        return "\n\n".join([*said, table, f"lakebook jobs show {run.run_id}"]) + "\n"

    @property
    def json(self) -> str:
        """The body of a webhook, as Databricks documents it."""
        run, payload = self.run, self.message.payload
        about: dict[str, object] = {"run_id": run.run_id}
        if "task_key" in payload:
            about = {"run_id": payload["task_run_id"], "parent_run_id": run.run_id}
        body: dict[str, object] = {
            "event_type": f"jobs.{self.message.kind}",
            "workspace_id": self.root.name,
            "run": about,
            "job": {"job_id": run.job_id, "name": run.run_name},
        }
        if "task_key" in payload:
            body["task"] = {"task_key": payload["task_key"]}
        return json.dumps(body, ensure_ascii=False)

    def _what(self) -> str:
        match self.message.kind:
            case "on_start":
                return "started"
            case "on_success":
                return "succeeded"
            case "on_failure":
                return _FAILED.get(self.message.payload["result"], "failed")
            case _:
                return f"takes longer than {self.message.payload.get('seconds')} s"
