"""A lab on a workspace with tables, as a driver has left them: none runs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import nbformat
import pyarrow
import pytest
from deltalake import DeltaTable, Field, Schema, write_deltalake
from deltalake.schema import PrimitiveType

from lakebook.config import find_workspace
from lakebook.spark import driver
from lakebook.spark.tables import FILE
from serving import TOKEN, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

ETC = Path(__file__).parents[3] / "runtime" / "etc" / "jupyter"


@dataclass(frozen=True)
class Site:
    """A server, and the workspace that it serves."""

    url: str
    folder: Path

    def notebook(self, *sources: str, kernel: str = "lakebook") -> str:
        """Write a notebook; returns its path."""
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
        made.metadata["kernelspec"] = {"name": kernel, "display_name": "Lakebook", "language": "python"}
        name = f"{uuid4().hex}.ipynb"
        nbformat.write(made, self.folder / name)
        return name


@dataclass(frozen=True)
class Bench:
    """A notebook in the lab, with a panel beside it."""

    page: Page
    site: Site

    def open(self, *sources: str, kernel: str = "lakebook") -> str:
        """Write a notebook and open it; returns its path."""
        path = self.site.notebook(*sources, kernel=kernel)
        self.visit(path)
        return path

    def visit(self, path: str, *, idle: bool = True) -> None:
        """Open a notebook; with ``idle``, wait until its kernel has nothing to do.

        Without a path the lab opens, and no notebook.
        """
        from playwright.sync_api import expect

        place = f"/tree/{path}" if path else ""
        self.page.goto(f"{self.site.url}lab/workspaces/{uuid4().hex}{place}?token={TOKEN}")
        if not path:
            expect(self.page.locator(".jp-Launcher")).to_be_visible()
            return
        if idle:
            expect(self.page.get_by_role("button", name=re.compile(r"\| Idle$"))).to_be_visible()

    def run(self, at: int) -> None:
        """Run a cell, and do not wait for it."""
        self.write_into(at)
        self.page.keyboard.press("Control+Enter")

    def write_into(self, at: int) -> None:
        """Put the cursor at the end of a cell."""
        self.cell(at).locator(".cm-content").click()
        self.page.keyboard.press("Control+End")

    def cell(self, at: int) -> Locator:
        return self.page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(at)

    def source(self, at: int) -> Locator:
        return self.cell(at).locator(".cm-content")

    def prompt(self, at: int) -> Locator:
        """What stands before a cell: its number, or a star while it runs."""
        return self.cell(at).locator(".jp-InputPrompt")

    def panel(self, name: str) -> Locator:
        """Show a panel; ``names`` or ``catalog``."""
        self.page.locator(f'.jp-SideBar .lm-TabBar-tab[data-id="lakebook-{name}"]').click()
        return self.page.locator(f"#lakebook-{name}")

    def row(self, name: str) -> Locator:
        """A row of the tree, by the beginning of its name."""
        return self.page.locator(f'[role="treeitem"]:visible:has(.lb-Name-name:text-is("{name}"))').first


def tables(folder: Path) -> None:
    """What a driver leaves: a Delta table of two versions, a view, and the list of them."""
    state = find_workspace(folder).make_state()
    place = state / "warehouse" / "departures"
    schema = Schema(
        [
            Field("carrier", PrimitiveType("string"), metadata={"comment": "IATA's code"}),
            Field("dep_delay", PrimitiveType("long")),
        ]
    )
    DeltaTable.create(str(place), schema, description="Flights that have left", partition_by=["carrier"])
    rows = pyarrow.table({"carrier": ["AA", "UA"], "dep_delay": [5, 70]})
    write_deltalake(str(place), rows, mode="append")
    listed = {
        "tables": [
            _table("default", "departures", str(place), "delta"),
            _table("main.sales", "late", None, "view", [["carrier", "string", ""], ["delay", "bigint", "minutes"]]),
            _table("main.sales", "gone", str(state / "nowhere"), "delta"),
        ],
        "schemas": [{"name": "default", "comment": ""}, {"name": "main.sales", "comment": "what was sold"}],
        "functions": [{"schema": "main.sales", "name": "vat"}],
        "volumes": [{"schema": "main.sales", "name": "raw", "comment": ""}],
    }
    (state / FILE).write_text(json.dumps(listed))


def _table(
    schema: str, name: str, location: str | None, provider: str, columns: list[list[str]] | None = None
) -> dict[str, object]:
    about = {"schema": schema, "name": name, "location": location, "provider": provider}
    return {**about, "comment": "", "columns": columns or []}


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A workspace; the driver that a test starts in it ends with the tests."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "lakebook.toml").write_text("[spark]\nmaster = 'local[2]'\nmemory = '900m'\n")
    tables(folder)
    yield folder
    driver.stop(find_workspace(folder))


@pytest.fixture(scope="package")
def site(extension: Path, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    around = tmp_path_factory.mktemp("lab")
    (around / "labconfig").mkdir()
    quiet = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
    (around / "labconfig" / "page_config.json").write_text(json.dumps(quiet))
    finds = os.pathsep.join([str(extension / "share" / "jupyter"), os.environ["JUPYTER_PATH"]])
    settings = {"JUPYTER_PATH": finds, "JUPYTER_CONFIG_DIR": str(around), "JUPYTER_CONFIG_PATH": str(ETC)}
    with serving("jupyterlab", project, around, **settings) as url:
        yield Site(url, project)


@pytest.fixture
def bench(browser: Browser, site: Site) -> Iterator[Bench]:
    """A tab of the browser. The kernels that a test has started end with it."""
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", timezone_id="UTC")
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Bench(page, site)
    page.evaluate(
        """async () => {
            const base = JSON.parse(document.getElementById('jupyter-config-data').textContent).baseUrl;
            const headers = { 'X-XSRFToken': document.cookie.match(/_xsrf=([^;]*)/)?.[1] ?? '' };
            const sessions = await (await fetch(base + 'api/sessions')).json();
            await Promise.all(sessions.map(({ id }) => fetch(`${base}api/sessions/${id}`, { method: 'DELETE', headers })));
        }"""
    )
    context.close()
