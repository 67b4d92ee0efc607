"""A workspace's driver: the one JVM that its notebooks share. Started, found, asked, stopped."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from lakebook.beginning import command_line
from lakebook.config import Workspace
from lakebook.spark.bridge import version
from lakebook.spark.connection import Connection, ask, attach
from lakebook.spark.errors import DriverError
from lakebook.spark.launch import MAIN, begin_log, launch, remove_temporary_folder, settings_file
from lakebook.spark.own import OwnDriver

Report = Callable[[str], None]

CONNECTION = "driver.json"
LOG = "driver.log"
PID = "driver.pid"
#: seconds for a driver to be there, the first one of a busy machine included …
START = 180.0
#: … for one to end by itself once asked to, before it is killed
STOP = 15.0


@dataclass(frozen=True)
class Driver:
    """A running driver, as its connection file tells."""

    pid: int
    port: int
    secret: str
    #: when it was started, ISO 8601
    started: str
    master: str
    #: Spark's and Java's versions
    version: str
    java: str
    #: the connection file
    file: Path
    #: of which version its bridge is
    bridge: str = ""

    @classmethod
    def read(cls, file: Path) -> Driver | None:
        """What a connection file says; None when there is no such file, or another version wrote it."""
        try:
            return cls(**json.loads(file.read_text()), file=file)
        except (FileNotFoundError, ValueError, TypeError):  # none, or not one of this version's
            return None

    @property
    def alive(self) -> bool:
        """Whether its process runs, and is this driver still, since its number may have been given to another one."""
        return _is_driver(self.pid, settings_file(self.file))

    def attach(self, folder: Path, name: str) -> Connection:
        """Attach this process. Raises ``ConnectionError`` when the driver has ended."""
        return attach(self.port, self.secret, folder, name)

    def stop(self) -> None:
        """End it: orderly when it answers, else by its process id."""
        if self.alive:
            try:
                ask(self.port, self.secret, "stop", timeout=5)
            except (OSError, DriverError):
                os.kill(self.pid, signal.SIGTERM)
            _end(self.pid)
        self.file.unlink(missing_ok=True)


def start(workspace: Workspace, *, own: OwnDriver | None = None, on_wait: Report | None = None) -> Driver:
    """The workspace's driver, started when there is none; with ``own`` that one beside it.

    Both see the same catalog. Two calls at once yield one driver.

    Raises:
        DriverError: it cannot be started.
    """
    report = on_wait or (lambda text: None)
    home = _home(workspace, own)
    found = _running(home)
    if found is not None and found.bridge == version():
        return found
    workspace.make_state()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock(home / "driver.lock", report):
        pid = starting(home) or _unnoted(home)  # asked first: it may be there a moment later
        if found := _fitting(home, report):
            return found
        file = home / CONNECTION
        log = home / LOG if own is None else own.log
        if pid is not None and (found := _awaited(pid, file, log, lambda: not _is_driver(pid, settings_file(file)))):
            return found  # started by a process that was ended before it had waited for it
        file.unlink(missing_ok=True)
        lost_file(home).unlink(missing_ok=True)
        begun = _launched(workspace, file, log, report, own)
        (home / PID).write_text(str(begun.process.pid))
        return _wait(begun, file)


def connect(
    workspace: Workspace,
    folder: Path,
    name: str,
    on_wait: Report | None = None,
    rows: int = 0,
    own: OwnDriver | None = None,
) -> Connection:
    """Attach to the workspace's driver, or to ``own``, which is started when there is none.

    Args:
        folder: where relative paths start in this process.
        name: what the driver calls it, for people.
        on_wait: told what is going on when it takes longer.
        rows: how many are shown of a stream, where somebody looks.
        own: the driver to attach to, if it is not the workspace's.

    Raises:
        DriverError: there is no driver and none can be started.
    """
    for _ in range(3):  # a driver may end between being found and being asked
        driver = start(workspace, own=own, on_wait=on_wait)
        try:
            return attach(driver.port, driver.secret, folder, name, rows)
        except ConnectionError:
            continue
    logs = "lakebook driver logs" if own is None else str(own.log)
    raise DriverError(f"The driver ends as soon as it has started: see {logs}.")


def running(workspace: Workspace) -> Driver | None:
    """The workspace's driver when there is one that answers; never starts one."""
    return _running(workspace.state)


def _home(workspace: Workspace, own: OwnDriver | None) -> Path:
    return workspace.state if own is None else own.home(workspace.state)


def _running(home: Path) -> Driver | None:
    driver = Driver.read(home / CONNECTION)
    if driver is None or not driver.alive:
        return None
    try:
        ask(driver.port, driver.secret, "status")
    except ConnectionError:
        return None
    return driver


def _fitting(home: Path, report: Report) -> Driver | None:
    """The running driver; one of another version of Lakebook is ended when nobody uses it, else it is an error."""
    found = _running(home)
    if found is None or found.bridge == version():
        return found
    notebooks = ask(found.port, found.secret, "status")["notebooks"]
    if notebooks:
        names = ", ".join(sorted({notebook["name"] for notebook in notebooks}))
        raise DriverError(
            "This workspace's Spark driver was started by another version of Lakebook and is used by other notebooks "
            f"({names}). When they can do without it: lakebook driver stop"
        )
    report("Ending a Spark driver of another version of Lakebook …")
    found.stop()
    return None


def status(workspace: Workspace) -> dict[str, Any] | None:
    """What the driver says of itself: pid, started, master, versions, idle seconds and attached notebooks."""
    driver = running(workspace)
    return None if driver is None else ask(driver.port, driver.secret, "status")


def stop(workspace: Workspace) -> bool:
    """End the workspace's driver; False when there is none."""
    return end(workspace.state)


def end(home: Path) -> bool:
    """End the driver whose files are in a folder; False when there is none."""
    driver = Driver.read(home / CONNECTION)
    if driver is not None and driver.alive:
        driver.stop()
        return True
    pid = starting(home)
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    _end(pid)
    return True


def discard(home: Path) -> None:
    """End the driver whose files are in a folder of its own, and remove all that is left of it."""
    end(home)
    remove_temporary_folder(home / CONNECTION)
    shutil.rmtree(home, ignore_errors=True)


def logs(workspace: Workspace, lines: int = 200) -> str:
    """The last lines that the driver wrote."""
    try:
        text = (workspace.state / LOG).read_text(errors="replace")
    except FileNotFoundError:
        return ""
    return "".join(text.splitlines(keepends=True)[-lines:])


@dataclass(frozen=True)
class _Begun:
    """A driver that is not there yet; ``mark`` is where its log begins in the file."""

    process: subprocess.Popen[bytes]
    log: Path
    mark: int

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def reason(self) -> str:
        with self.log.open(errors="replace") as file:
            file.seek(self.mark)
            return _reason(file.read(), self.process.returncode)


def _launched(workspace: Workspace, file: Path, log: Path, report: Report, own: OwnDriver | None) -> _Begun:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = begin_log(log)
    process = launch(workspace, file, log, report, own)
    # else it stays as a zombie of ours when it ends before us, and looks alive to whoever waits for its end
    threading.Thread(target=process.wait, name="lakebook driver's end", daemon=True).start()
    return _Begun(process, log, mark)


def _wait(begun: _Begun, file: Path) -> Driver:
    driver = _awaited(begun.process.pid, file, begun.log, lambda: begun.ended)
    if driver is None:
        raise DriverError(f"Spark's driver cannot start: {begun.reason}")
    return driver


def _awaited(pid: int, file: Path, log: Path, ended: Callable[[], bool]) -> Driver | None:
    """The driver of that number when it has written its connection file; None when it ended without one."""
    deadline = time.monotonic() + START
    while time.monotonic() < deadline:
        over = ended()
        driver = Driver.read(file)
        if driver is not None and driver.pid == pid:
            return driver
        if over:
            return None
        time.sleep(0.02)
    raise DriverError(f"Spark's driver was not ready after {START:.0f} s: see {log}")


@contextmanager
def _lock(file: Path, report: Report) -> Iterator[None]:
    """Held by the one that starts the driver; freed by the system when that process ends, however it does."""
    with file.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Waiting for Spark's driver, which another notebook starts …")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield


def lost_file(home: Path) -> Path:
    """In which a driver that ended though nobody asked it to has said why."""
    return (home / CONNECTION).with_suffix(".lost")


def starting(home: Path) -> int | None:
    """The process of a driver that has no connection file: not yet, or no more, since it is ending."""
    try:
        pid = int((home / PID).read_text())
    except (FileNotFoundError, ValueError):
        return None
    file = home / CONNECTION
    return pid if _is_driver(pid, settings_file(file)) and not file.exists() else None


def _unnoted(home: Path) -> int | None:
    """The process of such a driver whose number was never noted: who started it was killed in that moment.

    Whoever has the lock sees it: what becomes the driver's process has the lock as well until just before it is that.
    """
    file = home / CONNECTION
    if file.exists():
        return None
    found = (process.pid for process in psutil.process_iter())
    return next((pid for pid in found if _is_driver(pid, settings_file(file))), None)


def _is_driver(pid: int, settings: Path) -> bool:
    """Whether the process lives and is the driver of these settings: the system uses numbers again, for others' too."""
    try:
        process = psutil.Process(pid)
        return command_line(process)[-2:] == [MAIN, str(settings)] and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _end(pid: int) -> None:
    """Wait for a driver's end; kill it when it takes too long."""
    try:
        process = psutil.Process(pid)
        try:
            process.wait(STOP)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(STOP)
    except psutil.NoSuchProcess:
        pass


#: lines that say nothing of why a JVM ended
_NOISE = re.compile(
    r"\s*$|\s+at |\s*\.\.\. \d+ more|\d\d/\d\d/\d\d |Using Spark's|Setting Spark|WARNING:|Error: (Could|A fatal)"
)


def _reason(log: str, code: int | None) -> str:
    """Why a driver ended, from what it wrote."""
    sign = "lakebook: the driver cannot start: "
    lines = log.splitlines()
    said = [line.removeprefix(sign) for line in lines if line.startswith(sign)]
    if said:
        return said[-1]
    if code == -signal.SIGKILL:
        return "it was killed; the machine may be short of memory (spark.memory in lakebook.toml)"
    telling = [line.strip() for line in lines if not _NOISE.match(line)]
    return "; ".join(telling[-2:]) or f"it ended with code {code} and wrote nothing"
