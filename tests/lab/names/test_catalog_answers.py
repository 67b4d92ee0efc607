"""What the lab tells of the catalog: read from files, without any driver."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lab.names.conftest import tables
from lakebook.config import Workspace, find_workspace
from lakebook.lab.answers import Refused
from lakebook.lab.catalog import delta, listed
from lakebook.lab.workspaces import NoSuchFolder, Workspaces
from lakebook.spark.tables import FILE, Table


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "lakebook.toml").touch()
    tables(tmp_path)
    return find_workspace(tmp_path)


def names(rows: list[dict[str, Any]]) -> list[str]:
    return [row["name"] for row in rows]


def test_catalogs_and_schemas_are_those_of_the_list_and_those_that_are_always_there(workspace: Workspace) -> None:
    tree = {catalog["name"]: catalog["schemas"] for catalog in listed.tree(workspace)["catalogs"]}
    assert tree == {
        "hive_metastore": [{"name": "default", "comment": ""}],
        "main": [{"name": "sales", "comment": "what was sold"}],
    }


def test_a_workspace_without_a_driver_yet_has_an_empty_catalog(tmp_path: Path) -> None:
    tree = listed.tree(find_workspace(tmp_path))
    assert tree["stamp"] == "" and names(tree["catalogs"]) == ["hive_metastore", "main"]


def test_the_stamp_is_another_one_when_the_list_is(workspace: Workspace) -> None:
    before = listed.stamp(workspace)
    assert before == listed.stamp(workspace)
    file = workspace.state / FILE
    fresh = file.with_suffix(".fresh")
    fresh.write_text(file.read_text())
    fresh.replace(file)
    assert listed.stamp(workspace) != before


def test_a_schema_has_tables_functions_and_volumes(workspace: Workspace) -> None:
    found = listed.schema(workspace, "main", "sales")
    assert {kind: names(rows) for kind, rows in found.items()} == {
        "tables": ["gone", "late"],
        "functions": ["vat"],
        "volumes": ["raw"],
    }
    assert listed.schema(workspace, "main", "nothing") == {"tables": [], "functions": [], "volumes": []}


def test_a_search_looks_at_names_schemas_and_columns_of_views(workspace: Workspace) -> None:
    assert names(listed.search(workspace, "MAIN delay")["found"]) == ["late"]
    assert names(listed.search(workspace, "sales")["found"]) == ["late", "gone", "vat", "raw"]
    assert listed.search(workspace, "airport") == {"found": [], "more": 0}


def test_a_delta_table_is_read_from_its_log(workspace: Workspace) -> None:
    table = listed.table(workspace, "hive_metastore", "default", "departures")
    about = delta.details(table)
    assert about["columns"] == [
        {"name": "carrier", "type": "string", "comment": "IATA's code", "partition": True},
        {"name": "dep_delay", "type": "bigint", "comment": "", "partition": False},
    ]
    assert (about["comment"], about["version"]) == ("Flights that have left", 1)
    newest, first = delta.history(table)["versions"]
    assert (newest["version"], newest["operation"], newest["mode"], newest["rows"]) == (1, "WRITE", "Append", 2)
    assert (first["version"], first["operation"]) == (0, "CREATE TABLE")
    assert newest["timestamp"] >= first["timestamp"] > 1_500_000_000_000


def test_a_view_has_the_columns_of_the_list_and_no_versions(workspace: Workspace) -> None:
    view = listed.table(workspace, "main", "sales", "late")
    assert [(column["name"], column["comment"]) for column in delta.details(view)["columns"]] == [
        ("carrier", ""),
        ("delay", "minutes"),
    ]
    with pytest.raises(Refused, match="late is a view: only Delta tables have versions"):
        delta.history(view)


def test_files_that_are_gone_are_told_of(workspace: Workspace) -> None:
    with pytest.raises(Refused, match=r"The files of table gone are gone; they were in .*nowhere\."):
        delta.details(listed.table(workspace, "main", "sales", "gone"))


def test_a_log_that_cannot_be_read_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    log = tmp_path / "odd" / "_delta_log"
    log.mkdir(parents=True)
    (log / "00000000000000000000.json").write_text("not JSON")
    with pytest.raises(Refused, match="The log of table odd cannot be read without Spark; a SQL cell can"):
        delta.details(Table("default", "odd", str(log.parent), "delta"))


def test_a_list_that_was_edited_by_hand_is_told_of(workspace: Workspace) -> None:
    (workspace.state / FILE).write_text('{"tables": [{"who": 1}]}')
    with pytest.raises(Refused, match=r"tables\.json cannot be read .*the next cell that changes a table"):
        listed.tree(workspace)


def test_a_list_of_an_older_version_has_tables_alone(workspace: Workspace) -> None:
    row = {"schema": "main.sales", "name": "a", "location": "/x/a", "provider": "delta"}
    (workspace.state / FILE).write_text(json.dumps({"tables": [row]}))
    assert names(listed.schema(workspace, "main", "sales")["tables"]) == ["a"]


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("long", "bigint"),
        ("decimal(10,2)", "decimal(10,2)"),
        ({"type": "array", "elementType": "integer", "containsNull": True}, "array<int>"),
        ({"type": "map", "keyType": "string", "valueType": "short"}, "map<string,smallint>"),
        ({"type": "struct", "fields": [{"name": "a", "type": "byte"}, {"name": "b", "type": "date"}]},
         "struct<a:tinyint,b:date>"),
    ],
)  # fmt: skip
def test_types_are_written_as_in_sql(kind: Any, written: str) -> None:
    assert delta.type_name(kind) == written


def test_no_folder_outside_the_served_one_is_looked_into(tmp_path: Path) -> None:
    served = tmp_path / "served"
    (served / "project").mkdir(parents=True)
    (served / "project" / "lakebook.toml").touch()
    workspaces = Workspaces(served)
    assert workspaces.of("project").root == served / "project"
    for folder in ("..", "project/../..", "/..", "nowhere"):
        with pytest.raises(NoSuchFolder):
            workspaces.of(folder)
