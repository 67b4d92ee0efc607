"""How a process becomes the owner of its task run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from lakebook.jobs.store.rows import NotFound, TaskRun

if TYPE_CHECKING:
    from lakebook.jobs.store.database import Store

#: seconds for which a process that was just started waits for the scheduler to note it
_PATIENCE = 30.0


def claim(store: Store, task_run_id: int, owner: str) -> TaskRun | None:
    """Claim a task run; None if this process must end and do nothing, since it is not the one to run it.

    Args:
        store: where the task run is.
        task_run_id: its number.
        owner: the token that this process was started with.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        with store.write() as rows:
            try:
                task = rows.tasks.claim(task_run_id, owner)
                if task is not None or not rows.tasks.is_awaited(task_run_id, owner):
                    return task
            except NotFound:
                return None
        if time.monotonic() > deadline:
            return None
        time.sleep(0.05)
