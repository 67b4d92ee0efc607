"""SQL of Databricks' that Spark and Delta have not: translated, or refused with the name of what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.spark.peer import PeerError
from runtime.spark.test_catalogs import Session

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def session(workspace: Path) -> Iterator[Session]:
    with Session(workspace) as session:
        yield session
        session.run("[spark.sql(f'DROP TABLE IF EXISTS {name}') for name in ('loaded', 'shown')]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "one.csv").write_text("id,name\n1,a\n2,b\n")
    (tmp_path / "in" / "_ignored.csv").write_text("id,name\n9,z\n")
    return tmp_path / "in"


def copied(session: Session, more: str, folder: Path, table: str = "loaded") -> int:
    statement = f"COPY INTO {table} FROM '{folder}' FILEFORMAT = CSV FORMAT_OPTIONS ('header' = 'true') {more}"
    rows, inserted, skipped = session.sql(statement)[0]
    assert rows == inserted and skipped == 0
    return int(rows)


@pytest.fixture
def loaded(session: Session) -> Session:
    session.sql("DROP TABLE IF EXISTS loaded")
    session.sql("CREATE TABLE loaded (id BIGINT, name STRING)")
    return session


def test_copy_into_loads_each_file_once(loaded: Session, folder: Path) -> None:
    assert copied(loaded, "", folder) == 2
    assert copied(loaded, "", folder) == 0
    (folder / "more").mkdir()
    (folder / "more" / "two.csv").write_text("id,name\n3,c\n")
    assert copied(loaded, "", folder) == 1
    assert loaded.sql("SELECT * FROM loaded ORDER BY id") == [[1, "a"], [2, "b"], [3, "c"]]
    assert copied(loaded, "COPY_OPTIONS ('force' = 'true')", folder) == 3
    assert [row[4] for row in loaded.sql("DESCRIBE HISTORY loaded")] == ["WRITE", "WRITE", "WRITE", "CREATE TABLE"]


def test_copy_into_remembers_after_many_commits(loaded: Session, folder: Path) -> None:
    assert copied(loaded, "", folder) == 2
    for _ in range(11):  # of which Delta makes a checkpoint
        loaded.sql("INSERT INTO loaded VALUES (0, '')")
    assert copied(loaded, "", folder) == 0


def test_copy_into_chooses_files_and_columns(loaded: Session, folder: Path) -> None:
    (folder / "two.csv").write_text("id,name\n3,c\n")
    assert copied(loaded, "", folder / "two.csv") == 1
    one = f"COPY INTO loaded FROM '{folder}' FILEFORMAT = CSV PATTERN = 'o*.csv' FORMAT_OPTIONS ('header' = 'true')"
    assert loaded.sql(one)[0][0] == 2
    files = (
        f"COPY INTO loaded FROM (SELECT id + 10 AS id, upper(name) AS name FROM '{folder}') "
        "FILEFORMAT = CSV FILES = ('one.csv') FORMAT_OPTIONS ('header' = 'true') COPY_OPTIONS ('force' = 'true')"
    )
    assert loaded.sql(files)[0][0] == 2
    assert loaded.sql("SELECT * FROM loaded WHERE id > 9 ORDER BY id") == [[11, "A"], [12, "B"]]


def test_copy_into_adds_columns_when_it_may(loaded: Session, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,name,more\n1,a,x\n")
    with pytest.raises(PeerError, match=r"files have more, which the table loaded has not.*mergeSchema"):
        copied(loaded, "", tmp_path)
    assert copied(loaded, "COPY_OPTIONS ('mergeSchema' = 'true')", tmp_path) == 1
    assert loaded.sql("SELECT * FROM loaded") == [[1, "a", "x"]]


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("COPY INTO loaded FROM '/no/such' FILEFORMAT = CSV", "There is no file /no/such"),
        ("COPY INTO loaded FROM '/tmp'", "FILEFORMAT is expected at its end"),
        ("COPY INTO nowhere FROM '/tmp' FILEFORMAT = CSV", "TABLE_OR_VIEW_NOT_FOUND"),
    ],
)
def test_copy_into_says_what_is_wrong(loaded: Session, statement: str, said: str) -> None:
    assert said in loaded.error(statement)


def test_read_files(session: Session, folder: Path) -> None:
    assert session.sql(f"SELECT * FROM read_files('{folder}', format => 'csv', header => true)") == [[1, "a"], [2, "b"]]
    assert session.sql(f"SELECT id + 1 FROM read_files('{folder}/one.csv', header => 'true') WHERE name = 'b'") == [[3]]
    assert session.sql(f"SELECT * FROM read_files('{folder}', schema => 'id STRING, name STRING', header => true)")[
        0
    ] == ["1", "a"]
    session.run(f"spark.range(3).write.parquet('{folder}/p')")
    assert session.one(f"SELECT count(*) FROM read_files('{folder}/p')") == 3
    assert "There is no file" in session.error("SELECT * FROM read_files('/no/such')")


HERE = [
    ("SELECT id FROM range(4) QUALIFY row_number() OVER (ORDER BY id DESC) = 1", [[3]]),
    ("SELECT * EXCEPT (b) FROM (SELECT 1 AS a, 2 AS b)", [[1]]),
    ("""SELECT x FROM (SELECT j:a AS x FROM (SELECT parse_json('{"a": 1}') AS j)) WHERE x::int = 1""", None),
    ("SELECT a FROM VALUES (1), (2) AS v(a) |> WHERE a > 1", [[2]]),
]


@pytest.mark.parametrize(("statement", "rows"), HERE, ids=[statement for statement, _ in HERE])
def test_queries(session: Session, statement: str, rows: list[list[Any]] | None) -> None:
    found = session.sql(statement)
    assert len(found) == 1 if rows is None else found == rows


def test_a_delta_table_says_how_it_is_made(session: Session) -> None:
    made = "CREATE TABLE shown (id BIGINT COMMENT 'it''s', p STRING) PARTITIONED BY (p) COMMENT 'all' TBLPROPERTIES ('a' = 'b')"
    session.sql("DROP TABLE IF EXISTS shown")
    session.sql(made)
    said = session.one("SHOW CREATE TABLE shown")
    session.sql("DROP TABLE shown")
    session.sql(said)
    assert session.one("SHOW CREATE TABLE shown") == said
    assert "PARTITIONED BY (p)" in said and "'a' = 'b'" in said and "COMMENT 'all'" in said


REFUSED = {
    "CREATE STREAMING TABLE st AS SELECT * FROM STREAM(t)": "Pipelines",
    "CREATE OR REFRESH LIVE TABLE st AS SELECT 1": "Pipelines",
    "APPLY CHANGES INTO LIVE.x FROM STREAM(y) KEYS (id) SEQUENCE BY id": "Pipelines",
    "CREATE MATERIALIZED VIEW mv AS SELECT 1": "Materialized views",
    "CACHE SELECT * FROM t": "CACHE SELECT",
    "FSCK REPAIR TABLE t": "FSCK",
    "CREATE BLOOMFILTER INDEX ON TABLE t FOR COLUMNS (id)": "Bloom filter",
    "UNDROP TABLE t": "UNDROP",
    "-- a comment\nCREATE SHARE s": "Delta Sharing",
    "GRANT SELECT ON ANY FILE TO x": "ANY",
}


@pytest.mark.parametrize("statement", REFUSED)
def test_what_is_missing_is_named_in_one_sentence(session: Session, statement: str) -> None:
    said = session.error(statement)
    assert said.startswith("AnalysisException: ") and REFUSED[statement] in said and "\n" not in said


def test_settings_of_databricks_are_taken(session: Session) -> None:
    session.sql("SET spark.databricks.io.cache.enabled = true")
    assert session.run("spark.conf.get('spark.databricks.io.cache.enabled')") == "true"
    session.run("spark.conf.set('spark.databricks.adaptive.autoOptimizeShuffle.enabled', True)")
    session.sql("SET spark.databricks.delta.optimizeWrite.enabled = true")
    assert session.run("spark.conf.get('spark.databricks.delta.optimizeWrite.enabled')") == "true"
    session.run("spark.conf.unset('spark.databricks.delta.optimizeWrite.enabled')")


def test_what_a_table_says_of_itself_is_a_table_in_queries(session: Session) -> None:
    session.sql("CREATE TABLE told (id BIGINT)")
    session.sql("INSERT INTO told VALUES (1)")
    assert session.sql("SELECT max(version) FROM (DESCRIBE HISTORY told) AS h") == [[1]]
    assert session.sql("WITH d AS (DESC DETAIL default.told) SELECT format, '(DESCRIBE HISTORY x)' FROM d") == [
        ["delta", "(DESCRIBE HISTORY x)"]
    ]
    both = "SELECT count(*) FROM (DESCRIBE HISTORY told) CROSS JOIN (DESCRIBE HISTORY delta.`{}`)"
    assert session.sql(both.format(session.sql("DESCRIBE DETAIL told")[0][4].removeprefix("file:"))) == [[4]]


def test_another_version_is_merged(session: Session) -> None:
    session.sql("CREATE TABLE source AS SELECT 1 AS id, 'old' AS what")
    session.sql("UPDATE source SET what = 'new'")
    session.sql("CREATE TABLE target (id INT, what STRING)")
    session.sql("MERGE INTO target AS t USING source VERSION AS OF 0 s ON t.id = s.id WHEN NOT MATCHED THEN INSERT *")
    assert session.sql("SELECT * FROM target") == [[1, "old"]]


def test_keys_are_noted(session: Session) -> None:
    session.sql("CREATE TABLE makers (id BIGINT NOT NULL, name STRING, CONSTRAINT makers_pk PRIMARY KEY (id))")
    session.sql(
        "CREATE OR REPLACE TABLE main.default.cars (id BIGINT NOT NULL PRIMARY KEY, maker BIGINT,"
        " CONSTRAINT of_maker FOREIGN KEY (maker) REFERENCES makers (id), FOREIGN KEY (id) REFERENCES default.makers)"
    )
    session.sql("CREATE TABLE wheels (id BIGINT NOT NULL)")
    session.sql("ALTER TABLE wheels ADD CONSTRAINT wheels_pk PRIMARY KEY (id)")
    session.sql("INSERT INTO wheels VALUES (1), (1)")
    noted = {
        table: {key: value for key, value in session.sql(f"SHOW TBLPROPERTIES {table}") if "constraint" in key}
        for table in ("makers", "main.default.cars", "wheels")
    }
    assert noted["makers"] == {"lakebook.constraint.makers_pk": "PRIMARY KEY (id)"}
    assert noted["main.default.cars"]["lakebook.constraint.of_maker"] == "FOREIGN KEY (maker) REFERENCES makers (id)"
    assert sorted(noted["main.default.cars"].values()) == [
        "FOREIGN KEY (id) REFERENCES default.makers (primary key)",
        "FOREIGN KEY (maker) REFERENCES makers (id)",
        "PRIMARY KEY (id)",
    ]
    assert noted["wheels"] == {"lakebook.constraint.wheels_pk": "PRIMARY KEY (id)"}
