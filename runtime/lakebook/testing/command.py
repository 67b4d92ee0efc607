"""``lakebook test``: what can be said on the command line, and what is printed."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.cli import INTERRUPTED, CommandError

if TYPE_CHECKING:
    from lakebook.testing.results import NotebookResult

FAILED = 1


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``test`` to the commands of ``lakebook``."""
    test = commands.add_parser("test", help="run notebooks as tests, and say which fail")
    test.add_argument(
        "notebooks",
        nargs="+",
        metavar="NOTEBOOK",
        help="a notebook of any format, a folder for all in it, or a pattern such as 'notebooks/**/*.py'",
    )
    test.add_argument("--junit", type=Path, metavar="FILE", help="write a report there, as JUnit has it")
    test.add_argument("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", dest="parameters")
    test.add_argument("-k", dest="part", default="", metavar="TEXT", help="only notebooks that have this in their path")
    test.add_argument("--fail-fast", action="store_true", help="stop after the first notebook that fails")
    test.add_argument("--collect-only", action="store_true", help="say which notebooks these are, and run none")
    test.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Test them. Returns 0 when all pass, ``FAILED`` when one does not, ``INTERRUPTED``."""
    from lakebook.parameters import BadParameter, parse
    from lakebook.testing.collect import NoNotebooks, collect

    try:
        notebooks = collect(options.notebooks, options.part)
        parse(options.parameters)
    except (BadParameter, NoNotebooks) as problem:
        raise CommandError(str(problem)) from None
    if options.junit and not options.junit.absolute().parent.is_dir():
        raise CommandError(f"{options.junit} cannot be written: there is no folder {options.junit.parent}.")
    if options.collect_only:
        print(*notebooks, sep="\n")
        return 0
    return _test(notebooks, options)


def _test(notebooks: list[Path], options: argparse.Namespace) -> int:
    from lakebook.testing import junit
    from lakebook.transcript import duration

    began = time.monotonic()
    results = []
    for result in _results(notebooks, options.parameters):
        results.append(result)
        print("\n".join(_lines(result)), flush=True)
        if result.interrupted or (options.fail_fast and result.failure):
            break
    if options.junit:
        try:
            junit.write(results, options.junit)
        except OSError as problem:
            raise CommandError(f"{options.junit} cannot be written: {problem.strerror}.") from None
    print(f"{_counts(results, len(notebooks))} in {duration(time.monotonic() - began)}")
    if any(result.interrupted for result in results):
        return INTERRUPTED
    return FAILED if any(result.failure for result in results) else 0


def _results(notebooks: Iterable[Path], parameters: list[str]) -> Iterator[NotebookResult]:
    from lakebook.testing.execute import execute

    return (execute(notebook, parameters) for notebook in notebooks)


def _lines(result: NotebookResult) -> Iterator[str]:
    from lakebook.transcript import duration

    yield f"{'failed' if result.failure else 'passed'}  {duration(result.seconds):>8}  {result.notebook}"
    for note in result.notes:
        yield f"    note: {note}"
    if result.failure:
        yield f"    {result.failure}"
        for cell in result.cells:
            yield from (f"    {line}" for line in cell.details.splitlines())


def _counts(results: list[NotebookResult], wanted: int) -> str:
    failed = sum(bool(result.failure) for result in results)
    counts = {"passed": len(results) - failed, "failed": failed, "not run": wanted - len(results)}
    told = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    return f"{wanted} notebook{'s' if wanted != 1 else ''}: {told}"
