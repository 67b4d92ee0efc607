"""The command line: ``lakebook``. Only what a command needs is imported."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from lakebook import __version__, grammars
from lakebook.config import ConfigError, find_workspace
from lakebook.spark.errors import DriverError
from lakebook.tracking.webhooks import command as webhooks
from lakebook.tracking.webhooks.errors import WebhookError

WRONG_USE = 2
INTERRUPTED = 130


class CommandError(Exception):
    """A command cannot do what was asked; one clear sentence."""


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns the exit code. Errors are one line, never our traceback."""
    grammars.leave_out()
    options = _options(sys.argv[1:] if arguments is None else arguments)
    try:
        return _guarded(options)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output left: nothing more can be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as problem:
        if os.environ.get("LAKEBOOK_DEBUG"):
            raise
        text = f"{type(problem).__name__}: {problem}"
        print(f"lakebook: {text}\nSet LAKEBOOK_DEBUG=1 to see where this came from.", file=sys.stderr)
        return 1


def _options(words: list[str]) -> argparse.Namespace:
    if words[:1] == ["lab"]:  # whose words are in part Jupyter's, and which shall not wait for what the others import
        from lakebook.lab import command as lab

        return argparse.Namespace(words=words[1:], command=lab.run)
    return _parser().parse_args(words)


def _guarded(options: argparse.Namespace) -> int:
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except (ConfigError, CommandError, DriverError, WebhookError) as problem:
        print(f"lakebook: {problem}", file=sys.stderr)
        return WRONG_USE


def _parser() -> argparse.ArgumentParser:
    from lakebook import mlflow_command, models_command
    from lakebook.databricks import command as convert
    from lakebook.databricks.check import command as check
    from lakebook.jobs import command as jobs
    from lakebook.lab.git import command as git
    from lakebook.lineage import command as lineage
    from lakebook.reproduce import command as reproduce
    from lakebook.testing import command as testing

    parser = argparse.ArgumentParser(
        prog="lakebook",
        description="One notebook, four languages, one lakehouse.",
    )
    parser.add_argument("--version", action="version", version=f"lakebook {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    run = commands.add_parser("run", help="run a notebook once and show what happens")
    run.add_argument(
        "notebook", type=Path, metavar="NOTEBOOK", help="a file of any format: .ipynb, .py, .sql, .r, .scala, .dbc"
    )
    run.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", dest="parameters")
    run.add_argument("-o", "--output", type=Path, metavar="OUT.ipynb", help="write the executed notebook there")
    run.add_argument("--kernel", metavar="NAME", help="use this kernel instead of the notebook's own")
    run.set_defaults(command=_run)

    commands.add_parser("lab", help="open the lab on this folder, in the browser", add_help=False)
    git.add_to(commands)
    testing.add_to(commands)
    convert.add_to(commands)
    check.add_to(commands)

    driver = commands.add_parser("driver", help="start, look at or stop this workspace's Spark driver")
    driver.add_argument("action", choices=["start", "status", "stop", "logs"])
    driver.set_defaults(command=_driver)

    kernel = commands.add_parser("kernel", help="install Lakebook's kernels for Jupyter, or list them")
    actions = kernel.add_subparsers(required=True, metavar="ACTION")
    install = actions.add_parser("install", help="register the kernels: Python, SQL, R and Scala")
    place = install.add_mutually_exclusive_group()
    place.add_argument("--user", action="store_true", help="for all of this user's Jupyter installations")
    place.add_argument("--prefix", type=Path, help="into another environment")
    install.set_defaults(command=_kernel_install)
    actions.add_parser("list", help="say which are registered, and where").set_defaults(command=_kernel_list)

    webhooks.add_parser(commands)

    doctor = commands.add_parser("doctor", help="say what is there, what is missing and how to get it")
    doctor.set_defaults(command=_doctor)
    tour = commands.add_parser("tour", help="run the tour on real flights and say where to look")
    tour.set_defaults(command=_tour)
    setup = commands.add_parser("setup", help="fetch and make now what Spark's first start would")
    setup.set_defaults(command=_setup)
    models_command.add_to(commands)
    mlflow_command.add_to(commands)
    lineage.add_to(commands)
    reproduce.add_to(commands)
    jobs.add_to(commands)
    return parser


def _run(options: argparse.Namespace) -> int:
    from lakebook.parameters import BadParameter, arguments, parse
    from lakebook.run import RunError, run_notebook

    try:
        return run_notebook(
            options.notebook,
            output=options.output,
            parameters=parse(options.parameters),
            arguments=arguments(options.parameters),
            kernel=options.kernel,
        )
    except (BadParameter, RunError) as problem:
        raise CommandError(problem) from None


def _kernel_install(options: argparse.Namespace) -> int:
    from lakebook import kernelspecs

    for folder in kernelspecs.install(user=options.user, prefix=options.prefix):
        print(folder)
    return 0


def _kernel_list(_: argparse.Namespace) -> int:
    from lakebook import kernelspecs

    found = kernelspecs.installed()
    for kernel in found:
        note = "" if kernel.current or not kernel.folder else f"  (starts another Python: {kernel.python})"
        print(f"{kernel.kernel.name:16}{kernel.folder or 'not installed'}{note}")
    return 0 if all(kernel.folder for kernel in found) else 1


def _driver(options: argparse.Namespace) -> int:
    from lakebook import driver_command

    return driver_command.ACTIONS[options.action](find_workspace())


def _doctor(_: argparse.Namespace) -> int:
    from lakebook.doctor import report

    return report()


def _tour(_: argparse.Namespace) -> int:
    from lakebook.run import RunError
    from lakebook.tour import tour

    try:
        return tour(Path.cwd())
    except RunError as problem:
        raise CommandError(problem) from None


def _setup(_: argparse.Namespace) -> int:
    from lakebook.prepare import prepare

    prepare(lambda text: print(f"lakebook: {text}", file=sys.stderr, flush=True))
    return 0
