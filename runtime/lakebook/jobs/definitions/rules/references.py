"""Whether ``{{…}}`` in a job's settings can be resolved when a task starts."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lakebook.jobs.definitions.errors import hint
from lakebook.jobs.definitions.rules.graph import upstream
from lakebook.jobs.definitions.tree import Node, Problems
from lakebook.jobs.references import Reference, references


@dataclass(frozen=True)
class _Around:
    """What references at a place can name."""

    parameters: Collection[str]
    #: tasks that have ended before; None where there is no task
    before: Collection[str] | None
    tasks: Collection[str] = ()
    #: whether this is within ``for_each_task``
    input: bool = False


def check(job: Node, problems: Problems) -> list[str]:
    """Parameters exist, tasks come before, inputs are in iterations. Returns notes."""
    notes = []
    for text, around in _places(job):
        for reference in references(text.value):
            if not reference.is_one:
                notes.append(f"{text.path} has {reference.text}, which is no reference and stays as it is")
            elif problem := reference.problem or _problem(reference, around):
                problems.at(text, f"has a wrong reference: {problem}")
    return notes


def _places(job: Node) -> Iterator[tuple[Node, _Around]]:
    """Each text that may have references."""
    parameters = [str(one.get("name")) for one in job.each("parameters")]
    for parameter in job.each("parameters"):
        if default := parameter.at("default"):
            yield default, _Around(parameters, None)
    before = upstream(job)
    for task in job.each("tasks"):
        around = _Around(parameters, before.get(str(task.get("task_key")), ()), before)
        inner = task.at("for_each_task", "task")
        within = list(inner.texts()) if inner else []
        ours = [text for text in _texts(task) if all(text is not one for one in within)]
        yield from ((text, around) for text in ours)
        if inner:
            around = _Around(parameters, around.before, before, input=True)
            yield from ((text, around) for text in _texts(inner))


def _texts(task: Node) -> Iterator[Node]:
    for name, field in task.fields.items():
        if name.endswith("_task"):
            yield from field.texts()


def _problem(reference: Reference, around: _Around) -> str | None:
    text, names = reference.text, reference.names
    match names:
        case ("job", "parameters", name) if name not in around.parameters:
            return f"{text}, and the job has no parameter {name}{hint(name, around.parameters)}"
        case ("task", *_) if around.before is None:
            return f"{text} is in a parameter of the job, which is the same for all tasks"
        case ("tasks", task, *_):
            return _task_problem(text, task, around)
        case ("input", *_) if not around.input:
            return f"{text}, which is there in the task of a for_each_task only"
    return None


def _task_problem(text: str, task: str, around: _Around) -> str | None:
    if around.before is None:
        return f"{text} is in a parameter of the job, which has its value before any task"
    if task in around.before:
        return None
    if task in around.tasks:
        return f"{text}, and {task} need not have ended before: it is not among what this task depends on"
    return f"{text}, and there is no task {task}{hint(task, around.tasks)}"
