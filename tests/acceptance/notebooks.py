"""Notebooks run to their end by nbclient, and what MLflow's client then reads of them."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from mlflow import MlflowClient
from mlflow.entities import Run
from nbclient import NotebookClient

from lakebook.config import find_workspace
from lakebook.tracking.store import client


def ran(file: Path, *cells: str) -> nbformat.NotebookNode:
    """Write a notebook, run it in its folder as Jupyter's server would, and return it with its outputs."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook", "language": "python"}
    nbformat.write(notebook, file)
    runner = NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(file.parent)}})
    runner.execute(env={**os.environ, "JPY_SESSION_NAME": str(file)})
    return notebook


def printed(notebook: nbformat.NotebookNode, stream: str = "stdout") -> str:
    """What the cells printed."""
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream" and output.name == stream)


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """What the cells said beside their output, but that Spark starts and that runs were logged."""
    return [
        line
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr" and "Spark" not in output["text"]
        for line in output["text"].splitlines()
        if not line.startswith("Logged the run ")
    ]


def store_of(folder: Path) -> MlflowClient:
    return client(find_workspace(folder))


def runs_of(folder: Path, experiment: str) -> list[Run]:
    """The runs of an experiment, the oldest first."""
    store = store_of(folder)
    found = store.get_experiment_by_name(experiment)
    assert found is not None, [one.name for one in store.search_experiments()]
    return list(store.search_runs([found.experiment_id], order_by=["attributes.start_time ASC"]))


def inputs_of(run: Run) -> dict[str, tuple[str, str]]:
    """By name of a table that a run has as its input, the context and the source as JSON."""
    datasets = run.inputs.dataset_inputs
    return {
        one.dataset.name: ({tag.key: tag.value for tag in one.tags}["mlflow.data.context"], one.dataset.source)
        for one in datasets
        if one.dataset.source_type == "delta_table"
    }


def artifact(folder: Path, run: Run, path: str) -> str:
    return Path(store_of(folder).download_artifacts(run.info.run_id, path)).read_text()
