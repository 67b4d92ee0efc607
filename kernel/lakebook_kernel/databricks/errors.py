"""How a part of ``dbutils`` ends a call, or a cell."""

from __future__ import annotations

from typing import Any

from lakebook.databricks.calls import EXIT


class DbutilsError(Exception):
    """A call cannot do what was asked; one clear sentence. Each kind has the name that Databricks gives it."""


class InputWidgetNotDefined(DbutilsError):
    """There is no widget of that name, and no argument."""


class WidgetError(DbutilsError):
    """A widget cannot be made so."""


class NotebookRunError(DbutilsError):
    """A notebook that another one runs has failed."""


class NotebookExit(BaseException):
    """``dbutils.notebook.exit``: the notebook ends here, and well.

    No ``Exception``, so that a cell's ``except Exception`` does not hold it up.
    """

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value

    def shown(self) -> dict[str, Any]:
        """What is displayed: the value for who reads it, and for programs."""
        return {"text/plain": f"Notebook exited: {self.value}", EXIT: {"value": self.value}}
