"""Completion and help in the lab's editors: in every language, with kinds, and while a cell runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from lab.pictures import picture
from lab.test_languages import SECONDS, cell, open_notebook, ready
from lakebook.config import find_workspace

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

    from lab.conftest import Lab


def run_until(page: Page, number: int, prompt: str) -> None:
    """Run a cell and wait for what its prompt says."""
    cell(page, number).locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    cell(page, number).locator(".jp-InputPrompt").get_by_text(prompt).wait_for(timeout=3 * SECONDS)


def offered(page: Page, number: int) -> Locator:
    """The list that Tab opens at a cell's end. One that the lab gave up waiting for is asked for again."""
    from playwright.sync_api import Error

    shown = page.locator(".jp-Completer:visible .jp-Completer-list")
    for _ in range(10):
        cell(page, number).locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.press("Tab")
        try:
            shown.wait_for(timeout=5_000)
            break
        except Error:
            continue
    return shown


def kind(shown: Locator, name: str) -> str:
    """What the badge of an item says."""
    item = shown.locator(".jp-Completer-item").filter(has_text=name).first
    return str(item.locator(".jp-Completer-typeExtended, .jp-Completer-type").last.inner_text())


def kind_in_time(page: Page, number: int, name: str) -> str:
    """The same, once the kernel answers in time: the lab offers the cell's own words before."""
    for _ in range(10):
        if said := kind(offered(page, number), name):
            return said
        page.keyboard.press("Escape")
    return ""


def test_the_editor_is_answered_while_a_cell_runs(lab: Lab) -> None:
    from playwright.sync_api import expect

    waits = "import pathlib, time\nwhile not pathlib.Path('gate').exists(): time.sleep(0.05)"
    open_notebook(lab, "late_ones = late_twos = [1]", "late_", "%sql\nlate_", "print(", waits)
    ready(lab)
    page = lab.page
    run_until(page, 0, "[1]")
    run_until(page, 4, "[*]")
    shown = offered(page, 1)
    assert kind(shown, "late_ones") in ("instance", "variable")  # by jedi, or in time
    page.keyboard.press("Escape")
    shown = offered(page, 2)
    assert kind(shown, "late_ones").lower() == "python"  # whose name it is
    picture(page, "completion")
    page.keyboard.press("Escape")
    cell(page, 3).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("Signature: print(", timeout=SECONDS)
    picture(page, "help")
    page.keyboard.press("Escape")
    expect(cell(page, 4).locator(".jp-InputPrompt")).to_have_text("[*]:")  # it was running all the time
    (lab.folder / "gate").touch()
    expect(cell(page, 4).locator(".jp-InputPrompt")).to_have_text("[2]:", timeout=SECONDS)


@pytest.fixture
def workspace_of_lab(lab: Lab) -> Iterator[Path]:
    from lakebook.spark import driver

    lab.write("lakebook.toml", "[spark]\nmaster = 'local[2]'\n")
    yield lab.folder
    driver.stop(find_workspace(lab.folder))


@pytest.mark.spark
def test_sql_and_scala_offer_what_they_know(lab: Lab, workspace_of_lab: Path) -> None:
    from playwright.sync_api import expect

    view = "%sql\nCREATE TEMPORARY VIEW departures AS SELECT 'JFK' AS origin, 15 AS delay"
    waits = (
        '%scala\nval limit = 15\nwhile (!java.nio.file.Files.exists(java.nio.file.Path.of("gate"))) Thread.sleep(50)'
    )
    open_notebook(
        lab,
        view,
        "%scala\nval late = Seq(1)",
        waits,
        "%sql\nSELECT ori FROM departures\n-- \nSELECT * FROM depar",
        "%scala\nlate.hea",
        "%sql\ndate_add",
    )
    ready(lab)
    page = lab.page
    run_until(page, 0, "[1]")
    run_until(page, 1, "[2]")
    shown = offered(page, 4)
    expect(shown).to_contain_text("head")
    assert kind(shown, "headOption") == "method"
    page.keyboard.press("Escape")
    run_until(page, 2, "[*]")
    assert kind_in_time(page, 3, "departures") == "table"
    page.keyboard.press("Escape")
    cell(page, 5).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("date_add(start_date, num_days)", timeout=SECONDS)
    (lab.folder / "gate").touch()
    expect(cell(page, 2).locator(".jp-InputPrompt")).to_have_text("[3]:", timeout=SECONDS)


@pytest.mark.r
def test_r_offers_what_it_knows(lab: Lab) -> None:
    from playwright.sync_api import expect

    open_notebook(lab, "%r\nlate_ones <- c(1)", "%r\nlate_", "%r\nmean(")
    ready(lab)
    page = lab.page
    run_until(page, 0, "[1]")
    expect(offered(page, 1)).to_contain_text("late_ones")
    page.keyboard.press("Escape")
    cell(page, 2).locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip")).to_contain_text("mean(x, ...)", timeout=SECONDS)
