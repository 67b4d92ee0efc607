"""What a run is told of the notebook cell that started it."""

from __future__ import annotations

import os
import warnings
from functools import cache

from mlflow.tracking.context.abstract_context import RunContextProvider
from typing_extensions import override

from lakebook.config import ConfigError, find_workspace
from lakebook.tracking import tags
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.running import running_cell


class NotebookContext(RunContextProvider):
    """MLflow asks it for tags whenever a run starts (entry point ``mlflow.run_context_provider``)."""

    @override
    def in_context(self) -> bool:
        return running_cell() is not None

    @override
    def tags(self) -> dict[str, str]:
        cell = running_cell()
        if cell is None:
            return {}
        commit = cell.commit()
        return {
            tags.SOURCE_NAME: cell.notebook,
            tags.SOURCE_TYPE: "NOTEBOOK",
            tags.NOTEBOOK: cell.notebook,
            tags.SESSION: cell.session,
            tags.CELL_NUMBER: str(cell.number),
            tags.CELL_ID: cell.cell,
            tags.CELL_LANGUAGE: cell.language,
            **(commit.tags() if commit is not None else {}),
            **_of_task(os.environ.get("LAKEBOOK_TASK_STORE", ""), os.environ.get("LAKEBOOK_TASK_RUN_ID", "")),
        }


def _of_task(store: str, task_run: str) -> dict[str, str]:
    """What makes a run one of the job's task in which the notebook runs, if it does."""
    if not store or not task_run:
        return {}
    from lakebook.jobs.store import StoreError

    try:
        return _parent(store, int(task_run))
    except (StoreError, TrackingError, ConfigError) as problem:
        warnings.warn(f"Runs are not put below that of the job's task: {problem}", stacklevel=2)
        return {}


@cache  # which keeps an answer and no exception: the next run asks again
def _parent(store: str, task_run: int) -> dict[str, str]:
    from lakebook.jobs.tracking.runs import parent_of_task

    return parent_of_task(store, task_run, find_workspace())
