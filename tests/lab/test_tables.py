"""Tables in the browser: what a cell shows is sorted, filtered, drawn and paged in, by everybody who looks at it."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import nbformat

from lab.pictures import picture
from lakebook_kernel.display.tables import Column, Table, table_bundle
from serving import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from lab.conftest import Lab

BIG = 2**60
FRAME = """
import numpy as np, pandas as pd
n = 5_000
frame = pd.DataFrame({
    "number": np.arange(n) + 2**60,
    "part": np.where(np.arange(n) % 10 == 0, np.nan, np.arange(n) / 7),
    "word": [None if k % 9 == 0 else f"word {k % 4}" for k in range(n)],
    "moment": pd.to_datetime(np.arange(n) * 3_600_000_000_001, utc=True).tz_convert("Europe/Berlin"),
})
frame
"""
PATIENCE = 60_000


def write(lab: Lab, cells: list[Any], kernel: str = "lakebook") -> None:
    made = nbformat.v4.new_notebook(cells=cells)
    made.metadata.kernelspec = {"name": kernel, "display_name": kernel, "language": "python"}
    lab.write("tables.ipynb", nbformat.writes(made))


def shown(table: Table, handle: str | None = None) -> Any:
    """A cell with a table that it has shown before."""
    output = nbformat.v4.new_output("execute_result", table_bundle(table, handle=handle), execution_count=1)
    return nbformat.v4.new_code_cell("frame", outputs=[output], execution_count=1)


def run(page: Page, cell: int = 0) -> None:
    """Run a cell, as soon as the notebook has its kernel."""
    from playwright.sync_api import Error, expect

    expect(page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')).to_be_visible(timeout=PATIENCE)
    prompt = page.locator(".jp-CodeCell").nth(cell).locator(".jp-InputPrompt")
    for _ in range(10):
        page.locator(".jp-CodeCell .cm-content").nth(cell).click()
        page.keyboard.press("Control+Enter")
        try:
            prompt.filter(has_text=re.compile(r"[\d*]")).wait_for(timeout=5_000)
            return
        except Error:  # the kernel was not connected yet
            continue
    raise AssertionError("the cell did not run")


def opened(lab: Lab, *cells: str) -> Page:
    """A notebook of these cells, of which the first has run."""
    write(lab, [nbformat.v4.new_code_cell(cell) for cell in cells])
    lab.open("tables.ipynb")
    run(lab.page)
    grid(lab.page).wait_for(timeout=PATIENCE)
    return lab.page


@contextmanager
def joined(browser: Browser, lab: Lab) -> Iterator[Page]:
    """Another person's browser on the same notebook."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{lab.url}-2/tree/{lab.folder.name}/tables.ipynb?token={TOKEN}")
    grid(page).wait_for()
    yield page
    context.close()


def grid(page: Page) -> Locator:
    return page.locator(".lb-Table-grid:visible")


def first(page: Page, column: int) -> Locator:
    return grid(page).locator(".lb-Table-row[aria-rowindex='2'] .lb-Table-cell").nth(column)


def expect_text(found: Locator, text: str | re.Pattern[str]) -> None:
    from playwright.sync_api import expect

    expect(found).to_have_text(text, timeout=PATIENCE)


def status(page: Page) -> Locator:
    return page.locator(".lb-Table-status [role=status]")


def menu(page: Page, column: str) -> Locator:
    page.get_by_role("button", name=f"Menu of {column}").click()
    return page.get_by_role("dialog", name=f"Column {column}")


def head(page: Page, column: int) -> Locator:
    return grid(page).get_by_role("columnheader").nth(column)


def test_a_frame_is_sorted_filtered_searched_and_drawn_by_its_kernel(lab: Lab) -> None:
    page = opened(lab, FRAME)
    expect_text(status(page), "5,000 rows")
    expect_text(first(page, 0), str(BIG))
    head(page, 0).click()
    head(page, 0).click()
    expect_text(first(page, 0), str(BIG + 4_999))
    expect_text(first(page, 3), "1970-07-28 08:00:00.000004999+01:00")
    assert head(page, 0).get_attribute("aria-sort") == "descending"

    opened_menu = menu(page, "part")
    expect_text(opened_menu.locator("tr").filter(has_text="NaN").locator("td"), "500")
    expect_text(opened_menu.locator("tr").filter(has_text="max").locator("td"), "714.1428571428571")
    picture(page, "tables-statistics")
    opened_menu.get_by_label("Comparison").select_option("less")
    opened_menu.get_by_label("Value", exact=True).fill("10")
    opened_menu.get_by_role("button", name="Filter", exact=True).click()
    expect_text(status(page), "63 of 5,000 rows")
    page.get_by_label("Search in all columns").fill("WORD 3")
    expect_text(status(page), "15 of 5,000 rows")
    expect_text(first(page, 0), str(BIG + 67))
    picture(page, "tables-filtered")

    page.get_by_role("button", name="Chart", exact=True).click()
    chart = page.locator("svg.lb-Table-chart")
    expect_text(chart.locator("text.lb-mod-label").last, "mean of number")
    page.get_by_label("Kind of chart").select_option("scatter")
    expect_count(chart.locator("circle"), 15)
    page.get_by_role("button", name=re.compile("Remove the filter")).click()
    page.get_by_label("Search in all columns").fill("")
    expect_text(page.locator(".lb-Table-note"), "a sample of 3,000 of 4,500 rows")
    page.get_by_label("Kind of chart").select_option("histogram")
    page.get_by_label("Colour").select_option(label="word")
    chart.locator("rect.lb-mod-3").first.wait_for()
    picture(page, "tables-chart")
    page.get_by_role("button", name="Table", exact=True).click()
    grid(page).wait_for()


def expect_count(found: Locator, count: int) -> None:
    from playwright.sync_api import expect

    expect(found).to_have_count(count, timeout=PATIENCE)


def test_values_are_chosen_columns_hidden_and_files_downloaded(lab: Lab) -> None:
    page = opened(lab, FRAME)
    opened_menu = menu(page, "word")
    opened_menu.locator("summary").click()
    opened_menu.get_by_label(re.compile("^word 2")).check()
    opened_menu.get_by_label(re.compile("^null")).check()
    opened_menu.get_by_role("button", name="Only these").click()
    expect_text(status(page), re.compile(r"^1,66\d of 5,000 rows$"))

    page.get_by_role("button", name="Columns", exact=True).click()
    page.get_by_role("dialog", name="Columns").get_by_label(re.compile("^part")).uncheck()
    page.keyboard.press("Escape")
    expect_count(grid(page).get_by_role("columnheader"), 3)

    found = int((status(page).inner_text().split()[0]).replace(",", ""))
    for form in ("CSV", "Parquet"):
        page.get_by_role("button", name="Download", exact=True).click()
        with page.expect_download(timeout=PATIENCE) as downloading:
            page.get_by_role("button", name=f"{form} of all rows found").click()
        path = downloading.value.path()
        if form == "CSV":
            rows = list(csv.reader(path.read_text().splitlines()))
            assert rows[0] == ["number", "part", "word", "moment"]
            assert rows[1] == [str(BIG), "NaN", "", "1970-01-01 01:00:00+01:00"]
        else:
            from pyarrow import parquet

            rows = [[], *parquet.read_table(path).to_pylist()]
            assert rows[1]["number"] == BIG
        assert len(rows) == found + 1


def test_all_is_done_by_keyboard(lab: Lab) -> None:
    page = opened(lab, FRAME)
    expect_text(status(page), "5,000 rows")  # all of them, not those that are saved
    grid(page).focus()
    active = page.locator(".lb-Table-grid .lb-mod-active")
    for key in ("ArrowDown", "ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    expect_text(active, "word 2")
    assert grid(page).get_attribute("aria-activedescendant") == active.get_attribute("id")
    page.keyboard.press("Control+End")
    expect_text(active, "1970-07-28 08:00:00.000004999+01:00")
    page.keyboard.press("Control+Home")
    expect_text(active, str(BIG))
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowRight")
    expect_count(page.locator(".lb-Table-cell[aria-selected=true]"), 4)
    page.keyboard.press("Control+c")
    page.get_by_label("Search in all columns").focus()
    page.keyboard.press("Control+v")
    assert page.get_by_label("Search in all columns").input_value().startswith(f"{BIG}\tNaN")
    expect_text(status(page), "0 of 5,000 rows")
    page.get_by_label("Search in all columns").fill("")
    expect_text(status(page), "5,000 rows")
    expect_text(first(page, 0), str(BIG))

    grid(page).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_count(dialog, 0)
    expect_text(first(page, 0), str(BIG + 4_999))
    expect_count(page.locator(".jp-CodeCell"), 1)  # no key was the notebook's


def test_two_people_look_at_one_table_each_in_an_order_of_their_own(lab: Lab, browser: Browser) -> None:
    page = opened(lab, FRAME)
    with joined(browser, lab) as other:
        head(other, 0).click()
        head(other, 0).click()
        expect_text(first(other, 0), str(BIG + 4_999))
        expect_text(first(page, 0), str(BIG))
        head(page, 2).click()
        expect_text(first(page, 2), "word 0")
        expect_text(first(other, 0), str(BIG + 4_999))


def test_rows_come_while_a_cell_runs(lab: Lab) -> None:
    page = opened(lab, FRAME, "import time\nwhile True: time.sleep(0.1)")
    expect_text(status(page), "5,000 rows")
    run(page, 1)
    grid(page).focus()
    page.keyboard.press("Control+End")
    expect_text(page.locator(".lb-Table-grid .lb-mod-active"), "1970-07-28 08:00:00.000004999+01:00")
    expect_text(page.locator(".jp-CodeCell").nth(1).locator(".jp-InputPrompt"), "[*]:")


def test_after_a_restart_the_rows_that_are_saved_stay_and_it_is_said_that_there_are_no_others(lab: Lab) -> None:
    page = opened(lab, FRAME)
    page.get_by_role("button", name="Restart the kernel", exact=True).click()
    page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect_text(status(page), "first 100 of 5,000 rows: only these are here")
    head(page, 0).click()
    head(page, 0).click()
    expect_text(first(page, 0), str(BIG + 99))


TYPES = Table(
    [Column("n", "bigint"), Column("x", "double"), Column("<b>bold</b>", "string"), Column("t", "timestamp")],
    [
        [str(BIG + 1), "NaN", "<img src=x onerror='document.title=`hacked`'>", "2024-01-02 00:00:00"],
        [str(BIG), "1.5", None, "2024-01-10 00:00:00"],
        [str(BIG + 2), None, "null", "2023-12-31 23:59:59.999999"],
    ],
    more=True,
)


def test_a_saved_table_needs_neither_kernel_nor_trust_and_what_is_in_it_is_text(lab: Lab) -> None:
    write(lab, [shown(TYPES, handle="of-a-kernel-long-gone")], kernel="nobody-has-this")
    lab.open("tables.ipynb")
    page = lab.page
    page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
    expect_text(first(page, 2), "<img src=x onerror='document.title=`hacked`'>")
    expect_text(head(page, 2).locator(".lb-Table-name"), "<b>bold</b>")
    expect_text(status(page), "first 3 rows: only these are here")
    assert page.title() != "hacked"
    numbers = grid(page).locator(".lb-Table-cell:nth-child(1)")
    head(page, 0).click()
    expect_texts(numbers, [str(BIG), str(BIG + 1), str(BIG + 2)])
    head(page, 3).click()
    expect_texts(numbers, [str(BIG + 2), str(BIG + 1), str(BIG)])
    head(page, 1).click()
    expect_texts(grid(page).locator(".lb-Table-cell:nth-child(2)"), ["1.5", "NaN", "null"])
    opened_menu = menu(page, "n")
    expect_text(opened_menu.locator("tr").filter(has_text="max").locator("td"), str(BIG + 2))
    opened_menu.get_by_label("Value", exact=True).fill(str(BIG + 1))
    opened_menu.get_by_role("button", name="Filter", exact=True).click()
    expect_text(status(page), "1 row found in the first 3 rows: only these are here")


def expect_texts(found: Locator, texts: list[str]) -> None:
    from playwright.sync_api import expect

    expect(found).to_have_text(texts, timeout=PATIENCE)


def test_a_table_of_another_version_is_shown_as_text(lab: Lab) -> None:
    cell = shown(TYPES)
    cell.outputs[0].data["application/vnd.lakebook.table+json"]["version"] = 2
    write(lab, [cell], kernel="nobody-has-this")
    lab.open("tables.ipynb")
    lab.page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
    expect_text(
        lab.page.locator(".lb-Table-error"), "The table in this output was made by another version of Lakebook."
    )
    assert str(BIG) in lab.page.locator(".lb-RenderedTable pre").inner_text()
