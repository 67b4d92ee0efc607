"""A bundle: the jobs that ``databricks.yml`` and the files it includes define, for one target."""

from __future__ import annotations

import getpass
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lakebook.config import find_workspace
from lakebook.jobs.definitions import schema, sources, variables
from lakebook.jobs.definitions.errors import DefinitionError, Problem, hint
from lakebook.jobs.definitions.job import checked
from lakebook.jobs.definitions.merge import merged
from lakebook.jobs.definitions.presets import Presets
from lakebook.jobs.definitions.rules.files import Files
from lakebook.jobs.definitions.rules.graph import circle_in
from lakebook.jobs.definitions.rules.tasks import every_task
from lakebook.jobs.definitions.shape import Shape
from lakebook.jobs.definitions.substitution import Substitution
from lakebook.jobs.definitions.tree import Node, Place, Problems, tree

#: what a target may change
_OVERRIDDEN = ("resources", "workspace", "presets", "bundle")
_KEY = re.compile(r"[\w-]+", re.ASCII)


@dataclass(frozen=True)
class Definition:
    """A job as it is deployed."""

    key: str
    #: as ``JobSettings.as_dict()`` has them, with absolute paths
    settings: dict[str, Any]
    file: Path
    line: int
    #: what was accepted and changes nothing
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bundle:
    """The jobs of a folder, for one target."""

    name: str
    root: Path
    #: None when the bundle has no targets
    target: str | None
    jobs: tuple[Definition, ...]
    #: what beside the jobs was accepted and changes nothing
    notes: tuple[str, ...] = ()


def load(
    path: Path,
    target: str | None = None,
    variables: Mapping[str, str] = MappingProxyType({}),
    environment: Mapping[str, str] = os.environ,
) -> Bundle:
    """Read a bundle and check all of it.

    Args:
        path: the folder of ``databricks.yml`` or ``lakebook.yml``, or such a file.
        target: one of ``targets``; None for the default one.
        variables: values of variables, from the command line.
        environment: in which ``BUNDLE_VAR_x`` is the value of the variable ``x``.

    Raises:
        DefinitionError: with everything that is wrong, each with its place.
        ConfigError: the workspace's settings cannot be read.
    """
    problems = Problems()
    file = sources.file_of(path)
    loading = _Loading(sources.read(file, problems), file, problems)
    bundle = loading.bundle(target, variables, environment)
    if problems.found:
        raise DefinitionError(_in_order(problems))
    return bundle


class _Loading:
    def __init__(self, root: Node, file: Path, problems: Problems) -> None:
        self._file = file
        self._problems = problems
        self._unreadable = bool(problems.found)
        self._shape = Shape(problems)
        self._root = root
        self._sections = self._shape.checked(root, schema.Root) or Node({})

    def bundle(self, target: str | None, given: Mapping[str, str], environment: Mapping[str, str]) -> Bundle:
        chosen = self._target(target)
        over = (self._sections.at("targets", chosen) if chosen else None) or Node({})
        root = merged(self._root, Node({key: over.fields[key] for key in _OVERRIDDEN if key in over.fields}))
        values = variables.values(root.at("variables"), over.at("variables"), given, environment, self._problems)
        context = self._context(root, values, chosen)
        substitution = Substitution(context, self._problems)
        presets = self._presets(root, over, substitution)
        files = Files(find_workspace(self._file.parent), self._file.parent)
        jobs = {key: self._checked(key, node, context, presets, files) for key, node in self._jobs(root).items()}
        self._check_calls({key: job for key, (job, _) in jobs.items()})
        return Bundle(
            self._name(substitution),
            self._file.parent,
            chosen,
            tuple(self._definition(key, job, notes) for key, (job, notes) in jobs.items()),
            tuple(dict.fromkeys((*self._shape.notes, *self._left_out(root)))),
        )

    def _checked(
        self, key: str, node: Node, context: Node, presets: Presets, files: Files
    ) -> tuple[Node, tuple[str, ...]]:
        problems = Problems()  # of this job alone, since paths begin with the job
        job = Substitution(context, problems).of(node)
        found = checked(presets.applied(job, key) if isinstance(job.value, dict) else job, files, problems)
        self._problems.extend(problems)
        return found

    def _definition(self, key: str, job: Node, notes: tuple[str, ...]) -> Definition:
        return Definition(key, job.plain(), job.place.file or self._file, job.place.line or 1, notes)

    def _name(self, substitution: Substitution) -> str:
        name = self._sections.at("bundle", "name")
        if "bundle" not in self._root.fields and not self._unreadable:
            self._problems.add(Place(self._file), "the bundle has no name, expected `bundle:` with `name:` below")
        return str(substitution.of(name, "bundle.name").value) if name else ""

    def _target(self, wanted: str | None) -> str | None:
        section = self._sections.at("targets") or Node({})
        targets = (self._root.at("targets") or Node({})).fields
        if wanted is not None:
            if wanted not in targets:
                told = hint(wanted, targets) if targets else "; the bundle has no targets"
                self._problems.add(section.place, f"there is no target {wanted}{told}")
            return wanted
        if len(targets) < 2:
            return next(iter(targets), None)
        default = [name for name in targets if section.get(name, "default")]
        if len(default) != 1:
            what = f"{' and '.join(default)} are each the default" if default else "no target is the default"
            self._problems.add(section.place, f"{what}; name one of {', '.join(targets)} with --target")
        return default[0] if default else None

    def _context(self, root: Node, values: Node, target: str | None) -> Node:
        """All that ``${…}`` may name."""
        user, folder = getpass.getuser(), str(self._file.parent)
        names = {"userName": user, "short_name": short(user)}
        # nothing is uploaded: the files are where they are
        workspace = {"current_user": names, "root_path": folder, "file_path": folder}
        ours = {"bundle": {"target": target, "environment": target}, "workspace": workspace}
        context = merged(root, tree(ours))
        return Node({**context.fields, "var": values})

    def _presets(self, root: Node, over: Node, substitution: Substitution) -> Presets:
        given = root.at("presets")
        shaped = self._shape.checked(substitution.of(given, "presets"), schema.Presets, "presets") if given else None
        return Presets.of(over.get("mode"), shaped or Node({}), short(getpass.getuser()))

    def _jobs(self, root: Node) -> dict[str, Node]:
        resources = root.at("resources")
        jobs = root.at("resources", "jobs")
        for node, name in ((resources, "resources"), (jobs, "resources.jobs")):
            if node and node.value is not None and not isinstance(node.value, dict):
                self._problems.at(node, "is no mapping, expected jobs by their keys", name)
        for key, node in (jobs.fields if jobs else {}).items():
            if not _KEY.fullmatch(key):
                told = "is no key of a job, expected letters, digits, _ and -"
                self._problems.at(node, told, f"resources.jobs.{key}")
        return jobs.fields if jobs else {}

    def _check_calls(self, jobs: Mapping[str, Node]) -> None:
        """A job that runs itself would never end."""
        calls = {}
        for key, job in jobs.items():
            named = [task.at("run_job_task", "job_key") for task in every_task(job)]
            for call in filter(None, named):
                if call.value not in jobs:
                    told = hint(call.value, jobs)
                    self._problems.at(call, f"is {call.value}, and there is no such job{told}")
            calls[key] = [call.value for call in named if call]
        if circle := circle_in(calls):
            self._problems.at(jobs[circle[0]], f"runs itself: {' → '.join(circle)}")

    def _left_out(self, root: Node) -> list[str]:
        resources = root.at("resources") or Node({})
        return [f"resources.{name} is left out: jobs alone are deployed" for name in resources.fields if name != "jobs"]


def short(user: str) -> str:
    """A user's name as a part of other names: without the domain of an address, and with ``_`` for other signs."""
    return re.sub(r"\W", "_", user.partition("@")[0])


def _in_order(problems: Problems) -> list[Problem]:
    return sorted(problems.found, key=lambda one: (str(one.file or ""), one.line or 0))
