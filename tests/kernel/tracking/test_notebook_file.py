"""Which file a notebook's runs and lineage name."""

from __future__ import annotations

from pathlib import Path

import pytest

from lakebook_kernel.tracking.recorder import file_of

FOLDER = Path("/ws/work")


@pytest.mark.parametrize("name", ["delays.ipynb", "delays.py", "delays.sql", "delays.R", "delays.scala"])
def test_a_notebook_of_any_format_is_named_by_its_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", f"/ws/work/{name}")
    assert file_of({}, FOLDER) == FOLDER / name


@pytest.mark.parametrize("said", ["", "/ws/work/console-1", "/ws/course.dbc:labs/first"])
def test_what_has_no_file_of_its_own_is_named_by_its_folder(said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", said)
    assert file_of({}, FOLDER) == FOLDER


def test_what_an_editor_says_counts_more_than_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", "/ws/work/other.ipynb")
    assert file_of({"__session__": "delays.sql"}, FOLDER) == FOLDER / "delays.sql"
    assert file_of({"__session__": "delays.sql", "__vsc_ipynb_file__": "own.ipynb"}, FOLDER) == FOLDER / "own.ipynb"
