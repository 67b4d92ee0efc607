"""Our parts of the lab for those who use a screen reader, a keyboard or a dark theme: names, roles, contrast, keys."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

import nbformat
import pytest
import requests

from lab.names.conftest import tables
from lab.pictures import picture
from lab.test_languages import contrast, variable
from lakebook_kernel.display.tables import Column, Table, table_bundle

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page, Route

    from lab.living import LivingLab

#: of WCAG 2.2, A and AA, and what axe advises
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TABLE = Table(
    [Column("carrier", "string"), Column("delay", "bigint"), Column("late", "boolean")],
    [["AA", "5", "false"], ["UA", "70", "true"], [None, "12", "false"], ["B6", None, None], ["AA", "33", "true"]],
    more=True,
    total=5_000,
)
STAGE = {"id": 1, "name": "count at <console>:1", "done": 2, "total": 8, "running": 2, "failed": 1}
JOB = {"id": "x", "notebook": "y", "text": "count", "done": 2, "total": 8, "running": 2, "more": 3, "elapsed": 4_000}
DRIVER = {
    "state": "running",
    "problem": "",
    "workspace": "project",
    "master": "local[2]",
    "memory": "1g",
    "ends_after": 600,
    "version": "4.2.0",
    "java": "21",
    "started": 1_750_000_000_000,
    "pid": 17,
    "heap": {"used": 950_000_000, "most": 1_000_000_000},
    "notebooks": [{"name": "delays.ipynb", "folder": "/project", "running": True}],
}
ADA, BEN = {"name": "Ada Ames", "username": "ada", "color": "#4db6ac"}, {"name": "Ben Burr", "username": "ben"}
COMMENTS = [
    {"anchor": "a1", "at": "2026-01-31T12:00:00Z", "cell": "late", "quote": "delay > 15", "before": "", "after": ""},
    {"comment": "a1", "thread": "a1", "at": "2026-01-31T12:00:00Z", "by": ADA, "text": "Ask @Ben Burr", "mentions": [BEN]},
    {"comment": "b1", "thread": "a1", "at": "2026-01-31T12:05:00Z", "by": BEN, "text": "Done", "edited": "2026-01-31T12:06:00Z"},
    {"anchor": "a2", "at": "2026-01-31T12:00:00Z", "cell": "gone", "source": "x = 1"},
    {"comment": "a2", "thread": "a2", "at": "2026-01-31T12:00:00Z", "by": ADA, "text": "Whose?"},
]  # fmt: skip


def write(folder: Path) -> None:
    """A notebook as somebody has left it: with a table, with progress, with comments."""
    progress = {"application/vnd.lakebook.progress+json": {"jobs": [{**JOB, "stages": [STAGE]}]}}
    cells = [
        nbformat.v4.new_code_cell(source, id=name, outputs=[nbformat.v4.new_output("display_data", each) for each in shown])
        for name, source, shown in (
            ("names", "limit = 60", []),
            ("late", "%sql\nSELECT * FROM departures WHERE delay > 15", [table_bundle(TABLE)]),
            ("count", "%scala\nspark.range(8).count()", [progress]),
            *((language, f"%{language}\n1", []) for language in ("r", "duckdb", "sh", "md", "skip")),
        )
    ]  # fmt: skip
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    nbformat.write(made, folder / "delays.ipynb")
    lines = [*map(json.dumps, COMMENTS), '{"comment": 1}', ""]
    (folder / "delays.ipynb.comments.jsonl").write_text("\n".join(lines))


@dataclass
class Looked:
    """What is wrong with our parts of a page."""

    page: Page
    theme: str
    wrong: list[str] = field(default_factory=list)

    def at(self, *parts: str, called: str = "") -> None:
        """Look at elements of the page, and keep a picture if somebody wants one."""
        from axe_playwright_python.sync_playwright import Axe

        for part in parts:
            self.page.locator(part).first.wait_for()
        options = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
        found = Axe().run(self.page, {"include": [[part] for part in parts]}, options)
        for each in found.response["violations"]:
            for node in each["nodes"]:
                said = re.sub(r"\s+", " ", node["failureSummary"])
                self.wrong.append(f"{called} {each['id']}: {node['target']} {node['html'][:200]}\n    {said}")
        if called:
            picture(self.page, f"access-{called}-{self.theme}")


def marks(page: Page) -> list[str]:
    """The colours of a chart's series."""
    found: list[str] = page.evaluate(
        """() => Array.from({ length: 12 }, (_, at) => {
            const node = document.querySelector('.lb-Table').appendChild(document.createElement('i'));
            node.className = `lb-mod-${at}`;
            node.style.color = 'var(--lb-mark)';
            const { color } = getComputedStyle(node);
            node.remove();
            return color;
        })"""
    )
    assert len(set(found)) == 12
    return found


@contextmanager
def themed(lab: LivingLab, theme: str) -> Iterator[None]:
    """Within it the lab has another theme, for all who come."""
    url = f"{lab.url}lab/api/settings/@jupyterlab/apputils-extension:themes"

    def put(value: dict[str, str]) -> None:
        headers = {"Authorization": f"token {lab.owners_token}"}
        requests.put(url, json={"raw": json.dumps(value)}, headers=headers, timeout=60).raise_for_status()

    put({"theme": theme})
    try:
        yield
    finally:
        put({})


@pytest.fixture(scope="module")
def stocked(living_lab: LivingLab) -> LivingLab:
    """The lab, on a workspace in which a driver has left tables."""
    tables(living_lab.workspace)
    return living_lab


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1400, "height": 1000}, reduced_motion="reduce")
    made = context.new_page()
    made.set_default_timeout(60_000)
    yield made
    context.close()


def driven(route: Route) -> None:
    """A driver that runs, without one."""
    settings = {"spark.app.name": "lakebook", "spark.master": "local[2]"}
    route.fulfill(json=settings if "settings" in route.request.url else DRIVER)


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_our_parts_have_names_roles_and_contrast(stocked: LivingLab, page: Page, theme: str) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    folder = stocked.workspace / uuid4().hex
    folder.mkdir()
    write(folder)
    looked = Looked(page, theme.split()[-1].lower())
    keys = page.keyboard
    page.route("**/lakebook/api/driver**", driven)
    with themed(stocked, theme):
        place = f"lab/workspaces/{uuid4().hex}/tree/{folder.name}/delays.ipynb"
        page.goto(f"{stocked.url}{place}?token={stocked.owners_token}")
        is_light = str("Light" in theme).lower()
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        page.add_style_tag(
            content="body { height: 100vh }"
        )  # JupyterLab's has none, and axe takes all in it for unseen
        grid = page.locator(".lb-Table-grid")
        grid.click()
        looked.at(
            ".lb-Table", ".lb-Progress", ".lb-Driver", ".lakebook-comments-mark", ".lb-LanguageButton", called="cells"
        )
        page.locator(".lb-Progress summary").click()
        looked.at(".lb-Progress", called="stages")

        keys.press("Control+Alt+m")
        panel = page.locator("#lakebook-comments")
        panel.get_by_role("textbox", name="Comment", exact=True).fill("Ask @")
        keys.press("End")
        keys.type("b")
        panel.get_by_role("option").first.wait_for()
        looked.at("#lakebook-comments", called="comments")
        keys.press("Escape")
        keys.press("Escape")
        expect(panel.locator("article")).to_have_count(2)
        panel.get_by_role("button", name="Resolve", exact=True).first.focus()
        keys.press("Enter")
        expect(panel.get_by_role("article", name="Deleted cell")).to_be_focused()  # which was the second
        panel.get_by_role("button", name="Resolved").click()
        looked.at("#lakebook-comments")
        panel.get_by_role("button", name=re.compile("^Open")).click()

        grid.focus()
        keys.press("Control+Home")
        keys.press("ArrowUp")
        keys.press("Enter")
        popup = page.locator(".lb-Table-popup")
        popup.locator("summary").click()
        popup.locator(".lb-Table-values label").first.wait_for()
        looked.at(".lb-Table-popup", called="column")
        popup.get_by_label("Value", exact=True).fill("A")
        keys.press("Enter")
        looked.at(".lb-Table")
        for name in ("Columns", "Download"):
            page.get_by_role("button", name=name, exact=True).focus()
            keys.press("Enter")
            looked.at(".lb-Table-popup", called=name.lower())
            keys.press("Escape")
            expect(page.get_by_role("button", name=name, exact=True)).to_be_focused()
        grid.focus()
        keys.press("ArrowRight")
        keys.press("ArrowUp")
        keys.press("Enter")
        popup.locator("svg").wait_for()
        looked.at(".lb-Table-popup", called="column-numbers")
        keys.press("Escape")
        keys.press("ArrowDown")
        keys.press("Enter")
        looked.at(".lb-Table-popup", called="value")
        keys.press("Escape")
        page.get_by_role("button", name=re.compile("^Remove the filter")).focus()
        keys.press("Enter")
        expect(page.get_by_role("button", name="Columns", exact=True)).to_be_focused()
        keys.press("Tab")
        keys.press("Enter")
        page.get_by_label("Colour").select_option(label="late")
        looked.at(".lb-Table", called="chart")
        ground = variable(page, "--jp-layout-color0")
        pale = [mark for mark in marks(page) if contrast(mark, ground) < 3]
        languages = ("python", "sql", "r", "scala", "duckdb", "sh", "md", "skip")
        names = {language: variable(page, f"--lb-language-{language}") for language in languages}
        pale += [language for language, colour in names.items() if contrast(colour, ground) < 4.5]
        assert not pale, pale

        cell = page.locator(".jp-Notebook .jp-CodeCell").first.locator(".cm-content")
        cell.click()
        keys.press("Alt+Shift+L")
        looked.at(".lb-LanguageMenu", called="languages")
        keys.press("Escape")
        expect(cell).to_be_focused()
        keys.press("Control+Enter")
        for name in ("names", "catalog"):
            page.locator(f'.jp-SideBar .lm-TabBar-tab[data-id="lakebook-{name}"]').click()
            tree = page.locator(f"#lakebook-{name} [role=treeitem]")
            tree.first.focus()
            for opened in ("hive_metastore", "default", "departures") if name == "catalog" else ():
                row = tree.and_(page.locator(f'[data-id$="{opened}"]'))
                expect(row).to_be_focused()
                keys.press("ArrowRight")
                expect(row).to_have_attribute("aria-expanded", "true")
                keys.press("ArrowRight")
            looked.at(f"#lakebook-{name}", called=name)

        page.locator(".lb-Driver-button").focus()
        keys.press("Enter")
        expect(page.get_by_role("dialog", name="Spark driver")).to_be_focused()
        page.locator(".lb-DriverPopup summary").click()
        page.locator(".lb-DriverPopup table").wait_for()
        looked.at(".lb-DriverPopup", ".lb-Driver", called="driver")
        page.get_by_role("button", name="Stop …").click()
        looked.at(".jp-Dialog-content", called="driver-stop")
        keys.press("Escape")
        page.get_by_role("menuitem", name="Lakebook", exact=True).click()
        page.get_by_role("menuitem", name="Share This Lab…").click()
        looked.at(".lakebook-share", called="share")
        keys.press("Escape")
    assert not looked.wrong, "\n".join(looked.wrong)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_beside_the_lab_have_them_too(
    living_lab: LivingLab, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(color_scheme=scheme)
    looked = Looked(context.new_page(), scheme)
    for path, part in (("login", "#jupyter-main-app"), ("lakebook", "body"), ("lakebook/runs", "body")):
        token = "" if path == "login" else f"?token={living_lab.owners_token}"
        looked.page.goto(f"{living_lab.url}{path}{token}")
        looked.at(part)
    context.close()
    assert not looked.wrong, "\n".join(looked.wrong)
