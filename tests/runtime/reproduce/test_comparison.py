"""The metrics of both runs: which must agree, and which run is compared with which."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pytest
from mlflow.entities import Metric, Param, Run, RunData, RunInfo, RunTag

from lakebook.reproduce.comparison import TOLERANCE, Compared, compare, same_run, table


def run(name: str, metrics: dict[str, float] | None = None, depth: str = "", parent: str = "") -> Run:
    info = RunInfo(name, "0", "ann", "FINISHED", 0, 0, "active", run_name=name)
    tags = [RunTag("mlflow.parentRunId", parent)] if parent else []
    params = [Param("max_depth", depth)] if depth else []
    return Run(info, RunData([Metric(key, value, 0, 0) for key, value in (metrics or {}).items()], params, tags))


def verdicts(compared: Iterable[Compared]) -> dict[str, str]:
    return {one.name: one.row()[4] for one in compared}


@pytest.mark.parametrize(
    ("original", "reproduced", "agrees"),
    [
        (0.93, 0.93, True),
        (0.93, 0.93 * (1 + 1e-10), True),
        (0.93, 0.93 * (1 + 1e-8), False),
        (1e20, 1e20 * (1 + 1e-10), True),
        (0.0, 1e-17, True),
        (0.0, 1e-6, False),
        (math.nan, math.nan, True),
        (math.nan, 0.5, False),
        (math.inf, math.inf, True),
        (math.inf, -math.inf, False),
        (None, 0.5, False),
        (0.5, None, False),
    ],
)
def test_values_agree_within_the_tolerance(original: float | None, reproduced: float | None, agrees: bool) -> None:
    assert Compared("accuracy", original, reproduced, TOLERANCE).agrees is agrees


def test_the_tolerance_can_be_wider() -> None:
    assert Compared("accuracy", 0.93, 0.94, 0.02).agrees


def test_every_metric_of_either_run_is_in_the_table() -> None:
    compared = compare(run("a", {"f1": 0.5, "r2": 1.0}), run("b", {"f1": 0.5, "mae": 2.0}), TOLERANCE)
    assert verdicts(compared) == {"f1": "", "mae": "differs", "r2": "differs"}
    assert table(compared).splitlines() == [
        "metric  original  reproduced  difference",
        "f1      0.5       0.5         0",
        "mae     missing   2.0                     differs",
        "r2      1.0       missing                 differs",
    ]


def test_how_long_something_took_need_not_agree() -> None:
    compared = compare(
        run("a", {"mean_fit_time": 1.0, "system/cpu": 5.0, "f1": 0.5}),
        run("b", {"mean_fit_time": 2.0, "system/cpu": 7.0, "f1": 0.5}),
        TOLERANCE,
    )
    assert [one.name for one in compared if one.counts] == ["f1"]
    assert verdicts(compared)["mean_fit_time"] == "a time: not compared"


def compared_with(original: Run, of_its_cell: list[Run], candidates: list[Run]) -> str | None:
    found = same_run(original, of_its_cell, candidates)
    return found.info.run_id if found is not None else None


def test_the_order_among_the_runs_of_the_cell_decides() -> None:
    before, after = [run("a1"), run("a2")], [run("b1"), run("b2")]
    assert [compared_with(one, before, after) for one in before] == ["b1", "b2"]


def test_the_same_parameters_go_before_the_order() -> None:
    before = [run("deep", depth="9"), run("flat", depth="1")]
    after = [run("flat again", depth="1"), run("deep again", depth="9")]
    assert [compared_with(one, before, after) for one in before] == ["deep again", "flat again"]


def test_parameters_that_are_never_the_same_leave_the_order() -> None:
    assert compared_with(run("a", depth="today"), [run("a", depth="today")], [run("b", depth="tomorrow")]) == "b"


def test_a_run_within_another_one_is_compared_with_such_a_run() -> None:
    outer, inner = run("outer"), run("inner", parent="outer")
    after = [run("inner again", parent="outer again"), run("outer again")]
    assert compared_with(outer, [outer, inner], after) == "outer again"
    assert compared_with(inner, [outer, inner], after) == "inner again"


def test_where_no_run_was_made_there_is_none_to_compare_with() -> None:
    original = run("a")
    assert compared_with(original, [original], []) is None
