"""The commit of a repository that a run's files are of."""

from __future__ import annotations

from collections.abc import Iterable

from lakebook.jobs.store.rows import TaskRun


def used_commit(tasks: Iterable[TaskRun]) -> str | None:
    """What was checked out for a run; None as long as no task of it has files in a repository."""
    found = (str(task.output["git_commit"]) for task in tasks if task.output and "git_commit" in task.output)
    return next(found, None)
