"""Widgets in the text of SQL."""

from __future__ import annotations

import pytest

from lakebook_kernel.languages.base import CellError
from lakebook_kernel.languages.sql_widgets import CreateWidget, RemoveWidget, read, with_values

VALUES = {"table": "db.t", "day": "Mon's", "a b": "x"}


def written(statement: str) -> str:
    return with_values(statement, VALUES.get)


def test_statements_about_widgets() -> None:
    assert read('create widget text d default "it\\"s"') == CreateWidget("text", "d", 'it"s', None, -1)
    query = "SELECT * FROM (VALUES ('a'), ('b'))"
    made = read(f"CREATE WIDGET DROPDOWN `my w`\nDEFAULT 'a' CHOICES {query}")
    assert isinstance(made, CreateWidget)
    assert (made.kind, made.name, made.default, made.choices) == ("dropdown", "my w", "a", query)
    assert read("REMOVE WIDGET d") == RemoveWidget("d")
    assert read("SELECT 'CREATE WIDGET'") is None


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE WIDGET slider x DEFAULT '1'",
        "CREATE WIDGET TEXT x",
        "CREATE WIDGET TEXT x DEFAULT 1",
        "CREATE WIDGET DROPDOWN x DEFAULT 'a'",
        "CREATE WIDGET TEXT x DEFAULT 'a' CHOICES SELECT 1",
        "REMOVE WIDGET",
    ],
)
def test_one_that_cannot_be_read_says_how_it_is_written(statement: str) -> None:
    with pytest.raises(CellError, match="WIDGET is written: "):
        read(statement)


@pytest.mark.parametrize(
    ("statement", "becomes"),
    [
        ("SELECT * FROM ${table}", "SELECT * FROM db.t"),
        ("SELECT * FROM $table WHERE x = '${ a b }'", "SELECT * FROM db.t WHERE x = 'x'"),
        ("SELECT ${env:HOME}, '$5', $other", "SELECT ${env:HOME}, '$5', $other"),
        ("SELECT getArgument('day')", "SELECT 'Mon\\'s'"),
        ('SELECT GETARGUMENT ( "day" ) -- getArgument("none")', "SELECT 'Mon\\'s' -- getArgument(\"none\")"),
        ("SELECT 'getArgument(\"none\")'", "SELECT 'getArgument(\"none\")'"),
        ("SELECT getArgument('none', 'n')", "SELECT 'n'"),
    ],
)
def test_the_older_ways_to_write_a_value(statement: str, becomes: str) -> None:
    assert written(statement) == becomes


def test_get_argument_of_no_widget_is_an_error() -> None:
    with pytest.raises(CellError, match="No input widget named none is defined"):
        written("SELECT getArgument('none')")
