"""The pages in a browser: what changes is seen without a reload, and everything can be done with the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from browsing import browsing
from lakebook.jobs.files import log_file, notebook_file
from lakebook.jobs.model import Result, State
from runtime.web.conftest import Site
from runtime.web.sample import FLIGHTS, Sample, fill, notebook
from serving import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\">"


@pytest.fixture(scope="module")  # its end ends Playwright's event loop, which others could not begin theirs beside
def browser() -> Iterator[Browser]:
    with browsing() as started:
        yield started


@pytest.fixture
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """A tab of somebody who has logged in."""
    yield from logged_in(browser, site)


@pytest.fixture
def idle_page(browser: Browser, idle: Site) -> Iterator[Page]:
    """The same, where no scheduler runs."""
    yield from logged_in(browser, idle)


def logged_in(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=f"{site.url}lakebook/", viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{site.url}lakebook?token={TOKEN}")
    yield page
    context.close()


def expect_text(page: Page, selector: str, text: str) -> None:
    """Wait until the page has a text somewhere."""
    from playwright.sync_api import expect

    expect(page.locator(selector).first).to_contain_text(text, timeout=60_000)


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until an element has the focus, which is then to be seen."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement?.matches(selector) ?? false", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")


def test_a_job_is_run_with_the_keyboard_and_seen_to_end(site: Site, page: Page) -> None:
    path = site.notebook("shown", "print('hello from the task')", "import time; time.sleep(2)", "1 / 0")
    sample = Sample(site.store, site.folder)
    name = f"job {uuid4().hex}"
    settings = notebook("show") | {"notebook_task": {"notebook_path": path}}
    job = sample.job({"name": name, "tasks": [settings], "parameters": [{"name": "day", "default": "1"}]})
    page.reload()
    tab_to(page, f"#job-{job}")
    page.keyboard.press("Enter")
    expect_text(page, "h1", name)
    tab_to(page, "#parameter-day")
    page.keyboard.type("2")
    tab_to(page, "#run-it")
    page.keyboard.press("Enter")
    expect_text(page, "h1", "Run")
    expect_text(page, ".node .word", "Running")
    tab_to(page, ".node")
    page.keyboard.press("Enter")
    expect_text(page, "h1", "show")
    expect_text(page, ".log", "hello from the task")
    frame = page.frame_locator("iframe.notebook")
    frame.get_by_text("hello from the task", exact=True).wait_for()
    frame.get_by_text("ZeroDivisionError").first.wait_for()
    expect_text(page, ".state", "Failed")
    page.get_by_role("link", name="Run ", exact=False).last.click()
    expect_text(page, ".state", "Failed")
    tab_to(page, "#repair")
    page.keyboard.press("Enter")
    expect_text(page, "main", "Repaired 1 time")


def test_focus_is_seen_and_stays_where_it_is_when_something_changes(idle: Site, idle_page: Page) -> None:
    sample = Sample(idle.store, idle.folder)
    run = sample.run(sample.job(FLIGHTS), State.RUNNING)
    idle_page.goto(f"runs/{run}")
    tab_to(idle_page, "#node-fit")
    assert idle_page.locator("#node-fit .box").evaluate("box => getComputedStyle(box).strokeWidth") == "4px"
    sample.task(run, "fit", State.TERMINATED, Result.FAILED, 0)
    expect_text(idle_page, "#node-fit", "Failed")
    assert idle_page.evaluate("document.activeElement.id") == "node-fit"
    tab_to(idle_page, "#cancel")
    assert idle_page.locator("#cancel").evaluate("button => getComputedStyle(button).outlineStyle") == "solid"


def test_what_is_typed_stays_when_something_changes(idle: Site, idle_page: Page) -> None:
    sample = Sample(idle.store, idle.folder)
    job = sample.job(FLIGHTS)
    idle_page.goto(f"jobs/{job}")
    idle_page.fill("#parameter-day", "2013-05-06")
    run = sample.run(job, State.RUNNING)
    idle_page.locator(f"#run-{run}").wait_for()
    assert idle_page.input_value("#parameter-day") == "2013-05-06"


def test_scripts_in_names_notebooks_and_logs_do_nothing(idle: Site, idle_page: Page) -> None:
    import nbformat
    from nbformat import v4

    sample = Sample(idle.store, idle.folder)
    job = sample.job({**FLIGHTS, "name": HOSTILE})
    run = sample.run(job, State.RUNNING, message=HOSTILE)
    task = sample.task(run, "fit", State.RUNNING, None, 0, message=HOSTILE)
    with idle.store.read() as rows:
        row = rows.tasks.get(task)
    file = notebook_file(idle.folder / ".lakebook", row)
    file.parent.mkdir(parents=True, exist_ok=True)
    output = v4.new_output(
        "display_data", data={"text/html": f"<p>seen</p>{HOSTILE.replace('document', 'top.document')}"}
    )
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1", outputs=[output])]), file)
    log_file(idle.folder / ".lakebook", row).write_text(HOSTILE)
    for path in (f"jobs/{job}", f"runs/{run}", f"tasks/{task}"):
        idle_page.goto(path)
        assert idle_page.title() != "taken"
    idle_page.frame_locator("iframe.notebook").get_by_text("seen").wait_for()
    expect_text(idle_page, ".log", "<script>document.title")
    assert idle_page.title() != "taken"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_what_is_behind_them(idle: Site, browser: Browser, scheme: str) -> None:
    """Contrast of 4.5 to 1, which is WCAG's AA."""
    job, run = fill(idle.store, idle.folder)
    context = browser.new_context(color_scheme="dark" if scheme == "dark" else "light")
    page = context.new_page()
    for path in (f"?token={TOKEN}", f"/jobs/{job}", f"/runs/{run}"):
        page.goto(f"{idle.url}lakebook{path}")
        assert page.evaluate(_PALE) == []
    context.close()


#: texts whose contrast is less than AA asks for
_PALE = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map((part) => part / 255)
      .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (element.closest(".node")) return getComputedStyle(element.closest(".node").querySelector(".box")).fill;
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/, 0\\)$|transparent/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("body *")].filter((element) =>
    [...element.childNodes].some((child) => child.nodeType === 3 && child.data.trim()) && element.tagName !== "title"
  ).filter((element) => {
    const colour = element instanceof SVGElement ? getComputedStyle(element).fill : getComputedStyle(element).color;
    const [one, other] = [light(colour), light(behind(element))].sort((a, b) => b - a);
    return (one + 0.05) / (other + 0.05) < 4.5;
  }).map((element) => element.outerHTML.slice(0, 120));
}"""
