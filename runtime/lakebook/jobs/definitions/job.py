"""One job, checked: its types first, then its rules over what of it has the right types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from databricks.sdk.service.jobs import JobSettings

from lakebook.config import find_workspace
from lakebook.jobs.definitions.errors import DefinitionError
from lakebook.jobs.definitions.rules import graph, limits, references, tasks, times
from lakebook.jobs.definitions.rules.files import Files
from lakebook.jobs.definitions.shape import Shape
from lakebook.jobs.definitions.tree import Node, Problems, tree


def checked(job: Node, files: Files, problems: Problems) -> tuple[Node, tuple[str, ...]]:
    """The job in its types, its paths made absolute, and notes on what has no meaning here.

    Args:
        job: with nothing left to be put in.
        files: where its files are.
        problems: what is wrong with this job, and with no other.
    """
    shape = Shape(problems)
    found = shape.checked(job, JobSettings)
    if found is None:
        return job, ()
    for rule in (tasks, graph, limits, times):
        rule.check(found, problems)
    notes = references.check(found, problems)
    files.check(found, problems)
    return found, (*shape.notes, *notes)


def check_settings(settings: dict[str, Any], root: Path) -> list[str]:
    """Check the settings of a job that stand in no file. Returns notes on what has no meaning here.

    Args:
        settings: as ``JobSettings.as_dict()`` has them.
        root: to which their paths are relative.

    Raises:
        DefinitionError: something is wrong; the problems begin with the field's path.
    """
    problems = Problems()
    _, notes = checked(tree(settings), Files(find_workspace(root), root), problems)
    if problems.found:
        raise DefinitionError(problems.found)
    return list(notes)
