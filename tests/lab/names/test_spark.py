"""Spark in the lab: progress with stages and its button, the driver in the status bar, and Spark's own pages."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from lab.pictures import picture
from lakebook.config import find_workspace
from lakebook.spark.connection import ask
from lakebook.spark.driver import CONNECTION, Driver

if TYPE_CHECKING:
    from playwright.sync_api import Route

    from lab.names.conftest import Bench

pytestmark = pytest.mark.spark

SLOW = """
import time
def slow(row):
    time.sleep(0.5)
    return row
try:
    sc.parallelize(range(4000), 2000).map(slow).count()
finally:
    print("the cell went on")
"""


def test_a_cells_jobs_are_followed_and_cancelled_by_whoever_sees_them(bench: Bench) -> None:
    from playwright.sync_api import expect

    path = bench.open("frame = spark.range(3)\nkept = 1", SLOW, "print(frame.count() + kept)")
    status = bench.page.get_by_role("button", name=re.compile("^Spark driver: "))
    expect(status).to_have_attribute("aria-label", re.compile("off"))
    bench.run(0)
    expect(status).to_have_attribute("aria-label", re.compile("running, .* of memory used"), timeout=180_000)
    expect(bench.prompt(0)).to_have_text("[1]:")
    bench.run(1)
    bar = bench.cell(1).get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuemax", "2000")
    expect(bar).to_have_attribute("aria-valuetext", re.compile("of 2,000 tasks, 2 running"))
    bench.cell(1).get_by_text("1 stage", exact=True).click()
    expect(bench.cell(1)).to_contain_text(re.compile(r"Stage \d+count at line 6\d+/2,0002 running"))
    picture(bench.page, "progress")

    # somebody else opens the notebook, whom nobody has asked to trust it
    other = type(bench)(bench.page.context.new_page(), bench.site)
    other.visit(path, idle=False)
    other.cell(1).get_by_role("button", name="Cancel this cell’s Spark jobs").click()
    expect(bench.cell(1)).to_contain_text("JobsCancelled: The cell's Spark jobs were cancelled.")
    expect(bench.cell(1)).to_contain_text("the cell went on")
    expect(bench.cell(1).get_by_role("progressbar")).to_have_count(0)
    bench.run(2)
    expect(bench.cell(2)).to_contain_text("4")


def test_sparks_pages_are_behind_the_login_and_ask_for_the_secret(bench: Bench) -> None:
    from playwright.sync_api import expect

    bench.open("spark.range(3).count()")
    bench.run(0)
    expect(bench.prompt(0)).to_have_text("[1]:", timeout=180_000)
    bench.page.get_by_role("button", name=re.compile("^Spark driver: running")).click()
    dialog = bench.page.get_by_role("dialog", name="Spark driver")
    expect(dialog).to_contain_text("local[2]")
    expect(dialog).to_contain_text(".ipynb")
    picture(bench.page, "driver")
    dialog.get_by_text("Settings").click()
    expect(dialog.get_by_role("row", name="spark.driver.memory 900m")).to_be_visible()

    with bench.page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Spark’s own pages").click()
    pages = opened.value
    expect(pages).to_have_title(re.compile("Spark Jobs"))
    address = pages.url
    pages.get_by_role("link", name="Executors").click()
    expect(pages.locator("#active-executors-table")).to_contain_text("driver")  # which a script has fetched
    picture(pages, "spark-pages")

    driver = Driver.read(find_workspace(bench.site.folder).state / CONNECTION)
    assert driver is not None
    port = ask(driver.port, driver.secret, "pages")["port"]
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/jobs/")
    with urllib.request.urlopen(address) as led_to:
        assert "/login?" in led_to.url


def test_it_is_ended_after_a_question_that_names_who_uses_it(bench: Bench) -> None:
    from playwright.sync_api import expect

    path = bench.open("spark.range(3).count()")
    bench.run(0)
    expect(bench.prompt(0)).to_have_text("[1]:", timeout=180_000)
    status = bench.page.get_by_role("button", name=re.compile("^Spark driver: "))
    expect(status).to_have_attribute("aria-label", re.compile("running"))
    status.focus()
    bench.page.keyboard.press("Enter")
    bench.page.get_by_role("button", name="Stop …").click()
    expect(bench.page.locator(".jp-Dialog")).to_contain_text(path)
    bench.page.locator(".jp-Dialog").get_by_role("button", name="Cancel", exact=True).click()
    expect(status).to_have_attribute("aria-label", re.compile("running"))
    status.click()
    bench.page.get_by_role("button", name="Stop …").click()
    bench.page.locator(".jp-Dialog").get_by_role("button", name="Stop", exact=True).click()
    expect(status).to_have_attribute("aria-label", re.compile("off"))


def test_the_question_names_who_has_come_since_it_was_last_looked(bench: Bench) -> None:
    from playwright.sync_api import expect

    def as_before(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps({**answer.json(), "notebooks": []}))

    path = bench.open("spark.range(3).count()")
    bench.page.route(re.compile(r"/lakebook/api/driver\?(?!.*now=)"), as_before)
    bench.run(0)
    expect(bench.prompt(0)).to_have_text("[1]:", timeout=180_000)
    bench.page.get_by_role("button", name=re.compile("^Spark driver: running")).click()
    expect(bench.page.get_by_role("dialog", name="Spark driver")).to_contain_text("none; it ends by itself")
    bench.page.get_by_role("button", name="Stop …").click()
    expect(bench.page.locator(".jp-Dialog")).to_contain_text(re.compile(f"Attached: .*{path}"))
    bench.page.locator(".jp-Dialog").get_by_role("button", name="Cancel", exact=True).click()
