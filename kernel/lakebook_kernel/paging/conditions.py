"""A query's rows and their order as DuckDB's SQL; what the user typed is bound, never written into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from lakebook_kernel.display.tables import Column
from lakebook_kernel.paging.keys import Key, NoValue
from lakebook_kernel.paging.questions import Filter, Order, Query
from lakebook_kernel.paging.source import SourceError

_SIGNS = {"equals": "=", "differs": "<>", "less": "<", "most": "<=", "more": ">", "least": ">="}


class Conditions:
    """What stands after ``WHERE`` and ``ORDER BY``, and the values that are bound there.

    Args:
        columns: of the table.
        key: gives a column's key.
    """

    def __init__(self, columns: Sequence[Column], key: Callable[[int], Key]) -> None:
        self._columns = columns
        self._key = key
        #: the columns that the SQL reads
        self.used: set[int] = set()

    def where(self, query: Query) -> tuple[str, list[Any]]:
        """The condition of a query's rows, and its values."""
        parts, values = ["true"], []
        for each in query.filters:
            condition, bound = self._filter(each)
            parts.append(f"({condition})")
            values += bound
        if query.search:
            found = [f"contains(lower({self.text(at)}), lower(?))" for at in range(len(self._columns))]
            parts.append(f"({' OR '.join(found)})")
            values += [query.search] * len(found)
        return " AND ".join(parts), values

    def order(self, orders: Iterable[Order]) -> str:
        """What stands after ``ORDER BY``: missing values come last, and equals in the frame's order."""
        parts = []
        for order in orders:
            name = self.name(order.column)
            parts.append(self._key(order.column).missing.format(name))
            parts.append(f"{name} {'DESC' if order.descending else 'ASC'}")
        return ", ".join([*parts, "r"])

    def name(self, column: int) -> str:
        """SQL's name of a column."""
        self.used.add(column)
        return f"c{column}"

    def text(self, column: int) -> str:
        """SQL of a column's values as texts."""
        return self._key(column).text.format(self.name(column))

    def missing(self, column: int) -> str:
        """SQL of whether a column's value is missing."""
        return self._key(column).missing.format(self.name(column))

    def number(self, column: int) -> str | None:
        """SQL of a column's values as numbers to draw by; None when they are none."""
        number = self._key(column).number
        return None if number is None else number.format(self.name(column))

    def _filter(self, asked: Filter) -> tuple[str, list[Any]]:
        key, name = self._key(asked.column), self.name(asked.column)
        text, missing = self.text(asked.column), key.missing.format(self.name(asked.column))
        match asked.comparison:
            case "missing":
                return missing, []
            case "present":
                return f"NOT {missing}", []
            case "contains":
                return f"contains(lower({text}), lower(?))", [asked.value]
            case "lacks":
                return f"coalesce(NOT contains(lower({text}), lower(?)), true)", [asked.value]
            case "starts":
                return f"starts_with(lower({text}), lower(?))", [asked.value]
            case "among":
                known = [each for each in asked.keys if each is not None]
                parts = [f"{key_text(key).format(name)} IN ({', '.join('?' * len(known))})"] if known else []
                parts += [f"{name} IS NULL"] if None in asked.keys else []
                return " OR ".join(parts) or "false", known
        try:
            value = key.value(asked.value)
        except NoValue as wanted:
            column = self._columns[asked.column]
            raise SourceError(f"{column.name} is {column.type}, and “{asked.value}” is not {wanted}.") from None
        if asked.comparison == "differs":
            return f"{name} IS DISTINCT FROM ?", [value]
        return f"NOT {missing} AND {name} {_SIGNS[asked.comparison]} ?", [value]


def key_text(key: Key) -> str:
    """SQL of the text by which a value is meant; no two values of a column have one."""
    return "{}" if key.kind == "text" else "CAST({} AS VARCHAR)"
