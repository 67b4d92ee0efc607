"""The experiment that the environment names: several processes may be the first to need it."""

from __future__ import annotations

import functools
from typing import Any


def allow_others_to_make_it() -> None:
    """Let a run begin although another process makes its experiment at the same moment; MLflow would fail.

    So it is with the first run of a job: the scheduler makes its experiment, and so do the notebooks of its tasks.
    """
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import fluent

    find_or_make: Any = fluent._get_experiment_id_from_env

    @functools.wraps(find_or_make)
    def find_again() -> Any:
        try:
            return find_or_make()
        except MlflowException as problem:
            if problem.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
            return find_or_make()

    fluent._get_experiment_id_from_env = find_again
