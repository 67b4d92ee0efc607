"""What the editor is told of SQL, of half-written code too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.attached import AttachedHost
from lakebook_kernel.languages.sql import SqlLanguage

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def sql(attached: AttachedHost) -> Iterator[SqlLanguage]:
    language = SqlLanguage(attached)
    language.start()
    spark = attached.spark()
    spark.sql("CREATE SCHEMA shop")
    spark.sql("CREATE TABLE shop.orders (id BIGINT, amount DOUBLE)")
    spark.sql("CREATE TEMP VIEW `größe` AS SELECT 1 AS wide")
    yield language
    spark.sql("DROP SCHEMA shop CASCADE")


def completed(sql: SqlLanguage, code: str) -> dict[str, str]:
    found = sql.complete(code, len(code))
    assert found is not None
    return dict(zip(found.matches, found.kinds, strict=True))


def test_a_schema_and_a_dot_are_its_tables(sql: SqlLanguage) -> None:
    assert completed(sql, "SELECT * FROM shop.") == {"orders": "table"}
    assert completed(sql, "SELECT * FROM shop.orders o JOIN shop.") == {"orders": "table"}


@pytest.mark.parametrize("half", ["shop..", "a.b.c.d.e.", "`shop`.`or"])
def test_a_half_written_table_is_no_table(sql: SqlLanguage, half: str) -> None:
    assert completed(sql, f"SELECT am FROM {half} JOIN shop.orders WHERE amo") == {"amount": "column"}


def test_columns_of_a_table_in_quotes(sql: SqlLanguage) -> None:
    assert completed(sql, "SELECT * FROM `größe` WHERE wid") == {"wide": "column"} | completed(sql, "SELECT wid")
    assert completed(sql, "SELECT * FROM `shop`.`orders` o WHERE o.") == {"id": "column", "amount": "column"}
    assert sql.inspect("SELECT wide FROM `größe`", 9) == {"text/plain": "größe.wide: int"}


def test_documentation_of_a_table_and_a_dot(sql: SqlLanguage) -> None:
    assert sql.inspect("SELECT shop.orders.", 19) == {"text/plain": "shop.orders\n  id: bigint\n  amount: double"}
