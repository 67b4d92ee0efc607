"""What MLflow says in a notebook: not what is not about the user's code, and what is in the way in one sentence."""

from __future__ import annotations

import functools
import logging
import os
import re
import warnings
from typing import Any

from typing_extensions import override

from lakebook.imports import AfterImport

#: by logger, how messages look that say what the notebook says itself, what autologging has chosen, or what is raised
#: as well
_SAID = {
    "mlflow.tracking.fluent": r"Autologging successfully enabled",
    "mlflow.utils.autologging_utils": r"Created MLflow autologging run|MLflow .* warning: .*contains integer column",
    "mlflow.store.db.utils": r"SQLAlchemy database error",
    "mlflow.spark": r"File '.*' is already on DFS|Inferring pip requirements",
    "mlflow.sklearn": r"Saving scikit-learn models in the pickle",
}

_FAILED = re.compile(r"Encountered unexpected error during (?:\S+ )?autologging: (.*)", re.DOTALL)


def quieten() -> None:
    """Leave such messages out from now on. MLflow is not imported for it."""
    for logger, said in _SAID.items():
        logging.getLogger(logger).addFilter(_Without(said))
    logging.getLogger("mlflow.utils.autologging_utils").addFilter(_in_a_sentence)
    warnings.filterwarnings("ignore", message="IProgress not found")  # of a bar that MLflow's import asks for
    os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
    AfterImport({"mlflow.sklearn.utils"}, _quieten_metrics).install()


class _Without(logging.Filter):
    def __init__(self, said: str) -> None:
        super().__init__()
        self._said = re.compile(said, re.DOTALL)

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        return not self._said.match(record.getMessage())


def _in_a_sentence(record: logging.LogRecord) -> bool:
    """Tell in the user's terms what autologging failed by, where a disk, a database or a server is the cause."""
    failed = _FAILED.match(record.getMessage())
    if failed:
        import mlflow

        from lakebook.tracking.errors import in_the_way

        sentence = in_the_way(RuntimeError(failed[1]), mlflow.get_tracking_uri())
        if sentence is not None:
            record.msg, record.args = f"The fit was not recorded, or not whole. {sentence}", None
    return True


def _quieten_metrics() -> None:
    """MLflow calls metrics of scikit-learn in ways that newer versions of it deprecate."""
    from mlflow.sklearn import utils

    metrics: Any = utils._log_specialized_estimator_content

    @functools.wraps(metrics)
    def without_deprecations(*args: Any, **options: Any) -> Any:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            return metrics(*args, **options)

    utils._log_specialized_estimator_content = without_deprecations
