"""``dbutils.data.summarize`` of pandas frames."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from lakebook_kernel.databricks.data import Data, DataError


def summarized(frame: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The columns' statistics as they are shown, by column."""
    shown: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.core.display_functions.publish_display_data", shown.append)
    Data().summarize(frame)
    (bundle,) = shown
    rows = [[cell.strip() for cell in line.split("|")] for line in bundle["text/plain"].splitlines()]
    return {row[0]: row[1:] for row in rows if len(row) > 5}


def test_a_line_for_each_column(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pd.DataFrame(
        {"n": [1.0, 2.0, None, 6.0], "s": ["b", "a", "b", None], "l": [[1], [2], [3], [4]], 5: [True] * 4}
    )
    rows = summarized(frame, monkeypatch)
    heads = rows["column"]
    n = dict(zip(heads, rows["n"], strict=True))
    assert (n["count"], n["missing"], n["distinct"], n["mean"], n["median"], n["max"]) == ("3", "1", "3", "3", "2", "6")
    assert float(n["std"]) == pytest.approx(2.64575, rel=1e-5)
    s = dict(zip(heads, rows["s"], strict=True))
    assert (s["count"], s["distinct"], s["min"], s["max"]) == ("3", "2", "a", "b")
    assert rows["l"][1] == "4" and rows["5"][1] == "4"


def test_what_is_no_frame_is_refused() -> None:
    with pytest.raises(DataError, match="takes a frame of Spark's or pandas', and this is a list"):
        Data().summarize([1])
