"""What a browser may ask of a table, read from the JSON that it sends."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

#: rows of one page at most
PAGE = 500

Comparison = Literal[
    "contains", "lacks", "equals", "differs", "starts", "less", "most", "more", "least", "missing", "present", "among"
]
#: how the rows behind one mark of a chart become one number; ``none`` where a row is a mark
Aggregate = Literal["none", "count", "sum", "mean", "median", "min", "max"]
ChartKind = Literal["bar", "line", "scatter", "histogram", "box"]
Format = Literal["csv", "parquet"]
Ask = Literal["rows", "count", "statistics", "values", "chart", "cell", "export", "columns"]


class NotUnderstood(Exception):
    """What was asked has another form; the message is one sentence."""


@dataclass(frozen=True)
class Order:
    """By which column the rows are sorted; missing values come last."""

    column: int
    descending: bool = False


@dataclass(frozen=True)
class Filter:
    """Which values of a column are wanted."""

    column: int
    comparison: Comparison
    #: the text that the user typed
    value: str = ""
    #: of ``among``: the values' keys as ``Value.key`` has them
    keys: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Query:
    """Which rows, in which order: the frame's own without an order."""

    orders: tuple[Order, ...] = ()
    filters: tuple[Filter, ...] = ()
    #: a text that one of a row's values contains, whatever its case
    search: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether it asks for all rows as they come."""
        return not (self.orders or self.filters or self.search)

    @property
    def unordered(self) -> Query:
        """The same rows in any order."""
        return Query((), self.filters, self.search)


@dataclass(frozen=True)
class Chart:
    """A chart of some columns."""

    kind: ChartKind
    x: int
    y: int | None = None
    group: int | None = None
    aggregate: Aggregate = "count"
    bins: int = 20


@dataclass(frozen=True)
class Question:
    """One question about a table."""

    id: int
    ask: Ask
    query: Query = field(default_factory=Query)
    offset: int = 0
    limit: int = 100
    column: int = 0
    #: of ``values``: what they contain
    containing: str = ""
    chart: Chart | None = None
    format: Format = "csv"


def read(data: Any, columns: int) -> Question:
    """A question to a table of so many columns. Raises ``NotUnderstood``."""
    fields = _Fields(data, columns)
    ask = fields.choice("ask", get_args(Ask))
    return Question(
        fields.number("id", 0, 2**53),
        ask,
        _query(data.get("query") or {}, columns),
        fields.number("offset", 0, 2**53, 0),
        fields.number("limit", 1, PAGE, 100),
        fields.column("column") if ask in ("statistics", "values", "cell") else 0,
        fields.text("containing"),
        _chart(data.get("chart"), columns) if ask == "chart" else None,
        fields.choice("format", get_args(Format), "csv"),
    )


def _query(data: Any, columns: int) -> Query:
    fields = _Fields(data, columns)
    orders = [
        Order(part.column("column"), bool(part.data.get("descending")))
        for part in (_Fields(each, columns) for each in fields.list("orders"))
    ]
    filters = [
        Filter(
            part.column("column"),
            part.choice("comparison", get_args(Comparison)),
            part.text("value"),
            tuple(None if key is None else str(key) for key in part.list("keys")),
        )
        for part in (_Fields(each, columns) for each in fields.list("filters"))
    ]
    return Query(tuple(orders), tuple(filters), fields.text("search"))


def _chart(data: Any, columns: int) -> Chart:
    fields = _Fields(data, columns)
    return Chart(
        fields.choice("kind", get_args(ChartKind)),
        fields.column("x"),
        fields.column("y") if fields.data.get("y") is not None else None,
        fields.column("group") if fields.data.get("group") is not None else None,
        fields.choice("aggregate", get_args(Aggregate), "count"),
        fields.number("bins", 1, 200, 20),
    )


class _Fields:
    """The fields of an object, of the types that they must have."""

    def __init__(self, data: Any, columns: int) -> None:
        if not isinstance(data, dict):
            raise NotUnderstood("The table was asked something that is no object.")
        self.data = data
        self._columns = columns

    def number(self, name: str, least: int, most: int, otherwise: int | None = None) -> int:
        value = self.data.get(name, otherwise)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise NotUnderstood(f"The table was asked with {name} = {value!r}, which is no number there.")
        return value

    def column(self, name: str) -> int:
        value = self.data.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < self._columns:
            raise NotUnderstood(
                f"The table has {self._columns} columns, and was asked for one with {name} = {value!r}."
            )
        return value

    def text(self, name: str) -> str:
        value = self.data.get(name, "")
        if not isinstance(value, str):
            raise NotUnderstood(f"The table was asked with {name} = {value!r}, which is no text.")
        return value

    def list(self, name: str) -> list[Any]:
        value = self.data.get(name, [])
        if not isinstance(value, list):
            raise NotUnderstood(f"The table was asked with {name} = {value!r}, which is no list.")
        return value

    def choice(self, name: str, known: tuple[Any, ...], otherwise: Any = None) -> Any:
        value = self.data.get(name, otherwise)
        if value not in known:
            raise NotUnderstood(f"The table was asked with {name} = {value!r}; it knows {', '.join(known)}.")
        return value
