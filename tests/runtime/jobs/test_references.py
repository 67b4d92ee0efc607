"""Dynamic value references, as Databricks documents them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakebook.jobs.references import (
    Context,
    JobValues,
    ReferenceProblem,
    TaskValues,
    UpstreamValues,
    references,
    resolve,
)

#: a Saturday
START = round(datetime(2025, 3, 1, 4, 5, 6, 789000, UTC).timestamp() * 1000)
CONTEXT = Context(
    job=JobValues(
        id=11,
        name="Daily",
        run_id=22,
        start_time=START,
        repair_count=1,
        parameters={"day": "2025-02-28", "odd $ name": "x", "a.b": "y"},
        trigger_type="periodic",
        trigger_time=START - 6789,
        file_arrival_location="/Volumes/a/b/c/",
        updated_tables=["main.a.t"],
    ),
    task=TaskValues(name="fit", run_id=33, execution_count=2, notebook_path="/etl/fit"),
    tasks={
        "load": UpstreamValues(
            run_id=44,
            result_state="success",
            values={"rows": 5, "rate": 0.5, "ok": True, "days": ["a", "ü"], "by": {"k": None}, "text": "{{job.id}}"},
        ),
        "to-day": UpstreamValues(run_id=45, result_state="failed", error_code="RunExecutionError"),
        "report": UpstreamValues(
            run_id=46, result_state="success", rows=[{"n": 1, "name": "a"}, {"n": 2, "name": "b"}]
        ),
        "empty": UpstreamValues(run_id=47, result_state="success", rows=[]),
    },
    workspace_id="7",
    workspace_url="http://127.0.0.1:8888",
)


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("job.id", "11"),
        ("job.name", "Daily"),
        ("job.run_id", "22"),
        ("job.repair_count", "1"),
        ("job.start_time.iso_date", "2025-03-01"),
        ("job.start_time.iso_datetime", "2025-03-01T04:05:06.789Z"),
        ("job.start_time.year", "2025"),
        ("job.start_time.month", "3"),
        ("job.start_time.day", "1"),
        ("job.start_time.hour", "4"),
        ("job.start_time.minute", "5"),
        ("job.start_time.second", "6"),
        ("job.start_time.iso_weekday", "6"),
        ("job.start_time.is_weekday", "false"),
        ("job.start_time.timestamp_ms", str(START)),
        ("job.trigger.type", "periodic"),
        ("job.trigger.time.second", "0"),
        ("job.trigger.file_arrival.location", "/Volumes/a/b/c/"),
        ("job.trigger.table_update.updated_tables", '["main.a.t"]'),
        ("job.parameters.day", "2025-02-28"),
        ("job.parameters.`odd $ name`", "x"),
        ("job.parameters.`a.b`", "y"),
        ("task.name", "fit"),
        ("task.run_id", "33"),
        ("task.execution_count", "2"),
        ("task.notebook_path", "/etl/fit"),
        ("tasks.load.run_id", "44"),
        ("tasks.load.result_state", "success"),
        ("tasks.load.error_code", ""),
        ("tasks.load.execution_count", "1"),
        ("tasks.`to-day`.error_code", "RunExecutionError"),
        ("tasks.to-day.error_code", "RunExecutionError"),
        ("tasks.load.values.rows", "5"),
        ("tasks.load.values.rate", "0.5"),
        ("tasks.load.values.ok", "true"),
        ("tasks.load.values.days", '["a", "ü"]'),
        ("tasks.load.values.by", '{"k": null}'),
        ("tasks.report.output.rows", '[{"n": 1, "name": "a"}, {"n": 2, "name": "b"}]'),
        ("tasks.report.output.first_row", '{"n": 1, "name": "a"}'),
        ("tasks.report.output.first_row.n", "1"),
        ("workspace.id", "7"),
        ("workspace.url", "http://127.0.0.1:8888"),
        # the older names
        ("job_id", "11"),
        ("run_id", "33"),
        ("parent_run_id", "22"),
        ("start_date", "2025-03-01"),
        ("start_time", str(START)),
        ("task_retry_count", "1"),
        ("task_key", "fit"),
    ],
)
def test_what_a_reference_becomes(reference: str, value: str) -> None:
    assert resolve("{{" + reference + "}}", CONTEXT) == value
    assert resolve("a {{ " + reference + " }} b", CONTEXT) == f"a {value} b"


@pytest.mark.parametrize(
    ("input_", "reference", "value"),
    [
        ("a", "{{input}}", "a"),
        (5, "{{input}}", "5"),
        (None, "{{input}}", "null"),
        ({"day": 1, "of week": [2]}, "{{input}}", '{"day": 1, "of week": [2]}'),
        ({"day": 1, "of week": [2]}, "{{input.day}} {{input.`of week`}}", "1 [2]"),
    ],
)
def test_the_input_of_an_iteration(input_: Any, reference: str, value: str) -> None:
    assert resolve(reference, Context(CONTEXT.job, input=input_)) == value


def test_every_text_in_a_value_is_resolved() -> None:
    value = {"notebook_path": "x", "n": 5, "base_parameters": {"id": "{{job.id}}"}, "list": ["{{job.run_id}}", None]}
    assert resolve(value, CONTEXT) == {
        "notebook_path": "x",
        "n": 5,
        "base_parameters": {"id": "11"},
        "list": ["22", None],
    }


def test_what_a_reference_becomes_is_not_resolved_again() -> None:
    assert resolve("{{tasks.load.values.text}}", CONTEXT) == "{{job.id}}"


@pytest.mark.parametrize("text", ["{{my.value}}", "{{job.id}", "{job.id}", "{{}}", "{{job.id + 1}}", "{{job..id}}"])
def test_what_is_no_reference_stays_as_it_is(text: str) -> None:
    assert resolve(text, CONTEXT) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{job.naem}}", "{{job.naem}} is no reference, did you mean {{job.name}}?."),
        ("{{job}}", "{{job}} is no reference, did you mean {{job_id}}?."),
        ("{{job.start_time.week}}", "{{job.start_time.week}} is no reference, did you mean {{job.start_time.is_weekday}}?."),
        ("{{job.parameters.dya}}", "{{job.parameters.dya}}: there is no parameter dya; there are: day, odd $ name, a.b."),
        ("{{tasks.lod.run_id}}", "{{tasks.lod.run_id}}: there is no task that has ended before, lod; there are: load, to-day, report, empty."),
        ("{{tasks.to-day.values.x}}", "{{tasks.to-day.values.x}}: there is no value x; there are: none."),
        ("{{tasks.load.output.rows}}", "{{tasks.load.output.rows}}: task load has no rows, since it is no SQL task."),
        ("{{tasks.empty.output.first_row.n}}", "{{tasks.empty.output.first_row.n}}: task empty returned no row."),
        ("{{input}}", "{{input}}: there is an input in the task of a for_each_task only."),
    ],
)  # fmt: skip
def test_a_reference_that_cannot_be_resolved(text: str, sentence: str) -> None:
    with pytest.raises(ReferenceProblem) as wrong:
        resolve(text, CONTEXT)
    assert str(wrong.value) == sentence


def test_a_reference_to_what_this_run_lacks() -> None:
    bare = Context(JobValues(run_id=1, start_time=START))
    for text, sentence in {
        "{{job.id}}": "{{job.id}}: this run has no job.",
        "{{task.name}}": "{{task.name}}: this is not in a task.",
        "{{job.trigger.file_arrival.location}}": "{{job.trigger.file_arrival.location}}: this run has no file that started it.",
    }.items():
        with pytest.raises(ReferenceProblem) as wrong:
            resolve(text, bare)
        assert str(wrong.value) == sentence
    with pytest.raises(ReferenceProblem, match="the input is 5, which has no keys"):
        resolve("{{input.x}}", Context(bare.job, input=5))
    assert resolve("{{job.trigger.time.iso_date}} {{job.trigger.type}}", bare) == "2025-03-01 one_time"


def test_references_are_found_with_their_names() -> None:
    found = list(references("a {{job.parameters.`x.y`}} {{my.own}} {{job.naem}} {{broken}"))
    assert [(one.text, one.names, one.is_one, one.problem) for one in found] == [
        ("{{job.parameters.`x.y`}}", ("job", "parameters", "x.y"), True, None),
        ("{{my.own}}", ("my", "own"), False, None),
        ("{{job.naem}}", ("job", "naem"), True, "{{job.naem}} is no reference, did you mean {{job.name}}?"),
    ]


@given(st.text(alphabet="{}ab. `"))
def test_text_without_references_is_never_changed(text: str) -> None:
    assert resolve(text, CONTEXT) == text
