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
    "UNDROP TABLE t": "UNDROP",
    "-- a comment\nCREATE SHARE s": "Delta Sharing",
    "GRANT SELECT ON ANY FILE TO x": "ANY",
    "ALTER SCHEMA default ENABLE PREDICTIVE OPTIMIZATION": "OPTIMIZE and VACUUM",
    "ALTER TABLE t SET ROW FILTER f ON (id)": "make a view",
    "CREATE OR REPLACE PROCEDURE p() AS BEGIN SELECT 1; END": "%run",
    "SHOW EXTERNAL LOCATIONS": "[paths]",
    "DENY SELECT ON TABLE t TO x": "not enforced",
    "CREATE FUNCTION f(x INT) RETURNS INT LANGUAGE PYTHON AS $$ return x $$": "spark.udf.register",
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
    session.sql("CREATE TABLE wheels (id BIGINT NOT NULL, car BIGINT CONSTRAINT of_car FOREIGN KEY REFERENCES makers)")
    session.sql("ALTER TABLE wheels ADD CONSTRAINT wheels_pk PRIMARY KEY (id)")
    session.sql("INSERT INTO wheels VALUES (1, 1), (1, 1)")
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
    assert noted["wheels"] == {
        "lakebook.constraint.wheels_pk": "PRIMARY KEY (id)",
        "lakebook.constraint.of_car": "FOREIGN KEY (car) REFERENCES makers (primary key)",
    }


def test_references_may_be_a_name(session: Session) -> None:
    session.sql("CREATE OR REPLACE TABLE references (references STRUCT<references STRING, b INT>, id BIGINT)")
    session.sql("ALTER TABLE references ADD COLUMN more INT AFTER references COMMENT 'one more'")
    session.sql("INSERT INTO references SELECT named_struct('references', 'a', 'b', 1), 2, 3")
    session.sql("CREATE OR REPLACE TABLE chosen USING delta AS SELECT r.id FROM references r WHERE id > 2")
    session.sql("CREATE OR REPLACE VIEW chosen_too AS SELECT references.more AS n FROM references WHERE id > 2")
    assert session.sql("SELECT id, n FROM chosen CROSS JOIN chosen_too") == [[3, 2]]
    session.sql("DROP VIEW chosen_too")


STORE = (
    """SELECT '{"store": {"fruit": [{"weight": 8}, {"weight": 9}], "bicycle": {"price": 19.95}},"""
    """ "owner": "amy", "zip code": "94025", "fb:testid": "1234", "nothing": null}' AS raw"""
)

PATHS = [
    ("raw:owner, raw:OWNER, raw:['owner'], raw:['OWNER']", ["amy", "amy", "amy", None]),
    ("raw:`Zip Code`, raw:['fb:testid'], raw:nothing, raw:owner.x", ["94025", "1234", None, None]),
    ("raw:store.bicycle.price::double + 1, raw:Store.Bicycle", [20.95, '{"price":19.95}']),
    ("raw:store.fruit[1].weight, raw:store.fruit[*].WEIGHT", ["9", "[8,9]"]),
    ("from_json(raw:store.fruit[*], 'ARRAY<STRUCT<weight INT>>')[0].weight", [8]),
    ("parse_json(raw):store.fruit[1].weight::int, (SELECT max(raw:owner) FROM stores)", [9, "amy"]),
    ("raw:owner?::int, '5'?::int, raw:store.bicycle.price?::double::int", [None, 5, 19]),
    ("raw:STORE.fruit[*].Weight, raw:store.fruit[*]['Weight'], raw:store.fruit[*].none", ["[8,9]", None, None]),
    ("map('a', 1)['a'], named_struct('b', 2).b, TIMESTAMP'2024-01-01 10:20:30'::string", [1, 2, "2024-01-01 10:20:30"]),
]


@pytest.mark.parametrize(("columns", "row"), PATHS, ids=[columns for columns, _ in PATHS])
def test_a_path_leads_into_json(session: Session, columns: str, row: list[Any]) -> None:
    assert session.sql(f"WITH stores AS ({STORE}) SELECT {columns} FROM stores") == [row]


ELEMENTS = {
    """[{"Price": 1}, {"price": 2}, {"PRICE": 0.5}, {"cost": 4}]""": "[1,2,0.5]",
    """[{"price": {"Price": 1}, "PRICE": 9}, {"PRICE": {"Price": 2}}]""": """[{"Price":1},{"Price":2}]""",
    "[{'Price': 1}, {'price': 2}]": "[1,2]",
}


@pytest.mark.parametrize("items", ELEMENTS)
def test_each_element_has_names_of_its_own(session: Session, items: str) -> None:
    raw = '{"Items": ' + items + "}"
    session.run(f"spark.createDataFrame([({raw!r},)], 'raw STRING').createOrReplaceTempView('priced')")
    assert session.sql("SELECT raw:items[*].price FROM priced") == [[ELEMENTS[items]]]


def test_paths_are_there_for_frames_views_and_beside_parameters(session: Session) -> None:
    session.sql(f"CREATE OR REPLACE TEMP VIEW stores AS {STORE}")
    assert session.run("spark.table('stores').selectExpr('raw:owner', 'raw:store.bicycle.price?::int').columns") == [
        "owner",
        "price",
    ]
    bound = "spark.sql('SELECT :n::int FROM stores WHERE raw:owner = :who', args={'n': '3', 'who': 'amy'}).first()[0]"
    assert session.run(bound) == 3
    assert session.run("spark.sql('SELECT ?::int', args=['4']).first()[0]") == 4
    session.sql('CREATE OR REPLACE VIEW owners AS SELECT raw:owner FROM VALUES (\'{"Owner": "bob"}\') AS t(raw)')
    assert session.sql("SELECT owner FROM owners") == [["bob"]]
    session.sql("DROP VIEW owners")


NO_PATHS = {
    "SELECT 1:a": "A path leads into JSON",
    "SELECT array(1)[*]": "[*] belongs to a path",
    "SELECT parse_json('[1]'):[*]": "variant_explode",
    """SELECT j:abc FROM VALUES ('{"ABC": 1, "Abc": 2}') AS t(j)""": "ABC and Abc",
    """SELECT j:[*].abc FROM VALUES ('[{"abc": 0}, {"ABC": 1, "Abc": 2}]') AS t(j)""": "ABC and Abc",
}


@pytest.mark.parametrize("statement", NO_PATHS)
def test_a_path_that_leads_nowhere_says_why(session: Session, statement: str) -> None:
    assert NO_PATHS[statement] in session.error(statement)


def test_scripts_have_the_same_words(session: Session) -> None:
    session.sql("CREATE OR REPLACE TABLE scripted AS SELECT 1 AS id, 'a' AS name")
    script = """
        BEGIN
          IF EXISTS (SELECT 1 FROM scripted@v0) THEN
            INSERT INTO scripted REPLACE USING (id) SELECT 1 AS id, raw:Name AS name FROM VALUES ('{"name": "b"}') AS t(raw);
          END IF;
          SELECT raw:Owner FROM VALUES ('{"owner": "amy"}') AS t(raw);
        END
    """
    assert session.sql(script) == [["amy"]]
    assert session.sql("SELECT * FROM scripted") == [[1, "b"]]


OTHERWISE = [
    ("""SELECT 'a:b', "x@v1", 'y?::int', '[*]' -- a:b t@v1 x?::int [*]""", ["a:b", "x@v1", "y?::int", "[*]"]),
    ("SELECT /* a:b t@v1 x?::int [*] */ map('a:b', array(5))['a:b'][0] AS `t@v1`", [5]),
    (
        "SELECT list.auto, replace(replace, 'r', 'q'), v1 FROM"
        " (SELECT 1 AS auto, 'r' AS replace, 2 AS v1) AS list CLUSTER BY auto",
        [1, "q", 2],
    ),
    ("WITH metrics AS (SELECT 1 AS is_member) SELECT CASE is_member WHEN 1 THEN 'yes' END FROM metrics", ["yes"]),
]


@pytest.mark.parametrize(("statement", "row"), OTHERWISE, ids=[statement for statement, _ in OTHERWISE])
def test_what_only_looks_like_it_stays(session: Session, statement: str, row: list[Any]) -> None:
    assert session.sql(statement) == [row]
    session.sql(f"CREATE OR REPLACE TEMP VIEW looks AS {statement}")
    assert session.sql("SELECT * FROM looks") == [row]


def test_nobody_chooses_what_a_table_is_clustered_by(session: Session) -> None:
    session.sql("CREATE OR REPLACE TABLE clustered (id INT) CLUSTER BY AUTO COMMENT 'it'")
    session.sql("CREATE OR REPLACE TABLE clustered CLUSTER BY AUTO AS SELECT 1 AS id")
    assert session.sql("SELECT * FROM clustered") == [[1]]
    assert "changes nothing here" in session.one("ALTER TABLE clustered CLUSTER BY AUTO")
    bloom = "BLOOMFILTER INDEX ON TABLE clustered FOR COLUMNS (id OPTIONS (fpp = 0.1, numItems = 50)) OPTIONS (maxExpectedFpp = 1)"
    for statement in (
        f"CREATE {bloom}",
        "DROP BLOOMFILTER INDEX ON clustered",
        "create bloomfilter index on clustered",
    ):
        assert "changes no answer" in session.one(statement)
    assert "no table or view" in session.error("CREATE BLOOMFILTER INDEX ON TABLE nowhere FOR COLUMNS (id)")
    assert "no table or view" in session.error("ALTER TABLE nowhere CLUSTER BY AUTO")


def test_a_name_has_a_version(session: Session) -> None:
    session.sql("CREATE OR REPLACE TABLE versions (id INT)")
    created = session.sql("DESCRIBE HISTORY versions")[0][0]
    session.sql("INSERT INTO versions VALUES (1)")
    both = "SELECT (SELECT count(*) FROM default.versions@v{}), (SELECT count(*) FROM versions@v{} AS x)"
    assert session.sql(both.format(created, created + 1)) == [[0, 1]]
    assert session.run(f"spark.table('versions@v{created}').count()") == 0
    assert "TIMESTAMP" in session.error("SELECT * FROM versions@20200101000000000")
    assert "TABLE_OR_VIEW_NOT_FOUND" in session.error("SELECT * FROM nowhere@v1")
    place = session.sql("DESCRIBE DETAIL versions")[0][4]
    assert session.one(f"SELECT count(*) FROM delta.`{place}@v{created}`") == 0


def test_a_folder_is_listed(session: Session, folder: Path) -> None:
    (folder / "more").mkdir()
    listed = session.sql(f"LIST '{folder}'")
    assert [row[:3] for row in listed] == [
        [f"{folder}/_ignored.csv", "_ignored.csv", 12],
        [f"{folder}/more/", "more/", 0],
        [f"{folder}/one.csv", "one.csv", 16],
    ]
    assert listed[0][3] == (folder / "_ignored.csv").stat().st_mtime_ns // 1_000_000
    assert [row[1] for row in session.sql(f"LIST '{folder}' LIMIT 1")] == ["_ignored.csv"]
    assert "There is no folder /no/such" in session.error("LIST '/no/such'")
    assert "CREDENTIAL" in session.error("LIST 's3://x' WITH (CREDENTIAL c)")


def test_what_was_added_is_listed_by_spark(session: Session) -> None:
    assert session.sql("LIST FILES /no/such") == session.sql("LIST JAR /no/such.jar") == []
    assert all(row[0].endswith(".jar") for row in session.sql("LIST JARS"))


@pytest.fixture
def replaced(session: Session) -> Session:
    session.sql("CREATE OR REPLACE TABLE replaced (id INT, name STRING)")
    session.sql("INSERT INTO replaced VALUES (1, 'a'), (1, 'b'), (2, 'c'), (NULL, 'd')")
    return session


REPLACEMENTS = [
    (
        "INSERT INTO replaced REPLACE USING (id) SELECT * FROM VALUES (1L, 'x'), (3L, 'y'), (NULL, 'z') AS v(id, name)",
        [[None, "d"], [None, "z"], [1, "x"], [2, "c"], [3, "y"]],
    ),
    (
        "WITH new AS (SELECT 'x' AS name, 1 AS id) INSERT INTO replaced BY NAME REPLACE USING (id) SELECT * FROM new",
        [[None, "d"], [1, "x"], [2, "c"]],
    ),
    (
        "INSERT INTO replaced AS t REPLACE ON t.id <=> s.id AND t.name > 'a' (SELECT 1 AS id, 5 AS name UNION ALL SELECT NULL, 6) AS s",
        [[None, "6"], [1, "5"], [1, "a"], [2, "c"]],
    ),
    (
        "INSERT INTO replaced REPLACE USING (id) SELECT 1 AS id, 'x' AS name WHERE false",
        [[None, "d"], [1, "a"], [1, "b"], [2, "c"]],
    ),
    (
        "WITH new AS (SELECT 2 AS key) INSERT INTO replaced AS t REPLACE ON t.id = s.key (SELECT key, 'x' FROM new) AS s",
        [[None, "d"], [1, "a"], [1, "b"], [2, "x"]],
    ),
    ("INSERT INTO replaced REPLACE WHERE id = 1 SELECT 1, 'x'", [[None, "d"], [1, "x"], [2, "c"]]),
]


@pytest.mark.parametrize(("statement", "rows"), REPLACEMENTS, ids=[statement for statement, _ in REPLACEMENTS])
def test_new_rows_take_the_place_of_those_that_match(replaced: Session, statement: str, rows: list[list[Any]]) -> None:
    before = replaced.one("SELECT max(version) FROM (DESCRIBE HISTORY replaced)")
    replaced.sql(statement)
    assert replaced.sql("SELECT * FROM replaced ORDER BY id, name") == rows
    assert replaced.one("SELECT max(version) FROM (DESCRIBE HISTORY replaced)") <= before + 1


EVOLUTIONS = [
    "INSERT WITH SCHEMA EVOLUTION INTO replaced REPLACE USING (id) SELECT 1 AS id, 'x' AS name, true AS more",
    "INSERT INTO replaced WITH ('mergeSchema' = 'true') BY NAME REPLACE USING (id) SELECT true AS more, 1L AS id, 'x' AS name",
    "INSERT WITH SCHEMA EVOLUTION INTO replaced AS t REPLACE ON t.id = s.key (SELECT 1 AS key, 'x', true AS more) AS s",
]


@pytest.mark.parametrize("statement", EVOLUTIONS)
def test_the_table_may_get_columns_with_rows_that_are_replaced(replaced: Session, statement: str) -> None:
    replaced.sql(statement)
    assert replaced.sql("SELECT id, name, more FROM replaced ORDER BY id, name") == [
        [None, "d", None],
        [1, "x", True],
        [2, "c", None],
    ]
    assert [row[1] for row in replaced.sql("DESCRIBE TABLE replaced")] == ["int", "string", "boolean"]


NO_REPLACEMENTS = {
    "INSERT INTO replaced REPLACE USING (id) SELECT 1, 'x'": "SELECT … AS id",
    "INSERT INTO replaced REPLACE USING (name) SELECT 'x' AS name, 1 AS id": "SELECT … AS name",
    "INSERT INTO replaced REPLACE USING (id) SELECT 1 AS id": "1 columns, and replaced has 2",
    "INSERT INTO replaced BY NAME REPLACE USING (id) SELECT 1 AS id, 2 AS more": "no column more",
    "INSERT INTO replaced REPLACE USING (no) SELECT 1 AS id, 'x' AS name": "`no`",
    "INSERT WITH SCHEMA EVOLUTION INTO replaced REPLACE USING (id) SELECT 1 AS id": "1 columns, and replaced has 2",
    "INSERT INTO replaced AS t REPLACE ON t.id IN (SELECT 1) (SELECT 1, 'x') AS s": "MERGE does",
}


@pytest.mark.parametrize("statement", NO_REPLACEMENTS)
def test_rows_are_not_replaced_by_what_does_not_fit(replaced: Session, statement: str) -> None:
    assert NO_REPLACEMENTS[statement] in replaced.error(statement)
    assert len(replaced.sql("SELECT * FROM replaced")) == 4


def test_functions_are_kept_in_every_catalog(session: Session) -> None:
    session.sql("CREATE SCHEMA main.functions")
    try:
        session.sql("USE main.functions")
        session.sql("CREATE TABLE numbers AS SELECT 1 AS n")
        session.sql("CREATE FUNCTION more(x INT) RETURNS INT COMMENT 'one more' RETURN x + 1")
        session.sql("CREATE VIEW seen AS SELECT main.functions.more(n) AS n FROM numbers")
        assert ["main.functions.more"] in session.sql("SHOW USER FUNCTIONS")
        session.sql("USE spark_catalog.default")
        session.sql(
            "CREATE FUNCTION main.functions.all_more(by INT) RETURNS TABLE (n INT)"
            " RETURN SELECT main.functions.more(n) + by FROM main.functions.numbers"
        )
        both = "SELECT main.functions.more(1), (SELECT max(n) FROM main.functions.all_more(10))"
        assert session.sql(both) == [[2, 12]]
        assert session.sql("SELECT * FROM main.functions.seen") == [[2]]
        assert ["Function: main.functions.more"] in session.sql("DESCRIBE FUNCTION main.functions.more")
        assert ["main.functions.all_more"] in session.sql("SHOW USER FUNCTIONS IN main.functions")
        session.sql("DROP FUNCTION main.functions.more")
        assert "UNRESOLVED_ROUTINE" in session.error("SELECT main.functions.more(1)")
    finally:
        session.sql("USE spark_catalog.default")
        session.sql("DROP SCHEMA main.functions CASCADE")


MISSING = ["ai_query('m', 'x')", "h3_longlatash3(1, 2, 3)", "is_member('x')", "secret('a', 'b')", "current_metastore()"]


@pytest.mark.parametrize("call", MISSING)
def test_a_function_that_is_missing_is_named(session: Session, call: str) -> None:
    assert f"{call.split('(')[0]}() is not here" in session.error(f"SELECT (SELECT {call})")
