"""What MLflow holds of a workspace's runs and models: the truth of which run read which table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, TypeVar

from lakebook.config import Workspace
from lakebook.lineage.errors import LineageError
from lakebook.tracking import lookup, tags
from lakebook.tracking.errors import in_users_terms, is_unknown, shown
from lakebook.tracking.reachable import check
from lakebook.tracking.references import Reference
from lakebook.tracking.store import client, database, is_own, tracking_uri
from lakebook.tracking.tables import TableVersion, normalized

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import DatasetInput, Run
    from mlflow.entities.model_registry import ModelVersion

_T = TypeVar("_T")
_DELTA = "delta_table"
_CONTEXT = "mlflow.data.context"
#: of an input that its user logged without saying what for
_INPUT = "input"


@dataclass(frozen=True)
class Use:
    """A table that was read, and how sure it is that what was made came from it."""

    table: TableVersion
    role: str


@dataclass(frozen=True)
class RecordedRun:
    """A run, as far as lineage needs it."""

    run_id: str
    name: str
    experiment_id: str
    user: str
    started: datetime
    notebook: str
    session: str
    #: Jupyter's number of the cell; None where the run was made by no cell
    cell_number: int | None
    cell_id: str
    language: str
    commit: str
    dirty: bool
    read: tuple[Use, ...]
    written: tuple[TableVersion, ...]
    #: one sentence when something in it cannot be read
    problem: str = ""


class Records:
    """MLflow's store of a workspace, asked when first needed. Every question may raise ``TrackingError``.

    Args:
        answers: whether it is asked at all; when not, it has nothing.
    """

    def __init__(self, workspace: Workspace, *, answers: bool = True) -> None:
        self._workspace = workspace
        self._answers = answers

    @property
    def uri(self) -> str:
        """MLflow's address of the store."""
        return tracking_uri(self._workspace)

    @property
    def empty(self) -> bool:
        """Whether nothing was ever recorded; a store is not made for a question."""
        return not self._answers or (is_own(self._workspace) and not database(self._workspace).exists())

    @cached_property
    def client(self) -> MlflowClient:
        """MLflow's client of the store."""
        check(self.uri)
        return client(self._workspace)

    def run(self, run_id: str) -> RecordedRun | None:
        """A run by its id, also a deleted one; None when there is none."""
        found = self._ask(lambda: self.client.get_run(run_id))
        return recorded(found) if found is not None else None

    def find_run(self, run_id: str) -> RecordedRun:
        """The same; when there is none, the error says which id is near."""
        return recorded(self.find(run_id))

    def find(self, run_id: str) -> Run:
        """The same as MLflow's own entity."""
        self._there_must_be_something(f"run {run_id}")
        with in_users_terms(self.uri):
            return lookup.find_run(self.client, run_id)

    def readers(self, names: Iterable[str], run_ids: Iterable[str]) -> list[RecordedRun]:
        """Runs that have an input of one of the names, and those with the given ids; the newest first."""
        if self.empty:
            return []
        with in_users_terms(self.uri):
            found = {run.info.run_id: run for name in names for run in self._with_input(name)}
        for run_id in run_ids:
            if run_id not in found and (run := self._ask(partial(self.client.get_run, run_id))) is not None:
                found[run_id] = run
        runs = [recorded(run) for run in found.values() if run.info.lifecycle_stage == "active"]
        return sorted(runs, key=lambda run: run.started, reverse=True)

    def place_of(self, name: str) -> str | None:
        """Where a table was that a run read under a name, or at a location that is given for it; None when none did."""
        uses = (use.table for run in self.readers([name], []) for use in run.read)
        return next((table.location for table in uses if name in (table.name, table.location)), None)

    def _with_input(self, name: str) -> Iterable[Run]:
        quote = '"' if "'" in name else "'"
        if quote in name:  # MLflow's filters have no way to say it
            return []
        wanted = f"dataset.name = {quote}{name}{quote}"
        return lookup.every(partial(self.client.search_runs, self._experiments, wanted))

    @cached_property
    def _experiments(self) -> list[str]:
        return [experiment.experiment_id for experiment in lookup.experiments(self.client)]

    # --- the registry

    @cached_property
    def versions(self) -> list[ModelVersion]:
        """Every version of every registered model, by name and number; MLflow does not tell their aliases here."""
        if self.empty:
            return []
        with in_users_terms(self.uri):
            found: list[ModelVersion] = list(lookup.every(self.client.search_model_versions))
        return sorted(found, key=lambda version: (version.name, int(version.version)))

    def find_version(self, reference: Reference) -> ModelVersion:
        """The version that a reference means; when there is none, the error says which there are."""
        self._there_must_be_something(f"model {reference.name}")
        with in_users_terms(self.uri):
            return lookup.find_version(self.client, reference)

    def made_by(self, run_id: str) -> list[ModelVersion]:
        """The registered versions that a run made."""
        return self._by_run.get(run_id, [])

    @cached_property
    def _by_run(self) -> dict[str, list[ModelVersion]]:
        found: dict[str, list[ModelVersion]] = {}
        for version in self.versions:
            found.setdefault(version.run_id or "", []).append(version)
        return found

    def aliases(self, version: ModelVersion) -> tuple[str, ...]:
        """The aliases of a version."""
        model = self._ask(lambda: self.client.get_registered_model(version.name))
        given = model.aliases.items() if model is not None else []
        return tuple(sorted(alias for alias, number in given if int(number) == int(version.version)))

    def run_of(self, version: ModelVersion) -> str:
        """The id of the run that made a version; empty where that is not known."""
        return str(version.run_id or "") or self.run_of_model(model_id(version))

    def run_of_model(self, logged: str) -> str:
        """The id of the run that logged a model, by the model's id; empty where that is not known."""
        model = self._ask(lambda: self.client.get_logged_model(logged)) if logged else None
        return str(model.source_run_id or "") if model is not None else ""

    def _ask(self, question: Callable[[], _T]) -> _T | None:
        """What MLflow answers; None when it does not have that."""
        from mlflow.exceptions import MlflowException

        if self.empty:
            return None
        with in_users_terms(self.uri):
            try:
                return question()
            except MlflowException as problem:
                if not is_unknown(problem):
                    raise
        return None

    def _there_must_be_something(self, what: str) -> None:
        if self.empty:
            raise LineageError(f"There is no {what}: nothing was recorded yet in {shown(self.uri)}.")


def model_id(version: ModelVersion) -> str:
    """MLflow's id of the logged model that a version was registered from; empty where it was from none."""
    source = str(version.source or "")
    return str(version.model_id or "") or (source.removeprefix("models:/") if source.startswith("models:/m-") else "")


def recorded(run: Run) -> RecordedRun:
    """A run of MLflow's as lineage needs it."""
    told: dict[str, str] = run.data.tags
    written, problem = _written(told.get(tags.WRITTEN, "[]"))
    number = told.get(tags.CELL_NUMBER, "")
    inputs = run.inputs.dataset_inputs if run.inputs is not None else []
    return RecordedRun(
        run_id=run.info.run_id,
        name=run.info.run_name or run.info.run_id,
        experiment_id=run.info.experiment_id,
        user=told.get(tags.USER, ""),
        started=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
        notebook=told.get(tags.NOTEBOOK) or told.get(tags.SOURCE_NAME, ""),
        session=told.get(tags.SESSION, ""),
        cell_number=int(number) if number.isdigit() else None,
        cell_id=told.get(tags.CELL_ID, ""),
        language=told.get(tags.CELL_LANGUAGE, ""),
        commit=told.get(tags.COMMIT, ""),
        dirty=told.get(tags.DIRTY) == "true",
        read=tuple(use for use in map(_used, inputs) if use is not None),
        written=written,
        problem=problem,
    )


def _written(text: str) -> tuple[tuple[TableVersion, ...], str]:
    try:
        return tuple(TableVersion.from_json(table) for table in json.loads(text)), ""
    except (KeyError, TypeError, ValueError):  # somebody wrote over the tag
        return (), f"its tag {tags.WRITTEN} cannot be read"


def _used(given: DatasetInput) -> Use | None:
    """A Delta table among a run's inputs, whoever logged it; None for another data set."""
    dataset = given.dataset
    if dataset.source_type != _DELTA:
        return None
    source: dict[str, Any] = json.loads(dataset.source)
    location = str(source.get("path") or "")
    name = str(source.get("delta_table_name") or dataset.name or "").removeprefix("spark_catalog.")
    table = TableVersion(
        name="" if normalized(name) == normalized(location) else name,
        location=location,
        version=int(source.get("delta_table_version") or 0),  # MLflow leaves out a version that is 0
        table_id=str(source.get("delta_table_id") or ""),
    )
    return Use(table, next((tag.value for tag in given.tags if tag.key == _CONTEXT), _INPUT))
