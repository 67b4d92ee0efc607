"""The panel of names: what it shows, when, and what it writes into cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.pictures import picture

if TYPE_CHECKING:
    from lab.names.conftest import Bench

BIND = """
import pandas
flights = pandas.DataFrame({"carrier": ["AA", "UA"], "delay": [5, 70]})
airport = "JFK"
fares = {"AA": 120.5, "UA": 99.0}
def late(minutes): return minutes > 15
"""
WAIT = "import time\nbegun = 1\nwhile True: time.sleep(0.05)"


def test_it_shows_all_languages_and_writes_names_as_the_cell_does(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open(BIND, "%duckdb\nCREATE TABLE totals AS SELECT 1 AS n", "", "%sql\nSELECT * FROM ")
    panel = bench.panel("names")
    bench.run(0)
    expect(bench.row("flights")).to_contain_text("pandas.DataFrame")
    expect(bench.row("flights")).to_contain_text("2 × 2")
    expect(bench.row("flights")).to_contain_text("carrier, delay")
    expect(bench.row("airport")).to_contain_text("'JFK'")
    bench.run(1)
    expect(bench.row("totals")).to_contain_text("DuckDB")
    expect(bench.row("late")).to_have_count(0)
    picture(bench.page, "names")
    panel.get_by_role("button", name="Show functions, classes and modules, too").click()
    expect(bench.row("late")).to_contain_text("(minutes)")

    panel.get_by_role("searchbox").fill("jfk")
    expect(panel.get_by_role("treeitem")).to_have_count(1)
    panel.get_by_role("searchbox").press("Escape")

    bench.write_into(2)
    bench.row("airport").dblclick()
    expect(bench.source(2)).to_have_text("airport")
    bench.write_into(3)
    bench.row("flights").hover()
    panel.get_by_role("button", name="Insert into the cell: flights").click()
    bench.page.keyboard.type(" WHERE origin = ")
    bench.row("airport").dblclick()
    expect(bench.source(3)).to_contain_text("SELECT * FROM flights WHERE origin = :airport")


def test_it_is_walked_with_the_keyboard_alone(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open(BIND, "")
    panel = bench.panel("names")
    bench.run(0)
    expect(bench.row("flights")).to_be_visible()
    bench.write_into(1)
    panel.get_by_role("searchbox").focus()
    keys = bench.page.keyboard
    keys.press("ArrowDown")
    expect(bench.row("airport")).to_be_focused()
    keys.type("fl")
    expect(bench.row("flights")).to_be_focused()
    keys.press("ArrowRight")
    expect(bench.row("flights")).to_have_attribute("aria-expanded", "true")
    expect(bench.row("delay")).to_contain_text("int64")
    keys.press("ArrowRight")
    expect(bench.row("carrier")).to_be_focused()
    expect(bench.row("carrier")).to_have_attribute("aria-level", "2")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(bench.source(1)).to_have_text('"delay"')
    bench.row("delay").focus()
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(bench.row("delay")).to_have_count(0)


def test_it_can_be_used_while_a_cell_runs(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open(BIND, WAIT, "")
    bench.run(0)
    expect(bench.prompt(0)).to_have_text("[1]:")
    bench.run(1)
    expect(bench.prompt(1)).to_have_text("[*]:")
    panel = bench.panel("names")
    expect(panel.get_by_role("status")).to_contain_text("A cell is running")
    expect(bench.row("begun")).to_be_visible()
    bench.row("flights").click()
    expect(bench.row("delay")).to_contain_text("int64")
    bench.write_into(2)
    bench.row("airport").dblclick()
    expect(bench.source(2)).to_have_text("airport")
    bench.page.get_by_role("button", name="Interrupt the kernel").click()
    expect(bench.prompt(1)).to_have_text("[2]:")
    expect(panel.get_by_role("status")).to_have_count(0)


def test_it_says_why_it_is_empty(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.visit("")
    expect(bench.panel("names")).to_contain_text("Open a notebook")
    bench.open("1", kernel="python3")
    expect(bench.panel("names")).to_contain_text("not one of Lakebook")


def test_after_a_restart_of_the_kernel_it_begins_anew(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open("one = 1", "two = 2")
    bench.panel("names")
    bench.run(0)
    expect(bench.row("one")).to_be_visible()
    bench.page.get_by_role("button", name="Restart the kernel", exact=True).click()
    bench.page.get_by_role("button", name="Confirm Kernel Restart").click()
    expect(bench.row("one")).to_have_count(0)
    bench.run(1)
    expect(bench.row("two")).to_be_visible()
