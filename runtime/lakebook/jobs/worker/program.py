"""What a kernel runs for a task: a notebook, whatever the kind of the task is."""

from __future__ import annotations

import json
import tokenize
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook

from lakebook.databricks import formats
from lakebook.databricks.location import NoNotebook, notebook_file
from lakebook.jobs.model import Kind
from lakebook.jobs.references import as_text
from lakebook.jobs.worker.assignment import Assignment
from lakebook.jobs.worker.outcome import TaskError
from lakebook.jobs.worker.predefined import used_by
from lakebook.run import kernel_of, read

_PYTHON, _SQL = "lakebook", "lakebook-sql"


@dataclass(frozen=True)
class Program:
    """A notebook, and how it is run."""

    notebook: NotebookNode
    kernel: str
    #: the file that the task names
    source: Path
    #: the kernel's working directory
    folder: Path
    #: values of widgets
    arguments: Mapping[str, str] = field(default_factory=dict)
    #: whether what it put out are the rows of its last query
    gives_rows: bool = False


def program(assignment: Assignment, root: Path) -> Program:
    """What is run for a task.

    Args:
        assignment: the task.
        root: the folder from which its paths count: the bundle's, or that of a repository.

    Raises:
        TaskError: there is no such file.
        RunError: it is no notebook.
    """
    make: Callable[[Assignment, Path], Program] = {
        Kind.NOTEBOOK: _notebook,
        Kind.SPARK_PYTHON: _script,
        Kind.PYTHON_WHEEL: _wheel,
        Kind.SQL: _sql,
    }[assignment.task.kind]
    return make(assignment, root)


def _notebook(assignment: Assignment, root: Path) -> Program:
    body = assignment.task.body
    try:
        source = notebook_file(body["notebook_path"], root, assignment.workspace)
    except NoNotebook as problem:
        raise TaskError(str(problem)) from None
    notebook = read(source)
    arguments = _merged(body.get("base_parameters"), assignment.override("notebook_params"), assignment.parameters)
    return Program(notebook, kernel_of(notebook), source, formats.file_of(source).parent, arguments)


def _script(assignment: Assignment, root: Path) -> Program:
    body = assignment.task.body
    file = _file(root, body["python_file"])
    arguments = _words(assignment.override("python_params"), body.get("parameters"))
    return _called("run_script", file, file.parent, str(file), arguments, names=used_by(_text(file)))


def _wheel(assignment: Assignment, root: Path) -> Program:
    body = assignment.task.body
    named = _merged(body.get("named_parameters"), assignment.override("python_named_params"))
    if named or not body.get("parameters"):
        named = _merged(named, assignment.parameters)
    arguments = _words(assignment.override("python_params"), body.get("parameters"))
    package, entry = body["package_name"], body["entry_point"]
    return _called("run_entry_point", root / package, root, package, entry, arguments, named)


def _sql(assignment: Assignment, root: Path) -> Program:
    body = assignment.task.body
    file = _file(root, body["file"]["path"])
    notebook = read(file) if file.suffix.lower() in formats.SUFFIXES else _of_cell(formats.text(file))
    arguments = _merged(body.get("parameters"), assignment.override("sql_params"), assignment.parameters)
    return Program(notebook, _SQL, file, file.parent, arguments, gives_rows=True)


def _called(function: str, source: Path, folder: Path, *arguments: object, names: Sequence[str] = ()) -> Program:
    """A notebook whose only cell calls a function of ``inside``.

    Args:
        function: which.
        source: the file that the task names.
        folder: the working directory.
        arguments: values.
        names: further ones: what the kernel has of these names, by keyword.
    """
    words = ", ".join([*map(_literal, arguments), *(f"{name}={name}" for name in names)])
    code = f"from lakebook.jobs.inside import {function}\n\n{function}({words})"
    return Program(_of_cell(code), _PYTHON, source, folder)


def _literal(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _text(script: Path) -> str:
    """A script's text; of one that is not Python's the interpreter will say so."""
    try:
        with tokenize.open(script) as file:
            return file.read()
    except (SyntaxError, UnicodeDecodeError):
        return ""


def _of_cell(code: str) -> NotebookNode:
    return new_notebook(cells=[new_code_cell(code)])  # type: ignore[no-any-return]


def _file(root: Path, path: str) -> Path:
    file = (root / path).resolve()
    if not file.is_file():
        raise TaskError(f"There is no file {file}.")
    return file


def _words(given: list[object] | None, own: list[object] | None) -> list[str]:
    """Parameters on a command line; those that a run was given count instead of the task's own."""
    return [as_text(word) for word in (own if given is None else given) or ()]


def _merged(*given: Mapping[str, object] | None) -> dict[str, str]:
    """Parameters by their names; the last that says one counts."""
    return {name: as_text(value) for some in given for name, value in (some or {}).items()}
