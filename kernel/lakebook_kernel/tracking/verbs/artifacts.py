"""Verbs on the files of runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lakebook_kernel.tracking.verbs.errors import VerbError
from lakebook_kernel.tracking.verbs.runs import known_run, run_or_started

Answer = dict[str, Any]


class ArtifactVerbs:
    """Relative paths start in the notebook's ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def log_artifact(self, path: str, artifact_path: str | None = None, run_id: str | None = None) -> Answer:
        """Log a file, or all that is in a folder, to ``artifact_path`` among the run's artifacts."""
        from mlflow import MlflowClient

        place = self._place(path)
        run = run_or_started(run_id)
        if place.is_dir():
            MlflowClient().log_artifacts(run, str(place), artifact_path)
        else:
            MlflowClient().log_artifact(run, str(place), artifact_path)
        return {"run_id": run}

    def list_artifacts(self, path: str | None = None, run_id: str | None = None) -> Answer:
        """``files``: records with ``path``, ``is_dir`` and ``file_size`` in bytes."""
        from mlflow import MlflowClient

        found = MlflowClient().list_artifacts(known_run(run_id), path)
        return {"files": [{"path": one.path, "is_dir": one.is_dir, "file_size": one.file_size} for one in found]}

    def download_artifacts(self, path: str, run_id: str | None = None) -> Answer:
        """``path``: where the artifact is now on this machine."""
        from mlflow import MlflowClient

        return {"path": MlflowClient().download_artifacts(known_run(run_id), path)}

    def _place(self, path: str) -> Path:
        place = self._folder / Path(path).expanduser()
        if not place.exists():
            raise VerbError(f"There is no file or folder {path} to log (looked for {place}).")
        return place
