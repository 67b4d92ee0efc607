"""What the record of a run asks the notebook for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakebook.config import Workspace
from lakebook.tracking.tables import TableUse

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


@dataclass(frozen=True)
class Notebook:
    """A notebook, as its kernel knows it."""

    folder: Path
    #: Python's global names, among which a front end says which file the notebook is
    names: dict[str, Any]
    workspace: Callable[[], Workspace]
    #: the text of each run of a cell, in order
    sources: Callable[[], Sequence[str]]
    #: ``kernelspec`` and ``language_info`` of the notebook
    metadata: Callable[[], dict[str, Any]]
    #: the tables that Spark has read and written since it was asked last
    spark_tables: Callable[[], TableUse]
    #: its session; None when it is attached to no driver
    session: Callable[[], SparkSession | None]
    #: within it no interrupt leaves anything half made
    whole: Callable[[], AbstractContextManager[None]]
    #: R's packages, ``name==version``; None where R was not used
    r_packages: Callable[[], list[str] | None]
