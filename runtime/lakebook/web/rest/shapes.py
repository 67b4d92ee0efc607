"""Jobs, runs and task runs as the API shows them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lakebook.jobs.commit import used_commit
from lakebook.jobs.model import Kind, Result, State, TriggerType
from lakebook.jobs.model import defaults as default_parameters
from lakebook.jobs.store import Job, NotFound, Run, Store, TaskRun
from lakebook.web.rest import states

#: fields of settings that let a job run by itself
STARTERS = ("schedule", "trigger", "continuous")


def job(found: Job) -> dict[str, Any]:
    """A job with its settings, whose ``pause_status`` says whether it is paused in whatever way."""
    settings = {"name": found.name, **found.settings}
    if found.paused:
        settings |= {name: {**settings[name], "pause_status": "PAUSED"} for name in STARTERS if settings.get(name)}
    return {
        "job_id": found.job_id,
        "created_time": found.created_time,
        "creator_user_name": found.creator,
        "run_as_user_name": found.creator,
        "settings": settings,
    }


def run_type(run: Run) -> str:
    """Databricks' ``RunType``."""
    if run.parent_task_run is not None:
        return "WORKFLOW_RUN"
    return "SUBMIT_RUN" if run.job_id is None else "JOB_RUN"


@dataclass(frozen=True)
class Found:
    """A run, or one of its task runs."""

    #: where the pages are
    pages: str
    run: Run
    #: all of the run's, older attempts first
    tasks: Sequence[TaskRun]
    task: TaskRun | None = None

    def as_run(self, with_attempts: bool = False) -> dict[str, Any]:
        """The run with its tasks: the last attempt of each, or all."""
        own = [task for task in self.tasks if task.iteration is None]
        shown = own if with_attempts else list({task.task_key: task for task in own}.values())
        return {**self._common(), **self._of_run(), "tasks": [self._task(task) for task in shown]}

    def as_listed(self, most_tasks: int | None) -> dict[str, Any]:
        """The run as in a list: with so many tasks at most, or without."""
        if most_tasks is None:
            return {**self._common(), **self._of_run()}
        whole = self.as_run()
        return {**whole, "tasks": whole["tasks"][:most_tasks], "has_more": len(whole["tasks"]) > most_tasks}

    def as_task_run(self) -> dict[str, Any]:
        """The task run as if it were a run: with its task, and its iterations if it is a loop."""
        assert self.task is not None
        settings, shown = self._settings(self.task), self._task(self.task)
        own = {name: shown[name] for name in ("state", "status", "run_id", "run_page_url", "attempt_number", *_TIMES)}
        whole = {**self._common(), **own, "tasks": [shown]}
        if settings.get(Kind.FOR_EACH) and self.task.iteration is None:
            whole["iterations"] = [self._task(one) for one in self._iterations(self.task)]
        return whole

    def _common(self) -> dict[str, Any]:
        run = self.run
        defaults = default_parameters(run.settings)
        shown: dict[str, Any] = {
            "job_id": run.job_id or 0,
            "job_run_id": run.run_id,
            "number_in_job": run.number_in_job,
            "run_name": run.run_name,
            "run_type": run_type(run),
            "creator_user_name": run.creator,
            "trigger": run.trigger,
            "job_parameters": [
                {"name": name, "default": defaults.get(name, ""), "value": value}
                for name, value in run.parameters.items()
            ],
            "overriding_parameters": run.task_parameters,
            "job_clusters": run.settings.get("job_clusters") or [],
        }
        if run.trigger is TriggerType.PERIODIC and run.settings.get("schedule"):
            shown["schedule"] = run.settings["schedule"]
        if run.settings.get("git_source"):
            shown["git_source"] = run.settings["git_source"]
            if commit := used_commit(self.tasks):
                shown["git_source"] = {**shown["git_source"], "git_snapshot": {"used_commit": commit}}
        return shown

    def _of_run(self) -> dict[str, Any]:
        run = self.run
        return {
            "run_id": run.run_id,
            "original_attempt_run_id": run.run_id,
            "run_page_url": f"{self.pages}/runs/{run.run_id}",
            **states.both(run.state, run.result, run.message),
            **_times(run.start_time, run.execution_start, run.end_time),
        }

    def _task(self, task: TaskRun) -> dict[str, Any]:
        shown = {
            **self._settings(task),
            "run_id": task.task_run_id,
            "attempt_number": task.attempt,
            "run_page_url": f"{self.pages}/tasks/{task.task_run_id}",
            **states.both(task.state, task.result, task.message),
            **_times(task.start_time or 0, task.start_time, task.end_time),
        }
        for ours in ("register", "lakebook"):
            shown.pop(ours, None)
        if (body := shown.get(Kind.CONDITION)) and (outcome := (task.output or {}).get("outcome")):
            shown[Kind.CONDITION.value] = {**body, "outcome": outcome}
        if (body := shown.get(Kind.FOR_EACH)) and task.iteration is None:
            shown[Kind.FOR_EACH.value] = {**body, "stats": {"task_run_stats": _stats(self._iterations(task))}}
        return shown

    def _settings(self, task: TaskRun) -> dict[str, Any]:
        """The task's settings; of an iteration, those of what is repeated."""
        found = next((one for one in self.run.settings.get("tasks") or () if one["task_key"] == task.task_key), None)
        settings: dict[str, Any] = found or {"task_key": task.task_key}  # gone from the job when it was repaired
        body = settings.get(Kind.FOR_EACH)
        return dict(body["task"] if body and task.iteration is not None else settings)

    def _iterations(self, task: TaskRun) -> list[TaskRun]:
        """The last attempt of each iteration that belongs to an attempt of its loop."""
        later = [one.task_run_id for one in self.tasks if one.task_key == task.task_key and one.iteration is None]
        end = min((number for number in later if number > task.task_run_id), default=None)
        mine = [
            one
            for one in self.tasks
            if one.task_key == task.task_key
            and one.iteration is not None
            and one.task_run_id > task.task_run_id
            and (end is None or one.task_run_id < end)
        ]
        return list({one.iteration: one for one in mine}.values())


def look(pages: str, store: Store, run_id: int) -> Found:
    """The run or task run with a number. Raises ``NotFound``."""
    with store.read() as rows:
        try:
            return Found(pages, rows.runs.get(run_id), rows.tasks.of_run(run_id))
        except NotFound as problem:
            try:
                task = rows.tasks.get(run_id)
            except NotFound:
                raise problem from None
        return Found(pages, rows.runs.get(task.run_id), rows.tasks.of_run(task.run_id), task)


def history(run: Run) -> list[dict[str, Any]]:
    """The run before any repair, and its repairs."""
    original = {"start_time": run.start_time, "end_time": run.end_time, "state": run.state, "result": run.result}
    return [_repair(run, entry) for entry in run.repairs or [original]]


def _repair(run: Run, entry: dict[str, Any]) -> dict[str, Any]:
    state, result = entry.get("state") or run.state, entry.get("result")
    shown = {
        "type": "REPAIR" if entry.get("id") else "ORIGINAL",
        "start_time": entry["start_time"],
        "end_time": entry.get("end_time") or 0,
        "task_run_ids": entry.get("task_run_ids") or [],
        **states.both(State(state), Result(result) if result else None, None),
    }
    return {**shown, "id": entry["id"]} if entry.get("id") else shown


_TIMES = (
    "start_time",
    "end_time",
    "queue_duration",
    "setup_duration",
    "execution_duration",
    "cleanup_duration",
    "run_duration",
)


def _times(start: int, began: int | None, end: int | None) -> dict[str, int]:
    return {
        "start_time": start,
        "end_time": end or 0,
        "queue_duration": (began or end or start) - start,
        "setup_duration": 0,
        "execution_duration": end - began if began and end else 0,
        "cleanup_duration": 0,
        "run_duration": end - start if start and end else 0,
    }


def _stats(iterations: Sequence[TaskRun]) -> dict[str, int]:
    ended = Counter(one.result is Result.SUCCESS for one in iterations if one.state.is_ended)
    return {
        "total_iterations": len(iterations),
        "scheduled_iterations": len(iterations),
        "active_iterations": len(iterations) - ended.total(),
        "completed_iterations": ended.total(),
        "succeeded_iterations": ended[True],
        "failed_iterations": ended[False],
    }
