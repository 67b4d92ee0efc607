"""Which process is which, and whether it lives: also after the clock was set, and when another has its number."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from lakebook.jobs import processes

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([sys.executable, "-c", SLEEP])
    yield child
    child.kill()
    child.wait()


def start_of(child: subprocess.Popen[bytes]) -> float:
    start = processes.started(child.pid)
    assert start is not None
    return start


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere times of processes do not follow the clock")
def test_a_clock_that_is_set_kills_nobody(child: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    start, leader = start_of(child), processes.describe_self()
    create_time = psutil.Process.create_time
    monkeypatch.setattr(psutil.Process, "create_time", lambda self: create_time(self) + 5)
    assert processes.is_alive(child.pid, start)
    assert not processes.is_known_dead(leader)


def test_a_process_that_ended_lives_no_more_even_if_nobody_asked_how(child: subprocess.Popen[bytes]) -> None:
    start = start_of(child)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and its exit status is still there
    assert psutil.Process(child.pid).status() == psutil.STATUS_ZOMBIE
    assert not processes.is_alive(child.pid, start)
    child.wait()
    assert not processes.is_alive(child.pid, start)


def test_a_later_process_of_the_same_number_is_another(child: subprocess.Popen[bytes]) -> None:
    assert not processes.is_alive(child.pid, start_of(child) - 1)


def test_of_another_machine_s_process_it_is_never_known_that_it_is_dead() -> None:
    assert not processes.is_known_dead("elsewhere/1/2 1 0.0")
    assert processes.is_known_dead(f"{processes.place()} 1 -1.0")


def test_a_place_of_this_machine_s_name_that_is_not_this_one_is_from_before_a_restart() -> None:
    node, boot, namespace = processes.place().split("/")
    assert processes.is_from_before_a_restart(f"{node}/{'0' * len(boot)}/{namespace}")
    assert processes.is_from_before_a_restart(f"{node}/{boot}/1{namespace}")
    assert not processes.is_from_before_a_restart(processes.place())
    assert not processes.is_from_before_a_restart(f"{node}2/{boot}/{namespace}")


@pytest.mark.skipif(sys.platform != "linux", reason="names are of no matter elsewhere")
def test_a_program_may_have_any_name(child: subprocess.Popen[bytes]) -> None:
    naming = f"import ctypes; ctypes.CDLL(None).prctl(15, b'a) Z 1 (b', 0, 0, 0); print(flush=True); {SLEEP}"
    with subprocess.Popen([sys.executable, "-c", naming], stdout=subprocess.PIPE) as named:
        assert named.stdout is not None
        named.stdout.readline()
        assert processes.is_alive(named.pid, start_of(named))
        named.kill()
