"""Spark frames that R holds by number, and what its SparkR names do with them: trees of PySpark's own calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

#: the entry of a dictionary that says what a node of a tree is; a dictionary without it is data
NODE = ".node"


class HeldFrames:
    """Evaluates the trees that ``sparkr.R`` builds.

    A node is one of

    ============  ==========================================================
    ``session``   the notebook's session
    ``held``      what was given to R under ``number``
    ``function``  ``name`` of ``pyspark.sql.functions``, called
    ``method``    ``name`` of ``of``, called
    ``member``    ``name`` of ``of``
    ``window``    ``pyspark.sql.Window``
    ============  ==========================================================

    What is called has ``arguments`` and ``named``, which may be trees.
    """

    def __init__(self, session: Callable[[], SparkSession]) -> None:
        self._session = session
        self._held: dict[int, Any] = {}
        self._last = 0

    def evaluate(self, tree: Any, released: Iterable[int] = ()) -> Any:
        """What a tree is; of a frame, or what makes one, what R keeps instead.

        Args:
            tree: see above.
            released: numbers that R holds no longer.
        """
        for number in released:
            self._held.pop(int(number), None)
        session = self._session()  # functions find Spark by it
        return self._for_r(self._value(tree, session))

    def hold(self, frame: DataFrame) -> dict[str, Any]:
        """Keep a frame; gives its number, columns and their types."""
        return {**self._keep("frame", frame), "columns": frame.columns, "types": [kind for _, kind in frame.dtypes]}

    def given(self, value: Any) -> Any:
        """What is held, where the value is a node of that; else the value."""
        return self._at(value["number"]) if isinstance(value, dict) and value.get(NODE) == "held" else value

    def rows(self, number: int, most: int | None) -> pa.Table:
        """The rows of a frame, or as many as there may be."""
        frame = self._at(number)
        return (frame if most is None else frame.limit(most)).toArrow()

    def _keep(self, kind: str, value: Any) -> dict[str, Any]:
        self._last += 1
        self._held[self._last] = value
        return {"kind": kind, "number": self._last}

    def _at(self, number: int) -> Any:
        try:
            return self._held[int(number)]
        except KeyError:
            raise LookupError("This SparkDataFrame is of an R that has ended: make it anew.") from None

    def _value(self, tree: Any, session: SparkSession) -> Any:
        if isinstance(tree, list):
            return [self._value(item, session) for item in tree]
        if not isinstance(tree, dict):
            return tree
        if NODE not in tree:
            return {name: self._value(item, session) for name, item in tree.items()}
        match tree[NODE]:
            case "session":
                return session
            case "held":
                return self._at(tree["number"])
            case "window":
                from pyspark.sql import Window

                return Window
            case "function":
                from pyspark.sql import functions

                return self._called(getattr(functions, tree["name"]), tree, session)
            case "method":
                return self._called(getattr(self._value(tree["of"], session), tree["name"]), tree, session)
            case "member":
                return getattr(self._value(tree["of"], session), tree["name"])
        raise ValueError(f"a tree has no node {tree[NODE]}")

    def _called(self, function: Callable[..., Any], tree: dict[str, Any], session: SparkSession) -> Any:
        arguments = self._value(tree.get("arguments") or [], session)
        return function(*arguments, **self._value(tree.get("named") or {}, session))

    def _for_r(self, value: Any) -> Any:
        from pyspark.sql import DataFrame, GroupedData
        from pyspark.sql.window import WindowSpec

        if isinstance(value, DataFrame):
            return self.hold(value)
        if isinstance(value, GroupedData):
            return self._keep("grouped", value)
        if isinstance(value, WindowSpec):
            return self._keep("window", value)
        if isinstance(value, list | tuple):
            return [self._for_r(item) for item in value]
        return value if isinstance(value, bool | int | float | str | None) else None
