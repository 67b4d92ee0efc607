"""Languages of cells in the lab: shown, edited as what they are, picked, and changed by others."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

import nbformat

from lab.pictures import picture
from lakebook.kernelspecs import KERNELS
from serving import TOKEN

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

    from lab.conftest import Lab

SECONDS = 60_000
_EDITORS = "@jupyterlab/codemirror-extension:plugin"
#: by language, a cell and a word in it that its editor must draw as a keyword of the language
CELLS = {
    "python": ("def late(delay):\n    return delay > 15", "def"),
    "sql": ("%sql -o worst\n-- of all carriers\nSELECT carrier FROM departures WHERE delay > 15", "SELECT"),
    "r": ("%r\nlibrary(ggplot2)\nif (late) ggplot(worst, aes(carrier, late)) + geom_col()", "if"),
    "scala": ("%%scala\nval limit: Int = 15 // minutes\ncase class Departure(carrier: String)", "case"),
    "duckdb": ("# read where it lies\n%duckdb SELECT 1", "SELECT"),
    "sh": ("%sh\nif true; then ls -l | grep csv; fi", "if"),
    "md": ("%md\n# Departures\nthat are **late**", "**late**"),
}


def notebook(*cells: str, kernel: str = "lakebook") -> str:
    """The file of a notebook with cells of code."""
    spec = next(spec for spec in KERNELS if spec.name == kernel)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    title = spec.spec()["display_name"]
    made.metadata["kernelspec"] = {"name": kernel, "display_name": title, "language": spec.language}
    return nbformat.writes(made)


def open_notebook(lab: Lab, *cells: str, kernel: str = "lakebook") -> None:
    lab.write("n.ipynb", notebook(*cells, kernel=kernel))
    lab.open("n.ipynb")
    lab.notebook.locator(".jp-CodeCell .cm-content").first.wait_for()


def ready(lab: Lab, kernel: str = "Lakebook (Python)") -> None:
    """Wait until the kernel has said what it is: the notebook gives all cells its language then."""
    lab.page.locator("#jp-main-statusbar").get_by_text(f"{kernel} | Idle").wait_for(timeout=SECONDS)


@contextmanager
def setting(lab: Lab, url: str, plugin: str, value: dict[str, object]) -> Iterator[None]:
    """Within it a part of JupyterLab is set so, for all who use the server."""

    def put(value: dict[str, object]) -> None:
        place = f"{url}lab/api/settings/{plugin}?token={TOKEN}"
        assert lab.page.request.put(place, data={"raw": json.dumps(value)}).ok

    put(value)
    try:
        yield
    finally:
        put({})


def is_drawn(page: Page, number: int, keyword: str) -> None:
    """Wait until a cell's editor draws a word as a keyword: editors load a language when it is first needed."""
    from playwright.sync_api import expect

    piece = cell(page, number).locator(".cm-line span").get_by_text(keyword, exact=True).first
    expect(piece).to_have_css("color", variable(page, "--jp-mirror-editor-keyword-color"), timeout=SECONDS)


def cell(page: Page, number: int) -> Locator:
    return page.locator(".jp-NotebookPanel:visible .jp-CodeCell").nth(number)


def source(page: Page, number: int) -> str:
    """What the editor of a cell holds."""
    return "\n".join(cell(page, number).locator(".cm-line").all_inner_texts()).replace("\n\n", "\n").rstrip("\n")


def color(page: Page, number: int, text: str) -> str:
    """The colour in which a cell's editor draws a text; the cell's own where it is no piece by itself."""
    piece = cell(page, number).locator(".cm-line span").get_by_text(text, exact=True).first
    return str(piece.evaluate("node => getComputedStyle(node).color"))


def variable(page: Page, name: str) -> str:
    """A colour of the theme."""
    return str(
        page.evaluate(
            """name => {
                const node = document.body.appendChild(document.createElement('i'));
                node.style.color = `var(${name})`;
                const color = getComputedStyle(node).color;
                node.remove();
                return color;
            }""",
            name,
        )
    )


def contrast(first: str, second: str) -> float:
    """Of two colours, as WCAG counts it."""

    def light(color: str) -> float:
        parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((light(first), light(second)))
    return (lighter + 0.05) / (darker + 0.05)


def edges(page: Page) -> list[str]:
    """The colours of the cells' edges."""
    return page.locator(".jp-NotebookPanel:visible .jp-CodeCell .jp-InputArea-editor").evaluate_all(
        "nodes => nodes.map(node => getComputedStyle(node).borderLeftColor)"
    )


def test_every_cell_is_shown_as_what_it_is(lab: Lab, url: str) -> None:
    from playwright.sync_api import expect

    open_notebook(lab, *(text for text, _ in CELLS.values()))
    ready(lab)
    page = lab.page
    purple = variable(page, "--jp-mirror-editor-operator-color")
    for number, (language, (text, word)) in enumerate(CELLS.items()):
        expect(cell(page, number)).to_have_attribute("data-lakebook-language", language)
        if language != "md":
            is_drawn(page, number, word)
        if language != "python":
            (magic,) = re.findall(r"^%%?\w+", text, re.MULTILINE)
            assert color(page, number, magic) == purple, language
    assert color(page, 1, "-o worst") == variable(page, "--jp-mirror-editor-attribute-color")
    assert color(page, 1, "-- of all carriers") == variable(page, "--jp-mirror-editor-comment-color")
    cell(page, 1).locator(".cm-content").click()
    expect(page.locator(".lb-LanguagePicker button:visible")).to_have_text("SQL")
    picture(page, "languages")
    shown = edges(page)
    assert len(set(shown)) == len(CELLS)
    for edge in shown:
        assert contrast(edge, variable(page, "--jp-layout-color0")) >= 3
        assert contrast(edge, variable(page, "--jp-cell-editor-background")) >= 3
    with setting(lab, url, "@jupyterlab/apputils-extension:themes", {"theme": "JupyterLab Dark"}):
        page.reload()
        expect(cell(page, len(CELLS) - 1)).to_have_attribute("data-lakebook-language", "md", timeout=SECONDS)
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", "false", timeout=SECONDS)
        is_drawn(page, 1, "SELECT")
        expect(page.locator("#jupyterlab-splash")).to_have_count(0)
        picture(page, "languages-dark")
        for edge in edges(page):
            assert contrast(edge, variable(page, "--jp-layout-color0")) >= 3
            assert contrast(edge, variable(page, "--jp-cell-editor-background")) >= 3


def run(page: Page, label: str) -> None:
    """Run a command from the palette, by keyboard."""
    page.keyboard.press("Control+Shift+C")
    page.locator(".lm-CommandPalette-input:visible").fill(label)
    page.locator(".lm-CommandPalette-item.lm-mod-active:visible").get_by_text(label).wait_for()
    page.keyboard.press("Enter")


def test_a_language_is_picked_by_keyboard_alone(lab: Lab) -> None:
    from playwright.sync_api import expect

    open_notebook(lab, "SELECT 1", "%r\nx <- 1")
    ready(lab)
    page, typed = lab.page, lab.page.keyboard
    cell(page, 0).locator(".cm-content").click()
    typed.press("Alt+Shift+L")
    expect(page.locator(".lb-LanguageMenu .lm-mod-toggled")).to_have_text("Python")
    expect(page.locator(".lb-LanguageMenu .lm-mod-active")).to_have_text("Python")
    typed.press("ArrowDown")
    picture(page, "language-menu")
    typed.press("Enter")
    expect(cell(page, 0)).to_have_attribute("data-lakebook-language", "sql")
    expect(cell(page, 0).locator(".cm-content")).to_be_focused()  # the cell is edited on
    is_drawn(page, 0, "SELECT")
    typed.press("Control+Home")
    typed.press("Control+/")  # a magic is no line of code
    assert source(page, 0) == "%sql\nSELECT 1"
    typed.press("Control+z")
    expect(cell(page, 0)).to_have_attribute("data-lakebook-language", "python")
    assert source(page, 0) == "SELECT 1"
    typed.press("Control+Shift+z")
    expect(cell(page, 0)).to_have_attribute("data-lakebook-language", "sql")
    typed.press("Control+End")
    typed.press("Control+/")
    assert source(page, 0) == "%sql\n-- SELECT 1"
    typed.press("Control+/")
    typed.press("Control+a")
    typed.press("Control+/")
    assert source(page, 0) == "%sql\n-- SELECT 1"
    typed.press("Control+a")
    typed.press("Control+/")
    assert source(page, 0) == "%sql\nSELECT 1"

    typed.press("Escape")
    typed.press("Shift+ArrowDown")
    run(page, "Language of the Cell: Scala")  # of both
    expect(cell(page, 1)).to_have_attribute("data-lakebook-language", "scala")
    assert [source(page, 0), source(page, 1)] == ["%scala\nSELECT 1", "%scala\nx <- 1"]
    menu, focus = page.locator(".lb-LanguageMenu"), page.locator(".jp-NotebookPanel:visible :focus")
    expect(focus).to_have_count(1)  # again, after the palette
    typed.press("Alt+Shift+L")
    expect(menu).to_be_visible()
    typed.press("Escape")
    expect(focus).to_have_count(1)
    typed.press("Alt+Shift+L")
    expect(menu).to_be_visible()
    typed.press("p")  # to Python, by its first letter
    typed.press("Enter")
    expect(cell(page, 1)).to_have_attribute("data-lakebook-language", "python")
    assert source(page, 1) == "x <- 1"


def test_lines_are_indented_and_pairs_closed_as_the_language_does(lab: Lab, url: str) -> None:
    from playwright.sync_api import expect

    with setting(lab, url, _EDITORS, {"defaultConfig": {"autoClosingBrackets": True}}):
        open_notebook(lab, "%scala\nval", "%r\nif", "%python\nif")
        ready(lab)
    page = lab.page
    is_drawn(page, 0, "val")
    is_drawn(page, 1, "if")
    is_drawn(page, 2, "if")
    for number, (typed, becomes) in enumerate(
        [
            ("object A {\nval x = f(1", "%scala\nobject A {\n    val x = f(1)\n}"),
            ("f <- function(x) {\nx + 1", "%r\nf <- function(x) {\n    x + 1\n}"),
            ("def f(x):\nreturn [x", "%python\ndef f(x):\n    return [x]"),
        ]
    ):
        cell(page, number).locator(".cm-content").click()
        page.keyboard.press("Control+End")
        page.keyboard.press("Shift+Home")
        page.keyboard.type(typed)
        expect(cell(page, number).locator(".cm-line")).to_have_count(becomes.count("\n") + 1)
        assert source(page, number) == becomes


def test_another_person_sees_it_at_once(lab: Lab, browser: Browser, url: str) -> None:
    from playwright.sync_api import expect

    open_notebook(lab, "SELECT 1", "%sql\nSELECT 1")
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        other = context.new_page()
        other.goto(f"{url}lab/workspaces/{uuid4().hex}/tree/{lab.folder.name}/n.ipynb?token={TOKEN}", timeout=SECONDS)
        expect(cell(other, 1)).to_have_attribute("data-lakebook-language", "sql", timeout=SECONDS)
        cell(lab.page, 0).locator(".cm-content").click()
        run(lab.page, "Language of the Cell: SQL")
        expect(cell(other, 0)).to_have_attribute("data-lakebook-language", "sql")
        is_drawn(other, 0, "SELECT")
        cell(other, 1).locator(".cm-content").click()
        expect(other.locator(".lb-LanguagePicker button:visible")).to_have_text("SQL")
        cell(lab.page, 1).locator(".cm-content").click()
        lab.page.keyboard.press("Control+Home")
        lab.page.keyboard.type("# ")  # the magic is a comment now
        expect(cell(other, 1)).to_have_attribute("data-lakebook-language", "python")
        expect(other.locator(".lb-LanguagePicker button:visible")).to_have_text("Python")
    finally:
        context.close()


def test_another_default_language_changes_what_cells_say_and_not_what_they_mean(lab: Lab) -> None:
    from playwright.sync_api import expect

    open_notebook(lab, "x = 1", "# why\n%sql\nSELECT 1", "%r\nx <- 1", "%pip list")
    ready(lab)
    page, typed = lab.page, lab.page.keyboard
    button = lab.notebook.locator(".lb-DefaultLanguage button")
    expect(button).to_have_text("Default: Python")
    expect(button).to_have_accessible_name("Default language of the notebook: Python")
    button.focus()
    typed.press("Enter")
    typed.press("ArrowDown")
    picture(page, "default-language")
    typed.press("Enter")
    page.get_by_role("dialog").get_by_text("Every cell stays in its language").wait_for()
    typed.press("Enter")
    expect(button).to_have_text("Default: SQL", timeout=SECONDS)
    expect(lab.kernel).to_have_text("Lakebook (SQL)", timeout=SECONDS)
    ready(lab, "Lakebook (SQL)")
    assert [source(page, number) for number in range(4)] == [
        "%python\nx = 1",
        "-- why\nSELECT 1",
        "%r\nx <- 1",
        "%pip list",
    ]
    for number, language in enumerate(["python", "sql", "r", "python"]):
        expect(cell(page, number)).to_have_attribute("data-lakebook-language", language)
    page.keyboard.press("Control+s")
    expect(page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
    saved = json.loads((lab.folder / "n.ipynb").read_text())
    assert saved["metadata"]["kernelspec"]["name"] == "lakebook-sql"
