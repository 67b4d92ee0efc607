"""A workspace in which cells, runs and models are recorded as a kernel records them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakebook.config import Workspace, find_workspace
from lakebook.lineage.facts import CellFacts, RunFacts
from lakebook.lineage.store import Lineage
from lakebook.tracking import store, tags
from lakebook.tracking.tables import TableUse, TableVersion, Write

if TYPE_CHECKING:
    from mlflow import MlflowClient

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
COMMIT = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"


def table(name: str, version: int, table_id: str | None = None) -> TableVersion:
    """A table of the schema ``default``; without another id, as if it was never made anew."""
    return TableVersion(f"default.{name}", f"/lake/{name}", version, f"id-{name}" if table_id is None else table_id)


def cell(number: int = 1, notebook: str = "prepare.ipynb", session: str = "s", cell_id: str = "") -> CellFacts:
    return CellFacts(notebook, session, number, cell_id, "sql", "ann", NOON + timedelta(minutes=number))


def write(target: TableVersion, *sources: TableVersion, operation: str = "WRITE") -> Write:
    return Write(target, operation, sources)


class Recording:
    """A workspace and its MLflow store."""

    def __init__(self, root: Path) -> None:
        (root / "lakebook.toml").touch()
        self.workspace: Workspace = find_workspace(root)
        self.lineage = Lineage(self.workspace)

    @cached_property
    def client(self) -> MlflowClient:
        return store.client(self.workspace)

    def noted(
        self,
        cell: CellFacts,
        *written: Write,
        read: Iterable[TableVersion] = (),
        runs: Iterable[RunFacts] = (),
    ) -> None:
        self.lineage.note(cell, TableUse(list(read), list(written)), list(runs))

    def run(
        self,
        name: str = "gentle-snail-42",
        *,
        cell: CellFacts | None = None,
        training: Iterable[TableVersion] = (),
        possible: Iterable[TableVersion] = (),
        written: Iterable[TableVersion] = (),
        metrics: Mapping[str, float] | None = None,
        params: Mapping[str, str] | None = None,
        artifacts: Mapping[str, str | bytes] | None = None,
        **more: str,
    ) -> str:
        """Record a run; ``more`` are tags, with ``__`` for a dot. Returns its id."""
        of = cell or CellFacts("delays.ipynb", "f", 5, "c5", "python", "ann", NOON)
        told = {
            tags.USER: of.user,
            tags.SOURCE_TYPE: "NOTEBOOK",
            tags.SOURCE_NAME: of.notebook,
            tags.NOTEBOOK: of.notebook,
            tags.SESSION: of.session,
            tags.CELL_NUMBER: str(of.number),
            tags.CELL_ID: of.cell,
            tags.CELL_LANGUAGE: of.language,
            tags.WRITTEN: json.dumps([one.as_json() for one in written]),
            **{tag.replace("__", "."): value for tag, value in more.items()},
        }
        client = self.client
        experiment = client.get_experiment_by_name("delays")
        experiment_id = experiment.experiment_id if experiment is not None else client.create_experiment("delays")
        start = round(of.time.timestamp() * 1000)
        run_id: str = client.create_run(experiment_id, start_time=start, tags=told, run_name=name).info.run_id
        for context, tables in ((tags.TRAINING, training), (tags.POSSIBLE, possible)):
            if inputs := [_input(one, context) for one in tables]:
                client.log_inputs(run_id, inputs)
        for metric, value in (metrics or {}).items():
            client.log_metric(run_id, metric, value)
        for param, text in (params or {}).items():
            client.log_param(run_id, param, text)
        self._log(run_id, artifacts or {})
        client.set_terminated(run_id)
        return run_id

    def _log(self, run_id: str, artifacts: Mapping[str, str | bytes]) -> None:
        if not artifacts:
            return
        with tempfile.TemporaryDirectory() as folder:
            for name, content in artifacts.items():
                Path(folder, name).write_bytes(content if isinstance(content, bytes) else content.encode())
            self.client.log_artifacts(run_id, folder, "lakebook")

    def register(self, name: str, run_id: str | None, alias: str = "") -> int:
        """Make a version of a model, as any client of MLflow's does."""
        from mlflow.exceptions import MlflowException

        try:
            self.client.get_registered_model(name)
        except MlflowException:
            self.client.create_registered_model(name)
        version = self.client.create_model_version(name, source="file:///models/x", run_id=run_id)
        if alias:
            self.client.set_registered_model_alias(name, alias, version.version)
        return int(version.version)


def _input(table: TableVersion, context: str) -> Any:
    from mlflow.entities import Dataset, DatasetInput, InputTag

    source = {"path": table.location, "delta_table_version": table.version, "delta_table_id": table.table_id}
    digest = f"{hash(table) & 0xFFFFFFFF:x}"
    dataset = Dataset(table.name or table.location, digest, "delta_table", json.dumps(source))
    return DatasetInput(dataset, [InputTag("mlflow.data.context", context)])
