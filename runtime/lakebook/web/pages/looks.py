"""What each page shows, read from the store."""

from __future__ import annotations

import json
from typing import Any

from lakebook.jobs.commands.engine import who_leads
from lakebook.jobs.commit import used_commit
from lakebook.jobs.files import log_file, notebook_file
from lakebook.jobs.model import Kind, defaults
from lakebook.jobs.store import Job, Run, TaskRun, Trigger
from lakebook.jobs.times import date_and_time, lasted
from lakebook.web.pages import marks, tasks, words
from lakebook.web.pages.recent import recent_runs, triggers_of
from lakebook.web.service import Service

#: lines on a page of jobs, and of runs
_JOBS, _RUNS = 500, 50

#: what a template is given
Look = dict[str, Any]


def jobs(service: Service, words_of_name: str = "", page: int = 0) -> Look:
    """All jobs, or those with some words in their name."""
    with service.store.read() as rows:
        found = [job for job in rows.jobs.page() if words_of_name.lower() in job.name.lower()]
        shown = found[page * _JOBS : (page + 1) * _JOBS]
        numbers = [job.job_id for job in shown]
        recent, triggers, now = recent_runs(rows, numbers), triggers_of(rows, numbers), rows.now
    lines = [_job(job, triggers.get(job.job_id), now) | {"recent": recent.get(job.job_id, ())} for job in shown]
    return {
        "jobs": lines,
        "query": words_of_name,
        "page": page,
        "has_more": len(found) > (page + 1) * _JOBS,
        "total": len(found),
        **_banner(service),
    }


def job(service: Service, job_id: int, page: int = 0) -> Look:
    """A job, and its runs."""
    with service.store.read() as rows:
        found = rows.jobs.get(job_id)
        runs = rows.runs.page(job_id, limit=_RUNS + 1, offset=page * _RUNS)
        line = _job(found, rows.triggers.get(job_id), rows.now)
    return {
        **line,
        "parameters": defaults(found.settings),
        "definition": json.dumps(found.settings, indent=2, ensure_ascii=False),
        "task_lines": [
            (one["task_key"], tasks.kind_of(one), ", ".join(need["task_key"] for need in one.get("depends_on") or ()))
            for one in found.settings.get("tasks") or ()
        ],
        **_runs(runs, page),
        **_banner(service),
    }


def runs(service: Service, page: int = 0) -> Look:
    """All runs."""
    with service.store.read() as rows:
        found = rows.runs.page(limit=_RUNS + 1, offset=page * _RUNS)
    return {**_runs(found, page), **_banner(service)}


def run(service: Service, run_id: int) -> Look:
    """A run, and its tasks."""
    with service.store.read() as rows:
        found = rows.runs.get(run_id)
        all_tasks = rows.tasks.of_run(run_id)
        now = rows.now
    lines = tasks.rows(found, tasks.latest(all_tasks), now)
    return {
        **_run(found),
        "tasks": lines,
        "graph": tasks.graph(found, lines),
        "commit": used_commit(all_tasks),
        "parameters": found.parameters,
        "repairs": [entry for entry in found.repairs if entry["id"]],
        "date_and_time": date_and_time,
        "can_repair": found.end_time is not None and found.state.is_ended and bool(all_tasks),
        **_banner(service),
    }


def task(service: Service, task_run_id: int) -> Look:
    """A task run: its attempts, its iterations, and what it has put out."""
    with service.store.read() as rows:
        found = rows.tasks.get(task_run_id)
        whole = rows.runs.get(found.run_id)
        every = [one for one in rows.tasks.of_run(found.run_id) if one.task_key == found.task_key]
        child = rows.runs.children([task_run_id]).get(task_run_id)
        now = rows.now
    attempts = [one for one in every if one.iteration == found.iteration]
    settings = tasks.settings_of(whole, found)
    iterations: dict[int, TaskRun] = {}
    if settings.get(Kind.FOR_EACH):
        iterations = {one.iteration: one for one in every if one.iteration is not None}
    (line,) = tasks.rows(whole, [found], now)
    state = service.workspace.state
    return {
        "line": line,
        "task": found,
        "run": whole,
        "attempts": tasks.rows(whole, attempts, now),
        "iterations": tasks.rows(whole, list(iterations.values()), now),
        "child": child,
        "output": found.output or {},
        "has_notebook": notebook_file(state, found).is_file(),
        "has_log": log_file(state, found).is_file(),
        "definition": json.dumps(settings, indent=2, ensure_ascii=False),
        "input": json.dumps(found.input, ensure_ascii=False) if found.iteration is not None else "",
        **_banner(service),
    }


def _job(found: Job, trigger: Trigger | None, now: int) -> Look:
    return {
        "job": found,
        "starts": words.starts(found.settings),
        "due": words.due(found, trigger, now),
        "is_paused": words.is_paused(found),
    }


def _run(found: Run) -> Look:
    return {
        "run": found,
        "run_mark": marks.of(found),
        "asked": date_and_time(found.start_time),
        "took": lasted(found.execution_start or found.start_time, found.end_time),
        "waited": lasted(found.start_time, found.execution_start),
        "why": _why(found),
    }


def _runs(found: list[Run], page: int) -> Look:
    return {"runs": [_run(one) for one in found[:_RUNS]], "page": page, "has_more": len(found) > _RUNS}


def _why(found: Run) -> str:
    """What started a run, in words."""
    if found.due_time is not None:
        return f"due {words.in_zone(found.due_time, found.settings)}"
    asked = f"asked for by {found.creator}" if found.creator else "asked for"
    return {
        "ONE_TIME": asked,
        "RUN_JOB_TASK": "a task of another run",
        "CONTINUOUS": "continuous",
        "FILE_ARRIVAL": "files arrived",
        "TABLE": "tables changed",
        "PERIODIC": "periodic",
    }[found.trigger]


def _banner(service: Service) -> Look:
    return {"no_scheduler": who_leads(service.store) is None}
