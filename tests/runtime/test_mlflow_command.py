"""``lakebook mlflow``: MLflow's own UI, for nobody but the user, and gone when it is ended."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest

from lakebook import mlflow_command
from lakebook.browser import has_browser
from lakebook.cli import WRONG_USE, main
from runtime.tracking.recording import Recorded

Captured = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Running:
    """``lakebook mlflow`` in a process of its own."""

    process: subprocess.Popen[str]
    #: as it was printed
    address: str
    #: what was printed before it
    before: list[str]

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.address).query)["token"][0]

    @property
    def cookie(self) -> str:
        return f"lakebook-mlflow-{self.port}={self.token}"

    def ask(self, path: str, method: str = "GET", body: str | None = None, **headers: str) -> http.client.HTTPResponse:
        """A request of its own; ``headers`` with ``_`` for ``-``."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        return connection.getresponse()


@contextmanager
def started(folder: Path, *arguments: str, code: str = "", **variables: str) -> Iterator[Running]:
    """Args: code: Python to run before the command, in its process."""
    program = f"import sys\n{code}\nfrom lakebook.cli import main\nsys.exit(main(['mlflow', *sys.argv[1:]]))"
    environment = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    process = subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        cwd=folder,
        env=environment | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    before: list[str] = []
    try:
        for line in process.stdout:
            if line.startswith("  http://"):
                yield Running(process, line.strip(), before)
                break
            before.append(line)
        else:
            pytest.fail(f"it ended: {process.communicate()[1]}")
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def workspace(recorded_once: Recorded, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import shutil

    folder = tmp_path_factory.mktemp("shown") / "workspace"
    shutil.copytree(recorded_once.folder, folder)
    return folder


@pytest.fixture(scope="module")
def ui(workspace: Path) -> Iterator[Running]:
    with started(workspace, "--port", "0", "--no-browser") as running:
        yield running


PATHS = ["/", "/health", "/version", "/static-files/favicon.ico", "/api/2.0/mlflow/experiments/search?max_results=5"]


@pytest.mark.parametrize("path", PATHS)
def test_without_the_token_nothing_is_told(ui: Running, path: str) -> None:
    between = "&" if "?" in path else "?"
    for answer in (
        ui.ask(path),
        ui.ask(f"{path}{between}token=wrong"),
        ui.ask(path, Cookie="lakebook-mlflow-1=x; " + ui.cookie[:-1]),
        ui.ask(path, Authorization=f"Bearer {ui.token}x"),
        ui.ask(path, "POST", "{}"),
        ui.ask(f"{path}{between}token={ui.token}", "POST", "{}"),
    ):
        assert answer.status == 403
        assert answer.read() == b"This needs the whole address that `lakebook mlflow` printed, with the token in it.\n"


def test_the_address_gives_a_cookie_and_the_cookie_the_ui(ui: Running) -> None:
    parts = urlsplit(ui.address)
    welcome = ui.ask(f"{parts.path}?{parts.query}")
    assert (welcome.status, welcome.getheader("Location")) == (303, "/")
    cookie = welcome.getheader("Set-Cookie") or ""
    assert cookie == f"{ui.cookie}; Path=/; HttpOnly; SameSite=Lax"
    page = ui.ask("/", Cookie=f"other=1; {ui.cookie}; more=2")
    assert page.status == 200
    text = page.read().decode()
    assert "<title>MLflow</title>" in text
    script = text.partition('<script defer="defer" src="')[2].partition('"')[0]
    assert ui.ask(f"/{script}", Cookie=ui.cookie).status == 200


def test_the_ui_shows_the_workspaces_runs(ui: Running) -> None:
    search = json.dumps({"max_results": 10})
    answer = ui.ask(
        "/ajax-api/2.0/mlflow/experiments/search",
        "POST",
        search,
        Cookie=ui.cookie,
        Content_Type="application/json",
        Origin=f"http://127.0.0.1:{ui.port}",
    )
    names = {experiment["name"] for experiment in json.load(answer)["experiments"]}
    assert names == {"Default", "diabetes/ridge", "others"}


def test_a_page_of_another_port_gets_nothing_by_the_users_cookie(ui: Running) -> None:
    for origin in ("http://127.0.0.1:1", "http://localhost:8888", "https://example.com", "null"):
        answer = ui.ask("/ajax-api/2.0/mlflow/experiments/search?max_results=5", Cookie=ui.cookie, Origin=origin)
        assert (answer.status, answer.read()) == (403, b"A page of another site asks for this.\n")


def test_mlflows_own_client_comes_in_by_the_token(
    ui: Running, workspace: Path, recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    uri = f"http://127.0.0.1:{ui.port}"
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", ui.token)
    client = MlflowClient(uri, uri)
    experiment = client.get_experiment(client.create_experiment("by the server"))
    assert experiment.artifact_location.startswith(f"file://{workspace}/.lakebook/mlflow/artifacts/")
    assert client.get_run(recorded.runs["mild"]).data.params["alpha"] == "0.01"


def test_the_commands_work_through_the_server_too(
    ui: Running, recorded: Recorded, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{ui.port}")
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", ui.token)
    assert main(["models", "register", "--run", recorded.runs["mild"], "--name", "remote", "--alias", "new"]) == 0
    assert main(["models", "show", "remote@new"]) == 0
    assert "Version 1 of remote\n" in capsys.readouterr().out
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "wrong")
    assert main(["models", "list"]) == WRONG_USE
    assert "refuses access: set MLFLOW_TRACKING_TOKEN" in capsys.readouterr().err


def test_it_listens_on_loopback_alone_and_its_command_line_has_no_token(ui: Running) -> None:
    process = psutil.Process(ui.process.pid)
    everyone = [process, *process.children(recursive=True)]
    listening = {one.laddr for each in everyone for one in each.net_connections() if one.status == "LISTEN"}
    assert listening == {("127.0.0.1", ui.port)}
    assert all(ui.token not in " ".join(each.cmdline()) for each in everyone)
    assert all(ui.token not in each.environ().values() for each in everyone)


SERVICE = """
from contextlib import contextmanager
from lakebook import mlflow_command
from lakebook.browser import has_browser
@contextmanager
def service(workspace):
    print("on in", workspace.root.name, flush=True)
    yield
    print("off", flush=True)
mlflow_command.SERVICES = (service,)
"""


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_it_ends_with_the_services_beside_it_and_leaves_nothing(workspace: Path, ended_by: signal.Signals) -> None:
    with started(workspace, "--port", "0", "--no-browser", code=SERVICE) as running:
        assert running.before[0] == "on in workspace\n"
        family = psutil.Process(running.process.pid).children(recursive=True)
        idle = running.ask("/", Cookie=running.cookie)  # a browser keeps its connection
        running.process.send_signal(ended_by)
        out, err = running.process.communicate(timeout=60)
        assert idle.status == 200
        killed = ended_by == signal.SIGKILL
        assert running.process.returncode == (-signal.SIGKILL if killed else 0)
        assert (out, err) == ("" if killed else "off\n", "Starting MLflow …\n")
        assert not any(child.is_running() for child in family)
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", running.port)):
            pass


BROWSER = """#!/bin/sh
echo "$1" > {folder}/asked.part
cp "${{1#file://}}" {folder}/page
stat -c %a "${{1#file://}}" > {folder}/mode
mv {folder}/asked.part {folder}/asked
"""


def test_the_browser_is_led_there_by_a_file_that_the_user_alone_can_read(workspace: Path, tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(BROWSER.format(folder=tmp_path))
    browser.chmod(0o700)
    with started(workspace, "--port", "0", BROWSER=f"{browser} %s") as running:
        eventually((tmp_path / "asked").exists)
        asked = (tmp_path / "asked").read_text().strip()
        assert asked.startswith(f"file://{workspace}/.lakebook/mlflow-")
        assert running.token not in asked
        assert running.address in (tmp_path / "page").read_text()
        assert (tmp_path / "mode").read_text() == "600\n"
        running.process.terminate()
        running.process.communicate(timeout=60)
    assert not list((workspace / ".lakebook").glob("mlflow-*"))


def eventually(condition: Callable[[], bool]) -> None:
    import time

    while not condition():  # the test's own time limit ends it
        time.sleep(0.05)


def test_no_browser_where_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "BROWSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(mlflow_command.sys, "platform", "linux")
    assert not has_browser()
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert has_browser()


def test_a_new_workspace_gets_its_store(tmp_path: Path, recorded: Recorded) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    with started(folder, "--port", "0", "--no-browser") as running:
        assert running.ask("/health", Cookie=running.cookie).status == 200
    database = folder / ".lakebook" / "mlflow" / "mlflow.db"
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert (folder / ".lakebook" / ".gitignore").read_text() == "*\n"


def test_of_a_server_it_only_says_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://ada:secret@mlflow.example:5000")
    assert main(["mlflow"]) == 0
    assert capsys.readouterr().out == (
        "Runs and models are on the MLflow server http://mlflow.example:5000: its UI is there\n"
    )
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "databricks")
    assert main(["mlflow"]) == 0
    assert capsys.readouterr().out == "Runs and models are in Databricks: its workspace shows them\n"


def test_a_port_that_is_taken(recorded: Recorded, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["mlflow", "--port", str(port)]) == WRONG_USE
        assert capsys.readouterr().err == (
            f"lakebook: Port {port} cannot be used: Address already in use. Choose another, or leave --port out.\n"
        )
        monkeypatch.setattr(mlflow_command, "PORT", port)
        with mlflow_command._listening(None) as other:
            assert other.getsockname()[1] != port
    assert main(["mlflow", "--port", "70000"]) == WRONG_USE
    assert "a port is a number up to 65535" in capsys.readouterr().err


def test_a_database_that_is_none(recorded: Recorded, capsys: Captured) -> None:
    (recorded.folder / ".lakebook" / "mlflow" / "mlflow.db").write_text("These are notes, not runs.")
    assert main(["mlflow", "--no-browser"]) == WRONG_USE
    assert "mlflow.db is not an SQLite database" in capsys.readouterr().err
