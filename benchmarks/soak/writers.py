"""Kinds of cells that write the tables of all notebooks, and views of one's own."""

from __future__ import annotations

from benchmarks.soak.cells import Desk, Kind, Make, uses
from benchmarks.soak.model import DRIVER
from benchmarks.soak.tables import KEYS, ROWS
from benchmarks.soak.trial import Fails, Runs, Shows, Trial, cell

_APPEND = {
    "python": "spark.range({rows}).selectExpr(\"'{batch}' AS batch\", 'CAST(id AS INT) AS i')"
    f".write.mode('append').saveAsTable('{ROWS}')",
    "sql": f"INSERT INTO {ROWS} SELECT '{{batch}}', CAST(id AS INT) FROM range({{rows}})",
    "r": f"write_table(data.frame(batch = '{{batch}}', i = 0:({{rows}} - 1)), '{ROWS}', mode = 'append')",
    "scala": 'spark.range({rows}).selectExpr("\'{batch}\' AS batch", "CAST(id AS INT) AS i")'
    f'.write.mode("append").saveAsTable("{ROWS}")',
}
_MERGE = (
    f"MERGE INTO {KEYS} t USING (SELECT '{{key}}' AS k, {{value}} AS v) s ON t.k = s.k "
    "WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT *"
)
#: how Delta refuses one of two writers at once
REFUSED = Fails(("CONCURRENT", "Concurrent"))
#: keys of one notebook
KEYS_EACH = 5


def appends(language: str) -> Make:
    def make(desk: Desk) -> Trial:
        rows = desk.random.randrange(1, 30)
        code = cell(language, _APPEND[language].format(batch=desk.stamp, rows=rows))

        def wrote(sure: bool) -> None:
            desk.tables.appended(desk.stamp, rows, sure=sure)

        return Trial("append", language, code, then=wrote, uses=uses(language, {DRIVER}))

    return make


def merges(language: str) -> Make:
    def make(desk: Desk) -> Trial:
        key = f"{desk.stamp.split('-')[0]}/{desk.random.randrange(KEYS_EACH)}"
        value = desk.random.randrange(10**6)
        statement = _MERGE.format(key=key, value=value)
        code = cell(language, statement if language == "sql" else f'spark.sql("{statement}")')

        def wrote(sure: bool) -> None:
            desk.tables.merged(key, value, sure=sure)

        return Trial("merge", language, code, Runs(), wrote, uses(language, {DRIVER}), refusal=REFUSED)

    return make


def reads(desk: Desk) -> Trial:
    """Whatever the others do meanwhile, no batch is seen in part or twice."""
    code = (
        f"SELECT concat('=[', count(*) FILTER (WHERE n != m + 1 OR n != d), ']=') AS answer FROM "
        f"(SELECT batch, count(*) AS n, max(i) AS m, count(DISTINCT i) AS d FROM {ROWS} GROUP BY batch)"
    )
    language = desk.random.choice(["sql", "duckdb"])
    return Trial("read table", language, cell(language, code), Shows(frozenset({"0"})), uses=uses(language))


WRITERS = [
    *(Kind("append", language, appends(language), 0.8) for language in _APPEND),
    *(Kind("merge", language, merges(language), 0.8) for language in ("sql", "python", "scala")),
    Kind("read table", "sql", reads, 0.8),
]
