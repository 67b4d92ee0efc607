"""What is told to lineage: a cell, the runs that it made, and how sure it is that one thing was made from another."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from datetime import UTC, datetime

from lakebook.tracking.running import RunningCell
from lakebook.tracking.tables import TableVersion

#: the query that wrote a table read the other one
DIRECT = "direct"
#: the notebook had read the other one before
POSSIBLE = "possible"

#: directions between a run and a table
READ = "read"
WRITTEN = "written"


@dataclass(frozen=True)
class CellFacts:
    """A run of a cell, which has ended."""

    #: as `lakebook.tracking.running.RunningCell` has it
    notebook: str
    session: str
    #: Jupyter's number of this run of the cell; None where it is not known
    number: int | None
    #: the cell's id in the notebook's file; empty where Jupyter did not say it
    cell: str
    language: str
    user: str
    #: when it ended, with its zone
    time: datetime

    @classmethod
    def of(cls, cell: RunningCell) -> CellFacts:
        """A cell that ends now, run by the user of this process."""
        return cls(
            cell.notebook, cell.session, cell.number, cell.cell, cell.language, getpass.getuser(), datetime.now(UTC)
        )


@dataclass(frozen=True)
class RunFacts:
    """A run of MLflow's that has ended."""

    run_id: str
    experiment_id: str
    #: the experiment's name
    experiment: str
    #: 40 hexadecimal digits; empty outside a repository
    commit: str = ""
    #: whether files that git knows had been changed; None outside a repository
    dirty: bool | None = None
    #: tables on the way of the data that was fitted
    training: tuple[TableVersion, ...] = ()
    #: tables that the notebook had read before, of unknown use
    possible: tuple[TableVersion, ...] = ()
    #: tables that the notebook had written before the run ended
    written: tuple[TableVersion, ...] = ()
