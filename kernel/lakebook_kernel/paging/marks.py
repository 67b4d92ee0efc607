"""What the marks of charts have in common, whoever aggregates them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from lakebook_kernel.paging.questions import Chart
from lakebook_kernel.paging.source import Drawing, Series


class Marks(ABC):
    """The marks of one chart.

    Args:
        continuous: whether x is a number or a time, and not one of some values.
    """

    def __init__(self, chart: Chart, *, continuous: bool) -> None:
        self._chart = chart
        self._continuous = continuous

    def drawing(self) -> Drawing:
        """What is drawn."""
        match self._chart.kind:
            case "scatter":
                return self._points()
            case "histogram":
                return self._histogram()
            case "box":
                return self._boxes()
        if not self._continuous:
            return self._categories()
        return self._points() if self._chart.aggregate == "none" else self._line()

    @abstractmethod
    def _points(self) -> Drawing: ...

    @abstractmethod
    def _histogram(self) -> Drawing: ...

    @abstractmethod
    def _boxes(self) -> Drawing: ...

    @abstractmethod
    def _categories(self) -> Drawing: ...

    @abstractmethod
    def _line(self) -> Drawing: ...

    @abstractmethod
    def _is_time(self) -> bool:
        """Whether x are times or dates."""

    @property
    def _scale(self) -> str:
        if not self._continuous:
            return "category"
        return "time" if self._is_time() else "number"

    def _drawing(self, found: Iterable[tuple[Any, str | None, Any]], notes: Iterable[str]) -> Drawing:
        """Of x, group and y of each mark."""
        series: dict[str | None, list[list[Any]]] = {}
        for x, group, y in found:
            name = group if group is not None or self._chart.group is None else "null"
            series.setdefault(name, []).append([x, y])
        made = [Series(name, points) for name, points in series.items()]
        return Drawing(made, self._scale, ", ".join(filter(None, notes)))
