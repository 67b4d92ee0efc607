"""MLflow's verbs for the languages beside Python, which ask for them by name, with values as JSON has them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import Any

from lakebook_kernel.languages.base import CellError
from lakebook_kernel.tracking.verbs.active import ActiveRuns
from lakebook_kernel.tracking.verbs.artifacts import ArtifactVerbs
from lakebook_kernel.tracking.verbs.errors import VerbError, told
from lakebook_kernel.tracking.verbs.experiments import ExperimentVerbs
from lakebook_kernel.tracking.verbs.fits import FitVerbs
from lakebook_kernel.tracking.verbs.models import ModelVerbs
from lakebook_kernel.tracking.verbs.registry import RegistryVerbs
from lakebook_kernel.tracking.verbs.runs import RunVerbs
from lakebook_kernel.tracking.verbs.server import Server

__all__ = ["VerbError", "Verbs"]

Answer = dict[str, Any]


class Verbs:
    """What languages that cannot import MLflow ask for.

    Answers any thread, one at a time. MLflow is imported when the first verb is asked for.

    The active run is that of the main thread, so the one that Python cells see as ``mlflow.active_run()``.

    Args:
        folder: the notebook's, where relative paths start.
    """

    def __init__(self, folder: Path) -> None:
        models = ModelVerbs(folder)
        self._groups = (
            RunVerbs(),
            ExperimentVerbs(),
            ArtifactVerbs(folder),
            models,
            RegistryVerbs(),
            FitVerbs(models),
        )
        self._active = ActiveRuns()
        self._server = Server()
        self._asking = threading.RLock()

    def answer(self, verb: str, arguments: dict[str, Any]) -> Answer:
        """Do what MLflow's function of that name does; a verb that needs a run and finds none active starts one.

        Args:
            verb: a public method of one of the groups, such as ``start_run`` (``RunVerbs.start_run``).
            arguments: its arguments by name; one that is None counts as not given.

        Raises:
            VerbError: it was refused: bad input, or no tracking server.
        """
        do = self._named(verb)
        given = {name: value for name, value in arguments.items() if value is not None}
        for parameter in signature(do).parameters.values():
            if parameter.default is parameter.empty and parameter.name not in given:
                raise VerbError(f"MLflow's {verb} needs a value for {parameter.name}.")
        with self._asking, self._active.on_this_thread():
            try:
                self._server.check()
            except VerbError:
                if verb == "end_run":
                    self._active.let_go(given.get("run_id"))
                raise
            try:
                return do(**given)
            except CellError:
                raise
            except Exception as problem:
                sentence = told(problem, given)
                if sentence is None:
                    raise
                raise VerbError(sentence) from problem

    def _named(self, verb: str) -> Callable[..., Answer]:
        for group in self._groups:
            found = None if verb.startswith("_") else getattr(group, verb, None)
            if found is not None:
                do: Callable[..., Answer] = found
                return do
        raise VerbError(f"MLflow's {verb} is not offered here: use mlflow in a Python cell.")
