"""``lakebook reproduce``: makes a folder in which a run can be made again, runs it, and compares the metrics."""

from __future__ import annotations

import argparse
from pathlib import Path

from lakebook.cli import CommandError
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.quiet import quiet


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``reproduce`` to the commands of ``lakebook``."""
    parser = commands.add_parser("reproduce", help="make a run again from what was recorded, and compare its metrics")
    parser.add_argument("run", metavar="RUN_ID")
    parser.add_argument("--folder", type=Path, help="where to make it again; reproduce-NAME of the run unless given")
    parser.add_argument("--no-run", action="store_true", help="make the folder only")
    parser.add_argument(
        "--tolerance", type=_tolerance, metavar="T", help="how far apart metrics may be, relatively; 1e-9 unless given"
    )
    parser.set_defaults(command=run)


def _tolerance(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a relative difference such as 1e-6")
    return value


def run(options: argparse.Namespace) -> int:
    """Do it, and say what came of it; the exit code is 0 when all metrics agree. Raises ``CommandError``."""
    quiet()
    from lakebook.config import find_workspace
    from lakebook.reproduce.again import Reproduction
    from lakebook.reproduce.comparison import TOLERANCE
    from lakebook.run import RunError

    tolerance = TOLERANCE if options.tolerance is None else options.tolerance
    try:
        reproduction = Reproduction(find_workspace(), options.run.removeprefix("runs:/"), options.folder)
        reproduction.make()
        return 0 if options.no_run else reproduction.run(tolerance)
    except (TrackingError, RunError) as problem:
        raise CommandError(problem) from problem
