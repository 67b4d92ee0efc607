"""MLflow's own server and UI, in this process, behind a secret."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Callable
from pathlib import Path

from lakebook.config import Workspace
from lakebook.tracking import store
from lakebook.tracking.guard import Guard

HOST = "127.0.0.1"
#: seconds that requests may take to end when the server ends
_GRACE = 3


def artifact_root(workspace: Workspace) -> str:
    """The URI of the folder in which experiments that are made in the UI keep their artifacts."""
    uri = store.tracking_uri(workspace)
    if uri.startswith("file:"):
        return uri
    database = store.sqlite_file(uri)
    beside = store.artifacts_beside(database) if database is not None else None
    return (beside or workspace.root / "mlruns").as_uri()


def listen(port: int) -> socket.socket:
    """A socket that listens on loopback: from now on nobody else can take its port.

    Args:
        port: 0 for any that is free.

    Raises:
        OSError: the port is taken, or not for this user.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def serve(uri: str, artifacts: str, listener: socket.socket, secret: str | None, ready: Callable[[], None]) -> None:
    """Serve MLflow's API and UI until SIGINT or SIGTERM, which is raised again when all is closed.

    Args:
        uri: MLflow's tracking URI of a database or a folder.
        artifacts: see ``artifact_root``.
        listener: from ``listen``; is closed.
        secret: what requests must show; None for a socket that nobody else reaches.
        ready: called when the store is open.

    Raises:
        MlflowException, SQLAlchemyError: the store cannot be opened.
    """
    import uvicorn  # where MLflow finds it loaded, it is a server, and checks hosts and origins

    _set_environment(uri, artifacts)
    from mlflow.server.fastapi_app import app
    from mlflow.server.handlers import initialize_backend_stores

    initialize_backend_stores(uri, uri, artifacts)
    guarded = app if secret is None else Guard(app, secret, f"lakebook-mlflow-{listener.getsockname()[1]}")
    config = uvicorn.Config(
        guarded,
        interface="asgi3",
        ws="none",
        access_log=False,  # it would write the secret
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    ready()
    uvicorn.Server(config).run(sockets=[listener])


def _set_environment(uri: str, artifacts: str) -> None:
    """What ``mlflow server`` hands over to the processes that it starts."""
    from mlflow.environment_variables import (
        _MLFLOW_IN_JOB_EXECUTOR,
        _MLFLOW_SERVER_BOOT_ID,
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION,
    )
    from mlflow.server import constants

    os.environ[constants.BACKEND_STORE_URI_ENV_VAR] = uri
    os.environ[constants.REGISTRY_STORE_URI_ENV_VAR] = uri
    os.environ[constants.ARTIFACT_ROOT_ENV_VAR] = artifacts
    os.environ[_MLFLOW_SERVER_BOOT_ID.name] = uuid.uuid4().hex
    os.environ[_MLFLOW_IN_JOB_EXECUTOR.name] = "false"
    # its jobs would be processes of their own, and find no way past the secret
    os.environ[MLFLOW_SERVER_ENABLE_JOB_EXECUTION.name] = "false"


def address(port: int, secret: str) -> str:
    """What a browser opens."""
    from lakebook.tracking.guard import PARAMETER

    return f"http://{HOST}:{port}/?{PARAMETER}={secret}"


def page(folder: Path, link: str) -> Path:
    """A file that leads a browser to an address. On the browser's command line all users could read the address."""
    import tempfile

    number, name = tempfile.mkstemp(prefix="mlflow-", suffix=".html", dir=folder)
    with os.fdopen(number, "w") as file:
        file.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={link}"><title>MLflow</title>\n')
    return Path(name)
