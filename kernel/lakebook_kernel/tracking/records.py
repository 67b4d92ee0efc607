"""What is written down of a run beside what MLflow logs: tables, the notebook, packages, changes to the code."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.entities import Dataset, DatasetInput, InputTag, Run
from mlflow.entities.model_registry import ModelVersion
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT, MLFLOW_PARENT_RUN_ID

from lakebook.jobs.tracking.names import TASK_RUN
from lakebook.lineage.facts import RunFacts
from lakebook.tracking import tags
from lakebook.tracking.git import Commit, changes
from lakebook.tracking.logged import models_of
from lakebook.tracking.registry import register
from lakebook.tracking.tables import TableVersion, Write
from lakebook_kernel.tracking.watch import NewRun

#: the folder of a run's artifacts that ours are in
FOLDER = "lakebook"
#: MLflow cuts longer values of tags
_LONGEST_TAG = 8000


@dataclass(frozen=True)
class Facts:
    """What all runs of a cell have in common."""

    #: the notebook as it ran, as a file's text
    notebook: str
    #: lines ``name==version``
    python_packages: list[str]
    #: the same of R; None where R was not used
    r_packages: list[str] | None
    commit: Commit | None

    def files(self) -> dict[str, str]:
        """The artifacts by their names."""
        files = {"notebook.ipynb": self.notebook, "python-packages.txt": _lines(self.python_packages)}
        if self.r_packages is not None:
            files["r-packages.txt"] = _lines(self.r_packages)
        if self.commit is not None and self.commit.dirty:
            files["uncommitted.patch"] = changes(self.commit)
        return files


def write(
    run: NewRun,
    facts: Facts,
    training: list[TableVersion],
    possible: list[TableVersion],
    written: list[Write],
    *,
    ended: bool,
) -> RunFacts | None:
    """Write all of it into the run; called again for a run that goes on.

    Returns:
        What lineage keeps of a run that has ended.

    Raises:
        MlflowException: or what the disk and the database raise, see ``lakebook.tracking.errors``.
    """
    client = MlflowClient(tracking_uri=run.tracking_uri)
    inputs = [*_inputs(training, tags.TRAINING), *_inputs(possible, tags.POSSIBLE)]
    if inputs:
        client.log_inputs(run.run_id, inputs)
    if written:
        client.set_tag(run.run_id, tags.WRITTEN, _as_tag([write.table for write in written]))
    with tempfile.TemporaryDirectory(prefix="lakebook-run-") as folder:
        for name, text in facts.files().items():
            Path(folder, name).write_text(text, encoding="utf-8", errors="surrogateescape")
        client.log_artifacts(run.run_id, folder, FOLDER)
    if not ended:
        return None
    return RunFacts(
        run_id=run.run_id,
        experiment_id=run.experiment_id,
        experiment=client.get_experiment(run.experiment_id).name,
        commit=facts.commit.commit if facts.commit is not None else "",
        dirty=facts.commit.dirty if facts.commit is not None else None,
        training=tuple(training),
        possible=tuple(possible),
        written=tuple(write.table for write in written),
    )


def registered(runs: Sequence[NewRun], name: str) -> Iterator[ModelVersion]:
    """Make the model of each run a version of a registered model; a search's inner runs are left out.

    Raises:
        TrackingError: a run logged no model, or one without a signature, or the name cannot be one.
    """
    for new in runs:
        client = MlflowClient(tracking_uri=new.tracking_uri)
        run = client.get_run(new.run_id)
        if not _is_inner(client, run):
            several = len(models_of(client, run)) > 1  # a search logs its best as well
            yield register(client, new.run_id, name, model="model" if several else None)


def _is_inner(client: MlflowClient, run: Run) -> bool:
    """Whether it is within another run, other than that of a job's task."""
    parent = run.data.tags.get(MLFLOW_PARENT_RUN_ID)
    return parent is not None and TASK_RUN not in client.get_run(parent).data.tags


def _inputs(tables: Iterable[TableVersion], context: str) -> list[DatasetInput]:
    return [DatasetInput(_dataset(table), [InputTag(MLFLOW_DATASET_CONTEXT, context)]) for table in tables]


def _dataset(table: TableVersion) -> Dataset:
    """As MLflow's ``DeltaDatasetSource`` is read again; itself it would leave out a version that is 0, and the id."""
    source = {
        "path": table.location,
        "delta_table_version": table.version,
        "delta_table_id": table.table_id,
    }
    return Dataset(
        name=table.name or table.location, digest=_digest(table), source_type="delta_table", source=json.dumps(source)
    )


def _digest(table: TableVersion) -> str:
    """One for each version of a table: a name may come to mean another table, whose versions begin anew."""
    whole = f"{table.location} {table.table_id} {table.version}"
    return hashlib.blake2b(whole.encode(), digest_size=16).hexdigest()


def _as_tag(tables: list[TableVersion]) -> str:
    """As JSON, the newest version of each; the oldest are left out where that would be too long for a tag."""
    newest = {(table.name, table.location): table for table in tables}
    kept = [table.as_json() for table in newest.values()]
    while len(text := json.dumps(kept, ensure_ascii=False)) > _LONGEST_TAG:
        del kept[0]
    return text


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
