"""A lab in which people edit together: a server that can be killed and started anew, and their tabs."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import nbformat

from lakebook.lab.settings import SAVE_DELAY
from serving import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

#: as ``lakebook lab`` sets them
_SETTINGS = """
c.ServerApp.contents_manager_class = "lakebook.databricks.contents.LakebookContentsManager"
c.IdentityProvider.token = {token!r}
c.YDocExtension.document_save_delay = {delay}
c.YDocExtension.document_cleanup_delay = {cleanup}
c.YDocExtension.session_store_path = {around!r} + "/sessions.json"
c.SQLiteYStore.db_path = {around!r} + "/documents.db"
c.BaseFileIdManager.db_path = {around!r} + "/files.db"
c.ServerApp.authorizer_class = "lab.coediting.guests.Guests"
"""
_PLAIN = """
c.ServerApp.jpserver_extensions = {{"lakebook.web": False}}
c.IdentityProvider.token = {token!r}
c.SQLiteYStore.db_path = {around!r} + "/documents.db"
c.BaseFileIdManager.db_path = {around!r} + "/files.db"
"""
_WITHOUT_NEWS = {"@jupyterlab/apputils-extension:announcements": True}
_WITHOUT_OURS = {"@lakebook/labextension": True}


@dataclass
class Server:
    """A server process on a port of its own.

    Args:
        folder: that it serves.
        around: for its own files.
        extension: the prefix in which our extension of JupyterLab is installed; None for a plain lab, with
            jupyter-collaboration as it comes.
    """

    folder: Path
    around: Path
    extension: Path | None
    cleanup: float = 60.0
    port: int = field(default_factory=lambda: _free_port())
    _running: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def start(self) -> None:
        (self.around / "labconfig").mkdir(exist_ok=True)
        disabled = _WITHOUT_NEWS | (_WITHOUT_OURS if self.extension is None else {})
        (self.around / "labconfig" / "page_config.json").write_text(json.dumps({"disabledExtensions": disabled}))
        chosen = _PLAIN if self.extension is None else _SETTINGS
        settings = chosen.format(token=TOKEN, around=str(self.around), cleanup=self.cleanup, delay=SAVE_DELAY)
        (self.around / "jupyter_server_config.py").write_text(settings)
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "JUPYTER_CONFIG_DIR": str(self.around),
        }
        if self.extension is not None:
            places = [str(self.extension / "share" / "jupyter"), os.environ.get("JUPYTER_PATH", "")]
            environment["JUPYTER_PATH"] = os.pathsep.join(filter(None, places))
        options = [
            "--ip=127.0.0.1",
            f"--port={self.port}",
            "--ServerApp.port_retries=0",
            "--no-browser",
            "--allow-root",
        ]
        with self.log.open("a") as lines:
            self._running = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={self.folder}", *options],
                env=environment,
                stdout=lines,
                stderr=lines,
            )
        deadline = time.monotonic() + 180
        while not self._answers():
            assert self._running.poll() is None and time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.1)

    @property
    def log(self) -> Path:
        return self.around / "log"

    def kill(self) -> None:
        """End it at once, as a lack of power does."""
        assert self._running is not None
        self._running.kill()
        self._running.wait()
        self._running = None

    def start_if_killed(self) -> None:
        if self._running is None:
            self.start()

    def stop(self) -> None:
        if self._running is None:
            return
        self._running.terminate()
        try:
            self._running.wait(timeout=5)
        except subprocess.TimeoutExpired:  # it may hang when pages were open
            self.kill()

    def ask(self, path: str, body: Any = None, **more: str) -> Any:
        """Ask its REST API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"token {TOKEN}", "Content-Type": "application/json", **more}
        request = urllib.request.Request(self.url + path, data, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def _answers(self) -> bool:
        try:
            self.ask("api/status")
        except OSError:
            return False
        return True


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


class Person:
    """Somebody in a browser of their own.

    Args:
        url: of the lab.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        self.context: BrowserContext = browser.new_context(viewport={"width": 1280, "height": 800})
        self.context.set_default_timeout(60_000)
        self.url = url
        self.page: Page = self.context.new_page()

    def open(self, name: str) -> Person:
        """Go to a notebook, and wait until it can be edited and its kernel is idle."""
        workspace = uuid4().hex
        self.page.goto(f"{self.url}lab/workspaces/{workspace}/tree/{name}?token={TOKEN}")
        self.cells.first.wait_for()
        self.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
        return self

    def leave(self) -> None:
        """Close the browser."""
        self.context.close()

    @property
    def cells(self) -> Locator:
        return self.page.locator(".jp-Notebook .jp-Cell")

    def editor(self, index: int) -> Locator:
        return self.cells.nth(index).locator(".cm-content")

    def source(self, index: int) -> str:
        """All of a cell's text; of long ones the editor draws a part."""
        return str(self.editor(index).evaluate("node => node.cmTile.root.view.state.doc.toString()"))

    def prompt(self, index: int) -> Locator:
        return self.cells.nth(index).locator(".jp-InputPrompt")

    def output(self, index: int) -> Locator:
        return self.cells.nth(index).locator(".jp-OutputArea-output")

    def write(self, index: int, text: str) -> None:
        """Put a text at the end of a cell."""
        self.editor(index).click()
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def run(self, index: int) -> None:
        self.editor(index).click()
        self.page.keyboard.press("Control+Enter")


def write_notebook(file: Path, *sources: str, kernel: str = "python3") -> Path:
    """A notebook with code cells."""
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": {"name": kernel, "display_name": kernel}})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(notebook, file)
    return file


def read_sources(file: Path) -> list[str]:
    return [re.sub(r"\n$", "", cell.source) for cell in nbformat.read(file, as_version=4).cells]


def wait_until(holds: Callable[[], object], patience: float = 60) -> None:
    """Wait for what no page shows."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.1)
