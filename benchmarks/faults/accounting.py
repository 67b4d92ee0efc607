"""What must be true when all has ended, however often anything was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby

from benchmarks.faults import tables
from benchmarks.faults.flow import Flow, Note
from lakebook.jobs.model import Result
from lakebook.jobs.store import Run, TaskRun


def failures(flow: Flow, asked_for: Sequence[int]) -> list[str]:
    """Everything that is not as it must be, a sentence each.

    Args:
        flow: the jobs, whose runs have all ended.
        asked_for: the runs that somebody started.
    """
    with flow.store.read() as rows:
        runs = {job_id: rows.runs.page(job_id)[::-1] for job_id in flow.jobs}
        tasks = rows.tasks.of_runs([run.run_id for job_id in flow.with_processes for run in runs[job_id]])
    notes = flow.notes()
    return [
        *_lost([run for job_id in flow.with_processes for run in runs[job_id]], asked_for),
        *(problem for of_job in runs.values() for problem in _numbers(of_job)),
        *_not_successful([run for of_job in runs.values() for run in of_job]),
        *(problem for job_id, seconds in flow.due.items() for problem in _due_times(runs[job_id], seconds)),
        *_doubled(notes),
        *_attempts(tasks, notes),
        *(tables.failures(flow.workspace, _of_job(tasks, runs[flow.writers])) if flow.writers is not None else ()),
    ]


def _of_job(tasks: Sequence[TaskRun], runs: Sequence[Run]) -> list[TaskRun]:
    mine = {run.run_id for run in runs}
    return [task for task in tasks if task.run_id in mine]


def _lost(runs: Sequence[Run], asked_for: Sequence[int]) -> Iterator[str]:
    for run_id in set(asked_for) - {run.run_id for run in runs}:
        yield f"run {run_id} is lost"


def _numbers(runs: Sequence[Run]) -> Iterator[str]:
    """A job's runs are numbered: what is left out was lost."""
    numbers = sorted(run.number_in_job for run in runs)
    if numbers != list(range(1, len(runs) + 1)):
        yield f"the runs of {runs[0].run_name} have the numbers {numbers}"


def _not_successful(runs: Sequence[Run]) -> Iterator[str]:
    for run in runs:
        if run.end_time is None or run.result is not Result.SUCCESS:
            yield f"run {run.run_id} of {run.run_name} is {run.state} {run.result}: {run.message}"


def _due_times(runs: Sequence[Run], seconds: int) -> Iterator[str]:
    """None of a job's is left out between the first and the last, and each has one run."""
    name = runs[0].run_name if runs else "a job"
    fired = Counter(run.due_time for run in runs if run.due_time is not None)
    if not fired:
        yield f"{name} was never due"
        return
    wanted = range(min(fired), max(fired) + 1, seconds * 1000)
    yield from (f"{name} was not run for its due time {due}" for due in wanted if due not in fired)
    yield from (f"{name} was run {count} times for its due time {due}" for due, count in fired.items() if count > 1)
    yield from (f"{name} was run for {due}, when it was not due" for due in fired if due not in wanted)


def _doubled(notes: Sequence[Note]) -> Iterator[str]:
    for note in notes:
        if note.what == "doubled":
            yield f"task {note.task_key} of run {note.run_id} ran twice at once"
    begun = Counter(note.task_run_id for note in notes if note.what == "begins")
    yield from (f"task run {task_run_id} was begun {count} times" for task_run_id, count in begun.items() if count > 1)


def _attempts(tasks: Sequence[TaskRun], notes: Sequence[Note]) -> Iterator[str]:
    """Each task has attempts in a row of which the last one alone succeeded, and that one did its work to the end."""
    ended = {note.task_run_id for note in notes if note.what == "ends"}
    ordered = sorted(tasks, key=lambda task: (task.run_id, task.task_key, task.attempt))
    for (run_id, key), group in groupby(ordered, key=lambda task: (task.run_id, task.task_key)):
        attempts = list(group)
        where = f"task {key} of run {run_id}"
        if [task.attempt for task in attempts] != list(range(len(attempts))):
            yield f"{where} has the attempts {[task.attempt for task in attempts]}"
        if [task.result is Result.SUCCESS for task in attempts] != [False] * (len(attempts) - 1) + [True]:
            yield f"{where} has the results {[task.result for task in attempts]}"
        if attempts[-1].task_run_id not in ended:
            yield f"{where} is said to have succeeded, and has not ended its work"
