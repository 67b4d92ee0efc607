"""The files that a job names: they are there, and are named so that the place of the definition matters no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lakebook.config import Workspace
from lakebook.databricks import formats
from lakebook.databricks.location import NoNotebook, notebook_file
from lakebook.jobs.definitions.rules.tasks import every_task
from lakebook.jobs.definitions.tree import Node, Problems, kind
from lakebook.paths import Paths

_GIT = "GIT"
_LOCAL = re.compile(r"-r\s+.+|\.{0,2}/.*|.+\.whl", re.DOTALL)
#: fields with the path of a file, below a task
_FILES = (("spark_python_task", "python_file"), ("sql_task", "file", "path"))


@dataclass(frozen=True)
class Files:
    """Where a definition's files are.

    Args:
        workspace: in which ``/Workspace/…`` and the other paths of Databricks' lie.
        folder: of what was not read from a file.
    """

    workspace: Workspace
    folder: Path

    def check(self, job: Node, problems: Problems) -> None:
        """Check each path, and make it absolute. What lies in a repository is not looked at."""
        for path, look in self._paths(job, problems):
            if "{{" in path.value:
                continue  # it is known only when the task starts
            try:
                look(path, problems)
            except (OSError, ValueError) as problem:
                reason = getattr(problem, "strerror", None) or problem
                problems.at(path, f"is {kind(path.value)}, which is no path of a file: {reason}")

    def _paths(self, job: Node, problems: Problems) -> Iterator[tuple[Node, Callable[[Node, Problems], None]]]:
        """Each path that is to be checked, and how."""
        for task in every_task(job):
            notebook = task.at("notebook_task", "notebook_path")
            if notebook and not self._in_git(task.fields["notebook_task"], job, problems):
                yield notebook, self._notebook
            for owner, *below in _FILES:
                path = task.at(owner, *below)
                if path and not self._in_git(task.at(owner, *below[:-1]) or task, job, problems):
                    yield path, self._file
        if "git_source" not in job.fields:
            yield from ((package, self._package) for package in _packages(job))

    def _in_git(self, owner: Node, job: Node, problems: Problems) -> bool:
        source = owner.at("source")
        if source and source.value == _GIT and "git_source" not in job.fields:
            problems.at(source, "is GIT, and the job has no git_source")
            return True
        return "git_source" in job.fields and not (source and source.value != _GIT)

    def _notebook(self, path: Node, problems: Problems) -> None:
        try:
            file = notebook_file(path.value, self._beside(path), self.workspace)
            formats.read(file)
        except NoNotebook as problem:
            problems.at(path, f"is {kind(path.value)}: {problem}".rstrip("."))
        except formats.FormatError as problem:
            problems.at(path, f"is {kind(path.value)}, which cannot be read: {problem}".rstrip("."))
        else:
            path.value = str(file)

    def _file(self, path: Node, problems: Problems) -> None:
        if "://" in path.value:
            problems.at(path, f"is {kind(path.value)}, expected a path of a file here")
            return
        file = self._local(path, path.value)
        if file.is_file():
            path.value = str(file)
        else:
            problems.at(path, f"is {kind(path.value)}, and there is no file {file}")

    def _package(self, path: Node, problems: Problems) -> None:
        if "://" in path.value:
            return
        option = "-r " if path.value.startswith("-r") else ""
        file = self._local(path, path.value.removeprefix("-r").strip() if option else path.value)
        found = sorted(file.parent.glob(file.name)) if "*" in file.name else [file] * file.is_file()
        if len(found) == 1:
            path.value = f"{option}{found[0]}"
        elif found:
            names = ", ".join(one.name for one in found)
            problems.at(path, f"is {kind(path.value)}, which is {names}, expected one file")
        else:
            problems.at(path, f"is {kind(path.value)}, and there is no file {file}; build it first")

    def _local(self, path: Node, name: str) -> Path:
        known = Paths(self.workspace).local(name)
        if known is None and name.startswith("/") and not Path(name).exists():
            known = self.workspace.root / name.lstrip("/")
        return (known or self._beside(path) / name).resolve()

    def _beside(self, path: Node) -> Path:
        return path.place.file.parent if path.place.file else self.folder


def _packages(job: Node) -> Iterator[Node]:
    """Paths of wheels and of lists of requirements."""
    for task in every_task(job):
        for library in task.each("libraries"):
            yield from (library.fields[name] for name in ("whl", "requirements") if name in library.fields)
    for environment in job.each("environments"):
        for dependency in environment.each("spec", "dependencies"):
            if _LOCAL.fullmatch(dependency.value):  # others are pip's names of packages
                yield dependency
