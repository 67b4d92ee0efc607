"""``dbutils`` by names and plain values."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from lakebook.config import find_workspace
from lakebook.paths import Paths
from lakebook_kernel.databricks.calls import call
from lakebook_kernel.databricks.dbutils import DBUtils
from lakebook_kernel.databricks.errors import DbutilsError
from lakebook_kernel.databricks.fs import FileSystem
from lakebook_kernel.databricks.of_kernel import Databricks
from lakebook_kernel.databricks.widgets import Widgets


@pytest.fixture
def dbutils(tmp_path: Path) -> DBUtils:
    (tmp_path / "lakebook.toml").touch()
    parts = SimpleNamespace(
        fs=FileSystem(lambda: Paths(find_workspace(tmp_path))), widgets=Widgets(lambda widget: None, lambda names: None)
    )
    return DBUtils(cast(Databricks, parts))


def test_answers_are_plain(dbutils: DBUtils) -> None:
    call(dbutils, "fs.put", ["/x", "abc"])
    (file,) = cast(list[dict[str, Any]], call(dbutils, "fs.ls", ["/x"]))
    assert file.items() >= {"path": "dbfs:/x", "name": "x", "size": 3}.items() and len(file) == 4
    call(dbutils, "widgets.dropdown", ["d", "a", ["a", "b"]])
    assert call(dbutils, "widgets.getAll", []) == {"d": "a"}
    assert call(dbutils, "widgets.find", ["none"]) is None


@pytest.mark.parametrize(
    ("name", "arguments", "complaint"),
    [
        ("fs.list", [], "dbutils.fs.list is not there; dbutils.help\\(\\) lists what is."),
        ("nothing.at_all", [], "dbutils.nothing.at_all is not there"),
        ("widgets", [], "dbutils.widgets is not there"),
        ("fs._places", [], "dbutils.fs._places is not there"),
        ("fs.ls", [], "dbutils.fs.ls\\(\\) missing 1 required positional argument: 'dir'."),
        ("widgets.get", ["x", "y"], "dbutils.widgets.get\\(\\) takes 2 positional arguments but 3 were given."),
    ],
)
def test_what_is_not_there_is_told(dbutils: DBUtils, name: str, arguments: list[Any], complaint: str) -> None:
    with pytest.raises(DbutilsError, match=complaint):
        call(dbutils, name, arguments)


def test_an_error_of_the_call_is_itself(dbutils: DBUtils) -> None:
    with pytest.raises(DbutilsError, match="No such file or directory dbfs:/none"):
        call(dbutils, "fs.ls", ["/none"])
