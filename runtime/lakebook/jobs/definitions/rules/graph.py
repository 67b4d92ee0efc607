"""How tasks follow one another: unique keys, dependencies that exist, no circle."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from lakebook.jobs.definitions.errors import hint
from lakebook.jobs.definitions.rules.tasks import every_task
from lakebook.jobs.definitions.tree import Node, Problems, kind

_OUTCOMES = ("true", "false")


def check(job: Node, problems: Problems) -> None:
    """Keys are unique, dependencies name other tasks, outcomes are a condition's, and there is no circle."""
    for key in unique(list(every_task(job)), "task_key"):
        problems.at(key, f"is {kind(key.value)}, which another task has as well")
    by_key = {str(task.get("task_key")): task for task in job.each("tasks") if "task_key" in task.fields}
    for task in job.each("tasks"):
        for dependency in task.each("depends_on"):
            _check_dependency(dependency, by_key, problems)
        for repeated in unique(task.each("depends_on"), "task_key"):
            problems.at(repeated, f"names {repeated.value} twice")
    if circle := circle_in({key: dependencies(task) for key, task in by_key.items()}):
        problems.at(by_key[circle[0]], f"depends on itself: {' → '.join(circle)}")


def unique(nodes: Collection[Node], name: str) -> list[Node]:
    """The names that are there a second time."""
    seen: set[object] = set()
    again = []
    for node in nodes:
        key = node.at(name)
        if key and key.value in seen:
            again.append(key)
        elif key:
            seen.add(key.value)
    return again


def dependencies(task: Node) -> list[str]:
    """The keys of the tasks that a task waits for."""
    return [str(one.get("task_key")) for one in task.each("depends_on") if "task_key" in one.fields]


def upstream(job: Node) -> dict[str, set[str]]:
    """All tasks that end before each task starts, by its key."""
    direct = {str(task.get("task_key")): dependencies(task) for task in job.each("tasks")}
    return {key: _reached(direct, key) for key in direct}


def _reached(edges: Mapping[str, Collection[str]], start: str) -> set[str]:
    seen: set[str] = set()
    waiting = [*edges[start]]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += edges.get(name, ())
    return seen


def circle_in(edges: Mapping[str, Collection[str]]) -> list[str] | None:
    """Names that lead back to the first one, as ``[a, b, a]``; None if there are none."""
    done: set[str] = set()
    for start in edges:
        path = [start]
        waiting = [list(edges[start])]
        while path:
            following = waiting[-1].pop(0) if waiting[-1] else None
            if following is None:
                done.add(path.pop())
                waiting.pop()
            elif following in path:
                return [*path[path.index(following) :], following]
            elif following not in done:
                path.append(following)
                waiting.append(list(edges.get(following, ())))
    return None


def _check_dependency(dependency: Node, tasks: Mapping[str, Node], problems: Problems) -> None:
    key = dependency.at("task_key")
    if key and key.value not in tasks:
        problems.at(key, f"is {kind(key.value)}, and there is no such task{hint(key.value, tasks)}")
        return
    outcome = dependency.at("outcome")
    if not key or not outcome:
        return
    if outcome.value not in _OUTCOMES:
        problems.at(outcome, f'is {kind(outcome.value)}, expected "true" or "false"')
    if "condition_task" not in tasks[key.value].fields:
        problems.at(outcome, f"is of {key.value}, which is no condition_task and has no outcome")
