"""The process tree of the lab ends whatever its server does, and drivers outlive it."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from lakebook.lab import supervisor
from lakebook.lab.place import Place
from lakebook.lab.running import Running
from lakebook.lab.supervisor import Failed, Supervisor
from lakebook.spark.launch import MAIN

#: says that it answers, starts a process like a driver and one that ends for nobody, and does not end either
STUBBORN = """
import json, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
started = {
    "driver": subprocess.Popen([sys.executable, "-c", deaf, MAIN], stdout=subprocess.PIPE, start_new_session=True),
    "other": subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE),
}
for process in started.values():
    process.stdout.readline()
place = pathlib.Path(sys.argv[1])
(place / "pids").write_text(json.dumps({name: process.pid for name, process in started.items()}))
written = place / "written"
written.write_text(json.dumps({"pid": 1, "url": "http://127.0.0.1/", "token": ""}))
written.replace(place / "running.json")
time.sleep(600)
"""


def end_soon(_: Running) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_server_that_never_ends_is_ended_with_all_but_drivers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "_GRACE", 0.5)
    monkeypatch.setattr(supervisor, "_LAST_GRACE", 0.5)
    program = STUBBORN.replace("MAIN", repr(MAIN))
    before = signal.getsignal(signal.SIGTERM)
    command = [sys.executable, "-c", program, str(tmp_path)]
    assert Supervisor(command, os.environ, Place(tmp_path)).run(tmp_path, end_soon) == 0
    assert signal.getsignal(signal.SIGTERM) == before
    pids = json.loads((tmp_path / "pids").read_text())
    driver = psutil.Process(pids["driver"])
    assert driver.is_running()
    driver.kill()
    other = psutil.Process(pids["other"]) if psutil.pid_exists(pids["other"]) else None
    assert other is None or other.status() == psutil.STATUS_ZOMBIE  # whose parent is gone, and was not its own


def test_a_server_that_does_not_start_leaves_its_last_words(tmp_path: Path) -> None:
    (tmp_path / "log").write_text("of the one before")
    says = "import sys; sys.exit('[I 1 App] well\\n[C 2 App] No port is free.\\nbye')"
    with pytest.raises(Failed, match=r"^No port is free\.$"):
        Supervisor([sys.executable, "-c", says], os.environ, Place(tmp_path)).run(tmp_path, end_soon)
    assert (tmp_path / "log.before").read_text() == "of the one before"
