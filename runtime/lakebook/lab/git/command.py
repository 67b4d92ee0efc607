"""``lakebook git``: how the notebooks of a repository are compared, merged and committed."""

from __future__ import annotations

import argparse
from importlib.util import find_spec
from pathlib import Path

from lakebook.cli import CommandError
from lakebook.lab.git.repository import GitError, Repository, find_repository

_NEEDS = ("nbdime", "nbstripout")
_RENEW = "git add --renormalize '*.ipynb'"


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``git`` to the commands of ``lakebook``."""
    git = commands.add_parser("git", help="set up how a repository compares, merges and commits notebooks")
    git.add_argument("folder", nargs="?", type=Path, default=Path(), metavar="FOLDER", help="in the repository")
    what = git.add_mutually_exclusive_group()
    what.add_argument("--status", action="store_true", help="only say how it is set up; so it is without options")
    what.add_argument("--set-up", action="store_true", help="compare and merge notebooks cell by cell, in this clone")
    what.add_argument("--without-outputs", action="store_true", help="besides, leave outputs out of commits")
    what.add_argument("--with-outputs", action="store_true", help="besides, commit outputs again")
    git.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Set it up, and say how it is then. Raises ``CommandError`` when it cannot be done."""
    if missing := [name for name in _NEEDS if find_spec(name) is None]:
        raise CommandError(f"lakebook git needs {' and '.join(missing)}; type: pip install 'lakebook[lab]'")
    try:
        repository = find_repository(options.folder)
        if options.set_up or options.without_outputs or options.with_outputs:
            outputs = True if options.with_outputs else False if options.without_outputs else None
            before = repository.state()
            repository.set_up(outputs=outputs)
            _say(repository)
            _advise(repository, was_without=before.is_without_outputs)
        else:
            _say(repository)
    except GitError as problem:
        raise CommandError(problem) from None
    return 0


def _say(repository: Repository) -> None:
    state = repository.state()
    print(repository.top)
    print(f"  notebooks  compared and merged {'cell by cell' if state.is_by_cell else 'as text'}")
    print(f"  outputs    {'left out of commits' if state.is_without_outputs else 'committed'}")
    print(f"  comments   {'of both sides kept in a merge' if state.is_union_of_comments else 'merged as text'}")
    if not state.is_set_up:
        print("Outside of the lab this clone does not yet do what .gitattributes says; type: lakebook git --set-up")
    if state.is_without_outputs and (names := repository.with_outputs()):
        print(f"Still committed with outputs: {', '.join(names)}; the next commit is without after: {_RENEW}")


def _advise(repository: Repository, *, was_without: bool) -> None:
    if was_without and not repository.state().is_without_outputs:
        print(f"Outputs that are in files now get into the next commit after: {_RENEW}")
    if repository.is_to_commit():
        print("Commit .gitattributes, so that it holds in every clone.")
