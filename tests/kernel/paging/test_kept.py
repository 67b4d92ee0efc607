"""Which tables are kept, and for how long; and that no page mixes rows of two moments."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from lakebook_kernel.paging import kept
from lakebook_kernel.paging.kept import KeptTables
from lakebook_kernel.paging.questions import Query
from lakebook_kernel.paging.source import SourceError


class Notebook:
    """Cells that show frames."""

    def __init__(self) -> None:
        self.cell = ("", "")
        self.forgotten: list[str] = []
        self.tables = KeptTables(lambda: self.cell, lambda frame: pytest.fail("this is no frame of Spark's"))
        self.tables.on_forget = self.forgotten.extend

    def show(self, frame: Any, place: str, run: str = "1") -> str:
        self.cell = (place, run)
        handle = self.tables.keep(frame)
        assert handle is not None
        return handle

    def numbers(self, handle: str, offset: int = 0, limit: int = 3) -> list[str | None]:
        return [row[0] for row in self.tables.source(handle).rows(Query(), offset, limit).rows]


@pytest.fixture
def notebook() -> Notebook:
    return Notebook()


def test_what_is_no_frame_is_not_kept(notebook: Notebook) -> None:
    assert notebook.tables.keep([1, 2]) is None


def test_a_frame_is_as_it_was_when_it_was_shown(notebook: Notebook) -> None:
    frame = pd.DataFrame({"a": range(1_000)})
    handle = notebook.show(frame, "c")
    frame.loc[500:, "a"] = -1
    assert notebook.numbers(handle, 500) == ["500", "501", "502"]


def test_a_large_frame_that_has_changed_is_not_shown_half_old_and_half_new(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "COPIED", 0)
    frame = pd.DataFrame({"a": np.arange(100_000)})
    handle = notebook.show(frame, "c")
    frame["a"] += 1
    with pytest.raises(SourceError, match="has changed since it was shown") as refused:
        notebook.tables.source(handle)
    assert refused.value.gone


def test_a_large_frame_stays_as_it_was_when_it_was_first_asked(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "COPIED", 0)
    frame = pd.DataFrame({"a": np.arange(100_000)})
    handle = notebook.show(frame, "c")
    assert notebook.numbers(handle) == ["0", "1", "2"]
    frame["a"] = -1
    frame.loc[:, "a"] = -2
    assert notebook.numbers(handle, 50_000) == ["50000", "50001", "50002"]


def test_a_cell_that_is_run_again_lets_go_of_what_it_showed(notebook: Notebook) -> None:
    first, second = notebook.show(pa.table({"a": [1]}), "c"), notebook.show(pa.table({"a": [2]}), "c")
    other = notebook.show(pa.table({"a": [3]}), "d")
    third = notebook.show(pa.table({"a": [4]}), "c", run="2")
    assert notebook.forgotten == [first, second]
    assert notebook.tables.handles() == [other, third]
    with pytest.raises(SourceError, match="run the cell again") as refused:
        notebook.tables.source(first)
    assert refused.value.gone


def test_the_newest_tables_are_kept(notebook: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "TABLES", 3)
    handles = [notebook.show(pa.table({"a": [k]}), str(k)) for k in range(5)]
    assert notebook.tables.handles() == handles[2:]


def test_beyond_a_size_a_frame_lives_only_as_long_as_the_notebook_has_it(
    notebook: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "COPIED", 0)
    monkeypatch.setattr(kept, "HELD", 100_000)
    older, newer = pd.DataFrame({"a": np.arange(10_000)}), pd.DataFrame({"a": np.arange(10_000)})
    handle, other = notebook.show(older, "c"), notebook.show(newer, "d")
    assert notebook.numbers(handle) == ["0", "1", "2"]
    del older, newer
    third = notebook.show(pd.DataFrame({"a": np.arange(10_000)}), "e")
    gc.collect()
    assert notebook.numbers(third) == ["0", "1", "2"]
    for gone in (handle, other):
        with pytest.raises(SourceError, match="is gone"):
            notebook.tables.source(gone)
