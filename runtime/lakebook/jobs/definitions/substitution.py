"""``${…}``: values of the bundle within its values."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from lakebook.jobs.definitions.errors import hint
from lakebook.jobs.definitions.tree import Node, Place, Problems, joined

_REFERENCE = re.compile(r"\$\{([A-Za-z_][\w-]*(?:\.[\w-]+|\[\d+\])*)\}")
_STEP = re.compile(r"[\w-]+")
_JOB_ID = re.compile(r"resources\.jobs\.([\w-]+)\.id")
#: where a job's id may stand, which it gets only when it is deployed
_JOB_PLACE = re.compile(r"(.*\.)?run_job_task\.job_id")


class Substitution:
    """Puts the bundle's values where they are referred to.

    Args:
        root: all that may be referred to, by the names in ``${…}``.
        problems: what cannot be put in is told there.
    """

    def __init__(self, root: Node, problems: Problems) -> None:
        self._root = root
        self._problems = problems
        self._open: list[str] = []

    def of(self, node: Node, path: str = "") -> Node:
        """The node with every reference in it replaced; a text that is one reference alone becomes what it names."""
        if isinstance(node.value, dict):
            fields = {name: self.of(child, joined(path, name)) for name, child in node.value.items()}
            return replace(node, value=_job_key(node, fields))
        if isinstance(node.value, list):
            return replace(node, value=[self.of(item, joined(path, place)) for place, item in enumerate(node.value)])
        return self._text(node, path) if isinstance(node.value, str) else node

    def _text(self, node: Node, path: str) -> Node:
        whole = _REFERENCE.fullmatch(node.value)
        if whole:
            found = self._value(whole[1], node, path)
            return Node(None, node.place) if found is None else replace(found, place=_place(found, node))
        text = _REFERENCE.sub(lambda match: self._within(match, node, path), node.value)
        return replace(node, value=text, text=text)

    def _within(self, match: re.Match[str], node: Node, path: str) -> str:
        found = self._value(match[1], node, path)
        if found is None:
            return match[0]
        if isinstance(found.value, dict | list):
            self._problems.at(node, f"has {match[0]} within a text, and its value is no text", path)
            return match[0]
        return found.text if found.text is not None else json.dumps(found.value).strip('"')

    def _value(self, name: str, node: Node, path: str) -> Node | None:
        if _JOB_ID.fullmatch(name):
            return self._job(name, node, path)
        if name in self._open:
            circle = " → ".join([*self._open[self._open.index(name) :], name])
            self._problems.at(node, f"refers to itself: {circle}", path)
            return None
        found = self._find(name, node, path)
        if found is None:
            return None
        self._open.append(name)
        try:
            return self.of(found, name)
        finally:
            self._open.pop()

    def _find(self, name: str, node: Node, path: str) -> Node | None:
        found = self._root
        steps = _STEP.findall(name)
        for place, step in enumerate(steps):
            below = found.items[int(step)] if step.isdigit() and int(step) < len(found.items) else found.at(step)
            if below is None or (below.value is None and place == len(steps) - 1):
                known = [one for one, child in found.fields.items() if child.value is not None]
                what = f"has no value for ${{{name}}}" if below else f"refers to ${{{name}}}, which is not there"
                told = "; give it with --var or a default" if below and steps[0] == "var" else hint(step, known)
                self._problems.at(node, what + told, path)
                return None
            found = below
        return found

    def _job(self, name: str, node: Node, path: str) -> Node | None:
        """A job's id is not known before the job is deployed: the reference stays for ``run_job_task.job_id``."""
        key = _STEP.findall(name)[2]
        jobs = self._root.at("resources", "jobs")
        if jobs is None or key not in jobs.fields:
            known = jobs.fields if jobs else {}
            self._problems.at(node, f"refers to ${{{name}}}, and there is no job {key}{hint(key, known)}", path)
            return None
        if not _JOB_PLACE.fullmatch(path) or not _REFERENCE.fullmatch(node.value):
            self._problems.at(node, f"refers to ${{{name}}}, which can be the value of run_job_task.job_id only", path)
            return None
        return node


def _job_key(node: Node, fields: dict[str, Node]) -> dict[str, Node]:
    """Beside ``job_id: ${resources.jobs.other.id}``, which has no value yet, the job's key."""
    job = fields.get("job_id")
    match = _REFERENCE.fullmatch(job.value) if job and isinstance(job.value, str) else None
    if not job or not match or not (named := _JOB_ID.fullmatch(match[1])):
        return fields
    del fields["job_id"]
    return {**fields, "job_key": Node(named[1], job.place, text=named[1])}


def _place(found: Node, node: Node) -> Place:
    """A scalar is where it is used: a path is relative to that file."""
    return found.place if isinstance(found.value, dict | list) and found.place.file else node.place
