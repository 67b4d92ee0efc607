"""Which tasks start and how runs end, by the tables of Databricks' documentation, and for all graphs of tasks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakebook.jobs.graph import START, Decision, Ended, decide, result
from lakebook.jobs.model import Dependency, Kind, Result, RunIf, Task

SUCCESS, FAILED, CANCELED = Ended(Result.SUCCESS), Ended(Result.FAILED), Ended(Result.CANCELED)
EXCLUDED, DISABLED = Ended(Result.EXCLUDED), Ended(Result.DISABLED)


def task(key: str, *needs: str | tuple[str, str], **values: Any) -> Task:
    depends_on = tuple(Dependency(need) if isinstance(need, str) else Dependency(*need) for need in needs)
    return Task(key, Kind.NOTEBOOK, {}, depends_on, **values)


def after(run_if: RunIf, *upstream: Ended) -> Decision | None:
    """What becomes of a task behind tasks that ended so."""
    ended = {f"u{number}": one for number, one in enumerate(upstream)}
    tasks = {key: task(key) for key in ended} | {"t": task("t", *ended, run_if=run_if)}
    return decide(tasks, ended, ["t"]).get("t")


RUNS = None


@pytest.mark.parametrize(
    ("run_if", "upstream", "expected"),
    [
        (RunIf.ALL_SUCCESS, [SUCCESS, SUCCESS], RUNS),
        (RunIf.ALL_SUCCESS, [SUCCESS, FAILED], Result.UPSTREAM_FAILED),
        (RunIf.ALL_SUCCESS, [SUCCESS, CANCELED], Result.UPSTREAM_CANCELED),
        (RunIf.ALL_SUCCESS, [FAILED, CANCELED], Result.UPSTREAM_FAILED),
        (RunIf.ALL_SUCCESS, [SUCCESS, EXCLUDED], RUNS),
        (RunIf.ALL_SUCCESS, [SUCCESS, Ended(Result.TIMEDOUT)], Result.UPSTREAM_FAILED),
        (RunIf.ALL_SUCCESS, [Ended(Result.UPSTREAM_FAILED)], Result.UPSTREAM_FAILED),
        (RunIf.ALL_SUCCESS, [Ended(Result.UPSTREAM_CANCELED)], Result.UPSTREAM_CANCELED),
        (RunIf.AT_LEAST_ONE_SUCCESS, [SUCCESS, FAILED], RUNS),
        (RunIf.AT_LEAST_ONE_SUCCESS, [FAILED, FAILED], Result.UPSTREAM_FAILED),
        (RunIf.NONE_FAILED, [SUCCESS, EXCLUDED], RUNS),
        (RunIf.NONE_FAILED, [SUCCESS, FAILED], Result.UPSTREAM_FAILED),
        (RunIf.ALL_DONE, [FAILED, CANCELED], RUNS),
        (RunIf.AT_LEAST_ONE_FAILED, [SUCCESS, FAILED], RUNS),
        (RunIf.AT_LEAST_ONE_FAILED, [SUCCESS, CANCELED], RUNS),
        (RunIf.AT_LEAST_ONE_FAILED, [Ended(Result.UPSTREAM_CANCELED)], RUNS),
        (RunIf.AT_LEAST_ONE_FAILED, [SUCCESS, SUCCESS], Result.EXCLUDED),
        (RunIf.ALL_FAILED, [FAILED, FAILED], RUNS),
        (RunIf.ALL_FAILED, [FAILED, SUCCESS], Result.EXCLUDED),
        (RunIf.ALL_FAILED, [FAILED, EXCLUDED], Result.EXCLUDED),
    ],
)
def test_run_if(run_if: RunIf, upstream: list[Ended], expected: Result | None) -> None:
    decision = after(run_if, *upstream)
    assert decision is not None
    assert decision.result is expected


@pytest.mark.parametrize(
    ("run_if", "upstream", "expected"),
    [
        (RunIf.ALL_SUCCESS, [DISABLED], Result.DISABLED),
        (RunIf.ALL_SUCCESS, [DISABLED, FAILED], Result.DISABLED),
        (RunIf.AT_LEAST_ONE_SUCCESS, [DISABLED, SUCCESS], RUNS),
        (RunIf.AT_LEAST_ONE_SUCCESS, [DISABLED, DISABLED], Result.DISABLED),
        (RunIf.NONE_FAILED, [DISABLED, EXCLUDED], RUNS),
        (RunIf.NONE_FAILED, [DISABLED], Result.DISABLED),
        (RunIf.ALL_DONE, [DISABLED], RUNS),
        (RunIf.AT_LEAST_ONE_FAILED, [DISABLED, FAILED], RUNS),
        (RunIf.AT_LEAST_ONE_FAILED, [DISABLED, SUCCESS], Result.EXCLUDED),
        (RunIf.ALL_FAILED, [DISABLED, FAILED], Result.DISABLED),
    ],
)
def test_behind_disabled_tasks(run_if: RunIf, upstream: list[Ended], expected: Result | None) -> None:
    decision = after(run_if, *upstream)
    assert decision is not None
    assert decision.result is expected


@pytest.mark.parametrize("run_if", list(RunIf))
def test_behind_excluded_tasks_only_a_task_is_excluded_whatever_its_rule(run_if: RunIf) -> None:
    decision = after(run_if, EXCLUDED, EXCLUDED)
    assert decision is not None
    assert decision.result is Result.EXCLUDED


def test_a_task_that_wants_another_outcome_is_excluded_and_told_what_was_found() -> None:
    tasks = {"big": task("big"), "t": task("t", ("big", "false")), "u": task("u", "t")}
    decisions = decide(tasks, {"big": Ended(Result.SUCCESS, "true")}, ["t", "u"])
    assert {key: (one.result, one.message) for key, one in decisions.items()} == {
        "t": (Result.EXCLUDED, "Upstream task big found true."),
        "u": (Result.EXCLUDED, "Upstream task t is excluded."),
    }


def test_what_cannot_run_for_a_disabled_task_is_known_at_once() -> None:
    tasks = {"a": task("a"), "off": task("off", disabled=True), "t": task("t", "a", "off"), "u": task("u", "t")}
    decisions = decide(tasks, {}, list(tasks))
    assert {key: one.result for key, one in decisions.items()} == {
        "a": None,
        "off": Result.DISABLED,
        "t": Result.DISABLED,
        "u": Result.DISABLED,
    }


@pytest.mark.parametrize(("found", "runs", "excluded"), [("true", "yes", "no"), ("false", "no", "yes")])
def test_a_condition_excludes_one_branch(found: str, runs: str, excluded: str) -> None:
    tasks = {
        "if": task("if"),
        "yes": task("yes", ("if", "true")),
        "no": task("no", ("if", "false")),
        "join": task("join", "yes", "no"),
    }
    decisions = decide(tasks, {"if": Ended(Result.SUCCESS, found)}, ["yes", "no", "join"])
    assert decisions[runs] == START
    assert decisions[excluded].result is Result.EXCLUDED
    assert "join" not in decisions


def test_behind_a_condition_that_failed_both_branches_fail() -> None:
    tasks = {"if": task("if"), "yes": task("yes", ("if", "true")), "no": task("no", ("if", "false"))}
    decisions = decide(tasks, {"if": FAILED}, ["yes", "no"])
    assert {one.result for one in decisions.values()} == {Result.UPSTREAM_FAILED}


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        (Result.SUCCESS, Result.SUCCESS_WITH_FAILURES),
        (Result.EXCLUDED, Result.SUCCESS_WITH_FAILURES),
        (Result.FAILED, Result.FAILED),
        (Result.UPSTREAM_FAILED, Result.FAILED),
        (Result.TIMEDOUT, Result.TIMEDOUT),
        (Result.CANCELED, Result.CANCELED),
    ],
)
def test_a_run_ends_as_its_last_tasks_do(leaf: Result, expected: Result) -> None:
    tasks = {"a": task("a"), "b": task("b", "a", run_if=RunIf.ALL_DONE)}
    assert result(tasks, {"a": FAILED, "b": Ended(leaf)}) is expected
    assert result(tasks, {"a": SUCCESS, "b": SUCCESS}) is Result.SUCCESS


def test_a_run_with_nothing_but_disabled_tasks_is_disabled() -> None:
    assert result({"a": task("a", disabled=True)}, {"a": DISABLED}) is Result.DISABLED


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Task]:
    tasks: dict[str, Task] = {}
    for number in range(draw(st.integers(1, 9))):
        needs = draw(st.lists(st.sampled_from(sorted(tasks)), unique=True)) if tasks else []
        wanted = [(need, outcome) if (outcome := draw(st.sampled_from(["", "true"]))) else need for need in needs]
        run_if, disabled = draw(st.sampled_from(list(RunIf))), draw(st.integers(0, 9)) == 0
        tasks[f"t{number}"] = task(f"t{number}", *wanted, run_if=run_if, disabled=disabled)
    return dict(draw(st.permutations(sorted(tasks.items()))))


ENDS = st.builds(
    Ended,
    st.sampled_from([Result.SUCCESS, Result.FAILED, Result.TIMEDOUT, Result.CANCELED]),
    st.sampled_from(["true", "false"]),
)


@given(graphs(), st.data())
def test_every_graph_ends_and_nothing_starts_before_what_it_depends_on_has_ended(
    tasks: dict[str, Task], data: st.DataObject
) -> None:
    ended: dict[str, Ended] = {}
    under_way: set[str] = set()
    while len(ended) < len(tasks):
        waiting = [key for key in tasks if key not in ended and key not in under_way]
        decisions = decide(tasks, ended, waiting)
        assert set(decisions) <= set(waiting)
        ended |= {key: Ended(one.result) for key, one in decisions.items() if one.result is not None}
        for key, decision in decisions.items():
            if decision.result is None:
                assert all(one.task_key in ended for one in tasks[key].depends_on)
                under_way.add(key)
        assert under_way or len(ended) == len(tasks), "nothing runs, and not all has ended"
        if under_way:
            key = data.draw(st.sampled_from(sorted(under_way)))
            under_way.remove(key)
            ended[key] = data.draw(ENDS)
        assert decide(tasks, ended, []) == {}
    assert result(tasks, ended) in Result


@given(graphs())
def test_without_failures_and_handlers_of_failures_all_that_is_not_disabled_or_excluded_succeeds(
    tasks: dict[str, Task],
) -> None:
    ended: dict[str, Ended] = {}
    while len(ended) < len(tasks):
        for key, decision in decide(tasks, ended, [key for key in tasks if key not in ended]).items():
            ended[key] = Ended(decision.result or Result.SUCCESS, "true")
    allowed = {Result.SUCCESS, Result.EXCLUDED, Result.DISABLED}
    assert {one.result for one in ended.values()} <= allowed
    assert result(tasks, ended) in (Result.SUCCESS, Result.DISABLED)
