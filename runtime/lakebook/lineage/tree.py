"""The answer to a question of lineage: a tree of models, runs, cells and tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from typing_extensions import override


@dataclass(frozen=True)
class Model:
    """A version of a registered model."""

    name: str
    version: int
    aliases: tuple[str, ...] = ()
    #: MLflow's id of the logged model; empty where the version is of none
    model_id: str = ""


@dataclass(frozen=True)
class Run:
    """A run of MLflow's."""

    run_id: str
    name: str = ""
    experiment_id: str = ""
    user: str = ""
    started: datetime | None = None


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, as it ran when it made what is beside it in the tree."""

    notebook: str
    #: Jupyter's number of it; None where that is not known
    number: int | None
    #: its id in the notebook's file; empty where that is not known
    cell_id: str = ""
    language: str = ""
    session: str = ""
    #: of a cell that made a run: 40 hexadecimal digits; empty outside a repository
    commit: str = ""
    #: whether files that git knows differed from the commit
    dirty: bool = False
    #: of a cell that wrote a table: as Delta's history calls it
    operation: str = ""
    user: str = ""
    time: datetime | None = None
    #: how often it ran, as far as that matters here; the rest is of the last time
    times: int = 1


@dataclass(frozen=True)
class Table:
    """A Delta table at a version."""

    #: ``schema.table``; empty where it is known by its location alone
    name: str
    location: str
    #: None for whatever versions it has
    version: int | None
    table_id: str = ""
    #: further versions, all older than ``version``
    earlier: tuple[int, ...] = ()


Thing = Model | Run | Cell | Table


@dataclass(frozen=True)
class Node:
    """A thing, and what is above it or below it, as was asked."""

    thing: Thing
    #: how it is joined to the one it stands under: ``training``, ``direct``, ``possible``, ``written``
    role: str = ""
    nodes: tuple[Node, ...] = ()
    #: a sentence about what is not known, or stands elsewhere
    note: str = ""


@dataclass(frozen=True)
class Tree:
    """What is above a thing, below it, or both; shown as indented lines."""

    #: None where it was not asked for
    up: Node | None
    down: Node | None

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All that stands directly under the thing that was asked about."""
        return (*(self.up.nodes if self.up else ()), *(self.down.nodes if self.down else ()))

    @override
    def __repr__(self) -> str:
        from lakebook.lineage.shown import text

        return text(self)
