"""A frame of Spark that is used in memory is collected once per version of what it reads, and anew where none is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.live import Notebook

pytestmark = [pytest.mark.spark, pytest.mark.r]

#: counts, in the kernel, how often each name is collected
COUNT = """
from collections import Counter
from lakebook_kernel.languages.frames import spark as _frames
collected, _collect = Counter(), _frames.arrow_of
def _counted(frame, limit, name="name"):
    collected[name] += 1
    return _collect(frame, limit, name)
_frames.arrow_of = _counted
"""


@pytest.fixture(scope="module")
def counting(notebook: Notebook) -> Iterator[Notebook]:
    notebook.good(COUNT)
    notebook.good("spark.range(5).withColumnRenamed('id', 'n').write.saveAsTable('versions_of_numbers')")
    yield notebook
    notebook.good("_frames.arrow_of = _collect")


def use_in_r(notebook: Notebook, name: str) -> str:
    return notebook.good(f"%r\ncat('sum', sum({name}$n))").text


def use_in_duckdb(notebook: Notebook, name: str) -> str:
    return notebook.good(f"%duckdb\nSELECT concat('sum ', sum(n)) AS total FROM {name}").text


USES = {"r": use_in_r, "duckdb": use_in_duckdb}
use = pytest.mark.parametrize("language", USES)


def collected(notebook: Notebook, name: str) -> int:
    return int(notebook.good(f"print(collected['{name}'])").text)


LASTING = {
    "local": "spark.range(5).toDF('n')",
    "delta": "spark.table('versions_of_numbers')",
    "aggregate": "spark.table('versions_of_numbers').groupBy('n').count().select('n')",
    "query": "spark.sql('WITH t AS (SELECT * FROM versions_of_numbers WHERE n IN (SELECT id FROM range(5)))"
    ' SELECT n, row_number() OVER (ORDER BY n) AS place, upper(parse_url(concat("http://h/", n), "PATH")) AS p FROM t\')',
    "ordered": "spark.table('versions_of_numbers').groupBy().agg({'n': 'collect_list'}).selectExpr('explode(`collect_list(n)`) AS n')",
    "old": "spark.sql('SELECT * FROM versions_of_numbers VERSION AS OF 0')",
    "checkpoint": "spark.range(5).toDF('n').localCheckpoint()",
    "cached": "spark.table('versions_of_numbers').where('n >= 0').cache()",
}


@use
@pytest.mark.parametrize("frame", LASTING)
def test_what_cannot_have_changed_is_collected_once(counting: Notebook, frame: str, language: str) -> None:
    name = f"lasting_{frame}_{language}"
    counting.good(f"{name} = {LASTING[frame]}")
    for _ in range(3):
        assert "sum 10" in USES[language](counting, name)
    assert collected(counting, name) == 1


CHANGING = {
    "chance": "spark.range(5).selectExpr('id AS n', 'rand() AS x')",
    "moment": "spark.range(5).selectExpr('id AS n', 'current_timestamp() AS x')",
    "day": "spark.range(5).toDF('n').where('current_date() > make_date(2000, 1, 1)')",
    "user": "spark.range(5).selectExpr('id AS n', 'current_user() AS x')",
    "udf": "spark.range(5).select(__import__('pyspark').sql.functions.udf(lambda n: n, 'long')('id').alias('n'))",
    "pandas": "spark.range(5).toDF('n').mapInPandas(lambda parts: parts, 'n long')",
    "rdd": "sc.parallelize([(n,) for n in range(5)]).toDF('n long')",
    "file": "spark.read.parquet(f'{folder}/versions').selectExpr('n', 'input_file_name() AS x')",
    "subquery": "spark.sql('SELECT id AS n FROM range(5) WHERE (SELECT rand() * max(id) FROM range(2)) < 2')",
}


@use
@pytest.mark.parametrize("frame", CHANGING)
def test_what_may_have_changed_is_collected_by_every_cell(
    counting: Notebook, tmp_path: Path, frame: str, language: str
) -> None:
    name = f"changing_{frame}_{language}"
    counting.good(f"folder = {str(tmp_path)!r}\nspark.range(5).toDF('n').write.parquet(f'{{folder}}/versions')")
    counting.good(f"{name} = {CHANGING[frame]}")
    for _ in range(2):
        assert "sum 10" in USES[language](counting, name)
    assert collected(counting, name) == 2


@use
def test_a_scala_dataset_is_collected_once_per_version(counting: Notebook, language: str) -> None:
    table, lasting, changing = (f"{word}_of_scala_{language}" for word in ("numbers", "lasting", "changing"))
    counting.good(f"spark.range(5).toDF('n').write.saveAsTable('{table}')")
    counting.good(f'%scala\nval {lasting} = spark.table("{table}").as[Long].toDF')
    counting.good(f'%scala\nval {changing} = spark.table("{table}").as[Long].map(_ + 0).toDF("n")')
    for _ in range(2):
        assert "sum 10" in USES[language](counting, lasting)
        assert "sum 10" in USES[language](counting, changing)
    assert (collected(counting, lasting), collected(counting, changing)) == (1, 2)
    counting.good(f"%sql\nINSERT INTO {table} VALUES (100)")
    assert "sum 110" in USES[language](counting, lasting)


CHANGES = {
    "insert": "%sql\nINSERT INTO {table} VALUES (100)",
    "merge": "%sql\nMERGE INTO {table} t USING (SELECT 4L AS n) s ON t.n = s.n WHEN MATCHED THEN UPDATE SET n = 104",
    "overwrite": "spark.createDataFrame([(110,)], 'n long').write.mode('overwrite').saveAsTable('{table}')",
    "delete and insert": '%scala\nspark.sql("DELETE FROM {table}")\nspark.sql("INSERT INTO {table} VALUES (110)")',
    "another writer": "import deltalake, pyarrow\n"
    "where = spark.sql('DESCRIBE DETAIL {table}').first().location\n"
    "deltalake.write_deltalake(where, pyarrow.table({{'n': [100]}}), mode='append')",
}


@use
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_a_delta_table_is_seen(counting: Notebook, change: str, language: str) -> None:
    table = f"changed_{change}_{language}".replace(" ", "_")
    counting.good(f"spark.range(5).toDF('n').write.saveAsTable('{table}')")
    counting.good(f"frame_{table} = spark.table('{table}').where('n IS NOT NULL')")
    assert "sum 10" in USES[language](counting, f"frame_{table}")
    counting.good(CHANGES[change].format(table=table))
    for _ in range(2):
        assert "sum 110" in USES[language](counting, f"frame_{table}")
    assert collected(counting, f"frame_{table}") == 2


@use
def test_a_change_by_another_notebook_is_seen(counting: Notebook, neighbour: Notebook, language: str) -> None:
    table = f"changed_elsewhere_{language}"
    counting.good(f"spark.range(5).toDF('n').write.saveAsTable('{table}')\nframe_{table} = spark.table('{table}')")
    assert "sum 10" in USES[language](counting, f"frame_{table}")
    neighbour.good(f"%sql\nINSERT INTO {table} VALUES (100)")
    assert "sum 110" in USES[language](counting, f"frame_{table}")


@use
def test_a_table_made_anew_is_seen(counting: Notebook, language: str) -> None:
    table = f"made_anew_{language}"
    make = "spark.range({n}).toDF('n').write.saveAsTable('{table}')"
    counting.good(make.format(n=5, table=table) + f"\nframe_{table} = spark.table('{table}')")
    assert "sum 10" in USES[language](counting, f"frame_{table}")
    counting.good(f"%sql\nDROP TABLE {table}")
    counting.good(make.format(n=3, table=table))
    assert "sum 3" in USES[language](counting, f"frame_{table}")


FILES = {
    "parquet": "pandas.DataFrame({{'n': {values}}}).to_parquet({path!r})",
    "csv": "pandas.DataFrame({{'n': {values}}}).to_csv({path!r}, index=False)",
    "json": "pandas.DataFrame({{'n': {values}}}).to_json({path!r}, orient='records', lines=True)",
}
READ = {"parquet": "", "csv": ".schema('n long').option('header', True)", "json": ""}


@use
@pytest.mark.parametrize("kind", FILES)
def test_a_rewritten_file_is_seen(counting: Notebook, tmp_path: Path, kind: str, language: str) -> None:
    name, path = f"of_{kind}_{language}", str(tmp_path / f"numbers.{kind}")
    counting.good("import pandas, os\n" + FILES[kind].format(values=[1, 2, 3], path=path))
    counting.good(f"{name} = spark.read{READ[kind]}.{kind}({path!r})")
    for _ in range(2):
        assert "sum 6" in USES[language](counting, name)
    assert collected(counting, name) == 1
    # as long as before, and with the time of before
    counting.good(f"times = os.stat({path!r})\n" + FILES[kind].format(values=[1, 2, 4], path=path))
    counting.good(f"os.utime({path!r}, ns=(times.st_atime_ns, times.st_mtime_ns))")
    assert "sum 7" in USES[language](counting, name)


@use
def test_a_changed_setting_is_seen(counting: Notebook, tmp_path: Path, language: str) -> None:
    name, moments = f"in_a_zone_{language}", tmp_path / "moments.csv"
    moments.write_text("1970-01-02 00:00:00\n")
    counting.good(f"{name} = spark.read.schema('t timestamp').csv({str(moments)!r}).selectExpr('unix_seconds(t) AS n')")
    try:
        for zone, seconds in (("UTC", 86400), ("Asia/Tokyo", 54000)):
            counting.good(f"spark.conf.set('spark.sql.session.timeZone', '{zone}')")
            assert f"sum {seconds}" in USES[language](counting, name)
    finally:
        counting.good("spark.conf.unset('spark.sql.session.timeZone')")


@use
def test_a_name_bound_anew_is_collected_anew(counting: Notebook, language: str) -> None:
    name = f"bound_anew_{language}"
    for rows, total in ((5, 10), (3, 3)):
        counting.good(f"{name} = spark.range({rows}).toDF('n')")
        assert f"sum {total}" in USES[language](counting, name)


@use
def test_what_is_cached_no_longer_is_collected_anew(counting: Notebook, language: str) -> None:
    name = f"uncached_{language}"
    counting.good(f"{name} = spark.range(7).where('id < 5').toDF('n').cache()")
    for _ in range(2):
        USES[language](counting, name)
    counting.good(f"{name}.unpersist()")
    USES[language](counting, name)
    assert collected(counting, name) == 2
