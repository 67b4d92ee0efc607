"""Twenty processes on one driver with little memory: what one does, crashes or fills is not felt by the others."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import deltalake
import psutil
import pyarrow
import pytest

from lakebook.config import find_workspace
from lakebook.spark import driver
from runtime.spark.peer import Peer, PeerError, eventually

pytestmark = pytest.mark.spark

CROWD = 20


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace that is not the other tests': here the driver's memory is filled."""
    folder = tmp_path_factory.mktemp("crowd")
    (folder / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\nmemory = '700m'\n")
    for number in range(CROWD):
        added = folder / f"n{number}" / "lib"
        added.mkdir(parents=True)
        (added / "helper.py").write_text(f"who = {number}\n")
    yield folder
    driver.stop(find_workspace(folder))


@pytest.fixture(scope="module")
def crowd(root: Path) -> Iterator[list[Peer]]:
    """All begin at once, and there is no driver yet."""
    with ThreadPoolExecutor(CROWD) as pool:
        peers = list(pool.map(lambda number: Peer(root, root / f"n{number}"), range(CROWD)))
        yield peers
        list(pool.map(Peer.close, peers))


@pytest.fixture(scope="module")
def one(crowd: list[Peer]) -> Peer:
    return crowd[0]


@pytest.fixture(scope="module")
def two(crowd: list[Peer]) -> Peer:
    return crowd[1]


def scala(code: str) -> str:
    return f"__import__('json').loads(notebook.scala().run({code!r}))"


def test_all_that_begin_at_once_get_one_driver_and_right_answers(crowd: list[Peer]) -> None:
    for number, peer in enumerate(crowd):
        peer.start(f"[jvm.ProcessHandle.current().pid(), spark.range({number}).selectExpr('count(id)').first()[0]]")
    answers = [peer.finish() for peer in crowd]
    assert [count for _, count in answers] == list(range(CROWD))
    assert len({pid for pid, _ in answers}) == 1


BIG = "len(sc.parallelize(range(400), 400).map(lambda i: __import__('time').sleep(0.1)).collect())"
#: of the tasks of all running stages, how many have not begun
WAITING = (
    "tracker = sc.statusTracker()\n"
    "infos = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]\n"
    "sum(info.numTasks - info.numCompletedTasks - info.numActiveTasks for info in infos if info)"
)


@pytest.mark.parametrize(
    "small",
    [
        "spark.sql('SELECT max(id) FROM range(9)').first()[0]",
        "max(sc.parallelize(range(9), 2).collect())",
        "notebook.scala().run('val most = spark.range(9).count() - 1'); notebook.scala().value('most')",
    ],
    ids=["sql", "rdd", "scala"],
)
def test_a_small_query_does_not_wait_for_a_big_one(one: Peer, two: Peer, small: str) -> None:
    one.start(BIG)
    eventually(lambda: two.run(WAITING) > 100)
    assert two.run(small) == 8
    assert two.run(WAITING) > 0, "the big one had begun all its tasks before the small one was done"
    two.run(f"sc._jsc.sc().cancelJobsWithTag('lakebook-{one.id}')")
    with pytest.raises(PeerError, match="cancelled"):
        one.finish()


def test_one_notebooks_subqueries_do_not_keep_anothers_waiting(one: Peer, two: Peer) -> None:
    one.run(
        "from threading import Thread\n"
        "from pyspark.sql.functions import udf\n"
        "spark.udf.register('slowly', lambda i: __import__('time').sleep(0.2), 'string')\n"
        "many = 'SELECT (SELECT max(slowly(id)) FROM range(%d, %d + 400, 1, 200))'\n"
        "threads = [Thread(target=lambda n=n: spark.sql(many % (n, n)).collect(), daemon=True) for n in range(20)]\n"
        "for thread in threads: thread.start()"
    )
    eventually(lambda: two.run("len(sc.statusTracker().getActiveJobsIds())") >= 16, 30)
    assert two.run("spark.sql('SELECT (SELECT max(id) FROM range(9))').first()[0]") == 8
    assert two.run(WAITING) > 0
    one.run("notebook.interrupt()\nfor thread in threads: thread.join()")


def test_all_that_a_notebook_starts_is_in_its_pool(one: Peer) -> None:
    pool = "sc.getLocalProperty('spark.scheduler.pool')"
    one.run(f"from threading import Thread\nfound = [{pool}]\ndef look(*_): found.append({pool})")
    one.run("thread = Thread(target=look); thread.start(); thread.join()")
    one.run("stream = spark.readStream.format('rate').load().writeStream.foreachBatch(look).start()")
    eventually(lambda: one.run("len(found)") > 2)
    one.run("stream.stop()")
    asked = 'sc.getLocalProperty("spark.scheduler.pool")'
    code = (
        "import scala.concurrent._, scala.concurrent.duration._, ExecutionContext.Implicits.global\n"
        f'val pools = {asked} + " " + Await.result(Future({asked}), 9.seconds)'
    )
    assert one.run(f"notebook.scala().run({code!r}); notebook.scala().value('pools')") == f"{one.id} {one.id}"
    assert set(one.run("found")) == {one.id}


def test_a_pool_of_ones_own_choice_is_a_part_of_ones_own(one: Peer, two: Peer) -> None:
    one.run("sc.setLocalProperty('spark.scheduler.pool', 'mine'); spark.range(3).count()")
    pools = "seq = sc._jsc.sc().getAllPools(); [seq.apply(place).name() for place in range(seq.size())]"
    assert {one.id, two.id} <= set(two.run(pools))
    assert not [name for name in two.run(pools) if "mine" in name]
    assert one.run(f"sc._jsc.sc().taskScheduler().rootPool().getSchedulableByName('{one.id}/mine') is not None")
    one.run("sc.setLocalProperty('spark.scheduler.pool', None)")


OWN = {
    "a setting": ("spark.conf.set('spark.sql.ansi.enabled', 'false')", "spark.conf.get('spark.sql.ansi.enabled')"),
    "a temporary view": ("spark.range(1).createOrReplaceTempView('v')", "spark.catalog.tableExists('v')"),
    "the current schema": (
        "spark.sql('CREATE SCHEMA IF NOT EXISTS elsewhere'); spark.sql('USE elsewhere')",
        "spark.catalog.currentDatabase()",
    ),
    "a registered function": ("spark.udf.register('f', lambda x: x)", "spark.catalog.functionExists('f')"),
    "a variable of SQL": (
        "spark.sql('DECLARE OR REPLACE VARIABLE x = 5')",
        "notebook.session().sessionState().catalogManager().tempVariableManager().isEmpty()",
    ),
    "a stream": (
        "stream = spark.readStream.format('rate').load().writeStream.format('noop').start()",
        "len(spark.streams.active)",
    ),
    "the time zone": ("spark.sql(\"SET TIME ZONE 'Asia/Tokyo'\")", "spark.conf.get('spark.sql.session.timeZone')"),
    "the checkpoint folder": ("sc.setCheckpointDir('checkpoints')", "sc.getCheckpointDir()"),
    "Hadoop's configuration": (
        "sc._jsc.hadoopConfiguration().set('mine', 'yes')",
        "sc._jsc.hadoopConfiguration().get('mine')",
    ),
    "a local property": ("sc.setLocalProperty('mine', 'yes')", "sc.getLocalProperty('mine')"),
}


@pytest.mark.parametrize("what", OWN)
def test_what_is_a_notebooks_own(crowd: list[Peer], what: str) -> None:
    one, two = crowd[8:10]
    change, ask = OWN[what]
    before = two.run(ask)
    assert one.run(ask) == before
    one.run(change)
    assert one.run(ask) != before
    assert two.run(ask) == before
    one.run("for stream in spark.streams.active: stream.stop()")


CACHED = "spark.catalog.isCached('{0}')"


def test_what_another_caches_is_not_what_one_reads(crowd: list[Peer], root: Path) -> None:
    """Spark reads a cached table as it was when it was cached, whoever changes it outside this driver."""
    caching, other = crowd[10:12]
    caching.run("spark.range(9).write.saveAsTable('seen'); spark.catalog.cacheTable('seen')")
    assert caching.run("spark.table('seen').count()") == 9
    folder = find_workspace(root).warehouse / "seen"
    deltalake.write_deltalake(folder, pyarrow.table({"id": [9, 10]}), mode="append")
    assert caching.run("spark.table('seen').count()") == 9
    assert other.run("spark.table('seen').count()") == 11


@pytest.fixture(scope="module")
def kept(one: Peer) -> None:
    one.run("spark.range(9).write.saveAsTable('kept')")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    "ask", ["spark.sql('UNCACHE TABLE {0}')", "spark.catalog.uncacheTable('{0}')"], ids=["sql", "catalog"]
)
def test_uncaching_a_table_is_for_ones_own(one: Peer, two: Peer, ask: str) -> None:
    for peer in (one, two):
        assert not peer.run(CACHED.format("kept"))
        peer.run("spark.catalog.cacheTable('kept')")
    two.run(ask.format("kept"))
    assert not two.run(CACHED.format("kept"))
    assert one.run(CACHED.format("kept"))
    one.run(ask.format("kept"))
    assert not one.run(CACHED.format("kept"))


@pytest.mark.usefixtures("kept")
def test_what_a_notebook_caches_outlasts_another_that_caches_it_too(root: Path, two: Peer) -> None:
    with Peer(root) as visitor:
        visitor.run("spark.catalog.cacheTable('kept')")
        two.run("spark.catalog.cacheTable('kept')")
        before = attached(root)
    eventually(lambda: attached(root) < before)
    assert two.run(CACHED.format("kept"))
    two.run("spark.catalog.uncacheTable('kept')")


def test_a_temporary_view_of_the_same_name_is_another(one: Peer, two: Peer) -> None:
    for peer, rows in ((one, 5), (two, 6)):
        peer.run(f"spark.range({rows}).createOrReplaceTempView('same'); spark.catalog.cacheTable('same')")
    two.run("spark.range(7).createOrReplaceTempView('same')")
    assert not two.run(CACHED.format("same"))
    assert one.run(CACHED.format("same"))
    two.run("spark.catalog.dropTempView('same')")
    assert one.run(CACHED.format("same"))
    assert one.run("spark.table('same').count()") == 5
    one.run("spark.catalog.uncacheTable('same')")


def test_a_change_of_a_table_reaches_all_that_cached_it(one: Peer, two: Peer) -> None:
    one.run("spark.range(9).write.saveAsTable('changing')")
    for peer in (one, two):
        peer.run("spark.catalog.cacheTable('changing')")
        assert peer.run("spark.table('changing').count()") == 9
    two.run("spark.sql('INSERT INTO changing VALUES (9)')")
    for peer in (one, two):
        assert peer.run("spark.table('changing').count()") == 10
        assert peer.run(CACHED.format("changing"))
    two.run("spark.sql('DROP TABLE changing')")
    two.run("spark.range(2).write.saveAsTable('changing')")
    assert one.run("spark.table('changing').count()") == 2
    assert not one.run(CACHED.format("changing"))


def test_a_cached_frame_that_cannot_be_made_anew_is_nobody_elses_error(one: Peer, two: Peer, root: Path) -> None:
    one.run("spark.range(3).write.saveAsTable('there'); spark.range(3).toDF('n').write.saveAsTable('lost')")
    one.run("frame = spark.table('there').crossJoin(spark.table('lost')).cache(); frame.count()")
    shutil.rmtree(find_workspace(root).warehouse / "lost")
    two.run("spark.sql('INSERT INTO there VALUES (3)')")
    assert two.run("spark.table('there').count()") == 4


UDF = "spark.range(7, 8).select(__import__('pyspark').sql.functions.udf(lambda x: x, 'long')('id')).first()[0]"
HELPER = (
    "from pyspark import SparkFiles\nfrom pyspark.sql.functions import udf\n"
    "@udf('long')\ndef asked(x):\n    import helper\n    return helper.who\n"
    "def ask(x):\n    import helper\n    return helper.who\n"
    "[spark.range(1).select(asked('id')).first()[0], sc.parallelize([1], 1).map(ask).first(), ask(1),"
    " open(SparkFiles.get('helper.py')).read().strip()]"
)


def test_files_of_one_name_are_each_notebooks_own(crowd: list[Peer], root: Path) -> None:
    for number in (2, 3):
        crowd[number].run("sc.addPyFile('lib/helper.py')")
    for number in (2, 3):
        assert crowd[number].run(HELPER) == [number, number, number, f"who = {number}"]
        assert crowd[number].run("[file.rpartition('/')[0] for file in sc.listFiles]") == [f"file:{root}/n{number}/lib"]
    assert crowd[4].run("sc.listFiles") == []
    (root / "n2" / "lib" / "helper.py").unlink()
    assert crowd[4].run("sc.parallelize([1, 2], 2).count()") == 2


@pytest.mark.parametrize("call", ["jvm.System.exit(3)", "jvm.Runtime.getRuntime().halt(3)"])
def test_python_cannot_end_the_driver_by_accident(one: Peer, two: Peer, call: str) -> None:
    with pytest.raises(PeerError, match="would end the Spark driver"):
        one.run(call)
    assert two.run("spark.range(3).count()") == 3


#: the names of the classes of all that listen to the context
LISTENERS = "[each.getClass().getName() for each in sc._jsc.sc().listenerBus().listeners()]"


def test_listeners_end_with_their_notebook(root: Path, two: Peer) -> None:
    def listening(kind: str) -> int:
        return sum(kind in name for name in two.run(LISTENERS))

    streams = listening("StreamingQueryListenerBus")
    with Peer(root) as visitor:
        visitor.run(scala("sc.addSparkListener(new org.apache.spark.scheduler.SparkListener {})"))
        assert listening("$line")
        assert listening("StreamingQueryListenerBus") == streams + 1
    eventually(lambda: not listening("$line"))
    eventually(lambda: listening("StreamingQueryListenerBus") == streams)


#: the function runs in a session that the stream makes for itself
STREAM = """
spark.udf.register("same", lambda x: x, "long")
rate = spark.readStream.format("rate").load().selectExpr("same(value)")
stream = rate.writeStream.format("memory").queryName("seen").start()
"""


MONITORS = "sum(thread.getName().startswith('Idle Worker') for thread in jvm.Thread.getAllStackTraces().keySet())"


def test_the_processes_of_python_functions_end_with_their_notebook(root: Path, two: Peer) -> None:
    java = psutil.Process(two.run("jvm.ProcessHandle.current().pid()"))
    before, threads = set(java.children()), two.run(MONITORS)
    with Peer(root) as visitor:
        assert visitor.run(UDF) == 7
        visitor.run(STREAM)
        eventually(lambda: visitor.run("spark.table('seen').count()"), 30)
        assert set(java.children()) - before
        assert two.run(MONITORS) > threads
    eventually(lambda: set(java.children()) <= before)
    eventually(lambda: two.run(MONITORS) <= threads)


def test_no_job_goes_on_for_a_notebook_that_has_gone(root: Path, tmp_path: Path, two: Peer) -> None:
    go, over = tmp_path / "go", tmp_path / "over"
    later = f"""
new Thread(() => {{
  while (!new java.io.File("{go}").exists) Thread.sleep(20)
  try spark.sql("SELECT count(*) FROM range(9000000) a JOIN range(9000000) b ON a.id % 3 = b.id % 3").collect()
  finally new java.io.File("{over}").createNewFile()
}}).start()"""
    with Peer(root) as visitor:
        assert visitor.run(scala(later))["status"] == "ok"
        before = attached(root)
    eventually(lambda: attached(root) < before)
    go.touch()
    eventually(over.exists, 20)
    eventually(lambda: two.run(f"sc._jsc.sc().getPoolForName('{visitor.id}').isEmpty()"))


def attached(root: Path) -> int:
    return len((driver.status(find_workspace(root)) or {})["notebooks"])


#: what fills the driver's memory, each in a way that Spark allows to be told
LARGE = "spark.range(0, {0}, 1, 24).selectExpr('id', 'randstr(250) AS text')"
ARRAYS = "Array.fill(1000)(new Array[Byte](10000000)).length"
RESULTS = (
    "Total size of serialized results of 9 tasks (302.4 MiB) is bigger than spark.driver.maxResultSize (280.0 MiB)"
)
FULL = {
    "results": (
        f"{LARGE.format(1_200_000)}.toArrow()",
        "The result is larger than|The Spark driver has no more memory",
    ),
    "a broadcast": (
        "from pyspark.sql.functions import broadcast\n"
        f"spark.range(9).join(broadcast({LARGE.format(1_200_000)}), 'id').selectExpr('max(text)').collect()",
        "The result is larger than|The Spark driver has no more memory",
    ),
    "a task": (
        f"said = {scala(f'sc.parallelize(Seq(1), 1).map(_ => {ARRAYS}).collect()')}['evalue']",
        "The Spark driver has no more memory",
    ),
    "Scala": (f"said = {scala(ARRAYS)}['evalue']", "The Spark driver has no more memory"),
    "Scala's results": (
        f"said = {scala(f'throw new org.apache.spark.SparkException({RESULTS!r})'.replace(chr(39), chr(34)))}['evalue']",
        "The result is larger than",
    ),
}
TOLD = "said = None\ntry:\n{0}\nexcept Exception as problem:\n    said = errors.explain(problem).evalue\nsaid"


@pytest.mark.parametrize("what", FULL)
def test_memory_that_one_fills_is_that_ones_error(crowd: list[Peer], one: Peer, what: str) -> None:
    code, told = FULL[what]
    pid = crowd[5].run("jvm.ProcessHandle.current().pid()")
    one.run("from lakebook_kernel import errors")
    assert re.match(told, one.run(TOLD.format(textwrap.indent(code, "    "))) or "nothing was told")
    for peer in (one, *crowd[5:8]):
        assert peer.run("[jvm.ProcessHandle.current().pid(), spark.range(100).selectExpr('sum(id)').first()[0]]") == [
            pid,
            4950,
        ]


def test_many_cached_frames_are_no_ones_error(one: Peer, two: Peer) -> None:
    one.run(f"frames = [{LARGE.format(300_000)}.cache() for _ in range(4)]")
    assert one.run("[frame.count() for frame in frames]") == [300_000] * 4
    assert two.run("spark.range(100).selectExpr('sum(id)').first()[0]") == 4950
    one.run("spark.catalog.clearCache()")


def test_one_that_crashes_or_leaves_touches_no_other(crowd: list[Peer]) -> None:
    work = (
        "sum(row.n for row in spark.range(0, 400, 1, 8).selectExpr('id % {0} AS k')"
        ".repartition(4).groupBy('k').count().selectExpr('k * count AS n').collect())"
    )
    others, (crashing, leaving, stopping) = crowd[:-3], crowd[-3:]
    for number, peer in enumerate(others, 2):
        peer.start(work.format(number))
    for peer in (crashing, leaving):
        peer.start(BIG)
    stopping.start(f"__import__('threading').Timer(0.5, connection.close).start()\n{BIG}")
    crashing.kill()
    leaving.process.terminate()
    with pytest.raises(PeerError):
        stopping.finish()
    for number, peer in enumerate(others, 2):
        assert peer.finish() == sum(i % number for i in range(400))


def test_a_driver_that_cannot_go_on_ends_at_once_and_says_why(root: Path, one: Peer, two: Peer) -> None:
    """The last test here: what Spark calls when a thread that all need has failed."""
    one.run("jvm.System.gc()")  # what the tests of memory left would be taken for the reason
    two.start(BIG)
    with suppress(PeerError):  # the answer may be there before the driver's end
        one.run("sc._jsc.sc().stopInNewThread()")
    with pytest.raises(PeerError):
        two.finish()
    eventually(lambda: driver.status(find_workspace(root)) is None)
    for peer in (one, two):
        eventually(lambda peer=peer: peer.run("[e['reason'] for e in events if e['event'] == 'ending']"))  # type: ignore[misc]
    assert "the driver ended: Spark failed" in driver.logs(find_workspace(root), 30)
