"""``lakebook jobs validate``: whether a bundle's jobs are right, without running anything."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.cli import WRONG_USE, CommandError

if TYPE_CHECKING:
    from lakebook.jobs.definitions import Bundle


def add_to(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``validate`` to the actions of ``lakebook jobs``."""
    parser = actions.add_parser("validate", help="check the jobs of a bundle, without running anything")
    add_bundle_to(parser)
    parser.set_defaults(command=validate)


def add_bundle_to(parser: argparse.ArgumentParser) -> None:
    """Add what says which bundle is meant: its path, its target and its variables."""
    parser.add_argument(
        "path",
        nargs="?",
        type=Path,
        default=Path(),
        metavar="PATH",
        help="a file, or the folder of databricks.yml or lakebook.yml; default: this folder",
    )
    parser.add_argument("-t", "--target", metavar="TARGET", help="one of the bundle's targets; default: its default")
    parser.add_argument(
        "--var", action="append", default=[], metavar="NAME=VALUE", dest="variables", help="the value of a variable"
    )


def validate(options: argparse.Namespace) -> int:
    """Say what is wrong, or that nothing is. Returns 0, or 2 when something is wrong."""
    bundle = bundle_of(options)
    if bundle is None:
        return WRONG_USE
    for note in bundle.notes:
        print(f"note: {note}")
    for job in bundle.jobs:
        for note in job.notes:
            print(f"note: {job.key}: {note}")
    target = f" for {bundle.target}" if bundle.target else ""
    print(f"ok: {len(bundle.jobs)} job{'' if len(bundle.jobs) == 1 else 's'}{target}")
    return 0


def bundle_of(options: argparse.Namespace) -> Bundle | None:
    """The bundle that the options of ``add_bundle_to`` name; None when it is wrong, which is then said."""
    from lakebook.jobs.definitions import DefinitionError, load

    try:
        return load(options.path, options.target, _variables(options.variables))
    except DefinitionError as wrong:
        print(wrong, file=sys.stderr)
        return None


def _variables(given: list[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals or not name:
            raise CommandError(f"--var {name}: expected NAME=VALUE.")
    return {name: value for name, _, value in pairs}
