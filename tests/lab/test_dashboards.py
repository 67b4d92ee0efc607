"""Widgets in the lab, notebooks without their code, and what the launcher offers."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
import requests

from lab.conftest import Lab
from lab.pictures import picture
from lakebook.lab.people.store import Role

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from lab.conftest import Pair
    from lab.living import LivingLab

_SLIDERS = """\
import ipywidgets
seen = ipywidgets.Output()
late = ipywidgets.IntSlider(value=3, min=0, max=10, description="late")
def show(change):
    with seen:
        print("late is", change["new"])
late.observe(show, "value")
display(late, seen)
def double(n=5):
    print("double is", 2 * n)
ipywidgets.interact(double, n=(0, 9));
"""
_PARAMETERS = (
    "dbutils.widgets.dropdown('day', 'Monday', ['Monday', 'Tuesday'], 'Day')\ndbutils.widgets.text('who', 'Ann')"
)
_TABLE = (
    "import pandas as pd\nflights = pd.DataFrame({'carrier': ['9E', 'EV', 'VX'] * 10, 'delay': range(30)})\nflights"
)
_COUNTED = "%duckdb\nSELECT carrier, sum(delay)::INT AS total FROM flights GROUP BY carrier ORDER BY carrier"


def write_notebook(lab: Lab, name: str, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    lab.write(name, nbformat.writes(notebook))


def open_notebook(lab: Lab, name: str) -> None:
    lab.open(name)
    lab.page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()


def run(lab: Lab, index: int) -> Locator:
    """Run a cell; returns it."""
    cell = lab.notebook.locator(".jp-CodeCell").nth(index)
    cell.locator(".cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    return cell


def to_the_right(page: Page, slider: Locator) -> None:
    slider.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")


def get(lab: LivingLab, path: str, token: str = "", **headers: str) -> requests.Response:
    if token:
        headers["Authorization"] = f"token {token}"
    return requests.get(lab.url + path, headers=headers, timeout=120, allow_redirects=False)


def kernels(lab: LivingLab) -> set[str]:
    """Those that belong to no notebook in the lab."""
    there = {kernel["id"] for kernel in get(lab, "api/kernels", lab.owners_token).json()}
    return there - {session["kernel"]["id"] for session in get(lab, "api/sessions", lab.owners_token).json()}


def elsewhere(page: Page, lab: LivingLab) -> list[str]:
    """What the page asks of other machines, as it comes."""
    asked: list[str] = []

    def note(request: Any) -> None:
        host = lab.url.removeprefix("http")
        if not request.url.removeprefix("http").startswith((host, "data:", "blob:")):
            asked.append(request.url)

    page.context.on("request", note)
    return asked


def test_a_slider_changes_what_python_has_and_what_is_shown(pair: Pair) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    write_notebook(pair.ann, "widgets.ipynb", _SLIDERS, "late.value", _PARAMETERS, "dbutils.widgets.getAll()")
    for lab in (pair.ann, pair.bob):
        open_notebook(lab, "widgets.ipynb")
    cell = run(pair.ann, 0)
    late = cell.locator(".widget-slider").filter(has_text="late")
    expect(late.locator(".noUi-handle")).to_be_visible()
    to_the_right(pair.ann.page, late)
    expect(cell).to_contain_text("late is 4")
    to_the_right(pair.ann.page, cell.locator(".widget-interact .widget-slider"))
    expect(cell).to_contain_text("double is 12")
    expect(run(pair.ann, 1).locator(".jp-OutputArea-executeResult pre")).to_have_text("4")

    parameters = run(pair.ann, 2)
    parameters.locator("select").select_option("Tuesday")
    chosen = run(pair.ann, 3).locator(".jp-OutputArea-executeResult pre")
    expect(chosen).to_have_text("{'day': 'Tuesday', 'who': 'Ann'}")
    picture(pair.ann.page, "widgets")

    others = pair.bob.notebook.locator(".jp-CodeCell").first
    expect(others).to_contain_text("IntSlider(value=3, description='late', max=10)")
    expect(others.locator(".noUi-handle")).to_have_count(0)


def test_a_notebook_is_shown_as_a_dashboard_with_a_kernel_that_ends_with_it(pair: Pair) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    write_notebook(pair.ann, "board.ipynb", "%md\n# Delays\n$x^2$", _PARAMETERS, _TABLE, _COUNTED, _SLIDERS)
    open_notebook(pair.ann, "board.ipynb")
    before = kernels(pair.lab)
    asked = elsewhere(pair.ann.page, pair.lab)
    with pair.ann.page.expect_popup() as opened:
        pair.ann.notebook.locator('[data-command="lakebook:show-as-dashboard"]').click()
    page = opened.value
    expect(page.get_by_role("heading", name="Delays")).to_be_visible()
    expect(page.locator(".jp-RenderedMarkdown mjx-container")).to_be_visible()
    expect(page.locator("table").first).to_contain_text("carrier")
    expect(page.locator("table").nth(1)).to_contain_text("TOTAL", ignore_case=True)
    expect(page.locator("select")).to_have_value("Monday")
    to_the_right(page, page.locator(".widget-interact .widget-slider"))
    expect(page.get_by_text("double is 12")).to_be_visible()
    assert "import pandas" not in page.locator("body").inner_text()
    assert asked == []
    picture(page, "dashboard")

    (kernel,) = kernels(pair.lab) - before
    page.close()
    end = time.monotonic() + 120
    while kernel in kernels(pair.lab):
        assert time.monotonic() < end, "the kernel goes on without its page"
        time.sleep(0.5)


def test_who_may_not_run_a_notebook_opens_no_dashboard(pair: Pair) -> None:
    lab = pair.lab
    write_notebook(pair.ann, "board.ipynb", _PARAMETERS, "print('on', dbutils.widgets.get('day'))")
    name = f"{pair.ann.folder.name}/board.ipynb"
    viewer = lab.share("Vic Moe", Role.VIEWER)
    before = kernels(lab)
    assert get(lab, f"voila/render/{name}").headers["location"].startswith("/login?")
    assert get(lab, f"voila/render/{name}", viewer).status_code == 403
    of_another_site = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert get(lab, f"voila/render/{name}", pair.ann.token, **of_another_site).status_code == 403
    assert get(lab, f"voila/render/{name}?a-b=1", pair.ann.token).status_code == 400
    assert kernels(lab) <= before

    page = get(lab, f"voila/render/{name}?day=Tuesday&token={pair.ann.token}")
    assert page.status_code == 200
    assert "on Tuesday" in page.text and "dbutils" not in page.text


@pytest.mark.spark
@pytest.mark.r
def test_a_dashboard_runs_cells_of_every_language(pair: Pair) -> None:
    sources = (
        "planes = 2",
        "%sql\nSELECT :planes * 21 AS answer",
        '%scala\nprintln("Scala has " + planes * 21)',
        "%r\ncat('R has', planes * 21)",
        "display(spark.range(planes))",
    )
    write_notebook(pair.ann, "languages.ipynb", *sources)
    page = get(pair.lab, f"voila/render/{pair.ann.folder.name}/languages.ipynb", pair.ann.token).text
    for shown in ("answer", "42", "Scala has 42", "R has 42", "(2 rows)"):
        assert shown in page
    assert "println" not in page and "Traceback" not in page


def test_a_line_that_comes_in_pieces_is_one_line(pair: Pair) -> None:
    slowly = "for word in ('one ', 'line\\n'):\n    print(word, end='', flush=True)\n    time.sleep(0.5)"
    mixed = "print('first text'); display('a value'); print('last text')"
    write_notebook(pair.ann, "pieces.ipynb", f"import time\n{slowly}", mixed)
    page = get(pair.lab, f"voila/render/{pair.ann.folder.name}/pieces.ipynb", pair.ann.token).text
    assert "one line" in page
    assert page.index("first text") < page.index("a value") < page.index("last text")


def test_a_display_after_text_in_pieces_is_updated_by_a_later_cell(pair: Pair) -> None:
    pieces = "import time\nfor word in ('one ', 'line\\n'):\n    print(word, end='', flush=True)\n    time.sleep(0.5)"
    write_notebook(
        pair.ann, "updated.ipynb", f"{pieces}\nshown = display(1, display_id=True)", "shown.update(2)\nprint('went on')"
    )
    page = get(pair.lab, f"voila/render/{pair.ann.folder.name}/updated.ipynb", pair.ann.token).text
    assert "one line" in page and "went on" in page and "Traceback" not in page


def test_voilas_other_addresses_are_closed(living_lab: LivingLab) -> None:
    (living_lab.workspace / "secret.png").write_text("secret")
    for path in ("voila/files/secret.png", "voila", "voila/tree/", "voila/api/contents/"):
        assert get(living_lab, path).headers["location"].startswith("/login?"), path
        assert get(living_lab, path, living_lab.owners_token).status_code == 404, path


def test_a_saved_notebook_is_a_page_with_or_without_its_code(pair: Pair) -> None:
    outputs = [nbformat.v4.new_output("display_data", {"text/html": "<table><tr><td>1915</td></tr></table>"})]
    cells = [nbformat.v4.new_code_cell("%sql\nSELECT born FROM people", outputs=outputs)]
    kernel = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    pair.ann.write("saved.ipynb", nbformat.writes(notebook))
    name = f"{pair.ann.folder.name}/saved.ipynb"
    before = kernels(pair.lab)
    viewer = pair.lab.share("Vic Moe", Role.VIEWER)

    without = get(pair.lab, f"lakebook/dashboards/saved/{name}?download=true", viewer)
    assert without.status_code == 200
    assert without.headers["Content-Disposition"].endswith("saved.html")
    assert "<td>1915</td>" in without.text and "SELECT" not in without.text
    assert get(pair.lab, f"lakebook/dashboards/saved/{name}").status_code in (302, 403)

    exported = get(pair.lab, f"nbconvert/html/{name}", viewer).text
    assert '<div class="lakebook-cell lakebook-sql">' in exported
    assert '<span class="k">SELECT</span>' in exported
    assert kernels(pair.lab) <= before


def test_the_launcher_offers_every_language_jobs_and_runs(pair: Pair) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=60_000)
    pair.ann.write("a.txt", "a")
    pair.ann.open()
    page = pair.ann.page
    if not page.locator(".jp-Launcher:visible").count():
        page.keyboard.press("Control+Shift+L")
    notebooks = page.locator(".jp-Launcher-section").filter(has=page.get_by_role("heading", name="Notebook"))
    for language in ("Python", "SQL", "R", "Scala"):
        card = notebooks.locator(".jp-LauncherCard").filter(has_text=f"Lakebook ({language})")
        expect(card.locator("img.jp-Launcher-kernelIcon")).to_be_visible()
    ours = page.locator(".jp-Launcher-section").filter(has=page.get_by_role("heading", name="Lakebook"))
    expect(ours.locator(".jp-LauncherCard")).to_have_count(2)
    picture(page, "launcher")
    ours.get_by_text("Jobs").click()
    expect(page.locator("iframe[title=Jobs]")).to_be_visible()
