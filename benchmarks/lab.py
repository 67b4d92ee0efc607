"""From the command to a notebook that can be typed into, and how much the browser fetches of ours for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from tests.browsing import browsing

from benchmarks.measuring import MEBIBYTES, NO_GOAL, SECONDS, Comparison, Series, at_most, in_turn
from benchmarks.place import Place
from lakebook.config import find_workspace
from lakebook.lab.place import Place as LabPlace
from lakebook.lab.place import make_place
from lakebook.lab.running import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser

RUNS = 5
#: seconds after which a start counts as hung
HUNG = 300.0
_BUILD = Path(__file__).parents[1] / "kernel" / "labextension" / "build.py"
_EXTENSIONS = Path("share", "jupyter", "labextensions")


def lab_start(place: Place) -> Iterator[Comparison]:
    """Against JupyterLab with jupyter-collaboration, as it comes."""
    _build(place)
    with browsing() as browser:

        def ours() -> float:
            folder = _folder(place)
            lab = make_place(find_workspace(folder))
            command = ["-m", "lakebook", "lab", "--no-browser", "--port=0"]
            return _seconds(browser, folder, command, lambda _: _link(lab))

        def reference() -> float:
            command = ["-m", "jupyterlab", "--no-browser", "--port=0", "--ip=127.0.0.1", "--allow-root"]
            return _seconds(browser, _folder(place), command, _jupyters_link)

        yield Comparison(
            "Lab to a notebook that can be typed into",
            "JupyterLab with jupyter-collaboration",
            SECONDS,
            at_most(1.2),
            *in_turn(ours, reference, RUNS, warm_up=1),
        )


def lab_size(place: Place) -> Iterator[Comparison]:
    """All of our part of JupyterLab, of which a page fetches what it uses."""
    prefix = _build(place)
    yield Comparison(
        "Our part of JupyterLab",
        "jupyter-collaboration's",
        MEBIBYTES,
        NO_GOAL,
        Series([_bytes(prefix / _EXTENSIONS / "@lakebook")]),
        Series([_bytes(Path(sys.prefix) / _EXTENSIONS / "@jupyter")]),
    )


def _build(place: Place) -> Path:
    prefix = place.root / "jupyter"
    subprocess.run([sys.executable, _BUILD, prefix], check=True)
    return prefix


def _bytes(folder: Path) -> float:
    files = (Path(above, name) for above, _, names in os.walk(folder, followlinks=True) for name in names)
    return float(sum(file.stat().st_size for file in files))


def _folder(place: Place) -> Path:
    folder = place.folder()
    (folder / "lakebook.toml").touch()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    notebook.metadata["kernelspec"] = {"name": "plain-python", "display_name": "ipykernel", "language": "python"}
    nbformat.write(notebook, folder / "first.ipynb")
    return folder


def _seconds(browser: Browser, folder: Path, command: list[str], link: Callable[[int], str | None]) -> float:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while (address := link(process.pid)) is None:
            if process.poll() is not None or time.perf_counter() - began > HUNG:
                raise RuntimeError(f"{' '.join(command)} did not start")
            time.sleep(0.05)
        context = browser.new_context()
        page = context.new_page()
        page.goto(address)
        page.locator(".jp-NotebookPanel:visible .jp-CodeCell .cm-content").wait_for(timeout=HUNG * 1000)
        taken = time.perf_counter() - began
        context.close()
        return taken
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:  # JupyterLab's, with a page that was open
            process.kill()
            process.wait()


def _link(lab: LabPlace) -> str | None:
    running = find(lab)
    return running and f"{running.url}lab/tree/first.ipynb?token={running.token}"


def _jupyters_link(pid: int) -> str | None:
    file = Path(os.environ["JUPYTER_RUNTIME_DIR"]) / f"jpserver-{pid}.json"
    text = file.read_text() if file.exists() else ""
    if not text.endswith("}"):  # written whole
        return None
    server = json.loads(text)
    return f"{server['url']}lab/tree/first.ipynb?token={server['token']}"
