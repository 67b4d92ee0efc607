"""Settings that come as JSON are checked as those of files are, and places are paths in them."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from lakebook.jobs.definitions import DefinitionError, check_settings

JOB: dict[str, Any] = {
    "name": "Daily",
    "parameters": [{"name": "day", "default": "{{job.start_time.iso_date}}"}],
    "schedule": {"quartz_cron_expression": "0 0 6 * * ?", "timezone_id": "UTC"},
    "job_clusters": [{"job_cluster_key": "c", "new_cluster": {"num_workers": 2, "spark_conf": {"a": "b"}}}],
    "git_source": {"git_url": "https://example.com/x.git", "git_provider": "gitHub", "git_tag": "v1"},
    "health": {"rules": [{"metric": "RUN_DURATION_SECONDS", "op": "GREATER_THAN", "value": 5}]},
    "email_notifications": {"on_failure": ["ann@example.com"]},
    "tasks": [
        {
            "task_key": "load",
            "job_cluster_key": "c",
            "notebook_task": {"notebook_path": "load", "source": "WORKSPACE"},
            "libraries": [{"pypi": {"package": "polars"}}],
            "register": {"model": "m", "metric": "rmse", "alias": "champion", "when": "better"},
        },
        {
            "task_key": "each",
            "depends_on": [{"task_key": "load"}],
            "run_if": "ALL_DONE",
            "for_each_task": {
                "inputs": "{{tasks.load.values.days}}",
                "task": {
                    "task_key": "one",
                    "sql_task": {"file": {"path": "x.sql"}, "parameters": {"day": "{{input}}"}},
                },
            },
        },
        {"task_key": "good", "condition_task": {"op": "LESS_THAN", "left": "1", "right": "2"}},
        {"task_key": "next", "depends_on": [{"task_key": "good", "outcome": "true"}], "run_job_task": {"job_id": 1}},
    ],
}


def test_notes_are_returned_and_nothing_is_changed(folder: Path) -> None:
    before = copy.deepcopy(JOB)
    assert check_settings(JOB, folder) == [
        "job_clusters[0].new_cluster.num_workers has no meaning here",
        "git_source.git_provider has no meaning here",
    ]
    assert before == JOB


def test_a_problem_begins_with_the_fields_path(folder: Path) -> None:
    with pytest.raises(DefinitionError) as wrong:
        check_settings({"tasks": [{"task_key": "a", "notebook_task": {"notebook_path": "nowhere"}}, {}]}, folder)
    first, second, third = wrong.value.problems
    assert str(first) == "tasks[1] has no task_key, which is required"
    assert str(second).startswith("tasks[1] says not what to run, expected one of notebook_task, ")
    assert str(third).startswith('tasks[0].notebook_task.notebook_path is "nowhere": There is no notebook nowhere')
    assert (third.file, third.line) == (None, None)


def test_json_says_itself_what_is_text_and_what_a_number(folder: Path) -> None:
    with pytest.raises(DefinitionError) as wrong:
        check_settings({**JOB, "timeout_seconds": "60", "name": 5, "tags": {"a": True}}, folder)
    assert [str(problem) for problem in wrong.value.problems] == [
        "name is 5, expected a text",
        'timeout_seconds is "60", expected a whole number',
        "tags.a is true, expected a text",
    ]


def test_a_path_may_be_known_only_when_its_task_starts(folder: Path) -> None:
    task = {"task_key": "a", "notebook_task": {"notebook_path": "{{job.parameters.notebook}}"}}
    check_settings({"parameters": [{"name": "notebook", "default": "load"}], "tasks": [task]}, folder)


def test_what_looks_like_a_reference_and_is_none_is_noted(folder: Path) -> None:
    task = {"task_key": "a", "notebook_task": {"notebook_path": "load", "base_parameters": {"x": "{{jobs.id}}"}}}
    assert check_settings({"tasks": [task]}, folder) == [
        "tasks[0].notebook_task.base_parameters.x has {{jobs.id}}, which is no reference and stays as it is"
    ]


def test_a_thousand_tasks_in_a_row(folder: Path) -> None:
    tasks = [
        {
            "task_key": f"t{number}",
            "notebook_task": {"notebook_path": "load"},
            "depends_on": [{"task_key": f"t{number - 1}"}] if number else [],
        }
        for number in range(1000)
    ]
    assert check_settings({"tasks": tasks}, folder) == []


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, child in children for place in places(child, (*path, key)))]


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["load", "{{", "/", "\0", "x" * 5000, "dist/**.whl"]),
    lambda children: st.lists(children, max_size=2) | st.dictionaries(st.text(max_size=5), children, max_size=2),
    max_leaves=4,
)


@hypothesis(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(places(JOB)[1:]), value=ANYTHING)
def test_whatever_stands_anywhere_is_accepted_or_refused_with_its_place(
    folder: Path, place: tuple[str | int, ...], value: Any
) -> None:
    (folder / "x.sql").touch()
    job = copy.deepcopy(JOB)
    within: Any = job
    for step in place[:-1]:
        within = within[step]
    within[place[-1]] = value
    try:
        check_settings(job, folder)
    except DefinitionError as wrong:
        assert wrong.problems
        assert all(problem.message.count(" ") > 1 for problem in wrong.problems)
