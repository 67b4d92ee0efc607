"""What was recorded of a run: all that is needed to make it again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lakebook.config import Workspace
from lakebook.lineage.records import RecordedRun, Records, recorded
from lakebook.reproduce.errors import ReproduceError
from lakebook.tracking import lookup, tags
from lakebook.tracking.errors import in_users_terms

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Run
    from nbformat import NotebookNode

#: the folder of a run's artifacts in which all of this is
ARTIFACTS = "lakebook"
_NOTEBOOK = "notebook.ipynb"
_PYTHON = "python-packages.txt"
_R = "r-packages.txt"
_PATCH = "uncommitted.patch"


@dataclass(frozen=True)
class Recorded:
    """A run, its metrics, and the files that were kept with it."""

    run: RecordedRun
    #: MLflow's own entity, with its metrics and parameters
    entity: Run
    #: the cells as they ran, in the order of running
    notebook: NotebookNode
    #: lines ``name==version``
    python_packages: str
    #: the same of R; None where R was not used
    r_packages: str | None
    #: what differed from the commit; None where nothing did
    patch: bytes | None

    @property
    def git_folder(self) -> str:
        """The repository's folder on the machine where the run was made; empty outside a repository."""
        return str(self.entity.data.tags.get(tags.GIT_FOLDER, ""))

    @property
    def remote(self) -> str:
        """The address of the repository's remote; empty where it has none."""
        return str(self.entity.data.tags.get(tags.REPOSITORY, ""))


def read(workspace: Workspace, run_id: str) -> Recorded:
    """What was recorded of a run.

    Raises:
        TrackingError: there is no such run, MLflow does not answer, or no cell of a notebook of ours made the run.
    """
    records = Records(workspace)
    entity = records.find(run_id)
    with in_users_terms(records.uri):
        files = _files(records.client, entity)
    if _NOTEBOOK not in files:
        raise ReproduceError(
            f"Run {entity.info.run_name} ({run_id}) cannot be reproduced: {ARTIFACTS}/{_NOTEBOOK} is not among its "
            "artifacts, so no cell of a Lakebook notebook made it."
        )
    r_packages = files.get(_R)
    return Recorded(
        run=recorded(entity),
        entity=entity,
        notebook=_parsed(files[_NOTEBOOK].decode(), run_id),
        python_packages=files.get(_PYTHON, b"").decode(),
        r_packages=r_packages.decode() if r_packages is not None else None,
        patch=files.get(_PATCH) or None,
    )


def runs_of_cell(client: MlflowClient, run: Run) -> list[Run]:
    """All runs that the same run of a cell made, deleted ones too, in the order in which they began."""
    from mlflow.entities import ViewType

    told = run.data.tags
    session, number = told.get(tags.SESSION, ""), told.get(tags.CELL_NUMBER, "")
    wanted = f"tags.`{tags.SESSION}` = '{session}' and tags.`{tags.CELL_NUMBER}` = '{number}'"
    found = lookup.every(
        lambda page_token: client.search_runs(
            [run.info.experiment_id], wanted, run_view_type=ViewType.ALL, page_token=page_token
        )
    )
    return sorted(found, key=lambda run: run.info.start_time)


def _files(client: MlflowClient, run: Run) -> dict[str, bytes]:
    """The files of ours among a run's artifacts, by their names."""
    names = [Path(file.path).name for file in client.list_artifacts(run.info.run_id, ARTIFACTS) if not file.is_dir]
    found = {}
    with TemporaryDirectory(prefix="lakebook-reproduce-") as folder:
        for name in names:
            file = client.download_artifacts(run.info.run_id, f"{ARTIFACTS}/{name}", folder)
            found[name] = Path(file).read_bytes()
    return found


def _parsed(text: str, run_id: str) -> NotebookNode:
    import nbformat

    try:
        notebook: NotebookNode = nbformat.reads(text, as_version=4)
    except (nbformat.reader.NotJSONError, nbformat.ValidationError) as problem:
        raise ReproduceError(f"The notebook that was kept with run {run_id} cannot be read: {problem}.") from problem
    return notebook
