"""Jobs on Jupyter's server in a process of its own, with a scheduler in another; its tasks are real ones."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest

from lakebook.config import find_workspace
from lakebook.databricks.calls import EXIT
from lakebook.jobs.store import Store, open_store
from runtime.conftest import PLAIN
from runtime.jobs.live import PATIENCE
from serving import TOKEN, serving

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

#: what a wheel puts where Jupyter looks for it
_ETC = Path(__file__).parents[3] / "runtime" / "etc" / "jupyter"


@dataclass(frozen=True)
class Site:
    """A server and the folder that it serves."""

    url: str
    folder: Path
    store: Store

    @property
    def client(self) -> WorkspaceClient:
        """Databricks' own."""
        from databricks.sdk import WorkspaceClient

        return WorkspaceClient(host=self.url, token=TOKEN)

    def notebook(self, name: str, *sources: str) -> str:
        """Write a notebook for ipykernel's own kernel; returns its path."""
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        made.metadata["kernelspec"] = PLAIN
        nbformat.write(made, self.folder / f"{name}.ipynb")
        return str(self.folder / f"{name}.ipynb")


@contextmanager
def site_in(folder: Path, around: Path) -> Iterator[Site]:
    """A server without a scheduler."""
    (folder / "lakebook.toml").touch()
    store = open_store(find_workspace(folder))
    with serving("jupyter_server", folder, around, JUPYTER_CONFIG_PATH=str(_ETC)) as url:
        yield Site(url, folder, store)
    store.close()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server and a scheduler."""
    folder = tmp_path_factory.mktemp("served")
    with site_in(folder, tmp_path_factory.mktemp("around")) as served:
        with (folder / "scheduler.log").open("w") as log:
            scheduler = subprocess.Popen(
                [sys.executable, "-m", "lakebook", "scheduler"], cwd=folder, stdout=log, stderr=log
            )
        try:
            yield served
        finally:
            scheduler.terminate()
            try:
                scheduler.wait(timeout=PATIENCE)
            finally:
                scheduler.kill()
                scheduler.wait()


@pytest.fixture(scope="package")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose jobs nobody runs."""
    with site_in(tmp_path_factory.mktemp("idle"), tmp_path_factory.mktemp("around")) as served:
        yield served


@pytest.fixture
def client(site: Site) -> WorkspaceClient:
    return site.client


#: source of a cell that ends a notebook with a value, as ``dbutils.notebook.exit`` does
def ending(value: str) -> str:
    return f"from IPython.display import display; display({{{EXIT!r}: {{'value': {value!r}}}}}, raw=True)"
