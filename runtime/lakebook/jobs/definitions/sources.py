"""The files of a bundle, read as one."""

from __future__ import annotations

from pathlib import Path

from lakebook.jobs.definitions.errors import DefinitionError, Problem, shown
from lakebook.jobs.definitions.merge import merged
from lakebook.jobs.definitions.reader import read as read_file
from lakebook.jobs.definitions.tree import Node, Problems, kind

NAMES = ("databricks.yml", "lakebook.yml", "databricks.yaml", "lakebook.yaml")
_WILDCARDS = frozenset("*?[")


def file_of(path: Path) -> Path:
    """The bundle's file that a path names. Raises ``DefinitionError`` if there is none."""
    if path.is_dir():
        for name in NAMES:
            if (path / name).is_file():
                return (path / name).resolve()
        raise DefinitionError([Problem(None, None, f"There is no {NAMES[0]} or {NAMES[1]} in {path}.")])
    if not path.is_file():
        raise DefinitionError([Problem(None, None, f"There is no file {path}.")])
    return path.resolve()


def read(file: Path, problems: Problems) -> Node:
    """What a bundle's file and the files that it includes have, as if it stood in one."""
    root = read_file(file, problems)
    whole = root
    jobs = dict(_jobs(root))
    for included in _included(root, file, problems):
        node = read_file(included, problems)
        if nested := node.at("include"):
            problems.add(nested.place, f"include is possible in {shown(file)} only")
        node = Node({name: child for name, child in node.fields.items() if name != "include"}, node.place)
        for key, job in _jobs(node).items():
            if first := jobs.get(key):
                place = f"{shown(first.place.file or file)}, line {first.place.line}"
                problems.add(job.place, f"resources.jobs.{key} is there twice, first in {place}")
            jobs[key] = job
        whole = merged(whole, node)
    return whole


def _jobs(root: Node) -> dict[str, Node]:
    jobs = root.at("resources", "jobs")
    return jobs.fields if jobs else {}


def _included(root: Node, file: Path, problems: Problems) -> list[Path]:
    """The files that ``include`` names, each once, in the order of the patterns and then of their names."""
    found: list[Path] = []
    include = root.at("include")
    for pattern in include.items if include else []:
        if not isinstance(pattern.value, str):
            continue  # its type is told of with the others
        if Path(pattern.value).is_absolute() or ".." in Path(pattern.value).parts:
            problems.add(pattern.place, f"include has {pattern.value}, expected a path below the bundle's folder")
            continue
        try:
            files = sorted(one for one in file.parent.glob(pattern.value) if one.is_file() and one.resolve() != file)
        except (ValueError, IndexError) as problem:
            problems.add(pattern.place, f"include has {kind(pattern.value)}, which is no pattern: {problem}")
            continue
        if not files and not _WILDCARDS & set(pattern.value):
            problems.add(pattern.place, f"include has {pattern.value}, and there is no such file")
        found += [one for one in files if one not in found]
    return found
