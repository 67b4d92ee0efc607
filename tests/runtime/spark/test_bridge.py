"""The driver when something in it fails, never ends, has no end or is interrupted too early."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import psutil
import pytest

from lakebook.config import Workspace, find_workspace
from lakebook.spark import driver
from runtime.spark.peer import Peer, PeerError, eventually

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A workspace with a driver of its own, in which no Scala has run."""
    folder = tmp_path_factory.mktemp("bridge")
    (folder / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\nmemory = '1g'\n")
    workspace = find_workspace(folder)
    yield workspace
    driver.stop(workspace)


@pytest.fixture(scope="module")
def one(place: Workspace) -> Iterator[Peer]:
    with Peer(place.root) as peer:
        yield peer


def scala(code: str) -> str:
    return f"__import__('json').loads(notebook.scala().run({code!r}))['status']"


def test_whoever_waits_for_the_first_interpreter_can_be_interrupted_and_it_is_made_all_the_same(one: Peer) -> None:
    one.run("__import__('threading').Timer(0.2, lambda: (notebook.interrupt(), notebook.interruptThread())).start()")
    with pytest.raises(PeerError, match="InterruptedException"):
        one.run("notebook.scala()")
    assert one.run(scala("1 + 1")) == "ok"


def test_an_interpreter_that_could_not_be_made_fails_no_cell_and_is_made_later(one: Peer, place: Workspace) -> None:
    classes = place.state / "driver.classes"
    with Peer(place.root) as peer:
        classes.rename(place.state / "aside")
        classes.touch()
        try:
            with pytest.raises(PeerError):
                peer.run("notebook.scala()")
            peer.run("notebook.endCell('cell'); notebook.beginCell('cell')")
        finally:
            classes.unlink()
            (place.state / "aside").rename(classes)
        assert peer.run(scala("1 + 1")) == "ok"


def test_variables_are_the_users_whatever_spark_has_of_that_name(one: Peer) -> None:
    assert one.run(scala("val year = 2013\nval sql = 1")) == "ok"
    variables = one.run("__import__('json').loads(notebook.scala().variables())")
    assert (variables["year"], variables["sql"]) == (["Int", "2013"], ["Int", "1"])  # their types, and what they are
    assert not {"spark", "sc"} & variables.keys()


@pytest.mark.parametrize(
    "code", ["1 to 1000000000", "0 to Int.MaxValue", "1L to 10000000000L", "Seq(Seq(1 to 1000000000))"]
)
def test_a_collection_that_makes_its_elements_fills_no_memory(one: Peer, code: str) -> None:
    assert one.run(scala(f"val large = {code}")) == "ok"
    sent = "block = bytes(notebook.scala().send('large'))\nchr(block[0]), block[5:].decode('utf-16-be')"
    tag, reason = one.run(sent)
    assert tag == "!"
    assert "too large" in reason


def test_a_stream_that_never_ends_keeps_nothing_else_from_being_freed(one: Peer, place: Workspace) -> None:
    endless = (
        'spark.readStream.format("rate").load().writeStream.foreachBatch { (_: org.apache.spark.sql.DataFrame, _: Long) =>\n'
        '  println("begun")\n  new java.util.concurrent.Semaphore(0).acquireUninterruptibly()\n}.start()'
    )
    peer = Peer(place.root)
    assert peer.run(scala(endless)) == "ok"
    eventually(lambda: "begun" in peer.run("str(events)"), 30)
    before = attached(place)
    peer.kill()
    eventually(lambda: attached(place) == before - 1, 30)


def attached(place: Workspace) -> int:
    return len((driver.status(place) or {})["notebooks"])


def test_the_door_stays_open_when_a_client_cannot_be_let_in(one: Peer, place: Workspace) -> None:
    found = driver.running(place)
    assert found is not None
    process = psutil.Process(found.pid)
    limits = process.rlimit(psutil.RLIMIT_NOFILE)
    process.rlimit(psutil.RLIMIT_NOFILE, (1, limits[1]))
    try:
        with socket.create_connection(("127.0.0.1", found.port)):
            eventually(lambda: "Too many open files" in driver.logs(place))
    finally:
        process.rlimit(psutil.RLIMIT_NOFILE, limits)
    assert driver.running(place) == found
