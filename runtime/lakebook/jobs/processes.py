"""Processes of this machine, told apart from later ones with the same number."""

from __future__ import annotations

import functools
import os
import platform
from pathlib import Path

import psutil

from lakebook.beginning import environment


@functools.cache
def place() -> str:
    """Where numbers of processes are this process's: the machine since its start, and the container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:13]
        namespace = str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        boot, namespace = str(int(psutil.boot_time())), "0"
    return f"{platform.node()}/{boot}/{namespace}"


def is_from_before_a_restart(where: str) -> bool:
    """Whether a ``place()`` is this machine's or container's before it was started anew.

    That goes by the name, which two machines may share: not to be relied on where a wrong answer does harm.
    """
    return where != place() and where.partition("/")[0] == platform.node()


def started(pid: int) -> float | None:
    """When a process that lives was started; None if there is none, or all that is left is its exit status.

    On Linux in ticks since the machine's start: what is a time elsewhere changes there whenever the clock is set.
    """
    if platform.system() == "Linux":
        return _ticks(pid)
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def _ticks(pid: int) -> float | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = stat.rpartition(")")[2].split()  # what comes before is the program's name, which may be anything
    return None if state in ("Z", "X") else float(fields[18])


def is_alive(pid: int, start: float) -> bool:
    """Whether this very process lives."""
    found = started(pid)
    return found is not None and abs(found - start) < 0.02


def describe_self() -> str:
    """This process as text, for ``is_known_dead`` in another one."""
    return f"{place()} {os.getpid()} {started(os.getpid())}"


def is_known_dead(description: str) -> bool:
    """Whether a process is known to live no more: of another machine's that is never known."""
    where, pid, start = description.rsplit(" ", 2)
    return where == place() and not is_alive(int(pid), float(start))


def in_words(description: str) -> str:
    """Such as ``process 123 on laptop``."""
    where, pid, _ = description.rsplit(" ", 2)
    return f"process {pid} on {where.partition('/')[0]}"


def with_environment(variable: str, value: str) -> list[psutil.Process]:
    """Living processes of this user that inherited a variable with this value."""
    found = []
    for process in psutil.process_iter():
        try:
            if environment(process).get(variable) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:  # another user's, or it ended meanwhile
            continue
    return found
