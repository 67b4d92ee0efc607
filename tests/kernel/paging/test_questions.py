"""What a browser sends is read with care."""

from __future__ import annotations

from typing import Any

import pytest

from lakebook_kernel.paging.questions import Chart, Filter, NotUnderstood, Order, Query, read


def test_a_question_is_read() -> None:
    query = {
        "orders": [{"column": 1, "descending": True}],
        "filters": [{"column": 0, "comparison": "among", "keys": ["a", None]}],
        "search": "x",
    }
    chart = {"kind": "bar", "x": 0, "y": None, "group": 1, "aggregate": "mean"}
    found = read({"id": 1, "ask": "chart", "query": query, "chart": chart}, 2)
    assert found.query == Query((Order(1, True),), (Filter(0, "among", "", ("a", None)),), "x")
    assert found.chart == Chart("bar", 0, None, 1, "mean")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ask": "drop"}, "ask = 'drop'"),
        ({"offset": -1}, "offset = -1"),
        ({"limit": 1e9}, "limit"),
        ({"limit": True}, "limit"),
        ({"query": {"orders": [{"column": 2}]}}, "2 columns"),
        ({"query": {"orders": "a"}}, "no list"),
        ({"query": {"filters": [{"column": 0, "comparison": "like"}]}}, "comparison = 'like'"),
        ({"query": {"search": 1}}, "no text"),
        ({"query": []}, ""),
        ({"ask": "chart"}, "no object"),
        ({"ask": "statistics", "column": "a"}, "column = 'a'"),
    ],
)
def test_what_is_not_understood_is_answered_with_a_sentence(change: dict[str, Any], said: str) -> None:
    data = {"id": 1, "ask": "rows", **change}
    if said:
        with pytest.raises(NotUnderstood, match=said):
            read(data, 2)
    else:
        assert read(data, 2).query == Query()
