"""The list of tables, read without a driver."""

from __future__ import annotations

from pathlib import Path

from lakebook.config import find_workspace
from lakebook.spark.tables import Table, catalogs, find_table, tables


def test_a_workspace_that_has_had_no_driver_has_no_tables(tmp_path: Path) -> None:
    assert tables(find_workspace(tmp_path)) == []


def test_tables_are_found_by_name_and_by_schema(tmp_path: Path) -> None:
    workspace = find_workspace(tmp_path)
    rows = '{"schema":"default","name":"a","location":"/x/a","provider":"delta"}'
    rows += ',{"schema":"sales","name":"v","location":null,"provider":"view"}'
    (workspace.make_state() / "tables.json").write_text(f'{{"tables":[{rows}]}}')
    known = tables(workspace)
    assert find_table(known, "A") == Table("default", "a", "/x/a", "delta")
    assert find_table(known, "V", "Sales") == Table("sales", "v", None, "view")
    assert find_table(known, "v") is None and find_table(known, "sales.v") is None


def test_tables_of_catalogs_are_found_by_both_names(tmp_path: Path) -> None:
    known = [Table("sales", "t", "/x/own", "delta"), Table("main.sales", "t", "/x/main", "delta")]
    own, main = known
    assert find_table(known, "t", "sales") == find_table(known, "T", "Hive_Metastore.sales") == own
    assert find_table(known, "t", "spark_catalog.Sales") == own
    assert find_table(known, "t", "main.sales") == main
    assert find_table(known, "t", "dev.sales") is None


def test_catalogs_are_those_of_the_tables_and_those_that_are_always_there() -> None:
    assert catalogs([]) == {"main", "spark_catalog", "hive_metastore"}
    assert catalogs([Table("sales", "t", None, "view"), Table("dev.sales", "t", None, "view")]) == {
        "dev",
        *catalogs([]),
    }
