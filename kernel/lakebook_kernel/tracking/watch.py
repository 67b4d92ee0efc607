"""Notices the runs that this process makes with MLflow, whichever of its interfaces is used."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lakebook.imports import AfterImport

if TYPE_CHECKING:
    from mlflow.entities import Run

#: every run is made and ended by this module's class: by ``mlflow.start_run``, by autologging and by the client
_CLIENT = "mlflow.tracking._tracking_service.client"
_CONTEXTS = "mlflow.tracking.context.registry"


@dataclass(frozen=True)
class NewRun:
    """A run that was made, and the store in which it is."""

    run_id: str
    experiment_id: str
    name: str
    tracking_uri: str


class RunWatch:
    """Tells of every run that is made or ended from now on. MLflow is not imported for it.

    Args:
        on_start: called with each new run, on the thread that made it.
        on_end: called with the id of a run just before it ends, on the thread that ends it.
    """

    def __init__(self, on_start: Callable[[NewRun], None], on_end: Callable[[str], None]) -> None:
        self._on_start = on_start
        self._on_end = on_end

    def install(self) -> None:
        """Watch; what MLflow would guess of the notebook by itself is left to our context."""
        AfterImport({_CLIENT}, self._watch_client).install()
        AfterImport({_CONTEXTS}, _leave_out_guesses).install()

    def _watch_client(self) -> None:
        from mlflow.tracking._tracking_service.client import TrackingServiceClient

        client_class: Any = TrackingServiceClient
        create, terminate = client_class.create_run, client_class.set_terminated

        @functools.wraps(create)
        def create_run(client: TrackingServiceClient, *args: Any, **options: Any) -> Run:
            run: Run = create(client, *args, **options)
            info = run.info
            self._on_start(NewRun(info.run_id, info.experiment_id, info.run_name or info.run_id, client.tracking_uri))
            return run

        @functools.wraps(terminate)
        def set_terminated(client: TrackingServiceClient, run_id: str, *args: Any, **options: Any) -> None:
            self._on_end(run_id)
            terminate(client, run_id, *args, **options)

        client_class.create_run, client_class.set_terminated = create_run, set_terminated


def _leave_out_guesses() -> None:
    """MLflow would name the repository of the kernel's own code, and ask Jupyter's servers for the notebook's name."""
    from mlflow.tracking.context import registry
    from mlflow.tracking.context.git_context import GitRunContext
    from mlflow.tracking.context.jupyter_notebook_context import JupyterNotebookRunContext

    providers = registry._run_context_provider_registry._registry
    providers[:] = [one for one in providers if not isinstance(one, GitRunContext | JupyterNotebookRunContext)]
