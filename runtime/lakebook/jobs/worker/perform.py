"""Runs a task in a kernel of its own, from its environment to what came of it."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from contextlib import ExitStack
from dataclasses import asdict
from functools import partial
from typing import Any

from nbformat import NotebookNode

from lakebook.databricks.calls import Ended
from lakebook.jobs import files
from lakebook.jobs.drivers import name_of_task
from lakebook.jobs.model import Result
from lakebook.jobs.worker.assignment import Assignment
from lakebook.jobs.worker.checkout import checked_out, commit_of, is_in_git
from lakebook.jobs.worker.environment import environment, own_driver
from lakebook.jobs.worker.outcome import CANCELED, Outcome, TaskError
from lakebook.jobs.worker.packages import install, wanted
from lakebook.jobs.worker.program import Program, program
from lakebook.jobs.worker.runner import TaskRunner
from lakebook.run import INTERRUPTED, SKIPPED, code_cells, prepare, write
from lakebook.spark.own import home_of
from lakebook.transcript import Transcript, plain


def perform(assignment: Assignment) -> Outcome:
    """Run the task.

    Raises:
        TaskError: it cannot be run.
        RunError: its notebook cannot be read, or its kernel not be started.
    """
    job, own = assignment.run.settings, assignment.task.settings
    checkout = None
    output: dict[str, Any] = {"log": str(files.log_file(assignment.workspace.state, assignment.row))}
    if is_in_git(assignment.task, job):
        checkout = checked_out(job["git_source"], assignment.folder)
        output["git_commit"] = commit_of(checkout)
        assignment.tell(output)
    root = checkout or assignment.root
    found = program(assignment, root)
    prepare(found.notebook, found.kernel)
    with ExitStack() as stack:
        packages = None
        if words := wanted(own, job):
            folder = assignment.notebook.with_suffix(".packages")
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            packages = install(words, folder, root)
        os.environ |= environment(assignment, packages, checkout)
        stack.callback(_end_driver, assignment)
        return _registered(assignment, _run(assignment, found, output))


def _end_driver(assignment: Assignment) -> None:
    """End the Spark driver that the task has alone, if it has one."""
    name = own_driver(assignment)
    if name == name_of_task(assignment.row.task_run_id):
        home = home_of(assignment.workspace.state, name)
        if home.exists():
            from lakebook.spark.driver import discard

            discard(home)


def _run(assignment: Assignment, found: Program, output: dict[str, Any]) -> Outcome:
    output["notebook"] = str(assignment.notebook)
    runner = _runner(found, assignment)
    try:
        assignment.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        write(found.notebook, assignment.notebook)
        assignment.tell(output)
        code = asyncio.run(runner.run(found.folder, found.source))
    except OSError as problem:
        raise TaskError(f"{problem.filename or assignment.notebook} cannot be written: {problem.strerror}.") from None
    return _outcome(found, runner, Ended(code, runner.exit_value, runner.failure), output)


def _registered(assignment: Assignment, outcome: Outcome) -> Outcome:
    """What came of a task, and of its ``register`` if it succeeded."""
    wanted = assignment.task.settings.get("register")
    if wanted is None or outcome.result is not Result.SUCCESS:
        return outcome
    from lakebook.jobs.tracking.register import register  # MLflow takes long to import
    from lakebook.tracking.errors import TrackingError
    from lakebook.tracking.quiet import quiet

    quiet()
    try:
        made = register(assignment.workspace, wanted, assignment.mlflow_run())
    except TrackingError as problem:
        print(f"lakebook: {problem}", file=sys.stderr)
        return Outcome(Result.FAILED, str(problem), outcome.output)
    print(made.message)
    return Outcome(Result.SUCCESS, made.message, {**(outcome.output or {}), "registered": asdict(made)})


def _runner(found: Program, assignment: Assignment) -> TaskRunner:
    return TaskRunner(
        found.notebook,
        Transcript(code_cells(found.notebook)),
        SKIPPED,
        partial(write, found.notebook, assignment.notebook),
        dict(found.arguments),
        gives_rows=found.gives_rows,
        kernel_name=found.kernel,
    )


def _outcome(found: Program, runner: TaskRunner, ended: Ended, output: dict[str, Any]) -> Outcome:
    if ended.value is not None:
        output["exit_value"] = ended.value
    if runner.rows is not None:
        output["rows"] = runner.rows
    if ended.code == INTERRUPTED:
        return Outcome(CANCELED.result, CANCELED.message, output)
    if ended.code:
        output |= _error(found.notebook)
        return Outcome(Result.FAILED, f"{ended.failure[:1].upper()}{ended.failure[1:]}", output)
    return Outcome(Result.SUCCESS, None, output)


def _error(notebook: NotebookNode) -> dict[str, str]:
    """The error that a cell shows, with where it came from."""
    for cell in notebook.cells:
        for shown in cell.get("outputs", ()):
            if shown.output_type == "error":
                trace = plain("\n".join(shown.traceback))
                return {"error": f"{shown.ename}: {shown.evalue}", "error_trace": trace}
    return {}
