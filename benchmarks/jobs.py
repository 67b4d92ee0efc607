"""How late the scheduler is, what it adds to processes, and a job of one notebook beside papermill."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from typing_extensions import override

from benchmarks import plain
from benchmarks.kernels import CellFailed
from benchmarks.measuring import SECONDS, Comparison, at_most, at_most_more, in_turn
from benchmarks.place import Place
from lakebook.config import Workspace, find_workspace
from lakebook.jobs.commands.engine import engine
from lakebook.jobs.engine.scheduler import Scheduler
from lakebook.jobs.executors.base import OWNER
from lakebook.jobs.executors.local import LocalExecutor
from lakebook.jobs.model import Result
from lakebook.jobs.store import Store, TaskRun, Transaction, open_store

SCHEDULES = 1000
TASKS = 50
#: how many tasks of the DAG stand side by side
WIDTH = 5
RUNS = 3
#: seconds until the jobs are due: time to write them all
_AHEAD = 8.0
#: what a task does: claims its run, and says that it has succeeded
_WORKER = (
    "import os, sys\n"
    "from lakebook.jobs.executors.base import OWNER\n"
    "from lakebook.jobs.model import Result\n"
    "from lakebook.jobs.store import Store, claim\n"
    "store, number, owner = Store(sys.argv[1]), int(sys.argv[2]), os.environ[OWNER]\n"
    "if claim(store, number, owner):\n"
    "    with store.write() as rows:\n"
    "        rows.tasks.finish(number, owner, Result.SUCCESS)\n"
)


class ShortExecutor(LocalExecutor):
    """Starts processes as for any task; without a kernel, for what a kernel takes is measured elsewhere."""

    @override
    def command(self, task: TaskRun) -> Sequence[str]:
        *_, url, number = super().command(task)
        return [sys.executable, "-c", _WORKER, url, number]


def lag(place: Place) -> Iterator[Comparison]:
    """From the due time of a thousand jobs until the last of their runs can be read; of ten jobs beside it."""
    runs = in_turn(lambda: _lag(place, SCHEDULES), lambda: _lag(place, 10), RUNS)
    yield Comparison(f"Due time to run, {SCHEDULES} schedules", "10 schedules", SECONDS, at_most_more(1.0), *runs)


def dag(place: Place) -> Iterator[Comparison]:
    """A run of fifty tasks, ten times five side by side; the same processes started by hand in that order."""
    with _engine(place) as (workspace, store):
        with store.write() as rows:
            job_id = rows.jobs.create({"name": "dag", "tasks": _tasks()}, str(workspace.root)).job_id

        runs = in_turn(lambda: _run(store, job_id), lambda: _by_hand(store), RUNS)
    yield Comparison(f"A DAG of {TASKS} tasks", "its processes alone", SECONDS, at_most(1.5), *runs)


def notebook(place: Place) -> Iterator[Comparison]:
    """A job of one notebook on a driver that is up; papermill as a command, on the same notebook, kernel and driver."""
    source = place.workspace.root / "count.ipynb"
    kernel = {"name": "lakebook", "display_name": "Lakebook", "language": "python"}
    cells = [new_code_cell(plain.count(place.table()))]  # making the table has started the driver
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), source)
    task = {"task_key": "count", "notebook_task": {"notebook_path": str(source)}}
    store = open_store(place.workspace)
    with store.write() as rows:
        job_id = rows.jobs.create({"name": "count", "tasks": [task]}, str(place.workspace.root)).job_id

    with engine(place.workspace, store):
        runs = in_turn(lambda: _run(store, job_id), lambda: _papermill(source, place.folder()), RUNS, warm_up=1)
    store.close()
    yield Comparison("A job of one notebook, driver up", "papermill", SECONDS, at_most(0.8), *runs)


def _papermill(source: Path, folder: Path) -> float:
    command = [sys.executable, "-m", "papermill", str(source), str(folder / "out.ipynb"), "--no-progress-bar"]
    began = time.perf_counter()
    subprocess.run(command, cwd=source.parent, check=True, capture_output=True)
    return time.perf_counter() - began


def _run(store: Store, job_id: int) -> float:
    """From asking for a run until it can be read that it has ended."""
    began = time.perf_counter()
    with store.write() as rows:
        run_id = rows.runs.create(job_id).run_id
    _wait(store, lambda rows: rows.runs.get(run_id).end_time is not None)
    taken = time.perf_counter() - began
    with store.read() as rows:
        ended = rows.runs.get(run_id)
    if ended.result is not Result.SUCCESS:
        raise CellFailed(ended.message or str(ended.result))
    return taken


def _lag(place: Place, count: int) -> float:
    with _engine(place) as (workspace, store):
        due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=_AHEAD)
        due_time = round(due.timestamp() * 1000)
        with store.write() as rows:
            for number in range(count):
                rows.jobs.create(_scheduled(number, due), str(workspace.root))
        assert store.now() < due_time, "the jobs were due before all were written"
        _wait(store, lambda rows: rows.connection.exec_driver_sql("SELECT count(*) FROM runs").scalar() == count)
        return (store.now() - due_time) / 1000


def _scheduled(number: int, due: datetime) -> dict[str, Any]:
    when = due.strftime("%-S %-M %-H %-d %-m ? %Y")
    condition = {"op": "GREATER_THAN", "left": "2", "right": "1"}
    return {
        "name": f"job {number}",
        "tasks": [{"task_key": "check", "condition_task": condition}],
        "schedule": {"quartz_cron_expression": when, "timezone_id": "UTC"},
    }


def _tasks() -> list[dict[str, Any]]:
    """Layers, of which each task waits for all of the one before."""
    keys = [[f"task_{layer}_{number}" for number in range(WIDTH)] for layer in range(TASKS // WIDTH)]
    before = [[], *keys[:-1]]
    return [
        {
            "task_key": key,
            "spark_python_task": {"python_file": "task.py"},
            "depends_on": [{"task_key": need} for need in needs],
        }
        for layer, needs in zip(keys, before, strict=True)
        for key in layer
    ]


def _by_hand(store: Store) -> float:
    """The same processes, in layers, without rows: they find nothing to claim."""
    command = [sys.executable, "-c", _WORKER, store.url.render_as_string(), "0"]
    began = time.perf_counter()
    for _ in range(TASKS // WIDTH):
        for process in [subprocess.Popen(command, env={**os.environ, OWNER: ""}) for _ in range(WIDTH)]:
            process.wait()
    return time.perf_counter() - began


@contextmanager
def _engine(place: Place) -> Iterator[tuple[Workspace, Store]]:
    """A scheduler on a thread, in a workspace of its own."""
    root = place.folder()
    (root / "lakebook.toml").touch()
    workspace = find_workspace(Path(root))
    store = open_store(workspace)
    scheduler = Scheduler(workspace, store, ShortExecutor(store.url, workspace.root, workspace.state))
    stop = threading.Event()
    thread = threading.Thread(target=scheduler.run, args=(stop,), daemon=True)
    thread.start()
    try:
        yield workspace, store
    finally:
        stop.set()
        thread.join()
        store.close()


def _wait(store: Store, until: Callable[[Transaction], bool]) -> None:
    while True:
        with store.read() as rows:
            if until(rows):
                return
        time.sleep(0.02)
