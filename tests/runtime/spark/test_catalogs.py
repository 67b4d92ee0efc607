"""Catalogs, volumes, tags and privileges in SQL and PySpark, as a workspace's driver keeps them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import find_workspace
from lakebook.spark import driver
from lakebook.spark.tables import find_table, tables
from lakebook.tracking.tables import TableUse
from runtime.spark.peer import Peer, PeerError, eventually

pytestmark = pytest.mark.spark


class Session(Peer):
    """A notebook that runs SQL."""

    def sql(self, text: str) -> list[list[Any]]:
        found: list[list[Any]] = self.run(f"[list(row) for row in spark.sql({text!r}).collect()]")
        return found

    def one(self, text: str) -> Any:
        return self.sql(text)[0][0]

    def error(self, text: str) -> str:
        with pytest.raises(PeerError) as refused:
            self.sql(text)
        return str(refused.value)


@pytest.fixture(scope="module")
def session(workspace: Path) -> Iterator[Session]:
    with Session(workspace) as session:
        session.run("from delta.tables import DeltaTable")
        session.sql("CREATE CATALOG dev COMMENT 'for trying'")
        session.sql("CREATE SCHEMA dev.sales")
        yield session
        session.sql("USE CATALOG spark_catalog")
        session.sql("DROP CATALOG IF EXISTS dev CASCADE")


@pytest.fixture
def t(session: Session) -> Session:
    """A session in its own catalog, and the table dev.sales.t: version 1 of it has 1 and 2."""
    session.sql("USE CATALOG spark_catalog")
    session.sql("DROP TABLE IF EXISTS dev.sales.t")
    session.sql("CREATE TABLE dev.sales.t (id BIGINT COMMENT 'the id', name STRING) COMMENT 'about t'")
    session.sql("INSERT INTO dev.sales.t VALUES (1, 'a'), (2, 'b')")
    return session


def test_the_first_catalog_is_there_and_the_sessions_own_is_current(session: Session) -> None:
    catalogs = {row[0] for row in session.sql("SHOW CATALOGS")}
    assert catalogs >= {"main", "dev", "hive_metastore", "spark_catalog"}
    assert session.sql("SELECT current_catalog(), current_schema()") == [["spark_catalog", "default"]]
    assert session.sql("SHOW SCHEMAS IN main") == [["default"], ["information_schema"]]
    session.sql("CREATE TABLE main.default.first AS SELECT 1 AS n")
    assert session.one("SELECT main.default.first.n FROM main.default.first") == 1
    session.sql("DROP TABLE main.default.first")


def test_hive_metastore_is_the_sessions_own_catalog(session: Session) -> None:
    session.sql("CREATE TABLE mine AS SELECT 7 AS n")
    assert session.one("SELECT n FROM hive_metastore.default.mine") == 7
    assert session.one("SELECT n FROM spark_catalog.default.mine") == 7
    assert not [row for row in session.sql("SHOW SCHEMAS") if "__" in row[0]], (
        "schemas of other catalogs are not its own"
    )
    session.sql("DROP TABLE hive_metastore.default.mine")


CHANGES = [
    ("UPDATE dev.sales.t SET name = 'c' WHERE id = 1", [[1, "c"], [2, "b"]]),
    ("DELETE FROM dev.sales.t WHERE id = 1", [[2, "b"]]),
    (
        "MERGE INTO dev.sales.t USING (SELECT 3 AS id, 'd' AS name) u ON t.id = u.id WHEN NOT MATCHED THEN INSERT *",
        [[1, "a"], [2, "b"], [3, "d"]],
    ),
    ("RESTORE TABLE dev.sales.t TO VERSION AS OF 0", []),
    ("OPTIMIZE dev.sales.t ZORDER BY (id)", [[1, "a"], [2, "b"]]),
    ("VACUUM dev.sales.t", [[1, "a"], [2, "b"]]),
    ("ALTER TABLE dev.sales.t ADD COLUMN more INT", [[1, "a", None], [2, "b", None]]),
    ("ANALYZE TABLE dev.sales.t COMPUTE STATISTICS FOR ALL COLUMNS", [[1, "a"], [2, "b"]]),
    ("ANALYZE TABLE dev.sales.t COMPUTE DELTA STATISTICS", [[1, "a"], [2, "b"]]),
]


@pytest.mark.parametrize(("statement", "rows"), CHANGES, ids=[statement for statement, _ in CHANGES])
def test_a_table_of_a_catalog_is_a_delta_table_like_any(t: Session, statement: str, rows: list[list[Any]]) -> None:
    t.sql(statement)
    assert t.sql("SELECT * FROM dev.sales.t ORDER BY id") == rows
    assert t.one("SELECT count(*) FROM dev.sales.t VERSION AS OF 1") == 2
    history = t.sql("DESCRIBE HISTORY dev.sales.t")
    assert [row[4] for row in history[-2:]] == ["WRITE", "CREATE TABLE"]


FROM_PYTHON = [
    "spark.table('dev.sales.t').count()",
    "DeltaTable.forName(spark, 'dev.sales.t').toDF().count()",
    "spark.read.option('versionAsOf', 1).table('dev.sales.t').count()",
    "spark.table('dev.sales.t').write.mode('overwrite').saveAsTable('dev.sales.saved'); spark.table('dev.sales.saved').count()",
    "spark.table('dev.sales.t').write.format('parquet').saveAsTable('dev.sales.plain'); spark.table('dev.sales.plain').count()",
    "spark.table('dev.sales.t').writeTo('dev.sales.saved').createOrReplace(); spark.table('dev.sales.saved').count()",
    "spark.catalog.setCurrentCatalog('dev'); spark.catalog.setCurrentDatabase('sales'); spark.table('t').count()",
    "spark.catalog.setCurrentCatalog('dev'); DeltaTable.forName(spark, 'sales.t').toDF().count()",
    "DeltaTable.createOrReplace(spark).tableName('dev.sales.saved').addColumn('n', 'INT').execute().toDF().count() + 2",
]


@pytest.mark.parametrize("code", FROM_PYTHON)
def test_pyspark_and_delta_take_names_of_three_parts(t: Session, code: str) -> None:
    for made in ("saved", "plain"):
        t.sql(f"DROP TABLE IF EXISTS dev.sales.{made}")
    assert t.run(code) == 2


def test_use_and_views(t: Session) -> None:
    t.sql("USE CATALOG dev")
    assert t.sql("SELECT current_catalog(), current_schema()") == [["dev", "default"]]
    t.sql("USE SCHEMA sales")
    t.sql("CREATE OR REPLACE VIEW v (n COMMENT 'number') AS SELECT id FROM t")
    t.sql("CREATE OR REPLACE TEMP VIEW of_session AS SELECT 1")
    t.sql("USE CATALOG spark_catalog")
    assert t.sql("SELECT n FROM dev.sales.v ORDER BY n") == [[1], [2]], "its names mean what they did when it was made"
    t.sql("ALTER VIEW dev.sales.v AS SELECT 5 AS n")
    assert t.sql("SELECT * FROM dev.sales.v") == [[5]]
    assert [row[1] for row in t.sql("SHOW VIEWS IN dev.sales") if not row[2]] == ["v"]
    assert {"t", "v"} <= {row[1] for row in t.sql("SHOW TABLES IN dev.sales")}
    t.sql("DROP VIEW dev.sales.v")
    assert "TABLE_OR_VIEW_NOT_FOUND" in t.error("SELECT * FROM dev.sales.v")


def test_tables_that_are_not_deltas(t: Session) -> None:
    t.sql("CREATE TABLE dev.sales.parts (n INT, part STRING) USING parquet PARTITIONED BY (part)")
    t.sql("INSERT INTO dev.sales.parts VALUES (1, 'x'), (2, 'y')")
    assert t.sql("SELECT n FROM dev.sales.parts WHERE part = 'y'") == [[2]]
    t.sql("CREATE TABLE dev.sales.selected USING csv AS SELECT id, name FROM dev.sales.t")
    assert t.one("SELECT count(*) FROM dev.sales.selected") == 2
    t.sql("DROP TABLE dev.sales.parts")
    t.sql("DROP TABLE dev.sales.selected")


def test_clones(t: Session) -> None:
    for made in ("shallow", "deep"):
        t.sql(f"DROP TABLE IF EXISTS dev.sales.{made}")
    t.sql("CREATE TABLE dev.sales.shallow SHALLOW CLONE dev.sales.t VERSION AS OF 0")
    assert t.one("SELECT count(*) FROM dev.sales.shallow") == 0
    about = t.run("spark.sql('CREATE TABLE dev.sales.deep DEEP CLONE dev.sales.t').first().asDict()")
    assert about["source_num_of_files"] == about["num_copied_files"] > 0
    t.sql("CREATE TABLE IF NOT EXISTS dev.sales.deep CLONE dev.sales.shallow")
    t.sql("DELETE FROM dev.sales.t")
    t.run("spark.conf.set('spark.databricks.delta.retentionDurationCheck.enabled', 'false')")
    t.sql("VACUUM dev.sales.t RETAIN 0 HOURS")
    assert t.sql("SELECT * FROM dev.sales.deep ORDER BY id") == [[1, "a"], [2, "b"]], "its files are its own"
    assert t.one("SELECT comment FROM dev.information_schema.columns WHERE table_name = 'deep' AND column_name = 'id'")


def test_catalogs_are_made_and_dropped(session: Session, tmp_path: Path) -> None:
    session.sql(f"CREATE CATALOG placed MANAGED LOCATION '{tmp_path}/root'")
    assert "already" in session.error("CREATE CATALOG placed")
    session.sql("CREATE CATALOG IF NOT EXISTS placed")
    session.sql("CREATE SCHEMA placed.a")
    session.sql(f"CREATE SCHEMA IF NOT EXISTS placed.b COMMENT 'other' MANAGED LOCATION '{tmp_path}/other'")
    session.sql("CREATE TABLE placed.a.t AS SELECT 1 AS n")
    session.sql("CREATE TABLE placed.b.t AS SELECT 1 AS n")
    assert (tmp_path / "root" / "a" / "t").is_dir() and (tmp_path / "other" / "t").is_dir()
    described = dict(session.sql("DESCRIBE CATALOG EXTENDED placed"))
    assert described["Catalog Name"] == "placed" and described["Storage Root"].endswith("root")
    assert "a, b" in session.error("DROP CATALOG placed")
    session.sql("DROP CATALOG placed CASCADE")
    session.sql("DROP CATALOG IF EXISTS placed")
    assert "no catalog placed: there are" in session.error("USE CATALOG placed")
    assert "no catalog placed" in session.error("SELECT * FROM placed.a.t")
    assert "stays" in session.error("DROP CATALOG main CASCADE")
    for name in ("a__b", "`a-b`", "spark_catalog", "default"):
        assert "catalog" in session.error(f"CREATE CATALOG {name}")


def test_catalogs_belong_to_the_workspace(t: Session, workspace: Path) -> None:
    with Session(workspace) as other:
        assert other.one("SELECT count(*) FROM dev.sales.t") == 2
        other.sql("CREATE CATALOG others")
        t.sql("CREATE TABLE others.default.t AS SELECT 3 AS n")
        assert other.sql("SELECT * FROM others.default.t") == [[3]]
        t.sql("DROP CATALOG others CASCADE")
        assert "no catalog others" in other.error("SELECT * FROM others.default.t")


def test_what_is_read_and_written_has_its_name_as_users_write_it(t: Session, workspace: Path) -> None:
    t.sql("DROP TABLE IF EXISTS dev.sales.copied")
    t.run("notebook.tablesUsed()")
    t.sql("CREATE TABLE dev.sales.copied AS SELECT * FROM dev.sales.t")
    used = TableUse.from_json(json.loads(t.run("notebook.tablesUsed()")))
    assert [table.name for table in used.read] == ["dev.sales.t"]
    assert [(write.table.name, write.sources[0].name) for write in used.written] == [
        ("dev.sales.copied", "dev.sales.t")
    ]
    known = find_workspace(workspace)
    eventually(lambda: find_table(tables(known), "copied", "dev.sales"))
    t.sql("USE dev.sales")
    assert t.run("notebook.schema()") == "dev.sales"
    t.sql("USE spark_catalog.default")
    assert t.run("notebook.schema()") == "default"


def test_comments_and_tags(t: Session) -> None:
    t.sql("COMMENT ON CATALOG dev IS 'changed'")
    assert dict(t.sql("DESCRIBE CATALOG dev"))["Comment"] == "changed"
    t.sql("COMMENT ON SCHEMA dev.sales IS 'what is sold'")
    assert dict(row[:2] for row in t.sql("DESCRIBE SCHEMA dev.sales"))["Comment"] == "what is sold"
    t.sql("COMMENT ON TABLE dev.sales.t IS 'new'")
    t.sql("COMMENT ON COLUMN dev.sales.t.name IS 'it''s a name'")
    of_t = "WHERE table_schema = 'sales' AND table_name = 't'"
    assert t.one(f"SELECT comment FROM dev.information_schema.tables {of_t}") == "new"
    columns = t.sql(
        f"SELECT column_name, ordinal_position, data_type, comment FROM dev.information_schema.columns {of_t}"
    )
    assert columns[0] == ["id", 1, "LONG", "the id"] and columns[1][:3] == ["name", 2, "STRING"]
    t.sql("ALTER TABLE dev.sales.t SET TAGS ('cost' = 'high', 'pii')")
    t.sql("ALTER TABLE dev.sales.t UNSET TAGS ('pii')")
    t.sql("SET TAG ON TABLE dev.sales.t team = ml")
    t.sql("ALTER TABLE dev.sales.t ALTER COLUMN name SET TAGS ('pii' = 'yes')")
    tags = "SELECT tag_name, tag_value FROM dev.information_schema"
    assert t.sql(f"{tags}.table_tags WHERE table_name = 't'") == [["cost", "high"], ["team", "ml"]]
    assert t.sql(f"{tags}.column_tags WHERE column_name = 'name'") == [["pii", "yes"]]
    assert "no column" in t.error("ALTER TABLE dev.sales.t ALTER COLUMN none SET TAGS ('a')")
    t.sql("ALTER TABLE dev.sales.t RENAME TO dev.sales.renamed")
    assert t.sql(f"{tags}.table_tags WHERE table_name = 'renamed'") == [["cost", "high"], ["team", "ml"]]
    t.sql("DROP TABLE dev.sales.renamed")
    t.sql("CREATE TABLE dev.sales.renamed (n INT)")
    assert t.sql(f"{tags}.table_tags WHERE table_name = 'renamed'") == [], "another table of that name has none"
    t.sql("DROP TABLE dev.sales.renamed")


def test_privileges_are_noted_and_said_not_to_be_enforced(t: Session) -> None:
    assert "not enforced" in t.one("GRANT SELECT, MODIFY ON TABLE dev.sales.t TO `data team`")
    t.sql("GRANT USE CATALOG ON CATALOG dev TO `ann@example.com`")
    t.sql("GRANT ALL PRIVILEGES ON SCHEMA dev.sales TO ann")
    t.sql("REVOKE MODIFY ON TABLE dev.sales.t FROM `data team`")
    assert t.sql("SHOW GRANTS ON TABLE dev.sales.t") == [
        ["ann@example.com", "USE CATALOG", "CATALOG", "dev"],
        ["ann", "ALL PRIVILEGES", "SCHEMA", "dev.sales"],
        ["data team", "SELECT", "TABLE", "dev.sales.t"],
    ]
    assert len(t.sql("SHOW GRANTS `data team` ON dev.sales.t")) == 1
    assert "no table or view dev.sales.none" in t.error("GRANT SELECT ON TABLE dev.sales.none TO ann")
    assert "privilege is expected" in t.error("GRANT ON TABLE dev.sales.t TO ann")


def test_volumes(t: Session, workspace: Path, tmp_path: Path) -> None:
    folder = find_workspace(workspace).state / "volumes" / "dev" / "sales"
    t.sql("CREATE VOLUME dev.sales.files COMMENT 'mine'")
    assert (folder / "files").is_dir()
    assert "already" in t.error("CREATE VOLUME dev.sales.files")
    (tmp_path / "x.txt").write_text("x")
    t.sql(f"CREATE EXTERNAL VOLUME IF NOT EXISTS dev.sales.outside LOCATION '{tmp_path}'")
    assert (folder / "outside" / "x.txt").read_text() == "x"
    assert t.sql("SHOW VOLUMES IN dev.sales") == [["sales", "files"], ["sales", "outside"]]
    assert t.sql("DESCRIBE VOLUME dev.sales.files")[0][5:] == ["MANAGED", "mine"]
    t.sql("COMMENT ON VOLUME dev.sales.files IS 'ours'")
    assert t.one("SELECT comment FROM dev.information_schema.volumes WHERE volume_name = 'files'") == "ours"
    t.sql("DROP VOLUME dev.sales.files")
    t.sql("DROP VOLUME dev.sales.outside")
    assert not list(folder.iterdir()) and (tmp_path / "x.txt").exists()
    assert "no volume dev.sales.files" in t.error("DROP VOLUME dev.sales.files")
    assert "no folder of this machine" in t.error("CREATE EXTERNAL VOLUME dev.sales.far LOCATION 's3://x/y'")


def test_a_later_driver_has_the_same_catalogs(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").write_text("[spark]\nmaster = 'local[1]'\n")
    try:
        with Session(tmp_path) as first:
            first.sql("CREATE CATALOG kept")
            first.sql("CREATE TABLE kept.default.t AS SELECT 4 AS n")
            first.sql("ALTER TABLE kept.default.t SET TAGS ('a' = 'b')")
        driver.stop(find_workspace(tmp_path))
        with Session(tmp_path) as second:
            assert second.sql("SELECT * FROM kept.default.t") == [[4]]
            assert len(second.sql("SELECT * FROM kept.information_schema.table_tags")) == 1
    finally:
        driver.stop(find_workspace(tmp_path))
