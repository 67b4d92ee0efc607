"""The lab under a JupyterHub, for two people."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from lab.conftest import BUILD
from lab.living import PATIENCE

#: JupyterHub's own proxy, which runs on Node
PROXY = "configurable-http-proxy@5.0.1"
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_port = {hub_port}
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.DummyAuthenticator.password = "of this test"
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = {homes!r} + "/{{username}}"
c.Spawner.cmd = [{python!r}, "-m", "lakebook", "lab"]
c.Spawner.environment = {{"PYTHONPATH": {path!r}, "JUPYTER_PATH": {data!r}}}
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = {proxy!r}
"""


@dataclass(frozen=True)
class Hub:
    url: str
    homes: Path

    def come_in(self, name: str) -> requests.Session:
        """Log in, and wait for the own server."""
        session = requests.Session()
        session.get(f"{self.url}/hub/login", timeout=60)
        form = {"username": name, "password": "of this test", "_xsrf": session.cookies.get("_xsrf", path="/hub/")}
        session.post(f"{self.url}/hub/login?next=/hub/spawn", data=form, timeout=PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while not session.get(f"{self.url}/user/{name}/lab", timeout=PATIENCE).url.startswith(f"{self.url}/user/"):
            assert time.monotonic() < deadline
            time.sleep(1)
        return session


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    npm = shutil.which("npm") or shutil.which("npm", path=str(Path(sys.executable).parent))
    if npm is None:
        pytest.skip("no npm is installed, which brings JupyterHub's proxy")
    folder = tmp_path_factory.mktemp("proxy")
    command = [npm, "install", "--prefix", str(folder), "--ignore-scripts", "--no-audit", "--no-fund", PROXY]
    subprocess.run(command, cwd=BUILD.parent, check=True, capture_output=True)
    return [str(folder / "node_modules" / ".bin" / "configurable-http-proxy")]


@pytest.fixture(scope="module")
def hub(proxy: list[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    homes = tmp_path_factory.mktemp("homes")
    port = free_port()
    (folder / "jupyterhub_config.py").write_text(
        CONFIG.format(
            port=port,
            hub_port=free_port(),
            proxy_port=free_port(),
            homes=str(homes),
            python=sys.executable,
            path=os.pathsep.join(sys.path),
            data=os.environ["JUPYTER_PATH"],
            patience=PATIENCE,
            proxy=proxy,
        )
    )
    with (folder / "log").open("wb") as log:
        running = subprocess.Popen([sys.executable, "-m", "jupyterhub"], cwd=folder, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(url):
            assert running.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
            time.sleep(0.2)
        yield Hub(url, homes)
    finally:
        running.terminate()
        running.wait(PATIENCE)


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/hub/login", timeout=10).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.mark.long
def test_two_people_each_have_their_lab_and_their_name_from_the_hub(hub: Hub) -> None:
    people = {name: hub.come_in(name) for name in ("ann", "bob")}
    for name, session in people.items():
        told = session.get(f"{hub.url}/user/{name}/api/me", timeout=60).json()
        assert (told["identity"]["username"], told["identity"]["name"]) == (name, name)
        (hub.homes / name / "of-mine.txt").write_text(name)
        listed = session.get(f"{hub.url}/user/{name}/api/contents", timeout=60).json()["content"]
        assert [file["name"] for file in listed] == ["of-mine.txt"]
        kernels = session.get(f"{hub.url}/user/{name}/api/kernelspecs", timeout=60).json()
        assert kernels["default"] == "lakebook"
        assert (hub.homes / name / ".lakebook" / "lab" / "documents.db").parent.is_dir()
    assert people["bob"].get(f"{hub.url}/user/ann/api/contents", timeout=60).status_code == 403
