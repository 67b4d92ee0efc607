"""Tasks as operators: the Python text that makes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from lakebook.config import Workspace
from lakebook.databricks.location import NoNotebook, notebook_file
from lakebook.jobs.airflow.errors import ExportError
from lakebook.jobs.airflow.templates import Templates, input_of
from lakebook.jobs.model import Kind, RunIf, Task

#: what belongs to a task and is Lakebook's scheduler's to do
_OURS = ("register", "libraries", "environment_key", "job_cluster_key", "new_cluster", "disabled", "lakebook")
_RULES = {
    RunIf.ALL_SUCCESS: "all_success",
    RunIf.NONE_FAILED: "none_failed_min_one_success",
    RunIf.ALL_DONE: "all_done",
    RunIf.ALL_FAILED: "all_failed",
}
#: Airflow does not wait for the others once one has ended so: a gate waits for them
_EARLY = {RunIf.AT_LEAST_ONE_SUCCESS: "one_success", RunIf.AT_LEAST_ONE_FAILED: "one_failed"}
#: at the end of the names of tasks that are Airflow's alone
_GATES = {"true": "__true", "false": "__false", "one": "__one", "all": "__all"}


class Operators:
    """Makes the operators of one job.

    Args:
        templates: of the job's texts.
        parameters: the names of its parameters.
        workspace: whose notebooks run.
        root: from which relative paths count.
        dag_ids: of the bundle's jobs, by their keys.
    """

    def __init__(
        self, templates: Templates, parameters: list[str], workspace: Workspace, root: Path, dag_ids: Mapping[str, str]
    ) -> None:
        self._templates = templates
        self._parameters = parameters
        self._workspace = workspace
        self._root = root
        self._dag_ids = dag_ids

    def of(self, task: Task) -> Iterator[str]:
        """Statements that make a task. Raises ``ExportError``."""
        for name in _OURS:
            if task.settings.get(name):
                raise ExportError(f"{task.task_key}.{name}: only Lakebook's scheduler does this")
        match task.kind:
            case Kind.NOTEBOOK:
                yield self._operator("BashOperator", task, self._notebook(task, task.body, None))
            case Kind.FOR_EACH:
                yield self._loop(task)
            case Kind.CONDITION:
                yield from self._condition(task)
            case Kind.RUN_JOB:
                yield self._operator("TriggerDagRunOperator", task, self._child(task))
            case _:
                raise ExportError(f"{task.task_key}.{task.kind}: Airflow runs notebooks, conditions, loops and jobs")

    def edges(self, task: Task) -> Iterator[str]:
        """Statements that say after which tasks it comes. Raises ``ExportError``."""
        outcomes = any(one.outcome for one in task.depends_on)
        if outcomes and task.run_if is not RunIf.ALL_SUCCESS:
            raise ExportError(f"{task.task_key}.run_if: Airflow cannot combine {task.run_if} with an outcome")
        before = [one.task_key + (_GATES[one.outcome] if one.outcome else "") for one in task.depends_on]
        if before and task.run_if in _EARLY:
            gates = [task.task_key + _GATES["one"], task.task_key + _GATES["all"]]
            for gate, rule in zip(gates, (_EARLY[task.run_if], "all_done"), strict=True):
                yield _made(gate, "EmptyOperator", {"task_id": repr(gate), "trigger_rule": repr(rule)})
                yield _edge(before, gate)
            before = gates
        if before:
            yield _edge(before, task.task_key)

    def _operator(self, name: str, task: Task, arguments: Mapping[str, str]) -> str:
        return _made(task.task_key, name, {**self._common(task), **arguments})

    def _common(self, task: Task) -> dict[str, str]:
        found = {"task_id": repr(task.task_key)}
        if task.depends_on and task.run_if in _RULES:
            found["trigger_rule"] = repr(_RULES[task.run_if])
        limits = task
        if task.kind is Kind.FOR_EACH:
            limits = task.nested
            if task.max_retries or task.timeout is not None:
                raise ExportError(f"{task.task_key}: Airflow retries and times iterations, not a whole for_each_task")
        _check_limits(limits)
        if limits.max_retries:
            found["retries"] = str(limits.max_retries)
            found["retry_delay"] = f"timedelta(milliseconds={limits.min_retry_interval})"
        if limits.timeout is not None:
            found["execution_timeout"] = f"timedelta(milliseconds={limits.timeout})"
        return found

    def _notebook(self, task: Task, body: Mapping[str, Any], iteration: int | None) -> dict[str, str]:
        command, environment = self._command(task, body, iteration)
        return {
            "bash_command": repr(command),
            "env": _mapping(environment),
            "append_env": "True",
            "cwd": repr(str(self._workspace.root)),
            "skip_on_exit_code": "None",
        }

    def _command(self, task: Task, body: Mapping[str, Any], iteration: int | None) -> tuple[str, dict[str, str]]:
        """What a shell runs. Values reach it by its environment, so that nothing in them is read as its language."""
        try:
            notebook = notebook_file(body["notebook_path"], self._root, self._workspace)
        except NoNotebook as problem:
            raise ExportError(f"{task.task_key}.notebook_path: {problem}") from None
        given = {name: str(value) for name, value in (body.get("base_parameters") or {}).items()}
        place = f"{task.task_key}.base_parameters"
        values = {name: self._templates.of(value, f"{place}.{name}", task.task_key) for name, value in given.items()}
        values |= {name: self._templates.parameter(name) for name in self._parameters}
        folder = f"{self._workspace.state}/airflow/{{{{ dag.dag_id }}}}/{{{{ run_id }}}}"
        number = "" if iteration is None else f".{iteration}"
        environment = {
            "LAKEBOOK_NOTEBOOK": str(notebook),
            "LAKEBOOK_OUTPUT": f"{folder}/{task.task_key}{number}.{{{{ ti.try_number }}}}.ipynb",
            "LAKEBOOK_TASK_VALUES": f"{folder}/values",
            "LAKEBOOK_TASK_KEY": task.task_key,
        }
        words = ""
        for index, (name, value) in enumerate(values.items()):
            environment[f"LAKEBOOK_PARAMETER_{index}"] = f"{name}={value}"
            words += f' -p "$LAKEBOOK_PARAMETER_{index}"'
        folders = '(umask 077 && mkdir -p "$LAKEBOOK_TASK_VALUES")'
        command = f'{folders} && exec lakebook run "$LAKEBOOK_NOTEBOOK"{words} -o "$LAKEBOOK_OUTPUT"'
        return command, environment

    def _loop(self, task: Task) -> str:
        """One mapped operator, with the inputs that stand in the job."""
        nested = task.nested
        if nested.kind is not Kind.NOTEBOOK:
            raise ExportError(
                f"{task.task_key}.for_each_task.task.{nested.kind}: Airflow runs notebooks for each input"
            )
        for name in _OURS:
            if nested.settings.get(name):
                raise ExportError(f"{nested.task_key}.{name}: only Lakebook's scheduler does this")
        each = [self._notebook_of(task, value, number) for number, value in enumerate(self._inputs(task))]
        arguments = self._common(task) | {"max_active_tis_per_dagrun": str(task.body.get("concurrency") or 1)}
        common = ("bash_command", "append_env", "cwd", "skip_on_exit_code")
        arguments |= {name: each[0][name] for name in common}
        environments = ", ".join(one["env"] for one in each)
        return f"{_made(task.task_key, 'BashOperator.partial', arguments)}.expand(env=[{environments}])"

    def _notebook_of(self, task: Task, value: Any, number: int) -> dict[str, str]:
        body = task.nested.body
        given = {name: input_of(str(text), value) for name, text in (body.get("base_parameters") or {}).items()}
        return self._notebook(task, {**body, "base_parameters": given}, number)

    def _inputs(self, task: Task) -> list[Any]:
        inputs = task.body["inputs"]
        try:
            found = json.loads(inputs) if isinstance(inputs, str) else inputs
        except ValueError:
            found = None
        if not isinstance(found, list) or not found:
            raise ExportError(f"{task.task_key}.for_each_task.inputs: Airflow wants a list that stands in the job")
        return found

    def _condition(self, task: Task) -> Iterator[str]:
        """The task, and behind it a gate for each outcome."""
        yield self._operator("EmptyOperator", task, {})
        sides = [
            self._templates.of(str(task.body[side]), f"{task.task_key}.condition_task.{side}", task.task_key)
            for side in ("left", "right")
        ]
        for outcome in ("true", "false"):
            gate = task.task_key + _GATES[outcome]
            yield _made(
                gate,
                "ShortCircuitOperator",
                {
                    "task_id": repr(gate),
                    "python_callable": "holds",
                    "op_args": f"[{task.body['op']!r}, {sides[0]!r}, {sides[1]!r}, {outcome == 'true'}]",
                    "ignore_downstream_trigger_rules": "False",
                },
            )
            yield _edge([task.task_key], gate)

    def _child(self, task: Task) -> dict[str, str]:
        key = str(task.body.get("job_key"))
        if key not in self._dag_ids:
            raise ExportError(f"{task.task_key}.run_job_task: Airflow starts jobs of the same bundle only")
        place = f"{task.task_key}.run_job_task.job_parameters"
        conf = {
            name: self._templates.of(str(value), f"{place}.{name}", task.task_key)
            for name, value in (task.body.get("job_parameters") or {}).items()
        }
        return {"trigger_dag_id": repr(self._dag_ids[key]), "conf": _mapping(conf), "wait_for_completion": "True"}


def _check_limits(task: Task) -> None:
    if task.max_retries < 0:
        raise ExportError(f"{task.task_key}.max_retries: Airflow wants a number of retries, and -1 is without end")
    if task.max_retries and task.timeout is not None and not task.retry_on_timeout:
        raise ExportError(f"{task.task_key}.retry_on_timeout: Airflow tries again also what took too long")


def _made(key: str, operator: str, arguments: Mapping[str, str]) -> str:
    lines = "".join(f"    {name}={value},\n" for name, value in arguments.items())
    return f"tasks[{key!r}] = {operator}(\n{lines})"


def _edge(before: list[str], after: str) -> str:
    return f"[{', '.join(f'tasks[{key!r}]' for key in before)}] >> tasks[{after!r}]"


def _mapping(values: Mapping[str, str]) -> str:
    return "{" + ", ".join(f"{name!r}: {value!r}" for name, value in values.items()) + "}"
