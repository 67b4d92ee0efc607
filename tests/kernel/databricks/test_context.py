"""What a notebook is told of itself, and how notebooks ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from lakebook.config import find_workspace
from lakebook_kernel import task
from lakebook_kernel.databricks.calling import Caller
from lakebook_kernel.databricks.context import Context, ContextError
from lakebook_kernel.databricks.errors import NotebookExit, NotebookRunError
from lakebook_kernel.databricks.notebook import NotebookUtility


def utility(root: Path, file: str | None = "etl/load.py") -> NotebookUtility:
    (root / "lakebook.toml").touch()
    folder = root / "etl"
    folder.mkdir(exist_ok=True)
    caller = Caller(lambda stop: nullcontext(), lambda: root)
    return NotebookUtility(lambda: folder, lambda: root / file if file else None, lambda: find_workspace(root), caller)


def test_the_path_is_of_the_workspace_and_has_no_suffix(tmp_path: Path) -> None:
    chain = utility(tmp_path).entry_point.getDbutils().notebook().getContext()
    assert chain.notebookPath().get() == "/etl/load"
    assert utility(tmp_path, None).getContext().notebookPath().get() == "/etl"


def test_the_context_as_json_has_what_notebooks_read_of_it(tmp_path: Path) -> None:
    context = utility(tmp_path).getContext()
    told: Mapping[str, Any] = json.loads(context.toJson())
    assert told["extraContext"]["notebook_path"] == "/etl/load"
    assert told["tags"]["user"] == context.userName().get() == context.tags().apply("user")
    assert told["currentRunId"] is None


def test_what_only_databricks_has_is_missing_and_says_so(tmp_path: Path) -> None:
    context = utility(tmp_path).getContext()
    assert context.currentRunId().isEmpty() and not context.jobId().isDefined()
    assert context.browserHostName().getOrElse("none") == "none"
    assert context.currentRunId().toString() == "None"
    assert context.tags().get("jobId").isEmpty()
    with pytest.raises(ContextError, match="The notebook's context has no apiToken here"):
        context.apiToken().get()
    with pytest.raises(AttributeError, match="has no colour here"):
        context.colour()


def test_mlflow_does_not_take_this_for_databricks(tmp_path: Path) -> None:
    context = utility(tmp_path).getContext()
    with pytest.raises(AttributeError):
        context.aclPathOfAclRoot()


def test_exit_carries_a_text(tmp_path: Path) -> None:
    with pytest.raises(NotebookExit) as ended:
        utility(tmp_path).exit(42)
    assert ended.value.value == "42"
    assert ended.value.shown()["application/vnd.lakebook.exit+json"] == {"value": "42"}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nothing",), "There is no notebook nothing: "),
        (("",), "The path of a notebook is wanted"),
        (("load", "soon"), "timeout_seconds is to be a number of seconds, 0 for none, and this is 'soon'"),
        (("load", 0, [1]), "The arguments of a notebook are to be a dictionary, and this is"),
        (("load",), "Notebooks run each other in a circle, which would never end: load.py runs load.py"),
    ],
)
def test_what_cannot_be_run_is_refused_before_it_is(tmp_path: Path, arguments: tuple[Any, ...], complaint: str) -> None:
    made = utility(tmp_path)
    (tmp_path / "etl" / "load.py").touch()
    with pytest.raises(NotebookRunError) as caught:
        made.run(*arguments)
    assert complaint in str(caught.value)


def test_a_task_of_a_job_finds_its_job_and_run() -> None:
    variables = {"LAKEBOOK_TASK_JOB_ID": "7", "LAKEBOOK_TASK_KEY": "load", "LAKEBOOK_TASK_RUN_ID": "12"}
    context = Context("/etl/load", "me", "laptop", None, task.context(variables))
    assert context.jobId().get() == "7"
    assert context.tags().apply("taskKey") == "load"
    assert context.plain()["currentRunId"] == {"id": 12}
    assert context.plain()["rootRunId"] is None
