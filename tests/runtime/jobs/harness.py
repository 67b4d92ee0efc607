"""A world for the scheduler: a clock that is set, and task processes that live in memory and outlive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import event

from lakebook.config import find_workspace
from lakebook.jobs.engine.scheduler import Scheduler
from lakebook.jobs.executors import Process, StartError
from lakebook.jobs.model import Result, State
from lakebook.jobs.store import Run, Store, TaskRun

#: what a task does: its result, or a result and an output; a function of the task run, or a value
Body = Result | Callable[[TaskRun], Result | None]


class ClockStore(Store):
    """A store whose time is set by tests, and which does not wait for the disk."""

    def __init__(self, url: str) -> None:
        self.time = 1_700_000_000_000
        super().__init__(url)
        if self.url.get_backend_name() == "sqlite":
            self._engine.dispose()
            event.listen(self._engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))

    def now(self) -> int:
        return self.time


@dataclass
class Worker:
    """A process in memory."""

    task_run_id: int
    owner: str
    alive: bool = True
    claimed: bool = False
    asked_to_end: bool = False
    #: False for one on another machine
    reachable: bool = True
    #: True for one from before the machine was started anew
    restarted: bool = False


@dataclass
class World:
    """All processes, the work that they do, and a record of it."""

    store: Store
    bodies: Mapping[str, Body] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)
    #: of each piece of work that was begun: ``key`` or ``key[iteration]``
    ran: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Let each process do one thing: claim, or do its work and end."""
        for number, worker in enumerate(list(self.workers)):
            if not worker.alive:
                continue
            if worker.claimed:
                self._do(worker)
                continue
            with self.store.write() as rows:
                worker.claimed = rows.tasks.claim(worker.task_run_id, worker.owner) is not None
                worker.alive = worker.claimed or rows.tasks.is_awaited(worker.task_run_id, worker.owner)
            if worker.claimed:
                with self.store.read() as rows:
                    task = rows.tasks.get(worker.task_run_id)
                assert task.process == {"worker": number}, "the scheduler watches over another process"
                self.ran.append(name(task))

    def _do(self, worker: Worker) -> None:
        with self.store.read() as rows:
            task = rows.tasks.get(worker.task_run_id)
        body = self.bodies.get(task.task_key, Result.SUCCESS)
        result = Result.CANCELED if worker.asked_to_end else body(task) if callable(body) else body
        if result is not None:
            with self.store.write() as rows:
                rows.tasks.finish(task.task_run_id, worker.owner, result, None if result == "SUCCESS" else "So it was.")
            worker.alive = False

    def kill(self, key: str) -> None:
        """End a task's process without a word."""
        with self.store.read() as rows:
            for worker in self.workers:
                if worker.alive and name(rows.tasks.get(worker.task_run_id)) == key:
                    worker.alive = False


class FakeExecutor:
    """An executor whose processes are those of a ``World``."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.problem: str | None = None

    def start(self, task: TaskRun) -> Process:
        if self.problem:
            raise StartError(self.problem)
        assert task.owner is not None
        self._world.workers.append(Worker(task.task_run_id, task.owner))
        return {"worker": len(self._world.workers) - 1}

    def alive(self, process: Process) -> bool:
        return not self.reaches(process) or self._world.workers[process["worker"]].alive

    def reaches(self, process: Process) -> bool:
        return self._world.workers[process["worker"]].reachable

    def restarted(self, process: Process) -> bool:
        return self._world.workers[process["worker"]].restarted

    def end(self, process: Process) -> None:
        worker = self._world.workers[process["worker"]]
        if not worker.reachable:
            return
        worker.asked_to_end = True
        worker.alive = worker.alive and worker.claimed


class Bench:
    """A store, a world and a scheduler, and shortcuts for tests."""

    def __init__(self, folder: Path, bodies: Mapping[str, Body] | None = None, url: str | None = None) -> None:
        (folder / "lakebook.toml").touch()
        self.folder = folder
        self.workspace = find_workspace(folder)
        self.store = ClockStore(url or f"sqlite:///{folder / '.lakebook/jobs/jobs.db'}")
        self.world = World(self.store, dict(bodies or {}))
        self.seconds = 0.0
        self.executor = FakeExecutor(self.world)
        self.scheduler = self.new_scheduler(self.store)
        assert self.scheduler.leadership.acquire()

    def new_scheduler(self, store: Store) -> Scheduler:
        return Scheduler(self.workspace, store, self.executor, monotonic=lambda: self.seconds)

    def job(self, *tasks: Mapping[str, Any], **settings: Any) -> int:
        with self.store.write() as rows:
            return rows.jobs.create({"name": "job", "tasks": list(tasks), **settings}, str(self.folder)).job_id

    def start(self, job_id: int, **values: Any) -> int:
        with self.store.write() as rows:
            return rows.runs.create(job_id, **values).run_id

    def run(self, *tasks: Mapping[str, Any], **settings: Any) -> int:
        """A run of a new job."""
        return self.start(self.job(*tasks, **settings))

    def pass_time(self, seconds: float) -> None:
        self.store.time += round(seconds * 1000)
        self.seconds += seconds

    def step(self, times: int = 1) -> None:
        """The scheduler looks, then processes work."""
        for _ in range(times):
            self.scheduler.step()
            self.world.work()

    def finish(self, run_id: int, most: int = 200) -> Run:
        """Step until a run has ended."""
        for _ in range(most):
            self.step()
            if (run := self.get(run_id)).end_time is not None:
                return run
        raise AssertionError(f"has not ended: {self.states(run_id)}")

    def get(self, run_id: int) -> Run:
        with self.store.read() as rows:
            return rows.runs.get(run_id)

    def runs(self, job_id: int) -> list[Run]:
        """Oldest first."""
        with self.store.read() as rows:
            return rows.runs.page(job_id)[::-1]

    def tasks(self, run_id: int) -> list[TaskRun]:
        with self.store.read() as rows:
            return rows.tasks.of_run(run_id)

    def task(self, run_id: int, key: str) -> TaskRun:
        """Its latest attempt; ``key[2]`` for an iteration."""
        return [task for task in self.tasks(run_id) if name(task) == key][-1]

    def states(self, run_id: int) -> dict[str, State]:
        return {name(task): task.state for task in self.tasks(run_id)}

    def results(self, run_id: int) -> dict[str, Result | None]:
        return {name(task): task.result for task in self.tasks(run_id)}


def name(task: TaskRun) -> str:
    """``key``, or ``key[iteration]``."""
    return task.task_key if task.iteration is None else f"{task.task_key}[{task.iteration}]"


def notebook(key: str, *needs: str | Mapping[str, str], **settings: Any) -> dict[str, Any]:
    """Settings of a task that needs a process."""
    return {"task_key": key, "notebook_task": {"notebook_path": f"/{key}"}, **after(*needs), **settings}


def condition(key: str, left: str, op: str, right: str, *needs: str) -> dict[str, Any]:
    return {"task_key": key, "condition_task": {"left": left, "op": op, "right": right}, **after(*needs)}


def loop(
    key: str,
    inputs: str,
    *needs: str,
    concurrency: int | None = None,
    task: Mapping[str, Any] | None = None,
    **settings: Any,
) -> dict[str, Any]:
    body = {
        "inputs": inputs,
        "task": task or notebook(f"{key}_one"),
        **({"concurrency": concurrency} if concurrency else {}),
    }
    return {"task_key": key, "for_each_task": body, **after(*needs), **settings}


def child(key: str, job_id: int, *needs: str, **body: Any) -> dict[str, Any]:
    return {"task_key": key, "run_job_task": {"job_id": job_id, **body}, **after(*needs)}


def after(*needs: str | Mapping[str, str]) -> dict[str, Any]:
    return (
        {"depends_on": [{"task_key": need} if isinstance(need, str) else dict(need) for need in needs]} if needs else {}
    )
