"""A workspace whose jobs are run for real: a scheduler, a process and a kernel for each task."""

from __future__ import annotations

import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat

from lakebook.config import find_workspace
from lakebook.jobs.commands.engine import engine
from lakebook.jobs.store import Run, TaskRun, open_store
from runtime.jobs.harness import name

#: seconds for what takes a few on a machine that does nothing else
PATIENCE = 240


class Live:
    """Makes notebooks and jobs in a folder, and runs them."""

    def __init__(self, folder: Path) -> None:
        (folder / "lakebook.toml").touch()
        self.folder = folder
        self.workspace = find_workspace(folder)
        self.store = open_store(self.workspace)

    def write(self, path: str, text: str) -> str:
        """A file; returns its whole path."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text).lstrip("\n"))
        return str(file)

    def notebook(self, path: str, *cells: str) -> str:
        """A notebook of Python; returns its whole path."""
        separator = "\n\n# COMMAND ----------\n\n"
        body = separator.join(textwrap.dedent(cell).strip() for cell in cells)
        return self.write(path, f"# Databricks notebook source\n{body}\n")

    def start(self, *tasks: dict[str, Any], run: dict[str, Any] | None = None, **settings: Any) -> int:
        """A run of a new job."""
        with self.store.write() as rows:
            job = rows.jobs.create({"name": "job", "tasks": list(tasks), **settings}, str(self.folder))
            return rows.runs.create(job.job_id, **(run or {})).run_id

    def run(self, *tasks: dict[str, Any], run: dict[str, Any] | None = None, **settings: Any) -> Run:
        """A run of a new job, which has ended."""
        return self.finish(self.start(*tasks, run=run, **settings))

    def finish(self, run_id: int) -> Run:
        with engine(self.workspace, self.store):
            self.wait(lambda: self.get(run_id).end_time is not None)
        return self.get(run_id)

    def wait(self, until: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not until():
            assert time.monotonic() < deadline, "it took too long"
            time.sleep(0.05)

    def get(self, run_id: int) -> Run:
        with self.store.read() as rows:
            return rows.runs.get(run_id)

    def task(self, run_id: int, key: str) -> TaskRun:
        """Its latest attempt; ``key[2]`` for an iteration."""
        with self.store.read() as rows:
            return [task for task in rows.tasks.of_run(run_id) if name(task) == key][-1]

    def printed(self, run_id: int, key: str) -> str:
        """What the cells of its notebook show as text."""
        notebook = nbformat.read((self.task(run_id, key).output or {})["notebook"], as_version=4)
        shown = [output for cell in notebook.cells for output in cell.get("outputs", ())]
        return "".join(output.text for output in shown if output.output_type == "stream")


def notebook_task(key: str, path: str, *needs: str, base_parameters: Any = None, **settings: Any) -> dict[str, Any]:
    body = {"notebook_path": path, **({"base_parameters": base_parameters} if base_parameters else {})}
    return {"task_key": key, "notebook_task": body, "depends_on": [{"task_key": need} for need in needs], **settings}
