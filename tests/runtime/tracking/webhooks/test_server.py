"""Changes made through MLflow's server, as its UI makes them, are events too."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from lakebook.config import Workspace
from lakebook.tracking import store
from lakebook.tracking.webhooks import subscriptions
from lakebook.tracking.webhooks.delivery import Deliverer
from runtime.tracking.webhooks.receiver import Receiver
from runtime.tracking.webhooks.stored import QUICK, eventually


@pytest.fixture
def server(workspace: Workspace, tmp_path: Path) -> Iterator[str]:
    """MLflow's server on the workspace's store."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    uri = store.tracking_uri(workspace)
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--backend-store-uri",
        uri,
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    log = (tmp_path / "server.log").open("w")
    process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    address = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, (tmp_path / "server.log").read_text()
        try:
            return requests.get(f"{address}/health", timeout=5).ok
        except requests.ConnectionError:
            return False

    try:
        eventually(answers)
        yield address
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
        log.close()


def test_what_is_done_in_mlflows_ui_is_told(workspace: Workspace, file: Path, server: str, receiver: Receiver) -> None:
    subscriptions.add(workspace, "ci", receiver.url)

    def post(path: str, **values: str) -> Any:
        answer = requests.post(f"{server}/ajax-api/2.0/mlflow/{path}", json=values, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    run = post("runs/create", experiment_id="0")["run"]["info"]
    model = f"{run['artifact_uri']}/model"
    post("registered-models/create", name="departures")
    post("model-versions/create", name="departures", source=model, run_id=run["run_id"])
    post("registered-models/alias", name="departures", alias="champion", version="1")
    post("model-versions/transition-stage", name="departures", version="1", stage="Production")
    post("model-versions/set-tag", name="departures", version="1", key="checked", value="yes")
    deliverer = Deliverer(file, QUICK)
    deliverer.start()
    assert [request.event for request in receiver.wait_for(5)] == [
        "registered_model.created",
        "model_version.created",
        "model_version_alias.created",
        "model_version_stage.transitioned",
        "model_version_tag.set",
    ]
    deliverer.stop()
