"""What a run is told of the notebook cell that started it."""

from __future__ import annotations

from mlflow.tracking.context.abstract_context import RunContextProvider
from typing_extensions import override

from lakebook.tracking import tags
from lakebook.tracking.running import running_cell


class NotebookContext(RunContextProvider):
    """MLflow asks it for tags whenever a run starts (entry point ``mlflow.run_context_provider``)."""

    @override
    def in_context(self) -> bool:
        return running_cell() is not None

    @override
    def tags(self) -> dict[str, str]:
        cell = running_cell()
        if cell is None:
            return {}
        commit = cell.commit()
        return {
            tags.SOURCE_NAME: cell.notebook,
            tags.SOURCE_TYPE: "NOTEBOOK",
            tags.NOTEBOOK: cell.notebook,
            tags.SESSION: cell.session,
            tags.CELL_NUMBER: str(cell.number),
            tags.CELL_ID: cell.cell,
            tags.CELL_LANGUAGE: cell.language,
            **(commit.tags() if commit is not None else {}),
        }
