"""A workspace's driver: found, started once, replaced when dead, stopped."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from lakebook.beginning import command_line
from lakebook.config import Workspace, find_workspace
from lakebook.spark import driver, launch
from lakebook.spark.connection import ask, held
from lakebook.spark.driver import Driver, connect
from lakebook.spark.errors import DriverError
from lakebook.spark.launch import MAIN
from lakebook.spark.own import OwnDriver
from runtime.spark.peer import Peer, PeerError

pytestmark = pytest.mark.spark


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Workspace]:
    (tmp_path / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\nmemory = '1g'\n")
    workspace = find_workspace(tmp_path)
    yield workspace
    for file in workspace.state.rglob("driver.json"):
        found = Driver.read(file)
        if found is not None:
            found.stop()


def test_two_starts_at_once_yield_one_driver_that_ends_when_told(place: Workspace) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: driver.start(place), range(2))
    assert first == second
    told = driver.status(place)
    assert told is not None
    assert (told["pid"], told["master"], told["notebooks"]) == (first.pid, "local[2]", [])
    opened = place.state / "metastore.json"  # some seconds later: the catalog is not waited for
    deadline = time.monotonic() + 60
    while not opened.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    for name in (driver.CONNECTION, driver.LOG, "driver.conf", opened.name):
        assert stat.S_IMODE((place.state / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(place.state.stat().st_mode) == 0o700
    assert "Running Spark" in driver.logs(place)

    assert driver.stop(place)
    assert not psutil.pid_exists(first.pid)
    assert driver.status(place) is None
    assert not driver.stop(place)


def test_one_whose_starter_is_killed_before_its_number_is_noted_is_the_workspaces(place: Workspace) -> None:
    killed = """
    import os, signal
    from lakebook.config import find_workspace
    from lakebook.spark import driver
    driver._Begun = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
    driver.start(find_workspace())
    """
    command = [sys.executable, "-c", "\n".join(line.strip() for line in killed.splitlines())]
    assert subprocess.run(command, cwd=place.root, check=False).returncode == -signal.SIGKILL
    assert not (place.state / driver.PID).exists()
    found = driver.start(place)
    settings = str(launch.settings_file(found.file))
    assert [one.pid for one in psutil.process_iter() if command_line(one)[-2:] == [MAIN, settings]] == [found.pid]
    assert driver.logs(place).count("Running Spark") == 1


def test_a_dead_driver_is_found_and_replaced_and_tables_are_still_there(place: Workspace) -> None:
    with Peer(place.root) as peer:
        peer.run("spark.range(3).write.saveAsTable('kept')")
        first = driver.running(place)
        assert first is not None
        os.kill(first.pid, signal.SIGKILL)
        assert peer.run("connection.wait_closed(5)")
    assert driver.running(place) is None
    with Peer(place.root) as peer:
        assert peer.run("spark.table('kept').count()") == 3


def test_a_killed_drivers_temporary_files_go_with_the_next_start_and_at_an_orderly_end_ones_own(
    place: Workspace, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("temporary")
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", None)
    first = driver.start(place)
    [left] = folder.iterdir()
    assert any(left.iterdir()), "Spark keeps its files elsewhere"
    os.kill(first.pid, signal.SIGKILL)
    psutil.Process(first.pid).wait(10)
    driver.start(place)
    assert not left.exists()
    assert driver.stop(place)
    assert not any(folder.iterdir())


def test_a_connection_file_of_another_process_is_not_believed(place: Workspace) -> None:
    place.make_state()
    about = {"pid": os.getpid(), "port": 1, "secret": "x", "started": "", "master": "", "version": "", "java": ""}
    (place.state / driver.CONNECTION).write_text(json.dumps(about))
    assert driver.status(place) is None
    assert not driver.stop(place)


def test_another_workspaces_driver_is_not_ended(place: Workspace) -> None:
    """The system may have given it the number that this workspace's driver had."""
    command = [sys.executable, "-c", "import time; time.sleep(60)", MAIN, "/elsewhere/driver.conf"]
    place.make_state()
    with subprocess.Popen(command) as other:
        about = {"pid": other.pid, "port": 1, "secret": "x", "started": "", "master": "", "version": "", "java": ""}
        (place.state / driver.CONNECTION).write_text(json.dumps(about))
        assert not driver.stop(place)
        (place.state / driver.CONNECTION).unlink()
        (place.state / "driver.pid").write_text(str(other.pid))
        assert not driver.stop(place)
        assert other.poll() is None
        other.kill()


def test_a_driver_of_another_version_is_replaced_once_nobody_uses_it(place: Workspace) -> None:
    first = driver.start(place)
    about = json.loads(first.file.read_text()) | {"bridge": "another"}
    connection = connect(place, place.root, "someone")
    connection.listen(lambda event: None)
    first.file.write_text(json.dumps(about))
    with pytest.raises(DriverError, match=r"another version of Lakebook .*someone.*lakebook driver stop"):
        driver.start(place)
    connection.close()
    assert connection.wait_closed(10)
    deadline = time.monotonic() + 10
    while (driver.status(place) or {}).get("notebooks") and time.monotonic() < deadline:
        time.sleep(0.05)
    second = driver.start(place)
    assert second.pid != first.pid and not psutil.pid_exists(first.pid)


def test_one_that_is_ending_is_replaced_and_leaves_its_successors_file(place: Workspace) -> None:
    first = driver.start(place)
    ask(first.port, first.secret, "stop")
    while first.file.exists():
        time.sleep(0.01)
    second = driver.start(place)
    assert second.pid != first.pid
    successor = json.loads(second.file.read_text()) | {"pid": os.getpid()}
    second.file.write_text(json.dumps(successor))
    os.kill(second.pid, signal.SIGTERM)
    psutil.Process(second.pid).wait(30)
    assert json.loads(second.file.read_text()) == successor


def test_a_process_knows_that_the_driver_goes_when_its_call_fails(place: Workspace) -> None:
    """Not only when the driver has gone, which takes longer when code of a cell cannot be stopped."""
    with Peer(place.root) as peer:
        peer.run("notebook.scala(); None")
        peer.start("notebook.scala().run('new java.util.concurrent.Semaphore(0).acquireUninterruptibly()')")
        found = driver.running(place)
        assert found is not None
        time.sleep(3)  # for the compiler
        ask(found.port, found.secret, "stop")
        with pytest.raises(PeerError):
            peer.finish()
        assert peer.run("connection.wait_closed(1)")


def test_a_wrong_secret_is_refused(place: Workspace) -> None:
    found = driver.start(place)
    with pytest.raises(DriverError, match="secret"):
        ask(found.port, "guessed", "status")


def beside(place: Workspace, **settings: Any) -> OwnDriver:
    return OwnDriver("run-1", place.state / "jobs" / "own.log", **settings)


def test_one_of_a_job_s_own_has_its_settings_goes_on_while_it_is_held_and_leaves_nothing(
    place: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "OWN_IDLE", 2.0)
    wanted = beside(place, conf={"spark.driver.memory": "700m", "spark.ui.port": "4321"}, variables={"STAGE": "test"})
    own = driver.start(place, own=wanted)
    home = own.file.parent
    temporary = (home / "driver.tmp").readlink()
    with held(own.port, own.secret) as holding:
        assert driver.start(place, own=wanted) == own
        with Peer(place.root, own=own.file) as peer:
            assert peer.run("sc.getConf().get('spark.ui.port')") == "4321"
            assert peer.run("jvm.System.getenv('STAGE')") == "test"
            assert peer.run("jvm.Runtime.getRuntime().maxMemory()") < 800 * 2**20
        time.sleep(4)
        assert own.alive
        holding.close()
    psutil.Process(own.pid).wait(15)
    assert not own.file.exists() and not temporary.exists()
    assert driver.running(place) is None
    assert "Running Spark" in wanted.log.read_text()
    driver.discard(home)
    assert not home.exists()


@pytest.mark.long
def test_a_second_driver_sees_the_same_catalog_and_goes_on_without_the_first(place: Workspace) -> None:
    first = driver.start(place)
    own = driver.start(place, own=beside(place))
    assert own.pid != first.pid
    with Peer(place.root) as shared, Peer(place.root, own=own.file) as alone:
        shared.run("spark.range(5).write.saveAsTable('made_in_one')")
        assert alone.run("spark.table('made_in_one').count()") == 5
        os.kill(first.pid, signal.SIGKILL)
        alone.run("spark.range(2).write.saveAsTable('made_in_the_other')")
        assert "made_in_one" in alone.run("[table.name for table in spark.catalog.listTables()]")
    with Peer(place.root) as again:
        assert again.run("spark.table('made_in_the_other').count()") == 2
    own.stop()


def test_it_ends_when_nothing_is_attached_for_a_while(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAKEBOOK_IDLE_TIMEOUT", "2")
    workspace = find_workspace(place.root)
    connection = connect(workspace, place.root, "test")
    found = driver.running(workspace)
    assert found is not None
    time.sleep(4)
    assert found.alive
    connection.close()
    psutil.Process(found.pid).wait(10)
    assert not (workspace.state / driver.CONNECTION).exists()


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("LAKEBOOK_MEMORY=1k", "Too small maximum heap"),
        ("LAKEBOOK_MASTER=local-cluster[x]", "local-cluster[x]"),
    ],
)
def test_a_driver_that_cannot_start_says_why(
    place: Workspace, monkeypatch: pytest.MonkeyPatch, setting: str, reason: str
) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    with pytest.raises(DriverError) as problem:
        driver.start(find_workspace(place.root))
    assert reason in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_driver_that_cannot_start_says_why_in_a_new_log(place: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launch, "LOG_LIMIT", 1000)
    log = place.make_state() / driver.LOG
    log.write_text("what the last driver said\n" * 100)
    monkeypatch.setenv("LAKEBOOK_MEMORY", "1k")
    with pytest.raises(DriverError, match="Too small maximum heap"):
        driver.start(find_workspace(place.root))
    assert "last driver" in log.with_suffix(".log.1").read_text()
