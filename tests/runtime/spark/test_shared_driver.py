"""Two processes on one driver: neither is felt by the other."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakebook.config import find_workspace
from lakebook.spark import driver
from lakebook.spark.tables import FILE, find_table, tables
from runtime.spark.peer import Peer, PeerError, eventually

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def root(workspace: Path) -> Path:
    for name in ("one", "two"):
        (workspace / name).mkdir()
        (workspace / name / "x.csv").write_text(f"who\n{name}\n")
    return workspace


@pytest.fixture(scope="module")
def one(root: Path) -> Iterator[Peer]:
    with Peer(root, root / "one") as peer:
        yield peer


@pytest.fixture(scope="module")
def two(root: Path) -> Iterator[Peer]:
    with Peer(root, root / "two") as peer:
        yield peer


def test_tables_are_the_same_and_views_are_not(one: Peer, two: Peer) -> None:
    one.run("spark.range(3).write.saveAsTable('same'); spark.range(1).createOrReplaceTempView('mine')")
    assert two.run("spark.table('same').count()") == 3
    assert not two.run("spark.catalog.tableExists('mine')")


def test_tables_are_delta_unless_asked_otherwise(one: Peer) -> None:
    one.run("spark.sql('CREATE TABLE plain (id INT)')")
    assert one.run("spark.sql('DESCRIBE DETAIL plain').first().format") == "delta"


def test_relative_paths_mean_the_folder_of_each(one: Peer, two: Peer) -> None:
    read = "spark.read.csv('x.csv', header=True).first().who, sc.textFile('x.csv').collect()[1]"
    assert one.run(read) == ["one", "one"]
    assert two.run(read) == ["two", "two"]
    one.run("spark.range(2).write.format('delta').save('relative')")
    assert one.run("import os; os.path.isdir('relative/_delta_log')")
    assert one.run("spark.sql('SELECT count(*) AS n FROM csv.`x.csv`').first().n") == 2


def test_clear_cache_clears_what_this_session_cached(one: Peer, two: Peer) -> None:
    cached = "spark.catalog.isCached('other')"
    two.run(
        "spark.range(7).write.saveAsTable('other'); spark.catalog.cacheTable('other'); spark.table('other').count()"
    )
    one.run("spark.range(8).write.saveAsTable('own'); spark.catalog.cacheTable('own'); spark.catalog.clearCache()")
    assert not one.run("spark.catalog.isCached('own')")
    assert two.run(cached)
    one.run("spark.table('other').unpersist()")
    assert two.run(cached)
    two.run("spark.catalog.clearCache()")
    assert not two.run(cached)


def test_hadoop_configuration_is_a_copy(one: Peer, two: Peer) -> None:
    one.run("sc._jsc.hadoopConfiguration().set('fs.s3a.access.key', 'mine')")
    assert one.run("sc._jsc.hadoopConfiguration().get('fs.s3a.access.key')") == "mine"
    assert two.run("sc._jsc.hadoopConfiguration().get('fs.s3a.access.key')") is None


def test_checkpoints_go_to_the_folder_of_each(one: Peer, two: Peer, tmp_path: Path) -> None:
    checkpoint = "rdd = sc.parallelize([1, 2]); rdd.checkpoint(); rdd.count(); rdd.getCheckpointFile()"
    for peer, name in ((one, "a"), (two, "b")):
        peer.run(f"sc.setCheckpointDir('{tmp_path / name}')")
    assert f"{tmp_path}/a/" in one.run(checkpoint)
    assert f"{tmp_path}/b/" in two.run(checkpoint)


def test_log_level_and_stop_are_refused_with_a_word(one: Peer, two: Peer) -> None:
    one.run("sc.setLogLevel('ERROR')")
    one.run("sc._jsc.stop()")
    eventually(lambda: len(one.run("[e['text'] for e in events if e['event'] == 'warning']")) == 2)
    level, stop = one.run("[e['text'] for e in events if e['event'] == 'warning']")
    assert "lakebook.toml" in level
    assert "lakebook driver stop" in stop
    assert two.run("spark.range(2).count()") == 2


def test_the_default_session_is_nobodys(one: Peer, two: Peer) -> None:
    same = "jvm.SparkSession.getDefaultSession().get().equals(notebook.session())"
    assert not one.run(same)
    assert not two.run(same)


SLOW = "sc.parallelize(range(2), 2).map(lambda i: __import__('time').sleep({seconds})).count()"


def test_interrupting_one_leaves_the_jobs_of_the_other(one: Peer, two: Peer) -> None:
    two.start(SLOW.format(seconds=4))
    one.run("import threading; threading.Timer(1.5, notebook.interrupt).start()")
    with pytest.raises(PeerError, match="cancelled"):
        one.run(SLOW.format(seconds=60))
    assert two.finish() == 2
    assert one.run("spark.range(5).count()") == 5


def test_cancel_all_jobs_means_ones_own(one: Peer, two: Peer) -> None:
    two.start(SLOW.format(seconds=4))
    one.run("import threading; threading.Timer(1.5, sc.cancelAllJobs).start()")
    with pytest.raises(PeerError, match="cancelled"):
        one.run(SLOW.format(seconds=60))
    assert two.finish() == 2


def test_an_interrupt_between_two_cells_stops_nothing_of_the_next(one: Peer) -> None:
    one.run(
        "notebook.endCell('cell'); notebook.interrupt(); notebook.beginCell('next')\n"
        f"counted = []; thread = __import__('threading').Thread(target=lambda: counted.append({SLOW.format(seconds=2)}))\n"
        "thread.start()"
    )
    eventually(lambda: one.run("len(list(sc.statusTracker().getActiveJobsIds()))"))
    one.run("notebook.endCell('next'); notebook.beginCell('cell')")
    assert one.run("thread.join(); counted") == [2]


def test_streams_outlive_an_interrupt(one: Peer) -> None:
    one.run(
        "seen = []\n"
        "stream = spark.readStream.format('rate').load().writeStream"
        ".foreachBatch(lambda frame, i: seen.append(frame.count())).trigger(processingTime='200 milliseconds').start()"
    )
    eventually(lambda: one.run("len(seen)") > 1)
    one.run("[(notebook.interrupt(), __import__('time').sleep(0.1)) for _ in range(10)]; None")
    before = one.run("len(seen)")
    eventually(lambda: one.run("len(seen)") > before + 1)
    assert one.run("stream.isActive")
    one.run("stream.stop()")


def test_progress_of_a_cell(one: Peer, two: Peer) -> None:
    one.run("events.clear(); notebook.endCell('cell'); notebook.beginCell('slow')")
    two.run("events.clear()")
    one.run(SLOW.format(seconds=1.2))
    one.run("notebook.endCell('slow'); __import__('time').sleep(0.3)")
    told = one.run("[e for e in events if e['event'] == 'progress']")
    assert told[0]["id"] == "slow"
    assert (told[0]["running"], told[0]["total"], told[0]["ended"]) == (2, 2, False)
    assert [event["ended"] for event in told] == [False] * (len(told) - 1) + [True]
    assert one.run("events[-1]['event']") == "done"
    assert two.run("events") == []


def test_quick_jobs_show_no_progress(one: Peer) -> None:
    one.run("notebook.beginCell('quick'); events.clear(); spark.range(3).collect(); notebook.endCell('quick')")
    assert one.run("[e for e in events if e['event'] == 'progress']") == []
    one.run("notebook.beginCell('cell')")


def test_a_shared_frame_is_seen_by_its_session_and_gives_way_to_a_table(one: Peer, two: Peer) -> None:
    one.run("notebook.shareFrame('flights', spark.range(4)._jdf)")
    count = "spark.sql('SELECT count(*) AS n FROM flights AS a JOIN flights AS b USING (id)').first().n"
    assert one.run(count) == 4
    with pytest.raises(PeerError, match="TABLE_OR_VIEW_NOT_FOUND"):
        two.run(count)
    two.run("spark.range(2).write.saveAsTable('flights')")
    assert one.run(count) == 2
    one.run("spark.sql('DROP TABLE flights'); notebook.unshareFrame('flights')")
    with pytest.raises(PeerError, match="TABLE_OR_VIEW_NOT_FOUND"):
        one.run(count)


def test_parameters_are_bound(one: Peer) -> None:
    assert one.run("spark.sql('SELECT id FROM range(9) WHERE id > :least', args={'least': 7}).first().id") == 8


def test_the_list_of_tables_is_kept(one: Peer, root: Path) -> None:
    workspace = find_workspace(root)
    one.run("spark.sql('CREATE SCHEMA IF NOT EXISTS sales'); spark.range(1).write.saveAsTable('sales.orders')")
    eventually(lambda: find_table(tables(workspace), "orders", "sales"))
    table = find_table(tables(workspace), "Orders", "Sales")
    assert table is not None
    assert table.provider == "delta"
    assert table.location == str(workspace.warehouse / "sales.db" / "orders")
    one.run("spark.sql('DROP TABLE sales.orders')")
    eventually(lambda: find_table(tables(workspace), "orders", "sales") is None)


def test_a_list_of_tables_that_could_not_be_written_is_written_later(one: Peer, root: Path) -> None:
    workspace = find_workspace(root)
    obstacle = workspace.state / FILE
    one.run("spark.range(1).write.saveAsTable('early')")
    eventually(lambda: find_table(tables(workspace), "early"))
    time.sleep(1)  # nothing more is scheduled
    obstacle.unlink()
    obstacle.mkdir()
    (obstacle / "in the way").touch()
    one.run("spark.range(1).write.saveAsTable('late'); notebook.endCell('cell')")
    eventually(lambda: f"{FILE} is not up to date" in driver.logs(workspace))
    time.sleep(1)  # what was scheduled has failed as well
    shutil.rmtree(obstacle)
    one.run("notebook.beginCell('cell'); notebook.endCell('cell'); notebook.beginCell('cell')")
    assert find_table(tables(workspace), "late")


def test_a_killed_process_leaves_nothing_behind(one: Peer, root: Path) -> None:
    def attached() -> int:
        return len((driver.status(find_workspace(root)) or {})["notebooks"])

    cached = "sorted(sc._jsc.sc().getPersistentRDDs().keys().mkString(' ').split())"
    before, cached_before = attached(), one.run(cached)
    peer = Peer(root, root / "one")
    peer.run(
        "spark.range(9).cache().count(); rdd = sc.parallelize([1]).cache(); rdd.count()\n"
        "stream = spark.readStream.format('rate').load().writeStream.format('noop').start()"
    )
    peer.start(SLOW.format(seconds=600))
    jobs = "len(list(sc._jsc.sc().statusTracker().getActiveJobIds()))"
    eventually(lambda: one.run(jobs) > 0)
    assert attached() == before + 1
    peer.kill()
    eventually(lambda: attached() == before)
    eventually(lambda: one.run(jobs) == 0)
    eventually(lambda: one.run(cached) == cached_before)
    assert one.run(f"sc._jsc.sc().getPoolForName('{peer.id}').isEmpty()")


def test_there_is_room_for_what_java_compiles_for_many(one: Peer) -> None:
    """However little Java would have by itself: 48 MB, as these tests tell it to compile."""
    pools = "jvm.java.lang.management.ManagementFactory.getMemoryPoolMXBeans()"
    assert one.run(f"sum(pool.getUsage().getMax() for pool in {pools} if 'Code' in pool.getName())") >= 500 * 2**20
