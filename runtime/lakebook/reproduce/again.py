"""A run made again, step by step, each told as it is done."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.config import Workspace, find_workspace
from lakebook.lineage import deltas
from lakebook.lineage.changes import Changes
from lakebook.lineage.errors import LineageError
from lakebook.lineage.schema import TABLES_MADE
from lakebook.reproduce import copies, packages
from lakebook.reproduce.comparison import compare, same_run, table
from lakebook.reproduce.errors import ReproduceError
from lakebook.reproduce.folder import Made, make
from lakebook.reproduce.pins import Pins, first_writes, plan
from lakebook.reproduce.recorded import Recorded, read, runs_of_cell
from lakebook.reproduce.settings import own_surroundings
from lakebook.run import run_notebook
from lakebook.spark import driver
from lakebook.tracking import lookup, tags
from lakebook.tracking.errors import in_users_terms
from lakebook.tracking.store import client, tracking_uri

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run

DIFFERS = 1
#: packages that are listed one by one
_LISTED = 12


class Reproduction:
    """One run that is to be made again.

    Args:
        workspace: the one in whose store the run is.
        folder: where to make it again; ``reproduce-`` and the run's name unless given.

    Raises:
        TrackingError: there is no such run, or no notebook of ours made it.
    """

    def __init__(self, workspace: Workspace, run_id: str, folder: Path | None = None) -> None:
        self._workspace = workspace
        self._recorded: Recorded = read(workspace, run_id)
        name = re.sub(r"[^\w.-]+", "-", self._recorded.run.name)
        self.folder = folder or Path(f"reproduce-{name}")
        self._pins = Pins()
        self._made: Made | None = None

    def make(self) -> None:
        """Make the folder, and say what is in it.

        Raises:
            ReproduceError: a table cannot be read any more as it was, the commit cannot be had, or there is something
                in the folder.
        """
        run = self._recorded.run
        text = "\n".join(cell.source for cell in self._recorded.notebook.cells)
        self._pins = plan(run, first_writes(run, self._changes()), self._workspace.root, text)
        lost = _lost(self._pins)
        if lost:
            raise ReproduceError(f"Run {run.name} cannot be reproduced. {' '.join(lost)}")
        self._made = make(self.folder, self._recorded, self._workspace, self._pins.pins)
        self._say_what_is_there(self._made)

    def _changes(self) -> Changes:
        try:
            return Changes.of_rows(deltas.read(self._workspace, TABLES_MADE))
        except LineageError as problem:  # MLflow knows most of it
            print(f"{problem} What the notebook wrote itself is taken from the run alone.")
            return Changes()

    def _say_what_is_there(self, made: Made) -> None:
        run = self._recorded.run
        number = f", cell {run.cell_number}" if run.cell_number is not None else ""
        print(f"Run {run.name} ({run.run_id}) of {run.notebook}{number}")
        print(f"Folder {self.folder}")
        for pin in self._pins.pins:
            print(f"  {pin.table.name or pin.place} is pinned at version {pin.table.version}.")
        for note in [*self._pins.notes, *made.notes]:
            print(f"  {note}")
        differences = packages.python_differences(self._recorded.python_packages)
        if self._recorded.r_packages is not None:
            differences += [f"R: {line}" for line in packages.r_differences(self._recorded.r_packages)]
        if differences:
            print("Packages that are not here as they were then:")
            for line in differences[:_LISTED]:
                print(f"  {line}")
            if len(differences) > _LISTED:
                print(f"  and {len(differences) - _LISTED} more")

    def run(self, tolerance: float) -> int:
        """Run the notebook in the folder and print the metrics of both runs beside each other.

        Args:
            tolerance: how far apart two values may be, relative to the larger one.

        Returns:
            The exit code: 0 when all agree, else ``DIFFERS``.

        Raises:
            ReproduceError: the notebook would write to tables outside the folder, or makes no such run any more.
            RunError: it cannot be run.
        """
        made = self._made
        assert made is not None, "it is made first"
        if self._pins.written_outside:
            places = " and ".join(self._pins.written_outside)
            raise ReproduceError(
                f"{made.notebook} is not run: it writes to {places}, which is not in the folder. Change that in it, "
                f"then: lakebook run {made.notebook}"
            )
        executed = made.notebook.with_suffix(".executed.ipynb")
        with own_surroundings():
            workspace = find_workspace(made.root)
            try:
                code = run_notebook(made.notebook, output=executed)
            finally:
                driver.stop(workspace)
            if code:
                return DIFFERS
            return self._compare(workspace, executed, tolerance)

    def _compare(self, workspace: Workspace, executed: Path, tolerance: float) -> int:
        run = self._recorded.run
        with in_users_terms(tracking_uri(self._workspace)):
            of_its_cell = runs_of_cell(client(self._workspace), self._recorded.entity)
        with in_users_terms(tracking_uri(workspace)):
            candidates = _runs_of(client(workspace), _number_now(executed, run.cell_number))
        again = same_run(self._recorded.entity, of_its_cell, candidates)
        if again is None:
            raise ReproduceError(f"Cell {run.cell_number} made no run again that could be compared with {run.name}.")
        compared = compare(self._recorded.entity, again, tolerance)
        if not compared:
            print(f"\nRun {run.name} has no metrics; neither has {again.info.run_name}, which was made now.")
            return 0
        print(f"\n{table(compared)}\n")
        counted = [one for one in compared if one.counts]
        differing = sum(not one.agrees for one in counted)
        if differing:
            print(f"{differing} of {len(counted)} metrics differ.")
            return DIFFERS
        print("All metrics agree." if len(counted) > 1 else "The metric agrees.")
        return 0


def _lost(pins: Pins) -> list[str]:
    """A sentence for each table that cannot be read any more as it was; of those on other machines Spark will tell."""
    versions = [(pin.table, version) for pin in pins.pins for version in (pin.table.version, *pin.also)]
    problems = (copies.problem(table, version) for table, version in versions if copies.is_local(table))
    return list(dict.fromkeys(filter(None, problems)))


def _number_now(executed: Path, number: int | None) -> int | None:
    """Jupyter's number of a cell in the notebook that has just run, from its number when it ran before."""
    import nbformat

    for cell in nbformat.read(executed, as_version=4).cells:
        if cell.id == f"run-{number}":
            return int(cell.execution_count)
    return None


def _runs_of(store: MlflowClient, number: int | None) -> list[Run]:
    """The runs that a cell has made, in the order in which they began."""
    experiments = [experiment.experiment_id for experiment in lookup.experiments(store)]
    wanted = f"tags.`{tags.CELL_NUMBER}` = '{number}'"
    found = lookup.every(lambda page_token: store.search_runs(experiments, wanted, page_token=page_token))
    return sorted(found, key=lambda run: run.info.start_time)
