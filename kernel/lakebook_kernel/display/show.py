"""``display`` and ``displayHTML`` of Python cells, as Databricks' notebooks call them."""

from __future__ import annotations

import builtins
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.display_functions import display as jupyters

from lakebook.imports import AfterImport
from lakebook_kernel.display.frames import is_sparks

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject

#: what a trigger of Databricks' ``display`` may be
_TRIGGERS = "processingTime or availableNow, such as trigger={'availableNow': True}"


class Display:
    """The function ``display``: Jupyter's, to which a frame of Spark's that is a stream is a table that goes on.

    Args:
        notebook: the bridge's ``Notebook`` of this kernel.
        place: what the running cell is known by when it is run again.
    """

    def __init__(self, notebook: Callable[[], JavaObject], place: Callable[[], str]) -> None:
        self._notebook = notebook
        self._place = place

    def install(self) -> None:
        """Let every module see it, as IPython lets them see its own."""
        vars(builtins).update(display=self, displayHTML=display_html)
        AfterImport({"pyspark.sql.dataframe"}, self._install_method).install()

    def _install_method(self) -> None:
        """``frame.display()``, which Databricks' DataFrames have."""
        from pyspark.sql.dataframe import DataFrame

        def display(frame: DataFrame, **options: Any) -> None:
            """Show the frame as a table; of a stream, as ``display`` does."""
            self(frame, **options)

        DataFrame.display = display  # type: ignore[attr-defined]

    def __call__(
        self,
        *objects: Any,
        streamName: str | None = None,  # noqa: N803  these are Databricks' names
        processingTime: str | None = None,  # noqa: N803
        checkpointLocation: str | None = None,  # noqa: N803
        trigger: dict[str, Any] | None = None,
        **options: Any,
    ) -> Any:
        """Show values; a stream until it is stopped, or its cell is run again.

        Args:
            objects: what to show. Other keywords are those of ``IPython.display.display``.
            streamName: what the query of a stream is called.
            processingTime: how often a stream is asked, such as ``5 seconds``; as soon as it can when left out.
            checkpointLocation: where a stream notes how far it has come; else it begins anew every time.
            trigger: ``{"processingTime": …}`` or ``{"availableNow": True}``.

        Raises:
            ValueError: there is no such trigger.
        """
        streams: list[Any] = []
        others: list[Any] = []
        for value in objects:
            (streams if is_sparks(value) and value.isStreaming else others).append(value)
        if streams:
            chosen = {"processingTime": processingTime} if processingTime else trigger or {}
            if unknown := chosen.keys() - {"processingTime", "availableNow"}:
                raise ValueError(f"display() knows no trigger {min(unknown)!r}; there are {_TRIGGERS}.")
            every, once = chosen.get("processingTime"), bool(chosen.get("availableNow"))
            for value in streams:
                self._notebook().showStream(value._jdf, self._place(), streamName, every, once, checkpointLocation)
        return jupyters(*others, **options) if others or not objects else None


def display_html(html: str) -> None:
    """Show HTML."""
    jupyters({"text/html": html, "text/plain": html}, raw=True)
