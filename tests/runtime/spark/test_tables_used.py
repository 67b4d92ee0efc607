"""Which Delta tables a notebook has read and written, at which versions, as its driver tells it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from lakebook.config import Workspace, find_workspace
from lakebook.spark import driver
from lakebook.tracking.tables import TableUse, TableVersion
from runtime.spark.peer import Peer, eventually

pytestmark = pytest.mark.spark

#: names of the peers' own
TOOLS = """
import json, time
from delta.tables import DeltaTable

spark.conf.set("spark.sql.shuffle.partitions", 2)

def sql(text):
    return spark.sql(text).collect()

def scala(code):
    result = json.loads(notebook.scala().run(code))
    assert result["status"] == "ok", result

def failing(text):
    try:
        sql(text)
    except Exception:
        return
    raise AssertionError("it did not fail")

def streamed(frame, **options):
    writer = frame.writeStream.option("checkpointLocation", f"{folder}/checkpoint")
    return writer.trigger(availableNow=True)
"""


class Notebook(Peer):
    """A notebook that is asked what it used."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.run(TOOLS)

    def used(self) -> TableUse:
        """What it has used since it was asked last."""
        return TableUse.from_json(json.loads(self.run("notebook.tablesUsed()")))

    def told(self, code: str) -> tuple[list[str], list[str]]:
        """What code reads and writes, as ``table@version`` and ``OPERATION table@version < sources``."""
        self.used()
        self.run(code)
        use = self.used()
        written = [
            " ".join([write.operation, short(write.table), *(f"< {short(source)}" for source in write.sources)])
            for write in use.written
        ]
        return [short(table) for table in use.read], written


def short(table: TableVersion) -> str:
    """The table's name without our schema, or its folder's."""
    return f"{table.name.removeprefix('used.') or Path(table.location).name}@{table.version}"


@pytest.fixture(scope="module")
def place(workspace: Path) -> Workspace:
    return find_workspace(workspace)


@pytest.fixture(scope="module")
def notebook(place: Workspace) -> Iterator[Notebook]:
    """With the tables `flights`, at version 1, and `airports`, at version 0."""
    with Notebook(place.root) as notebook:
        notebook.run(
            "sql('CREATE SCHEMA used')\n"
            "sql('CREATE TABLE used.flights AS SELECT id, id % 3 AS airport FROM range(10)')\n"
            "sql('INSERT INTO used.flights VALUES (100, 1)')\n"
            "sql('CREATE TABLE used.airports AS SELECT id AS airport FROM range(3)')\n"
            "sql('CREATE VIEW used.landed AS SELECT * FROM used.flights JOIN used.airports USING (airport)')\n"
        )
        yield notebook
        notebook.run("sql('DROP SCHEMA used CASCADE')")


BOTH = ["flights@1", "airports@0"]

READS = [
    ("sql('SELECT * FROM used.flights WHERE id > 3')", ["flights@1"]),
    ("sql('SELECT count(*) FROM used.flights')", ["flights@1"]),  # from the table's statistics alone
    ("sql('SELECT max(id) FROM used.flights')", ["flights@1"]),
    ("sql('SELECT * FROM used.flights VERSION AS OF 0')", ["flights@0"]),
    ("sql('SELECT count(*) FROM used.flights VERSION AS OF 0')", ["flights@0"]),
    ("sql('SELECT * FROM used.flights a JOIN used.flights VERSION AS OF 0 b USING (id)')", ["flights@1", "flights@0"]),
    ("sql('WITH a AS (FROM used.flights) SELECT * FROM a WHERE airport IN (FROM used.airports)')", BOTH),
    ("sql('SELECT count(*), (SELECT max(airport) FROM used.airports) FROM used.flights WHERE id > 1')", BOTH),
    ("sql('SELECT * FROM used.landed')", BOTH),
    ("spark.table('used.airports').createOrReplaceTempView('mine'); sql('SELECT * FROM mine')", ["airports@0"]),
    ("notebook.shareFrame('given', spark.table('used.airports')._jdf); sql('FROM given')", ["airports@0"]),
    ("spark.table('used.flights').toPandas()", ["flights@1"]),
    ("list(spark.table('used.flights').toLocalIterator())", ["flights@1"]),
    ("DeltaTable.forName(spark, 'used.flights').toDF().collect()", ["flights@1"]),
    ("spark.newSession().table('used.flights').count()", ["flights@1"]),
    ("spark.table('used.flights').write.mode('overwrite').format('noop').save()", ["flights@1"]),
    # as RDDs, of which Spark tells only jobs
    ("spark.table('used.flights').rdd.count()", ["flights@1"]),
    ("spark.sql('SELECT count(*) FROM used.flights').rdd.collect()", ["flights@1"]),
    ("spark.table('used.flights').cache().rdd.count(); spark.catalog.clearCache()", ["flights@1"]),
    ("spark.table('used.flights').approxQuantile('id', [0.5], 0.0)", ["flights@1"]),
    # in other threads and languages
    (
        "import threading\nt = threading.Thread(target=lambda: spark.table('used.flights').count())\nt.start(); t.join()",
        ["flights@1"],
    ),
    ("scala('spark.table(\"used.flights\").filter(_.getLong(0) > 3).collect()')", ["flights@1"]),
    ("scala('spark.table(\"used.flights\").rdd.count()')", ["flights@1"]),
    (
        "scala('import scala.concurrent._, ExecutionContext.Implicits.global\\n"
        'Await.result(Future(spark.table("used.flights").count()), duration.Duration.Inf)\')',
        ["flights@1"],
    ),
    # no reads
    ("sql('SELECT * FROM used.flights WHERE 1 = 0')", []),
    ("sql('EXPLAIN SELECT * FROM used.flights')", []),
    ("sql('EXPLAIN EXTENDED SELECT count(*) FROM used.flights')", []),
    ("sql('DESCRIBE used.flights'); sql('DESCRIBE HISTORY used.flights'); sql('DESCRIBE DETAIL used.flights')", []),
    ("made = spark.table('used.flights').where('id > 1'); made.schema; made.explain()", []),
    ("made.rdd.map(str)", []),
    ("failing('SELECT assert_true(id < 5) FROM used.flights')", []),
    ("sql('SELECT 1')", []),
]


@pytest.mark.parametrize(("code", "read"), READS, ids=[code for code, _ in READS])
def test_what_a_query_reads(notebook: Notebook, code: str, read: list[str]) -> None:
    found, written = notebook.told(code)
    assert (sorted(found), written) == (sorted(read), [])


FROM_FLIGHTS = "< flights@1"

WRITES = [
    ("sql('CREATE TABLE used.new AS SELECT * FROM used.flights')", [f"CREATE TABLE AS SELECT new@0 {FROM_FLIGHTS}"]),
    ("sql('CREATE TABLE used.new (a INT)')", ["CREATE TABLE new@0"]),
    (
        "sql('CREATE OR REPLACE TABLE used.t AS SELECT * FROM used.flights VERSION AS OF 0')",
        ["CREATE OR REPLACE TABLE AS SELECT t@1 < flights@0"],
    ),
    ("sql('INSERT INTO used.t SELECT * FROM used.landed')", ["WRITE t@1 < flights@1 < airports@0"]),
    ("sql('INSERT INTO used.t VALUES (1, 2)')", ["WRITE t@1"]),
    ("sql('INSERT INTO used.t SELECT * FROM used.t')", ["WRITE t@1 < t@0"]),
    ("sql('INSERT INTO used.t SELECT count(*), 1 FROM used.flights')", [f"WRITE t@1 {FROM_FLIGHTS}"]),
    ("sql('INSERT OVERWRITE used.t SELECT * FROM used.flights')", [f"WRITE t@1 {FROM_FLIGHTS}"]),
    (
        "sql('MERGE INTO used.t USING (SELECT id, max(airport) AS airport FROM used.flights GROUP BY id) f ON t.id = f.id "
        "WHEN MATCHED THEN UPDATE SET airport = 9 WHEN NOT MATCHED THEN INSERT *')",
        [f"MERGE t@1 {FROM_FLIGHTS}"],
    ),
    (
        "DeltaTable.forName(spark, 'used.t').alias('t').merge(spark.table('used.flights').alias('f'), 't.id = f.id')"
        ".whenNotMatchedInsertAll().execute()",
        [f"MERGE t@1 {FROM_FLIGHTS}"],
    ),
    ("sql('UPDATE used.t SET airport = 9 WHERE id = 1')", ["UPDATE t@1"]),
    ("sql('DELETE FROM used.t WHERE id = 1')", ["DELETE t@1"]),
    ("sql('TRUNCATE TABLE used.t')", ["TRUNCATE t@1"]),
    (
        "sql('DELETE FROM used.t WHERE id = 1'); sql('RESTORE TABLE used.t TO VERSION AS OF 0')",
        ["DELETE t@1", "RESTORE t@2 < t@0"],
    ),
    ("sql('CREATE TABLE used.new SHALLOW CLONE used.flights VERSION AS OF 0')", ["CLONE new@0 < flights@0"]),
    ("sql('ALTER TABLE used.t ADD COLUMNS (more STRING)')", ["ADD COLUMNS t@1"]),
    (
        "spark.table('used.flights').write.mode('overwrite').saveAsTable('used.new')",
        [f"CREATE OR REPLACE TABLE AS SELECT new@0 {FROM_FLIGHTS}"],
    ),
    ("spark.table('used.flights').write.mode('append').saveAsTable('used.t')", [f"WRITE t@1 {FROM_FLIGHTS}"]),
    ("spark.table('used.flights').write.insertInto('used.t')", [f"WRITE t@1 {FROM_FLIGHTS}"]),
    ("spark.table('used.flights').writeTo('used.t').append()", [f"WRITE t@1 {FROM_FLIGHTS}"]),
    ("spark.table('used.flights').write.format('delta').save(f'{folder}/saved')", [f"WRITE saved@0 {FROM_FLIGHTS}"]),
    (
        "cached = spark.table('used.flights').cache()\ncached.write.insertInto('used.t')\ncached.unpersist()",
        [f"WRITE t@1 {FROM_FLIGHTS}"],
    ),
    (
        "spark.table('used.flights').write.parquet(f'{folder}/plain'); sql(f'CONVERT TO DELTA parquet.`{folder}/plain`')",
        ["CONVERT plain@0"],
    ),
    ("scala('spark.table(\"used.flights\").write.insertInto(\"used.t\")')", [f"WRITE t@1 {FROM_FLIGHTS}"]),
    (
        "streamed(spark.readStream.table('used.flights')).toTable('used.new').awaitTermination()",
        ["CREATE TABLE new@0", f"STREAMING UPDATE new@1 {FROM_FLIGHTS}"],
    ),
    (
        "both = spark.readStream.table('used.flights').join(spark.table('used.airports'), 'airport')\n"
        "streamed(both).format('delta').start(f'{folder}/joined').awaitTermination()",
        ["STREAMING UPDATE joined@0 < flights@1 < airports@0"],
    ),
    (
        "def store(batch, number):\n"
        "    batch.write.insertInto('used.t')\n"
        "streamed(spark.readStream.table('used.flights')).foreachBatch(store).start().awaitTermination()",
        [f"WRITE t@1 {FROM_FLIGHTS}"],
    ),
    # no other rows or columns
    ("sql('UPDATE used.t SET airport = 9 WHERE id = -1')", []),
    ("sql('OPTIMIZE used.t')", []),
    ("sql(\"ALTER TABLE used.t SET TBLPROPERTIES ('a' = 'b')\")", []),
    ("spark.table('used.flights').write.parquet(f'{folder}/parquet')", []),
    ("failing('INSERT INTO used.t SELECT id, assert_true(id < 5) FROM used.flights')", []),
]  # fmt: skip


@pytest.mark.parametrize(("code", "written"), WRITES, ids=[code for code, _ in WRITES])
def test_what_a_statement_writes_and_what_from(
    notebook: Notebook, tmp_path: Path, code: str, written: list[str]
) -> None:
    """Each begins with a table `t`, at version 0, and none called `new`."""
    notebook.run(
        f"folder = {str(tmp_path)!r}\n"
        "sql('DROP TABLE IF EXISTS used.new'); sql('DROP TABLE IF EXISTS used.t')\n"
        "sql('CREATE TABLE used.t AS SELECT id, id AS airport FROM range(3)')"
    )
    read, found = notebook.told(code)
    assert found == written
    sources = [source for write in written for source in write.split(" < ")[1:]]
    assert set(read) >= set(sources)


def test_a_table_is_told_with_its_name_place_and_id(notebook: Notebook) -> None:
    notebook.used()
    about = notebook.run("sql('DESCRIBE DETAIL used.flights')[0].asDict()")
    place = about["location"].removeprefix("file:")
    notebook.run(f"spark.read.format('delta').load({place!r}).collect(); sql('FROM used.airports')")
    by_place, by_name = notebook.used().as_json()["read"]
    assert by_place == {"name": "", "location": f"file:{place}", "version": 1, "table_id": about["id"]}
    assert by_name["name"] == "used.airports"


def test_nothing_is_missed_right_after_a_query_and_nothing_told_twice(notebook: Notebook) -> None:
    notebook.used()
    asked = notebook.run(
        "sql('SELECT id FROM used.flights'); again = spark.table('used.airports')\n"
        "told = [(again.collect(), notebook.tablesUsed(), notebook.tablesUsed())[1:] for _ in range(30)]\ntold"
    )
    flights, *airports = [[TableUse.from_json(json.loads(told)).read for told in both] for both in asked]
    assert [short(table) for table in flights[0]] == BOTH
    assert [[[short(table) for table in read] for read in both] for both in airports] == [[["airports@0"], []]] * 29


def test_reads_are_told_in_the_order_in_which_they_ended(notebook: Notebook) -> None:
    code = "sql('FROM used.airports'); sql('INSERT INTO used.o SELECT * FROM used.airports'); sql('FROM used.flights')"
    notebook.run("sql('CREATE TABLE used.o (airport BIGINT)')")
    assert notebook.told(code)[0] == ["airports@0", "flights@1"]
    assert notebook.told("sql('FROM used.flights'); sql('FROM used.airports')")[0] == BOTH


def test_the_end_of_a_cell_brings_what_it_used(notebook: Notebook) -> None:
    notebook.used()
    ended = "[event['tables'] for event in events if event['event'] == 'done']"
    before = len(notebook.run(ended))
    notebook.run("notebook.beginCell('one'); sql('FROM used.airports'); notebook.endCell('one')")
    notebook.run("notebook.beginCell('two'); notebook.endCell('two')")
    eventually(lambda: len(notebook.run(ended)) == before + 2)
    one, two = (TableUse.from_json(json.loads(told)) for told in notebook.run(ended)[before:])
    assert [short(table) for table in one.read] == ["airports@0"]
    assert two == TableUse()
    notebook.run("notebook.beginCell('cell')")


def test_what_is_cached_is_read_at_the_version_of_which_it_was_made(notebook: Notebook, tmp_path: Path) -> None:
    rows = pa.table({"n": pa.array([1, 2], pa.int64())})
    write_deltalake(tmp_path / "kept", rows)
    load = f"spark.read.format('delta').load('{tmp_path}/kept')"
    notebook.run(
        f"rows = {load}.cache(); rows.collect()\ncounted = {load}.groupBy().count().cache(); counted.collect()"
    )
    write_deltalake(tmp_path / "kept", rows, mode="append")  # of which Spark is not told
    assert notebook.told("rows.where('n > 1').collect()") == (["kept@0"], [])
    assert notebook.told("counted.collect()") == (["kept@0"], [])
    notebook.run("rows.unpersist(); counted.unpersist()")
    assert notebook.told(f"{load}.collect()") == (["kept@1"], [])
    notebook.run(f"counted = {load}.groupBy().count().cache()")
    notebook.run(f"sql('INSERT INTO delta.`{tmp_path}/kept` VALUES (3)')")  # by which Spark caches it anew
    assert notebook.told("counted.collect()") == (["kept@2"], [])


def test_the_tables_of_a_frame_are_those_that_it_would_read_now(notebook: Notebook, tmp_path: Path) -> None:
    def tables(frame: str) -> list[str]:
        return [
            short(TableVersion.from_json(table))
            for table in json.loads(notebook.run(f"notebook.tablesOf({frame}._jdf)"))
        ]

    assert tables("spark.sql('SELECT count(*) FROM used.landed WHERE id > 3')") == BOTH
    assert tables("spark.sql('SELECT * FROM used.flights VERSION AS OF 0')") == ["flights@0"]
    assert tables("spark.range(3)") == []
    notebook.run("sql('CREATE OR REPLACE TABLE used.grows (n INT)'); frame = spark.table('used.grows').cache()")
    notebook.run("held = frame.select('n'); fresh = spark.table('used.grows').select('n', 'n'); frame.collect()")
    assert tables("held") == ["grows@0"]
    notebook.run("frame.unpersist(); sql('INSERT INTO used.grows VALUES (1)')")
    assert tables("held") == tables("fresh") == ["grows@1"]
    notebook.used()
    assert notebook.used() == TableUse()  # telling is no read


def test_notebooks_on_one_driver_are_not_mixed_up(notebook: Notebook, place: Workspace, tmp_path: Path) -> None:
    with Notebook(place.root) as other:
        notebook.used()
        for peer, table in ((notebook, "flights"), (other, "airports")):
            peer.start(
                f"writer = spark.readStream.table('used.{table}').writeStream.format('delta').trigger(availableNow=True)\n"
                f"stream = writer.option('checkpointLocation', '{tmp_path}/{table}-c').start('{tmp_path}/{table}-copy')\n"
                f"for _ in range(10):\n    spark.table('used.{table}').where('airport > 0').collect()\n"
                "stream.awaitTermination()"
            )
        notebook.finish(), other.finish()
        for peer, table in ((notebook, "flights@1"), (other, "airports@0")):
            use = peer.used()
            assert {short(read) for read in use.read} == {table}
            assert [short(write.table) for write in use.written] == [f"{table.partition('@')[0]}-copy@0"]


def test_a_closed_notebook_leaves_nothing(notebook: Notebook, place: Workspace) -> None:
    listeners = "sc._jsc.sc().listenerBus().listeners().size()"
    before, attached = notebook.run(listeners), count(place)
    with Notebook(place.root) as other:
        other.run("sql('FROM used.airports'); spark.table('used.airports').rdd")
    eventually(lambda: count(place) == attached)
    assert notebook.run(listeners) == before
    assert notebook.run(f"jvm.org.apache.spark.sql.lakebook.TablesRead.byRdds('{other.id}').size()") == 0


def count(place: Workspace) -> int:
    return len((driver.status(place) or {})["notebooks"])


def test_of_a_stream_that_reads_for_ever_the_first_and_the_last_are_kept(notebook: Notebook) -> None:
    notebook.run(
        "kept = jvm.lakebook.bridge.FirstAndLast(6)\nfor n in [1, 2, 1, *range(3, 99), 98]:\n    kept.add(n, n)"
    )
    assert notebook.run("(lambda seq: [seq.apply(at) for at in range(seq.size())])(kept.take())") == [
        1,
        2,
        3,
        96,
        97,
        98,
    ]
    assert notebook.run("kept.take().size()") == 0
