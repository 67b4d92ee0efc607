"""``lakebook jobs list|runs|show``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lakebook.columns import columns
from lakebook.jobs.commands.follow import name
from lakebook.jobs.commands.found import find_job, nothing_there, opened, place_of
from lakebook.jobs.commit import used_commit
from lakebook.jobs.store import Job, Run, TaskRun, Transaction
from lakebook.jobs.times import lasted, moment


def jobs(options: argparse.Namespace) -> int:
    """Say which jobs there are."""
    _, store = opened()
    with store.read() as rows:
        found = [_job(rows, job) for job in rows.jobs.page()[::-1]]
    if options.json:
        return _print_json(found)
    if not found:
        print(nothing_there())
        return 0
    header = ("JOB", "KEY", "NAME", "FROM", "DUE", "LAST RUN")
    print(columns([header, *((*_texts(job, "job_id", "key", "name", "from"), _due(job), _last(job)) for job in found)]))
    return 0


def runs(options: argparse.Namespace) -> int:
    """Say how runs went."""
    _, store = opened()
    with store.read() as rows:
        job = find_job(rows, options.job).job_id if options.job else None
        page = rows.runs.page(job, active=True if options.active else None, limit=options.limit)
    found = [_run(run) for run in page]
    if options.json:
        return _print_json(found)
    if not found:
        print("There are no such runs. Start one with: lakebook jobs run JOB")
        return 0
    fields = ("run_id", "name", "trigger", "start_time", "took", "result", "message")
    print(columns([("RUN", "JOB", "TRIGGER", "START", "TOOK", "RESULT", ""), *(_texts(run, *fields) for run in found)]))
    return 0


def show(options: argparse.Namespace) -> int:
    """Say how a run went, task by task."""
    _, store = opened()
    with store.read() as rows:
        run = rows.runs.get(options.run)
        tasks = rows.tasks.of_run(run.run_id)
    whole = {
        **_run(run),
        "parameters": run.parameters,
        "git_commit": used_commit(tasks),
        "mlflow_run": run.mlflow_run,
        "tasks": [_task(task) for task in tasks],
    }
    if options.json:
        return _print_json(whole)
    print(f"Run {run.run_id} of {run.run_name}: {whole['result']}{f'. {run.message}' if run.message else ''}")
    took = f"took {whole['took']}" if run.end_time is not None else "goes on"
    print(f"asked for {moment(run.start_time)} ({run.trigger.lower()}), {took}")
    if whole["git_commit"]:
        print(f"at {_named(run.settings['git_source'])}{whole['git_commit']}")
    for parameter, value in run.parameters.items():
        print(f"{parameter} = {value}")
    fields = ("task", "start_time", "took", "result", "message")
    print(columns([("TASK", "START", "TOOK", "RESULT", ""), *(_texts(task, *fields) for task in whole["tasks"])]))
    for task in whole["tasks"]:
        if task["notebook"]:
            print(f"{task['task']}: {task['notebook']}")
    return 0


def _named(source: Mapping[str, Any]) -> str:
    """How a job names what it checks out, before the commit that this was."""
    for kind in ("branch", "tag"):
        if name := source.get(f"git_{kind}"):
            return f"{kind} {name}, commit "
    return "commit "


def _job(rows: Transaction, job: Job) -> dict[str, Any]:
    trigger = rows.triggers.get(job.job_id)
    latest = rows.runs.page(job.job_id, limit=1)
    is_armed = trigger is not None and not job.paused and trigger.armed_time == job.armed_time
    return {
        "job_id": job.job_id,
        "key": job.key,
        "name": job.name,
        "bundle": job.bundle,
        "target": job.target or None,
        "from": place_of(job),
        "paused": job.paused,
        "starts_by": next((kind for kind in ("schedule", "trigger", "continuous") if job.settings.get(kind)), None),
        "next_due": moment(trigger.next_due) or None if trigger and is_armed else None,
        "last_run": _run(latest[0]) if latest else None,
    }


def _due(job: dict[str, Any]) -> str:
    if job["starts_by"] is None:
        return ""
    return "paused" if job["paused"] else job["next_due"] or job["starts_by"]


def _last(job: dict[str, Any]) -> str:
    last = job["last_run"]
    return f"{last['run_id']} {last['result']}" if last else ""


def _run(run: Run) -> dict[str, Any]:
    return {
        "run_id": run.run_id,
        "job_id": run.job_id,
        "name": run.run_name,
        "trigger": run.trigger.lower(),
        "state": run.state,
        "result": (run.result if run.end_time is not None else None) or run.state,
        "message": run.message,
        "due_time": moment(run.due_time) or None,
        "start_time": moment(run.start_time),
        "end_time": moment(run.end_time) or None,
        "took": lasted(run.execution_start or run.start_time, run.end_time),
    }


def _task(task: TaskRun) -> dict[str, Any]:
    output = task.output or {}
    return {
        "task": name(task),
        "task_run_id": task.task_run_id,
        "task_key": task.task_key,
        "attempt": task.attempt,
        "iteration": task.iteration,
        "state": task.state,
        "result": (task.result if task.state.is_ended else None) or task.state,
        "message": task.message,
        "start_time": moment(task.start_time) or None,
        "end_time": moment(task.end_time) or None,
        "took": lasted(task.start_time, task.end_time),
        "outcome": output.get("outcome"),
        "exit_value": output.get("exit_value"),
        "notebook": output.get("notebook"),
        "git_commit": output.get("git_commit"),
        "mlflow_run": task.mlflow_run,
    }


def _texts(row: dict[str, Any], *fields: str) -> Sequence[str]:
    return [str(row[field]) if row[field] is not None else "" for field in fields]


def _print_json(value: Any) -> int:
    print(json.dumps(value, indent=2, ensure_ascii=False))
    return 0
