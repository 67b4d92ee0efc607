"""Schedulers as users have them, and what is killed."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import psutil

from benchmarks.faults.flow import Flow
from lakebook.beginning import command_line
from lakebook.config import Workspace
from lakebook.jobs import processes
from lakebook.jobs.executors import OWNER
from lakebook.spark.driver import CONNECTION
from lakebook.spark.launch import MAIN, settings_file
from lakebook.spark.workers import WORKSPACE

#: how probably a driver is killed each time when it may be: while it starts, and once it is there, so that tasks use it
_STARTING, _READY = 0.05, 0.25
#: the module that a driver's daemon runs
DAEMON = "lakebook.spark.workers"

SCHEDULERS = 2
#: what is killed, and how often in proportion
KINDS = {"scheduler": 3, "worker": 3, "kernel": 3}
#: the driver starts for as long as several others run; its daemon has the processes of Python functions
OF_SPARK = {"driver": 1, "daemon": 1}
SPARK_KINDS = {**KINDS, **OF_SPARK}


class Schedulers:
    """Processes of ``lakebook scheduler``, of which one leads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._living = [self._start() for _ in range(SCHEDULERS)]

    def kill(self, random: Random) -> None:
        """Kill one, and start another in its place."""
        victim = random.randrange(SCHEDULERS)
        self._living[victim].kill()
        self._living[victim].wait()
        self._living[victim] = self._start()

    def unexpected(self) -> list[str]:
        """Schedulers that ended without having been killed."""
        return [f"a scheduler ended with {one.returncode}" for one in self._living if one.poll() is not None]

    def end(self) -> None:
        for one in self._living:
            one.send_signal(signal.SIGTERM)
        for one in self._living:
            one.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        with (self._folder / "scheduler.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "lakebook", "scheduler"], cwd=self._folder, stdout=log, stderr=log
            )


@contextmanager
def schedulers(flow: Flow) -> Iterator[Schedulers]:
    """Schedulers that have ended, with all that they started, when the context does."""
    started = Schedulers(flow.workspace.root)
    try:
        yield started
    finally:
        started.end()
        for worker, kernels in _running(flow):
            for process in (worker, *kernels):
                _kill(process)
        for process in drivers(flow.workspace):
            _kill(process)


def kill_one(kind: str, flow: Flow, living: Schedulers, random: Random) -> bool:
    """Kill one of these; says whether there was one."""
    if kind == "scheduler":
        living.kill(random)
        return True
    if kind == "driver":
        is_ready = (flow.workspace.state / CONNECTION).exists()
        if random.random() > (_READY if is_ready else _STARTING):
            return False
    found = victims(kind, flow)
    return bool(found) and _kill(random.choice(found))


def drivers(workspace: Workspace) -> list[psutil.Process]:
    """JVMs that are the workspace's driver, or are about to be."""
    command = [MAIN, str(settings_file(workspace.state / CONNECTION))]
    return [process for process, words in _commands(psutil.process_iter()) if words[-2:] == command]


def left(workspace: Workspace) -> list[str]:
    """The commands of all that drivers of the workspace have started, and of themselves."""
    started = processes.with_environment(WORKSPACE, str(workspace.root))
    return [" ".join(words) for _, words in _commands(started)]


def victims(kind: str, flow: Flow) -> list[psutil.Process]:
    """The processes of a kind, schedulers excepted."""
    if kind == "driver":
        return drivers(flow.workspace)
    if kind == "daemon":
        started = processes.with_environment(WORKSPACE, str(flow.workspace.root))
        return [process for process, words in _commands(started) if DAEMON in words]
    running = _running(flow)
    if kind == "worker":
        return [worker for worker, _ in running]
    return [kernel for _, family in running for kernel in family]


def _commands(found: Iterable[psutil.Process]) -> Iterator[tuple[psutil.Process, list[str]]]:
    for process in found:
        try:
            yield process, command_line(process)
        except psutil.Error:  # it has ended meanwhile
            continue


def _running(flow: Flow) -> list[tuple[psutil.Process, list[psutil.Process]]]:
    """Workers, each with what it started."""
    with flow.store.read() as rows:
        tasks = rows.tasks.of_runs([run.run_id for run in rows.runs.active()])
    found = []
    for task in tasks:
        if task.process is None:
            continue
        family = processes.with_environment(OWNER, task.process["token"])
        workers = [process for process in family if process.pid == task.process["pid"]]
        found += [(worker, [one for one in family if one != worker]) for worker in workers]
    return found


def _kill(process: psutil.Process) -> bool:
    """Kill it, and wait until it is gone: a driver's memory takes a moment."""
    start = processes.started(process.pid)
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return False
    while start is not None and processes.is_alive(process.pid, start):
        time.sleep(0.01)
    return True
