"""MLflow in a command of ours: it says nothing of its own, and does not try again for minutes."""

from __future__ import annotations

import logging
import os
import warnings

#: unless the user set another
VARIABLES = {
    # seconds that a server may take to answer, and how often it is asked again
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    # figures of its use: nothing of a workspace is sent anywhere
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    # what MLflow fails with it also logs, with a traceback
    "MLFLOW_LOGGING_LEVEL": "CRITICAL",
}


def quiet() -> None:
    """To be called before MLflow is imported. With ``LAKEBOOK_DEBUG`` set it says all that it has to say."""
    debugged = bool(os.environ.get("LAKEBOOK_DEBUG"))
    for name, value in VARIABLES.items():
        if not (debugged and name == "MLFLOW_LOGGING_LEVEL"):
            os.environ.setdefault(name, value)
    if not debugged:
        logging.getLogger("urllib3").setLevel(logging.ERROR)
        warnings.filterwarnings("ignore", module=r"mlflow\.")  # of libraries that it uses
