"""Task runs as processes of this machine."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import sqlalchemy

from lakebook.jobs import processes
from lakebook.jobs.executors.base import OWNER, Process, StartError
from lakebook.jobs.files import log_file
from lakebook.jobs.store.address import password_of, without_password
from lakebook.jobs.store.rows import TaskRun
from lakebook.spark.surroundings import workspaces

#: seconds between asking a process to end, and ending it
GRACE = 20.0


class LocalExecutor:
    """Starts a process per task run, in a session of its own: it outlives the scheduler and its terminal.

    What a task run left behind when its process was killed (kernels, commands of cells) is found by the token, which
    all of them inherit in their environment.

    Args:
        url: the store's, which the processes are to open.
        root: the workspace, in which they start.
        state: the workspace's state, below which logs are.
        grace: seconds between asking and forcing.
        monotonic: the clock for it.
    """

    def __init__(
        self,
        url: sqlalchemy.URL,
        root: Path,
        state: Path,
        grace: float = GRACE,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._root = root
        self._state = state
        self._grace = grace
        self._monotonic = monotonic
        #: by number: those that this process started, whose exit status it must take
        self._children: dict[int, subprocess.Popen[bytes]] = {}
        #: when a process was first asked to end, by its token
        self._asked: dict[str, float] = {}

    def start(self, task: TaskRun) -> Process:
        """Start a process; its output goes to the log file."""
        owner = task.owner or ""
        log = log_file(self._state, task)
        try:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with log.open("ab") as output:
                child = subprocess.Popen(
                    self.command(task),
                    cwd=self._root,
                    env={**workspaces(), **self._password(), OWNER: owner},
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
        except OSError as problem:
            raise StartError(
                f"The task's process cannot be started: {problem.strerror} ({problem.filename})."
            ) from None
        self._children[child.pid] = child
        return {"place": processes.place(), "pid": child.pid, "start": processes.started(child.pid), "token": owner}

    def command(self, task: TaskRun) -> Sequence[str]:
        """What is started. The password of the store's URL is left out: others may read a command."""
        return [sys.executable, "-m", "lakebook.jobs.worker", without_password(self._url), str(task.task_run_id)]

    def alive(self, process: Process) -> bool:
        """Whether it, or anything that it started, lives; what outlived it is ended, as nobody else would.

        On another machine: always, since that is not known here.
        """
        if not self.reaches(process):
            return True
        if child := self._children.get(process["pid"]):
            if child.poll() is None:
                return True
            del self._children[process["pid"]]
        if self._is_worker_alive(process):
            return True
        if left := self._left(process):
            _kill(left)
            return True
        self._asked.pop(process["token"], None)
        return False

    def reaches(self, process: Process) -> bool:
        """Whether it is one of this machine, since its last start, and of this container."""
        return bool(process["place"] == processes.place())

    def restarted(self, process: Process) -> bool:
        """Whether it is of this machine or container before its last start, as far as its name tells."""
        return processes.is_from_before_a_restart(process["place"])

    def end(self, process: Process) -> None:
        """Ask it to end, and when the grace time is over, end it and all that it started."""
        if not self.reaches(process) or not self._is_worker_alive(process):
            return
        asked = self._asked.get(process["token"])
        if asked is None:
            self._asked[process["token"]] = self._monotonic()
            with contextlib.suppress(ProcessLookupError):
                os.kill(process["pid"], signal.SIGTERM)
        elif self._monotonic() - asked > self._grace:
            _kill(self._left(process))

    def _is_worker_alive(self, process: Process) -> bool:
        return process["start"] is not None and processes.is_alive(process["pid"], process["start"])

    def _left(self, process: Process) -> list[psutil.Process]:
        return processes.with_environment(OWNER, process["token"])

    def _password(self) -> dict[str, str]:
        """As Postgres' library reads it."""
        password = password_of(self._url)
        return {"PGPASSWORD": password} if password is not None else {}


def _kill(left: Sequence[psutil.Process]) -> None:
    for process in left:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
