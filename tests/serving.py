"""A Jupyter server in a process of its own, on loopback, with our contents manager as the documentation tells to set it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TOKEN = "of-this-test"

_PAGE = Path(__file__).parents[1] / "docs" / "databricks.md"


@contextmanager
def serving(program: str, folder: Path, around: Path, *settings: str, **environment: str) -> Iterator[str]:
    """Yield the URL at which a program, such as ``jupyterlab``, serves a folder; what it needs is put into ``around``.

    Args:
        settings: Lines that are added to the server's configuration.
    """
    (setting,) = re.findall(r"^c\.ServerApp\.contents_manager_class = .*$", _PAGE.read_text(), re.MULTILINE)
    config, log = around / "jupyter_server_config.py", around / "log"
    config.write_text("\n".join([setting, f"c.IdentityProvider.token = {TOKEN!r}", *settings, ""]))
    command = [sys.executable, "-m", program, f"--config={config}", f"--ServerApp.root_dir={folder}"]
    with log.open("w") as lines:
        running = subprocess.Popen(
            [*command, "--ip=127.0.0.1", "--port=0", "--no-browser", "--allow-root"],
            cwd=around,  # where it keeps what it was not told a place for
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
            stdout=lines,
            stderr=lines,
        )
    try:
        yield _url(running, log)
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:  # as it may do that has shared documents
            running.kill()
            running.wait()


def _url(running: subprocess.Popen[bytes], log: Path) -> str:
    file = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{running.pid}.json"
    deadline = time.monotonic() + 120
    while not (text := file.read_text() if file.exists() else "").endswith("}"):  # written whole
        assert running.poll() is None and time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)
    return str(json.loads(text)["url"])
