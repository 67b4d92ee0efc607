"""``lakebook jobs`` and ``lakebook scheduler``: what can be said on the command line, and which function does it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from typing import Any

from lakebook.cli import CommandError

_Actions = Any  # argparse._SubParsersAction, which takes no type when it runs


def add_to(commands: _Actions) -> None:
    """Add ``jobs`` and ``scheduler`` to the commands of ``lakebook``."""
    from lakebook.jobs import validate_command
    from lakebook.jobs.airflow import command as export
    from lakebook.jobs.notifications import command as notifications

    jobs = commands.add_parser("jobs", help="notebooks as pipelines: deploy, run, look at and repair them")
    actions = jobs.add_subparsers(required=True, metavar="ACTION")
    validate_command.add_to(actions)
    deploy = _action(actions, "deploy", "deploy:deploy", "make the workspace's jobs be what a bundle defines")
    validate_command.add_bundle_to(deploy)
    _add_looks(actions)
    _add_runs(actions)
    notifications.add_to(actions)
    export.add_to(actions)
    for name, text in (("pause", "let a job's schedule or trigger rest"), ("resume", "end the pause")):
        _add_job(_action(actions, name, f"change:{name}", text))

    scheduler = commands.add_parser("scheduler", help="run jobs when they are due, until Ctrl-C")
    scheduler.set_defaults(command=_command("scheduler:scheduler"))


def _add_looks(actions: _Actions) -> None:
    _json(_action(actions, "list", "look:jobs", "say which jobs there are, and when they are due"))
    runs = _action(actions, "runs", "look:runs", "say how runs went, the newest first")
    runs.add_argument("job", nargs="?", metavar="JOB", help="only of this job: its key, name or number")
    runs.add_argument("--active", action="store_true", help="only those that have not ended")
    runs.add_argument("--limit", type=int, default=20, metavar="N", help="the newest so many (20)")
    _json(runs)
    show = _action(actions, "show", "look:show", "say how a run went, task by task")
    _add_run(show)
    _json(show)
    logs = _action(actions, "logs", "logs:logs", "show what a run's tasks have printed")
    _add_run(logs)
    logs.add_argument("task", nargs="?", metavar="TASK", help="only of this task")
    logs.add_argument("-f", "--follow", action="store_true", help="go on until the run ends")


def _add_runs(actions: _Actions) -> None:
    run = _action(actions, "run", "run:run", "run a job now, and show how it goes until it ends")
    _add_job(run)
    _parameters(run, "a parameter of the job")
    run.add_argument("--only", metavar="TASK,TASK", help="only these tasks")
    _wait(run)
    repair = _action(actions, "repair", "run:repair", "run again what failed in a run that has ended")
    _add_run(repair)
    repair.add_argument("--tasks", metavar="TASK,TASK", help="these tasks, instead of all that failed")
    _parameters(repair, "a parameter of the job, which is to be another than it was")
    _wait(repair)
    cancel = _action(actions, "cancel", "change:cancel", "end a run")
    _add_run(cancel)


def _add_job(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("job", metavar="JOB", help="its key, name or number")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("run", type=int, metavar="RUN", help="the number of a run")


def _parameters(parser: argparse.ArgumentParser, text: str) -> None:
    parser.add_argument("-p", action="append", default=[], metavar="NAME=VALUE", dest="parameters", help=text)


def _wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-wait", action="store_true", help="leave it to the scheduler, and do not wait for the end")


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")


def _action(actions: _Actions, name: str, where: str, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=text)
    parser.set_defaults(command=_command(where))
    return parser


def _command(where: str) -> Callable[[argparse.Namespace], int]:
    """Import a function of ``lakebook.jobs.commands`` when it is called, and tell its errors in one sentence."""
    module, _, function = where.partition(":")

    def call(options: argparse.Namespace) -> int:
        from lakebook.jobs.executors import ExecutorError
        from lakebook.jobs.store import NotFound, RepairError, RunError, StoreError

        action: Callable[[argparse.Namespace], int] = getattr(
            import_module(f"lakebook.jobs.commands.{module}"), function
        )
        try:
            return action(options)
        except (ExecutorError, NotFound, RepairError, RunError, StoreError) as problem:
            raise CommandError(str(problem)) from None

    return call
