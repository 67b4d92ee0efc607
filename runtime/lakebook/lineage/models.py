"""The table of registered models, as MLflow's registry has them: whoever registered them, and by which client."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from lakebook.config import Workspace
from lakebook.lineage import deltas
from lakebook.lineage.records import Records, model_id
from lakebook.lineage.schema import MODELS


def refresh(workspace: Workspace, records: Records | None = None) -> None:
    """Bring the table up to date; it is written only if the registry has changed.

    Raises:
        TrackingError: MLflow does not answer, or the table cannot be read or written.
    """
    known = records or Records(workspace)
    rows = [
        {
            "model_name": version.name,
            "model_version": int(version.version),
            "run_id": version.run_id or None,
            "model_id": model_id(version) or None,
            "registered_at": datetime.fromtimestamp(version.creation_timestamp / 1000, UTC),
        }
        for version in known.versions
    ]
    if _sorted(rows) != _sorted(deltas.read(workspace, MODELS)):
        deltas.replace(workspace, MODELS, rows)


def _sorted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: (row["model_name"], row["model_version"]))
