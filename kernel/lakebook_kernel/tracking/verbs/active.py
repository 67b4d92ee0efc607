"""The active runs of the main thread, on whatever thread a verb is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow import ActiveRun


class ActiveRuns:
    """MLflow keeps a stack of active runs for each thread; a notebook has one, that of its Python cells."""

    def __init__(self) -> None:
        #: the main thread's stack, when it was wanted before the main thread had one
        self._promised: list[ActiveRun] | None = None

    @contextmanager
    def on_this_thread(self) -> Iterator[None]:
        """Within it this thread's active runs are the main thread's: the same list."""
        from mlflow.tracking.fluent import _active_run_stack as stacks

        if threading.current_thread() is threading.main_thread():
            yield
            return
        own = stacks.get()
        stacks.set(self._of_main_thread())
        try:
            yield
        finally:
            stacks.set(own)

    @staticmethod
    def let_go(run_id: str | None) -> None:
        """Count a run, or the active one, as ended here, though its store cannot be told, as MLflow does."""
        from mlflow.tracking.fluent import _active_run_stack as stacks

        runs = stacks.get()
        ended = run_id if run_id is not None or not runs else runs[-1].info.run_id
        runs[:] = [run for run in runs if run.info.run_id != ended]

    def _of_main_thread(self) -> list[ActiveRun]:
        from mlflow.tracking.fluent import _active_run_stack as stacks

        main = threading.main_thread()
        runs: list[ActiveRun] | None = stacks.get_all_thread_values().get(main.ident or 0, self._promised)
        if runs is None:
            runs = self._promised = []
            make = stacks.default_factory
            # asked on the main thread, once it first wants its stack
            stacks.default_factory = lambda: runs if threading.current_thread() is main else make()
        return runs
