"""How a driver looks to who only looks; none is started here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakebook.config import Workspace, find_workspace
from lakebook.spark.driver import CONNECTION, PID, lost_file
from lakebook.spark.launch import MAIN, settings_file
from lakebook.spark.looking import asked, look


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    found = find_workspace(tmp_path)
    found.make_state()
    return found


def connection(workspace: Workspace, pid: int, port: int = 1) -> None:
    about = {"pid": pid, "port": port, "secret": "s", "started": "", "master": "local[2]", "version": "", "java": ""}
    (workspace.state / CONNECTION).write_text(json.dumps(about))


def test_a_workspace_that_has_had_no_driver_has_it_off(workspace: Workspace) -> None:
    assert look(workspace).state == "off"
    assert asked(workspace, "settings") is None


def test_one_that_was_killed_is_lost(workspace: Workspace) -> None:
    connection(workspace, pid=os.getpid())  # another process has its number by now
    seen = look(workspace)
    assert seen.state == "lost" and "killed" in seen.problem
    assert asked(workspace, "settings") is None


def test_one_that_ended_unasked_has_said_why(workspace: Workspace) -> None:
    lost_file(workspace.state).write_text("its memory was full")
    assert (look(workspace).state, look(workspace).problem) == ("lost", "its memory was full")


def test_one_without_a_connection_file_is_starting(workspace: Workspace) -> None:
    settings = str(settings_file(workspace.state / CONNECTION))
    waiting = subprocess.Popen([sys.executable, "-c", "input()", MAIN, settings], stdin=subprocess.PIPE)
    try:
        (workspace.state / PID).write_text(str(waiting.pid))
        assert look(workspace).state == "starting"
    finally:
        waiting.kill()
        waiting.wait()
        assert waiting.stdin is not None
        waiting.stdin.close()
    assert look(workspace).state == "off"
