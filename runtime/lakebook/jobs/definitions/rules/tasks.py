"""The tasks of a job: all of them, and what one alone must be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lakebook.jobs.definitions import schema
from lakebook.jobs.definitions.errors import hint
from lakebook.jobs.definitions.tree import Node, Problems, kind

_KEY = re.compile(r"[\w-]{1,100}", re.ASCII)
_NUMERIC = {"GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL"}
#: kinds whose task is no cells that fit something
_WITHOUT_FITS = {"sql_task", "condition_task", "run_job_task", "for_each_task"}
#: kinds whose task has no kernel
_WITHOUT_PROCESS = {"condition_task", "run_job_task", "for_each_task"}


def every_task(job: Node) -> Iterator[Node]:
    """All tasks, each followed by the one that it repeats, if it is a ``for_each_task``."""
    for task in job.each("tasks"):
        yield task
        if inner := task.at("for_each_task", "task"):
            yield inner


def kind_of(task: Node) -> str | None:
    """The field that says what a task runs."""
    return next((name for name in schema.KINDS if name in task.fields), None)


def check(job: Node, problems: Problems) -> None:
    """Each task has one kind, a proper key, and what its kind needs."""
    if not job.each("tasks") and not problems.below("tasks"):
        problems.at(job.at("tasks") or job, "has no tasks, and there is nothing to run", path=job.path)
    for task in every_task(job):
        _check_kind(task, problems)
        check_key(task, "task_key", problems)
        _check_condition(task, problems)
        _check_for_each(task, problems)
        _check_keys(task, job, problems)
        _check_register(task, problems)
        _check_driver(task, problems)
        for kind_, needed in (("run_job_task", ("job_id", "job_key")), ("sql_task", ("file",))):
            field = task.at(kind_)
            if field and not field.fields.keys() & set(needed) and not problems.below(f"{field.path}."):
                problems.at(field, f"has no {needed[0]}, which is required")


def check_key(node: Node, name: str, problems: Problems) -> None:
    """Keys are up to 100 letters, digits, ``_`` and ``-``."""
    key = node.at(name)
    if key and not _KEY.fullmatch(str(key.value)):
        problems.at(key, f"is {kind(key.value)}, expected up to 100 letters, digits, _ and -")


def _check_kind(task: Node, problems: Problems) -> None:
    kinds = [name for name in schema.KINDS if name in task.fields]
    if len(kinds) > 1:
        problems.at(task, f"has {' and '.join(kinds)}, expected one of them")
    if not kinds and not problems.below(f"{task.path}."):
        problems.at(task, f"says not what to run, expected one of {', '.join(schema.KINDS)}")


def _check_condition(task: Node, problems: Problems) -> None:
    if task.get("condition_task", "op") not in _NUMERIC:
        return
    for side in ("left", "right"):
        operand = task.at("condition_task", side)
        if operand and "{{" not in operand.value and not _is_number(operand.value):
            wanted = f"a number or a reference, since op is {task.get('condition_task', 'op')}"
            problems.at(operand, f"is {kind(operand.value)}, expected {wanted}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _check_for_each(task: Node, problems: Problems) -> None:
    inputs = task.at("for_each_task", "inputs")
    if inputs and "{{" not in inputs.value and not _is_array(inputs.value):
        wanted = 'a JSON array such as "[1, 2]", or a reference to one'
        problems.at(inputs, f"is {kind(inputs.value)}, expected {wanted}")
    if not (inner := task.at("for_each_task", "task")):
        return
    if nested := inner.at("for_each_task"):
        problems.at(nested, "is within another for_each_task, which is not possible")
    for name in ("depends_on", "run_if"):
        if field := inner.at(name):
            problems.at(field, "has no meaning within for_each_task; it belongs to the task around it")


def _is_array(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list)
    except ValueError:
        return False


def _check_keys(task: Node, job: Node, problems: Problems) -> None:
    for name, among in (("job_cluster_key", "job_clusters"), ("environment_key", "environments")):
        known = [str(one.get(name)) for one in job.each(among)]
        key = task.at(name)
        if key and key.value not in known:
            problems.at(key, f"is {kind(key.value)}, which is none of {among}{hint(key.value, known)}")


def _check_driver(task: Node, problems: Problems) -> None:
    driver = task.at("lakebook", "driver")
    if driver and kind_of(task) in _WITHOUT_PROCESS:
        inside = "; it belongs to the task within it" if kind_of(task) == "for_each_task" else ""
        problems.at(driver, f"is of a {kind_of(task)}, which uses no Spark{inside}")


_WHEN = re.compile(r"better|(<=?|>=?|==|!=)\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_MODEL = re.compile(r"[^.\s/:]+(\.[^.\s/:]+\.[^.\s/:]+)?")
_ALIAS = re.compile(r"(?!(latest|[vV]\d+)\Z)[\w-]+", re.ASCII)


def _check_register(task: Node, problems: Problems) -> None:
    register = task.at("register")
    if register is None:
        return
    if kind_of(task) in _WITHOUT_FITS:
        problems.at(register, f"is of a {kind_of(task)}, which fits no model")
    for name, pattern, wanted in (
        ("model", _MODEL, "a model's name, as name or catalog.schema.name"),
        ("alias", _ALIAS, "letters, digits, _ and -, and neither latest nor a version such as v1"),
        ("when", _WHEN, 'better, or a comparison such as "< 12.5"'),
    ):
        field = register.at(name)
        if field and not pattern.fullmatch(field.value):
            problems.at(field, f"is {kind(field.value)}, expected {wanted}")
    for name, needed in (("when", "metric"), ("when", "alias"), ("higher_is_better", "metric")):
        if (field := register.at(name)) and needed not in register.fields:
            problems.at(field, f"needs {needed} beside it")
