from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from lakebook.tracking import quiet
from runtime.tracking.recording import Recorded, record

#: ipykernel's own kernel: what is tested here is the command, which is the same for every kernel
PLAIN = {"name": "python3", "display_name": "Python 3", "language": "python"}

MakeNotebook = Callable[..., Path]


@pytest.fixture
def notebook(tmp_path: Path) -> MakeNotebook:
    """Writes a notebook of code cells; ``parameters=`` is the source of a cell tagged so."""

    def make(*sources: str, parameters: str | None = None, kernelspec: dict[str, str] | None = PLAIN) -> Path:
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        if parameters is not None:
            made.cells.insert(0, nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
        if kernelspec:
            made.metadata["kernelspec"] = kernelspec
        folder = tmp_path / "notebooks"
        folder.mkdir(exist_ok=True)
        nbformat.write(made, folder / "made.ipynb")
        return folder / "made.ipynb"

    return make


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Made once, for MLflow needs seconds for its tables. Tests use ``recorded``, a copy."""
    import mlflow

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_TRACKING_URI", "")  # which MLflow sets
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        made = record(tmp_path_factory.mktemp("recorded"))
        mlflow.set_tracking_uri(None)  # type: ignore[arg-type]
    return made


@pytest.fixture
def recorded(recorded_once: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """The current folder is a workspace with the runs of ``record``, and no registered model."""
    import mlflow

    for name in ("MLFLOW_TRACKING_URI", *quiet.VARIABLES):  # which commands set for their process
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    shutil.copytree(recorded_once.folder, tmp_path / "workspace")
    monkeypatch.chdir(tmp_path / "workspace")
    yield Recorded(tmp_path / "workspace", recorded_once.runs)
    mlflow.set_tracking_uri(None)  # type: ignore[arg-type]
