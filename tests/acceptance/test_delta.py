"""Delta from all four languages: history, reading by version and by timestamp, restore, clone, the change feed."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from acceptance.live import Notebook

#: version 0 makes the table, 1 writes ids 0 to 4, 2 deletes id 0, 3 adds id 10; ``moment`` is a time between 2 and 3
PREPARE = """
import time
spark.sql("DROP TABLE IF EXISTS {t}"); spark.sql("DROP TABLE IF EXISTS {t}_copy")
spark.sql("CREATE TABLE {t} (id BIGINT) TBLPROPERTIES (delta.enableChangeDataFeed = true)")
spark.sql("INSERT INTO {t} SELECT * FROM range(5)")
spark.sql("DELETE FROM {t} WHERE id = 0")
time.sleep(1.1)
moment = spark.sql("SELECT CAST(current_timestamp() AS STRING)").first()[0]
time.sleep(0.1)
spark.sql("INSERT INTO {t} VALUES (10)")
moment
"""

ASK = {
    "python": {
        "history": "spark.sql('DESCRIBE HISTORY {t}').count()",
        "version": "spark.read.option('versionAsOf', 1).table('{t}').count()",
        "timestamp": "spark.read.option('timestampAsOf', '{moment}').table('{t}').count()",
        "restore": (
            "from delta.tables import DeltaTable\nDeltaTable.forName(spark, '{t}').restoreToVersion(1)\nspark.table('{t}').count()"
        ),
        "clone": "spark.sql('CREATE TABLE {t}_copy SHALLOW CLONE {t} VERSION AS OF 1')\nspark.table('{t}_copy').count()",
        "changes": (
            "spark.read.option('readChangeFeed', 'true').option('startingVersion', 2).table('{t}')"
            ".where(\"_change_type = 'delete'\").count()"
        ),
    },
    "sql": {
        "history": "DESCRIBE HISTORY {t};\nSELECT count(*) FROM (SELECT 1 FROM _sqldf)",
        "version": "SELECT count(*) FROM {t} VERSION AS OF 1",
        "timestamp": "SELECT count(*) FROM {t} TIMESTAMP AS OF '{moment}'",
        "restore": "RESTORE TABLE {t} TO VERSION AS OF 1;\nSELECT count(*) FROM {t}",
        "clone": "CREATE TABLE {t}_copy SHALLOW CLONE {t} VERSION AS OF 1;\nSELECT count(*) FROM {t}_copy",
        "changes": "SELECT count(*) FROM table_changes('{t}', 2) WHERE _change_type = 'delete'",
    },
    "r": {
        "history": "nrow(sql('DESCRIBE HISTORY {t}'))",
        "version": "sql('SELECT count(*) AS n FROM {t} VERSION AS OF 1')$n",
        "timestamp": "sql(\"SELECT count(*) AS n FROM {t} TIMESTAMP AS OF '{moment}'\")$n",
        "restore": "invisible(sql('RESTORE TABLE {t} TO VERSION AS OF 1'))\nnrow(sql('SELECT * FROM {t}'))",
        "clone": "invisible(sql('CREATE TABLE {t}_copy SHALLOW CLONE {t} VERSION AS OF 1'))\nnrow(sql('SELECT * FROM {t}_copy'))",
        "changes": "nrow(sql(\"SELECT * FROM table_changes('{t}', 2) WHERE _change_type = 'delete'\"))",
    },
    "scala": {
        "history": 'io.delta.tables.DeltaTable.forName(spark, "{t}").history().count()',
        "version": 'spark.read.option("versionAsOf", 1).table("{t}").count()',
        "timestamp": 'spark.read.option("timestampAsOf", "{moment}").table("{t}").count()',
        "restore": 'io.delta.tables.DeltaTable.forName(spark, "{t}").restoreToVersion(1)\nspark.table("{t}").count()',
        "clone": 'spark.sql("CREATE TABLE {t}_copy SHALLOW CLONE {t} VERSION AS OF 1")\nspark.table("{t}_copy").count()',
        "changes": (
            'spark.read.option("readChangeFeed", "true").option("startingVersion", 2).table("{t}")'
            ".where(\"_change_type = 'delete'\").count()"
        ),
    },
}
#: rows, by what was asked; what changes the table comes last
EXPECTED = {"history": 4, "version": 5, "timestamp": 4, "clone": 5, "changes": 1, "restore": 5}


@pytest.fixture(scope="module")
def prepared(notebook: Notebook) -> Callable[[str], str]:
    """Makes a table when it is first asked for; gives the ``moment`` of its history."""
    return cache(lambda table: notebook.good(PREPARE.replace("{t}", table)).text.strip().strip("'"))


@pytest.mark.parametrize("what", EXPECTED)
@pytest.mark.parametrize("language", ASK)
def test_delta(notebook: Notebook, prepared: Callable[[str], str], language: str, what: str) -> None:
    table = f"delta_{language}"
    moment = prepared(table)
    code = ASK[language][what].replace("{t}", table).replace("{moment}", moment)
    shown = notebook.good(code if language == "python" else f"%{language}\n{code}").text
    numbers = shown.replace("=", " ").replace("|", " ").split()
    assert str(EXPECTED[what]) in numbers, shown
