"""Questions of lineage: what is above a thing, and what is below it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import Any

from lakebook.config import Workspace, find_workspace
from lakebook.lineage import deltas, models, store
from lakebook.lineage.changes import Changes
from lakebook.lineage.downward import Downward
from lakebook.lineage.errors import LineageError
from lakebook.lineage.facts import READ
from lakebook.lineage.names import find_place, places
from lakebook.lineage.records import Records
from lakebook.lineage.schema import RUNS as RUN_LINEAGE
from lakebook.lineage.schema import TABLES_MADE
from lakebook.lineage.tree import Node, Tree
from lakebook.lineage.upward import Upward
from lakebook.tracking.errors import TrackingError
from lakebook.tracking.references import SCHEME, parse

_TABLE = "table "
_RUNS = "runs:/"
#: MLflow's id of a logged model
_LOGGED = re.compile(r"m-[0-9a-f]{32}")


def upstream(workspace: Workspace, what: str, version: int | None = None) -> Node:
    """What a thing was made of.

    Args:
        workspace: whose runs, models and tables are meant.
        what: ``models:/N/3``, ``models:/N@alias``, ``models:/`` and the id of a logged model, ``runs:/ID``, or
            ``table NAME``.
        version: of a table, the version that is asked about; its newest unless given.

    Raises:
        TrackingError: there is no such thing, or what is known of it cannot be read; one clear sentence.
    """
    return Question(workspace, what, version).up()


def downstream(workspace: Workspace, what: str, version: int | None = None) -> Node:
    """What was made from a thing: as `upstream`, in the other direction."""
    return Question(workspace, what, version).down()


def of(
    what: str,
    *,
    up: bool = False,
    down: bool = False,
    version: int | None = None,
    workspace: Workspace | None = None,
) -> Tree:
    """The lineage of a thing; shown as indented lines.

    Args:
        what: as `upstream` takes it.
        up: what it was made of; of models and runs unless the other is asked for.
        down: what was made from it; of tables unless the other is asked for.
        version: as `upstream` takes it.
        workspace: the current folder's unless given.

    Raises:
        TrackingError: as in `upstream`.
    """
    question = Question(workspace or find_workspace(), what, version)
    if not up and not down:
        up, down = not question.about_table, question.about_table
    return Tree(question.up() if up else None, question.down() if down else None)


class Question:
    """One thing that is asked about, as `upstream` has it; what is read for one direction serves the other."""

    def __init__(self, workspace: Workspace, what: str, version: int | None = None) -> None:
        self._workspace = workspace
        self._what = what
        self._version = version
        #: why a part of the answer is missing, a sentence each
        self._problems: list[str] = []
        #: whether it is a table that is asked about
        self.about_table = what.startswith(_TABLE)
        store.settle(workspace)

    def up(self) -> Node:
        """What it was made of. Raises ``TrackingError``."""
        return self._noted(self._answer(Upward(self._records, self._changes, places(self._workspace))))

    def down(self) -> Node:
        """What was made from it. Raises ``TrackingError``."""
        trees = Downward(self._records, self._changes, places(self._workspace), self._readers())
        return self._noted(self._answer(trees))

    def _answer(self, trees: Upward | Downward) -> Node:
        if self.about_table:
            name = self._what.removeprefix(_TABLE).strip()
            noted = {**_names(self._runs), **self._changes.names()}
            place = find_place(self._workspace, name, noted, self._records.place_of)
            return trees.table(place.location, place.name, self._version)
        if self._version is not None:
            raise LineageError(f"A version is asked of a table only, and {self._what} is none.")
        if not self._what.startswith(SCHEME):
            run_id = self._what.removeprefix(_RUNS).partition("/")[0]  # as in runs:/ID/model
            return trees.run(self._records.find_run(run_id))
        if not _LOGGED.fullmatch(self._what.removeprefix(SCHEME)):
            return trees.model(self._records.find_version(parse(self._what)))
        made_by = self._records.run_of_model(self._what.removeprefix(SCHEME))
        if not made_by:
            raise LineageError(f"There is no model {self._what}, or no run made it.")
        return trees.run(self._records.find_run(made_by))

    def _noted(self, node: Node) -> Node:
        return replace(node, note=" ".join(filter(None, [node.note, *self._problems])))

    @cached_property
    def _records(self) -> Records:
        """MLflow's; a table's part of an answer is given also where MLflow does not answer."""
        records = Records(self._workspace)
        try:
            records.versions  # noqa: B018  it is asked here, and once
        except TrackingError as problem:
            if not self.about_table:
                raise
            self._problems.append(f"{problem} Runs and models are left out.")
            return Records(self._workspace, answers=False)
        try:
            models.refresh(self._workspace, records)
        except TrackingError as problem:
            self._problems.append(str(problem))
        return records

    @cached_property
    def _changes(self) -> Changes:
        """What cells noted; MLflow's part of an answer is given also where that cannot be read."""
        try:
            return Changes.of_rows(deltas.read(self._workspace, TABLES_MADE))
        except LineageError as problem:
            if self.about_table:
                raise
            self._problems.append(str(problem))
            return Changes()

    @cached_property
    def _runs(self) -> list[dict[str, Any]]:
        """What cells noted of runs; only a table is looked for in it."""
        return deltas.read(self._workspace, RUN_LINEAGE) if self.about_table else []

    def _readers(self) -> dict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for row in self._runs:
            if row["direction"] == READ:
                found[row["table_location"]].add(row["run_id"])
        return found


def _names(runs: list[dict[str, Any]]) -> dict[str, str]:
    """Locations of runs' tables by their names; of one without a name, its location is its name."""
    known = sorted((row for row in runs if row["table_location"]), key=lambda row: row["event_time"])
    return {row["table_name"] or row["table_location"]: row["table_location"] for row in known}
