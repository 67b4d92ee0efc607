"""What the engine of a table answers: DuckDB for frames in Python's memory, Spark for its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lakebook_kernel.display.tables import Column
from lakebook_kernel.paging.questions import Chart, Format, Query

#: values of a column that are listed, most frequent first
VALUES = 200


class SourceError(Exception):
    """The table cannot answer; the message is one sentence for the user.

    ``gone`` when it never will: only the rows that are saved with the notebook are left.
    """

    def __init__(self, message: str, *, gone: bool = False) -> None:
        super().__init__(message)
        self.gone = gone


class Cancelled(Exception):
    """The question was withdrawn while it was worked on."""


@dataclass(frozen=True)
class Page:
    """Some rows, as texts."""

    rows: Sequence[Sequence[str | None]]
    #: rows that the query has, where that is known
    total: int | None
    #: there are rows after these
    more: bool
    #: another one when the rows are those of another moment
    moment: int = 0


@dataclass(frozen=True)
class Value:
    """A value that a column has."""

    text: str | None
    #: by which a filter ``among`` means it; None is null
    key: str | None
    count: int


@dataclass(frozen=True)
class Statistics:
    """A column in figures. What a column of its type has not is None."""

    count: int
    nulls: int
    #: NaN, which is a number and no null
    nans: int | None = None
    distinct: int | None = None
    #: whether ``distinct`` is an estimate
    about: bool = False
    min: str | None = None
    max: str | None = None
    mean: str | None = None
    median: str | None = None
    #: numbers of values between evenly spaced bounds, from ``low`` to ``high``
    histogram: list[int] = field(default_factory=list)
    low: float | None = None
    high: float | None = None
    #: whether ``low`` and ``high`` are milliseconds since 1970
    times: bool = False
    #: the most frequent values, where there is no histogram
    frequent: list[Value] = field(default_factory=list)


@dataclass(frozen=True)
class Series:
    """The marks of one group. A box is ``[x, least, quartile, median, quartile, greatest]``, any other ``[x, y]``."""

    name: str | None
    points: list[list[Any]]


@dataclass(frozen=True)
class Drawing:
    """A chart's marks, aggregated. An x is a text, or a number where ``scale`` says so (``time``: ms since 1970)."""

    series: list[Series]
    scale: str
    #: what is not all there: a sample, or the first of many groups
    note: str = ""
    #: of a histogram: how much of the scale a mark stands for, from its x on
    width: float | None = None


class Source(ABC):
    """A frame behind a table. Each method may be called on any thread, and raises ``SourceError`` or ``Cancelled``."""

    columns: Sequence[Column]

    @abstractmethod
    def rows(self, query: Query, offset: int, limit: int) -> Page:
        """Rows of a query from an offset on."""

    @abstractmethod
    def count(self, query: Query) -> int:
        """How many rows a query has."""

    @abstractmethod
    def statistics(self, query: Query, column: int) -> Statistics:
        """What a column holds in the rows of a query."""

    @abstractmethod
    def values(self, query: Query, column: int, containing: str) -> tuple[list[Value], bool]:
        """The column's values, most frequent first, and whether there are more."""

    @abstractmethod
    def chart(self, query: Query, chart: Chart) -> Drawing:
        """The marks of a chart of a query's rows."""

    @abstractmethod
    def export(self, query: Query, form: Format, file: Path) -> None:
        """Write all rows of a query, every value as it is, into a file that is not there yet."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop what is worked on, on another thread."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the frame, and of all that was made of it."""
