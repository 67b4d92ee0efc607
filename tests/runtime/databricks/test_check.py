"""``lakebook check`` lists what is used and not supported, in every language and file, and never what is only said."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import nbformat
import pytest
from ipykernel.zmqshell import KernelMagics
from IPython.core import magics as ipython

from lakebook.cli import WRONG_USE, main
from lakebook.config import find_workspace
from lakebook.databricks import source
from lakebook.databricks.check import magics
from lakebook.databricks.check.command import FOUND
from lakebook.databricks.check.notebook import Finding, findings
from lakebook.databricks.check.unsupported import UNSUPPORTED
from lakebook.databricks.languages import LANGUAGES, Language, named
from runtime.databricks.archives import archive, command, notebook
from runtime.databricks.test_source import BETWEEN, HEAD

Captured = pytest.CaptureFixture[str]
OURS = sorted((Path(__file__).parents[3] / "notebooks/databricks").iterdir())


def found(folder: Path, *cells: str, language: str = "python") -> list[Finding]:
    """What is found in a source file of these cells."""
    known = named(language)
    assert known is not None
    mark = f"{known.comment} Databricks notebook source\n"
    text = mark + f"\n\n{known.comment} COMMAND ----------\n\n".join(cells) + "\n"
    return findings(source.reads(text, known), folder / f"etl{known.suffix}", find_workspace(folder))


def texts(folder: Path, *cells: str) -> list[str]:
    """What is found in cells of Python, as it is printed."""
    return list(map(str, found(folder, *cells)))


def whats(folder: Path, cell: str, language: str = "python") -> list[str]:
    """What is found in a cell, without the sentences."""
    return [one.what for one in found(folder, cell, language=language)]


#: code of each language, and what of it is not here
EXAMPLES = [
    ("python", "dbutils.credentials.showRoles()", ["dbutils.credentials.showRoles"]),
    ("python", "dbutils.library.installPyPI('x', version='1')", ["dbutils.library.installPyPI", 'dbutils.library.installPyPI("x")']),
    ("python", "dbutils.preview", ["dbutils.preview"]),
    ("python", "from dbruntime.databricks_repl_context import get_context", ["import dbruntime"]),
    ("python", "import dlt\n\n@dlt.table\ndef t(): ...", ["import dlt"]),
    ("python", "from pyspark import pipelines as dp", ["import pyspark.pipelines"]),
    ("python", "from databricks.feature_store import A, B", ["import databricks.feature_store"]),
    ("python", "from databricks import feature_engineering", ["import databricks.feature_engineering"]),
    ("python", "import databricks.automl as auto", ["import databricks.automl"]),
    ("python", "import databricks.koalas as ks", ["import databricks.koalas"]),
    ("python", "from databricks.sdk import WorkspaceClient", ["import databricks.sdk"]),
    ("python", 'mlflow.set_registry_uri("databricks-uc")', []),
    ("python", 'spark.readStream.format("cloudFiles").load(x)', ['format("cloudFiles")']),
    ("python", 'spark.read.format("snowflake").load()', ['format("snowflake")']),
    ("python", 'df.write.save(p, format="avro")', ['format("avro")']),
    ("python", '"{} and more".format("kafka")', []),
    ("python", 'spark.read.csv(f"s3a://{bucket}/x.csv")', ["s3a://"]),
    ("python", 'spark.read.json("/databricks-datasets/iot")', ["/databricks-datasets/iot"]),
    ("python", 'spark.table("samples.nyctaxi.trips")', ["samples.nyctaxi.trips"]),
    ("python", 'spark.sql(f"SELECT ai_query(\'m\', {x}) FROM t")', ["ai_query()"]),
    ("python", 'df.selectExpr("id", "ai_mask(name)")', ["ai_mask()"]),
    ("python", "!aws s3 cp s3://b/x .", ["s3://b/x"]),
    ("sql", "CREATE OR REFRESH  STREAMING\nTABLE t AS SELECT 1", ["CREATE OR REFRESH STREAMING TABLE"]),
    ("sql", "create live table t as select 1", ["CREATE LIVE TABLE"]),
    ("sql", "GRANT CREATE TABLE, CREATE MATERIALIZED VIEW ON SCHEMA s TO `a`; UNDROP TABLE t", ["UNDROP TABLE"]),
    ("sql", "-- once\nCREATE POLICY p ON SCHEMA s", ["CREATE POLICY"]),
    ("sql", "CREATE TABLE streaming (live INT)", []),
    ("sql", "CREATE MATERIALIZED VIEW v AS SELECT 1", ["CREATE MATERIALIZED VIEW"]),
    ("sql", "APPLY CHANGES INTO t FROM STREAM s KEYS (id)", ["APPLY CHANGES INTO"]),
    ("sql", "SELECT * FROM system.billing.usage", ["system.billing.usage"]),
    ("sql", "ALTER TABLE t SET ROW FILTER f ON (c)", ["SET ROW FILTER"]),
    ("sql", "CREATE SHARE s; SELECT share FROM t", ["CREATE SHARE"]),
    ("sql", "CREATE CONNECTION c TYPE mysql", ["CREATE CONNECTION"]),
    ("sql", "INSERT INTO t REPLACE USING (id) SELECT 1; CREATE TABLE c (id INT) CLUSTER BY AUTO", []),
    ("sql", "UNDROP TABLE t", ["UNDROP TABLE"]),
    ("sql", "SYNC SCHEMA a FROM b", ["SYNC SCHEMA"]),
    ("sql", "FSCK REPAIR TABLE t", ["FSCK REPAIR TABLE"]),
    ("sql", "SHOW GROUPS", ["SHOW GROUPS"]),
    ("sql", "CREATE OR REPLACE PROCEDURE p() AS BEGIN END", ["CREATE OR REPLACE PROCEDURE"]),
    ("sql", "ALTER TABLE t ENABLE PREDICTIVE OPTIMIZATION", ["ENABLE PREDICTIVE OPTIMIZATION"]),
    ("sql", "LIST 'dbfs:/x' LIMIT 3; SELECT raw:store.fruit[*]::string FROM t@v1", []),
    ("sql", "LIST 'dbfs:/x' WITH (CREDENTIAL c)", ["LIST '' WITH"]),
    ("sql", "CACHE SELECT * FROM t", ["CACHE SELECT"]),
    ("sql", "CREATE FUNCTION f() RETURNS INT LANGUAGE PYTHON AS $$ return 1 $$", ["LANGUAGE PYTHON"]),
    ("sql", "SELECT * FROM event_log('x')", ["event_log()"]),
    ("sql", "SELECT * FROM read_kafka(x => 1)", ["read_kafka()"]),
    ("sql", "SELECT * FROM cloud_files('/x', 'json')", ["cloud_files()"]),
    ("sql", "SELECT IS_MEMBER('a'), secret('s', 'k'), h3_longlatash3(1, 2, 3)", ["is_member()", "secret()", "h3_longlatash3()"]),
    ("sql", "SELECT * FROM parquet.`abfss://c@a.dfs.core.windows.net/x`", ["abfss://c@a.dfs.core.windows.net/x"]),
    ("r", "x <- SparkR::gapply(df, 'k', f, schema)", ["gapply"]),
    ("r", "model <- spark.glm(df, y ~ x)", ["spark.glm"]),
    ("r", "s <- read.stream('json', path = p)", ["read.stream"]),
    ("r", "sparkR.callJMethod(x, 'y')", ["sparkR.callJMethod"]),
    ("r", "t <- spark_read_csv(sc, 't', p)", ["spark_read_csv"]),
    ("r", 'df <- read.df("gs://b/x.csv", source = "csv")', ["gs://b/x.csv"]),
    ("r", 'df <- sql("SELECT ai_gen(x) FROM t")', ["ai_gen()"]),
    ("r", "dbutils.credentials.showRoles()", ["dbutils.credentials.showRoles"]),
    ("scala", "import com.databricks.service._", ["import com.databricks"]),
    ("scala", 'spark.readStream.format("cloudFiles").load("x")', ['format("cloudFiles")']),
    ("scala", 'spark.sql(s"""UNDROP TABLE $t""")', ["UNDROP TABLE"]),
    ("scala", "dbutils\n  .credentials.showRoles", ["dbutils.credentials.showRoles"]),
    ("python", "# MAGIC %conda install x", ["%conda"]),
    ("python", "# MAGIC %restart_python", ["%restart_python"]),
    ("python", "# MAGIC %fs\n# MAGIC mount wasbs://c@a.blob.core.windows.net /mnt/x", ["wasbs://c@a.blob.core.windows.net"]),
    ("sql", "-- MAGIC %python\n-- MAGIC import dlt", ["import dlt"]),
    ("sql", "-- MAGIC %py\n-- MAGIC import dlt", ["import dlt"]),
    ("python", "# MAGIC %sql UNDROP TABLE t", ["UNDROP TABLE"]),
    ("python", "# MAGIC %sql -o frame\n# MAGIC UNDROP TABLE t", ["UNDROP TABLE"]),
    ("python", "# MAGIC %SQL\n# MAGIC UNDROP TABLE t", ["UNDROP TABLE"]),
    ("sql", "-- MAGIC %Python\n-- MAGIC import dlt", ["import dlt"]),
    ("python", "# MAGIC %MD\n# MAGIC UNDROP TABLE t", []),
    ("python", "# MAGIC %PIP install dlt", ["%PIP"]),
    ("python", "# MAGIC %%time\n# MAGIC dbutils.credentials", ["dbutils.credentials"]),
    ("python", "%timeit -n1 -r1 dbutils.credentials", ["dbutils.credentials"]),
    ("python", "try:\n    %pip install dlt\nexcept Exception:\n    dbutils.meta", ["dbutils.meta"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "code", "expected"), EXAMPLES, ids=[code[:40] for _, code, _ in EXAMPLES])
def test_what_is_not_here_is_found_in_each_language(
    language: str, code: str, expected: list[str], tmp_path: Path
) -> None:
    assert sorted(set(whats(tmp_path, code, language))) == sorted(expected)


def test_every_row_of_the_table_has_an_example(tmp_path: Path) -> None:
    told = {one.about for language, code, _ in EXAMPLES for one in found(tmp_path, code, language=language)}
    untold = [row.pattern for row in UNSUPPORTED if row.instead not in told]
    assert not untold
    assert all(row.instead.endswith(".") for row in UNSUPPORTED)


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", '# import dlt, s3://b\n"""dbutils.credentials and s3://b."""\nprint("import dlt; UNDROP TABLE t")'),
        ("python", "def f():\n    '''Reads s3://b.'''\n"),
        ("python", "try:\n    import dlt\nexcept ImportError:\n    dlt = None"),
        ("sql", "-- UNDROP TABLE t\n/* s3://b /* ai_gen(x) */ ai_gen(y) */ SELECT 'UNDROP TABLE t', `UNDROP TABLE t`"),
        ("sql", "SELECT 'it''s -- ' AS a, \"x \\\" ai_gen(1)\" AS b -- ai_gen(1)"),
        ("r", "# gapply s3://b\nx <- 'gapply(1)'; y <- r\"(gapply \" s)\"; lapply(x, f)"),
        ("scala", "// dbutils.credentials\n/* import com.databricks.x */ val a = \"dbutils.credentials\"; val c = '\"'; val d = 'x"),
        ("python", "# MAGIC %md s3://b and %conda"),
        ("python", "# MAGIC %sh\n# MAGIC echo hi # s3://b"),
        ("python", "# MAGIC %skip\n# MAGIC import dlt"),
    ],
)  # fmt: skip
def test_what_is_only_said_is_not_found(language: str, code: str, tmp_path: Path) -> None:
    assert found(tmp_path, code, language=language) == []


def test_settings_that_bring_jars_bring_cloud_storage_and_connectors(tmp_path: Path) -> None:
    cell = 'spark.read.format("kafka").load("s3://b"), dbutils.credentials'
    assert whats(tmp_path, cell) == ["dbutils.credentials", 'format("kafka")', "s3://b"]
    (tmp_path / "lakebook.toml").write_text('[spark.conf]\n"spark.jars.packages" = "a:b:1"\n')
    assert whats(tmp_path, cell) == ["dbutils.credentials"]


def test_a_copy_of_databricks_sample_data_is_found_where_it_was_put(tmp_path: Path) -> None:
    cell = 'spark.read.json("/databricks-datasets/iot")'
    assert whats(tmp_path, cell) == ["/databricks-datasets/iot"]
    (tmp_path / ".lakebook" / "dbfs" / "databricks-datasets").mkdir(parents=True)
    assert whats(tmp_path, cell) == []


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("%nothere x", ["cell 1: %nothere: there is no such magic, of a language, Databricks' or IPython's."]),
        ("# MAGIC %nothere", ["cell 1: %nothere: there is no such magic, of a language, Databricks' or IPython's."]),
        ("%load_ext theirs\n%theirs", []),
        ("%matplotlib inline\nx = !ls\nx?\nawait y", []),
        ("x = 1\n%sql SELECT 1", ["cell 1: %sql: it begins a cell; put what follows in a cell of its own."]),
        (
            "x = 1\n# MAGIC %sql SELECT 1",
            ["cell 1: %sql: it stands below code, and is a comment there; put a separator before it."],
        ),
        (
            "# MAGIC %sql SELECT 1\nx = 1",
            ["cell 1: MAGIC: the cell goes on without it, and is not run; put a separator between the two."],
        ),
        ("x = = 1", ["cell 1: not Python: line 1: invalid syntax"]),
    ],
)
def test_cells_that_do_not_run_as_they_are(cell: str, expected: list[str], tmp_path: Path) -> None:
    assert texts(tmp_path, cell) == expected


def test_a_magic_may_stand_below_comments(tmp_path: Path) -> None:
    (tmp_path / "one.ipynb").write_text("{}")
    cell = "\n# Files\n%sql\nUNDROP TABLE t"
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell), nbformat.v4.new_raw_cell("import dlt")])
    told = findings(made, tmp_path / "one.ipynb", find_workspace(tmp_path))
    assert [(one.cell, one.what) for one in told] == [(1, "UNDROP TABLE")]


def test_notebooks_that_are_run_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for name in ("parts/one.py", "two.scala", "three.ipynb"):
        (tmp_path / name).write_text("")
    (tmp_path / "lakebook.toml").write_text("")
    there = [
        "%run -i parts/one.py some arguments",
        "%run $path",
        "%run {folder}/x",
        "%run ./parts/one",
        '%run "./two"',
        '%run ./three $year="2013"',
        "%run /parts/one",
        "%run ./parts/one.py",
    ]
    missing = ["%run ./four # not here", "%run /Workspace/parts/five", 'dbutils.notebook.run("./six", 60)']
    cells = [f"# MAGIC {cell}" if cell.startswith("%") else cell for cell in (*there, *missing)]
    sentence = "there is no such notebook, with or without a suffix such as .py."
    assert texts(tmp_path, *cells) == [
        f"cell 9: ./four: {sentence}",
        f"cell 10: /Workspace/parts/five: {sentence}",
        f"cell 11: ./six: {sentence}",
    ]


def test_packages_that_are_not_installed(tmp_path: Path) -> None:
    (tmp_path / "beside.py").write_text("")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/below.py").write_text("")
    cells = [
        "import os, pandas, beside, nothere_at_all\nfrom nothere_at_all.part import x\nfrom . import y",
        "# MAGIC %pip install -q 'Other_There[extra]>=1'",
        "import other_there, below, cv2.x, google.cloud.nothere\nimport sys\nsys.path.append('lib')",
    ]
    assert texts(tmp_path, *cells) == [
        "cell 1: import nothere_at_all: not installed; %pip install nothere-at-all",
        "cell 3: import cv2: not installed; %pip install opencv-python",
        "cell 3: import google.cloud.nothere: not installed; %pip install google-cloud-nothere",
    ]


def test_modules_at_the_workspaces_root_are_found_from_any_folder(tmp_path: Path) -> None:
    (tmp_path / "lakebook.toml").touch()
    (tmp_path / "shared.py").touch()
    (tmp_path / "etl").mkdir()
    assert texts(tmp_path / "etl", "import shared, missing_here") == [
        "cell 1: import missing_here: not installed; %pip install missing-here"
    ]


@pytest.mark.parametrize("cell", ["# MAGIC %pip install -r ../needs.txt", "import sys\nsys.path.append(somewhere())"])
def test_a_notebook_that_may_find_its_packages_is_believed(cell: str, tmp_path: Path) -> None:
    assert found(tmp_path, cell, "import nothere_at_all") == []


def test_every_format_is_read(tmp_path: Path, capsys: Captured) -> None:
    files = []
    for language in LANGUAGES:
        files.append(tmp_path / f"a{language.suffix}")
        files[-1].write_text(_marked(language, "%sql UNDROP TABLE t"))
    files.append(tmp_path / "b.ipynb")
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("%sql UNDROP TABLE t")]), files[-1])
    one = notebook("sql", command("UNDROP TABLE t", 1))
    files.append(archive(tmp_path / "c.dbc", {"labs/one.sql": one, "two.python": notebook("python", command("1", 1))}))
    sentence = "What is dropped is gone; RESTORE goes back in a table that is there."
    assert main(["check", *map(str, files)]) == FOUND
    expected = [f"{file}: cell 1: UNDROP TABLE: {sentence}" for file in files[:-1]]
    inside = [f"{files[-1]}:labs/one.sql: cell 1: UNDROP TABLE: {sentence}", f"{files[-1]}:two.python: nothing found"]
    assert capsys.readouterr().out.splitlines() == [*expected, *inside]
    assert main(["check", f"{files[-1]}:two"]) == 0


def _marked(language: Language, magic: str) -> str:
    return f"{language.comment} Databricks notebook source\n{language.comment} MAGIC {magic}\n"


def test_the_exit_code_says_what_was_found(tmp_path: Path, capsys: Captured) -> None:
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(f"{HEAD}1{BETWEEN}2\n")
    bad.write_text(f"{HEAD}1{BETWEEN}dbutils.credentials.showRoles()\n")
    assert main(["check", str(good)]) == 0
    assert main(["check", str(good), str(bad)]) == FOUND
    out = capsys.readouterr().out.splitlines()
    assert out[:2] == [f"{good}: nothing found"] * 2
    assert out[2].startswith(f"{bad}: cell 2: dbutils.credentials.showRoles: Cloud roles are not here")
    missing = tmp_path / "none.py"
    assert main(["check", str(missing), str(bad)]) == WRONG_USE
    told = capsys.readouterr()
    assert told.err == f"lakebook: {missing} cannot be read: No such file or directory.\n"
    assert told.out.startswith(f"{bad}: cell 2")


def test_nothing_is_run(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    assert found(tmp_path, f"open({str(touched)!r}, 'w')\n!touch {touched}", f"# MAGIC %sh touch {touched}") == []
    assert not touched.exists()


def test_our_own_notebooks_use_nothing_that_is_not_here(capsys: Captured) -> None:
    assert {file.suffix for file in OURS} == {language.suffix for language in LANGUAGES}
    assert main(["check", *map(str, OURS)]) == 0, capsys.readouterr().out


def test_the_magics_of_ipython_and_its_kernel_are_known() -> None:
    parts = [import_module(f"{ipython.__name__}.{part.name}") for part in iter_modules(ipython.__path__)]
    kinds = [
        kind for part in parts for kind in vars(part).values() if inspect.isclass(kind) and hasattr(kind, "magics")
    ]
    there = {name for kind in (*kinds, KernelMagics) for names in kind.magics.values() for name in names}
    assert {"timeit", "writefile", "connect_info"} <= there
    assert not {name for name in there if name.isidentifier()} - magics.KNOWN
