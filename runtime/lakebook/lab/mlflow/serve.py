"""``python -m lakebook.lab.mlflow.serve SOCKET``: MLflow's UI on a socket, until whoever started it is gone."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from lakebook.config import ConfigError, find_workspace
from lakebook.mlflow_command import SERVICES
from lakebook.tracking import store
from lakebook.tracking.errors import TrackingError, in_users_terms
from lakebook.tracking.quiet import quiet
from lakebook.tracking.reachable import check

#: the environment variable with the folder whose workspace's runs are shown
ROOT = "LAKEBOOK_MLFLOW_ROOT"
#: seconds within which the end of whoever started it is noticed
_ROUND = 1.0


def main(path: str) -> int:
    """Serve until SIGTERM."""
    from lakebook.tracking import ui

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    workspace = find_workspace(Path(os.environ[ROOT]))
    uri = store.tracking_uri(workspace)
    check(uri)
    quiet()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener, in_users_terms(uri), ExitStack() as beside:

        def ready() -> None:
            for service in SERVICES:
                beside.enter_context(service(workspace))
            listener.bind(path)
            listener.listen()

        ui.serve(uri, ui.artifact_root(workspace), listener, None, ready)
    return 0


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_ROUND)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except (ConfigError, TrackingError) as problem:
        sys.exit(f"MLflow's UI cannot be shown: {problem}")
