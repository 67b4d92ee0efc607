"""``lakebook lineage``: prints what is above a model, a run or a table, and what is below it."""

from __future__ import annotations

import argparse
import json

from lakebook.cli import CommandError
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.quiet import quiet

_EXPECTED = "expected models:/NAME/VERSION, models:/NAME@ALIAS, runs:/ID or table NAME"


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``lineage`` to the commands of ``lakebook``."""
    lineage = commands.add_parser("lineage", help="print what a model was made of, or what was made from a table")
    lineage.add_argument(
        "what", nargs="+", metavar="WHAT", help="models:/NAME/VERSION, models:/NAME@ALIAS, runs:/ID or table NAME"
    )
    lineage.add_argument("--up", action="store_true", help="what it was made of")
    lineage.add_argument("--down", action="store_true", help="what was made from it")
    lineage.add_argument("--version", type=int, metavar="V", dest="table_version", help="of a table: this version")
    lineage.add_argument("--json", action="store_true", help="print the tree as JSON, for scripts")
    lineage.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Print the answer. Raises ``CommandError`` when there is none."""
    quiet()
    from lakebook.lineage.asking import of
    from lakebook.lineage.shown import as_json, text

    try:
        tree = of(_what(options.what), up=options.up, down=options.down, version=options.table_version)
    except TrackingError as problem:
        raise CommandError(problem) from problem
    print(json.dumps(as_json(tree), indent=2, ensure_ascii=False) if options.json else text(tree))
    return 0


def _what(words: list[str]) -> str:
    of_table = words[0] == "table"
    if len(words) == (2 if of_table else 1):
        return " ".join(words)
    raise CommandError(f"{' '.join(words)} is not clear: {_EXPECTED}.")
