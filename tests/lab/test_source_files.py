"""Databricks' source files in JupyterLab: they open as notebooks, in every way to open a file, and stay source files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.coediting.serving import wait_until
from lakebook.databricks.languages import LANGUAGES
from runtime.databricks.test_source import BETWEEN, HEAD, between, changed_lines, opening

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Response

    from lab.conftest import Lab

PLAIN = "delay = 15\n"


def expect(found: Locator, count: int = 1, text: str | None = None) -> None:
    """Wait until the page has as many of these, the first with a text."""
    from playwright.sync_api import expect

    expect(found).to_have_count(count, timeout=60_000)
    if text is not None:
        expect(found.first).to_have_text(text, timeout=60_000)


def is_put(answer: Response, path: str) -> bool:
    return answer.request.method == "PUT" and path in answer.url


def test_a_double_click_opens_a_notebook_on_the_kernel_of_its_language(lab: Lab) -> None:
    for language in LANGUAGES:
        lab.write(f"delays{language.suffix}", opening(language) + "1" + between(language) + "2\n")
    lab.open()
    for language in LANGUAGES:
        lab.file(f"delays{language.suffix}").dblclick()
        expect(lab.kernel, text=language.kernel.spec()["display_name"])
        expect(lab.notebook.locator(".jp-CodeCell"), 2)


def test_a_plain_script_opens_as_text(lab: Lab) -> None:
    lab.write("plain.py", PLAIN)
    lab.open()
    lab.file("plain.py").dblclick()
    expect(lab.editor)
    expect(lab.notebook, 0)


def test_two_files_of_one_name_show_and_open_each_as_what_it_is(lab: Lab) -> None:
    lab.write("delays.py", HEAD + "1\n")
    lab.write("lib/delays.py", PLAIN)
    lab.open()
    expect(lab.file("delays.py").locator('[data-icon$=":notebook"]'))
    lab.file("lib").dblclick()
    expect(lab.file("delays.py").locator('[data-icon$=":python"]'))
    lab.file("delays.py").dblclick()
    expect(lab.editor)


def test_it_opens_by_the_enter_key_and_by_the_menu_which_offers_text_too(lab: Lab) -> None:
    lab.write("key.py", HEAD + "1\n")
    lab.write("menu.py", HEAD + "1\n")
    lab.open()
    lab.file("key.py").click()
    lab.page.keyboard.press("Enter")
    expect(lab.notebook)
    lab.file("menu.py").click(button="right")
    lab.choose("Open")
    expect(lab.tab, text="menu.py")
    expect(lab.notebook)
    lab.notebook.locator(".jp-CodeCell .cm-content").wait_for()
    lab.file("menu.py").click(button="right")
    lab.choose("Open With", "Editor")
    expect(lab.editor)
    warning = lab.page.get_by_role("dialog").filter(has_text="two different views")  # jupyter-collaboration's
    warning.get_by_role("button", name="Ok").click()
    lab.file("menu.py").dblclick()
    expect(lab.notebook)


def test_it_opens_by_its_address_and_again_after_a_reload(lab: Lab) -> None:
    lab.write("delays.py", HEAD + "1\n")
    with lab.page.expect_response(lambda answer: is_put(answer, "/lab/api/workspaces/")):  # the layout is saved
        lab.open("delays.py")
        expect(lab.notebook)
    lab.page.reload()
    expect(lab.notebook)
    expect(lab.editor, 0)


def test_saving_changes_the_edited_line_alone(lab: Lab) -> None:
    before = HEAD + "delay = 15" + BETWEEN + "# MAGIC %md\n# MAGIC late" + BETWEEN + "print(delay)\n"
    file = lab.write("delays.py", before)
    lab.open()
    lab.file("delays.py").dblclick()
    lab.notebook.locator(".jp-CodeCell .cm-content").first.click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type("0")
    wait_until(lambda: file.read_text() != before)  # by the server, which has the document
    lab.page.keyboard.press("Control+s")
    expect(lab.page.locator(".lm-TabBar-tab.jp-mod-dirty"), 0)
    assert changed_lines(before, file.read_text()) == ["- delay = 15", "+ delay = 150"]


def test_a_look_at_it_and_a_run_change_nothing_in_it(lab: Lab) -> None:
    text = HEAD + "1\n"
    file = lab.write("delays.py", text)
    modified = file.stat().st_mtime_ns
    lab.open("delays.py")
    expect(lab.notebook.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]'))
    expect(lab.page.locator(".lm-TabBar-tab.jp-mod-dirty"), 0)
    lab.notebook.locator(".jp-CodeCell .cm-content").click()
    lab.page.keyboard.press("Control+Enter")
    expect(lab.notebook.locator(".jp-OutputArea-output"), text="1")
    expect(lab.page.locator(".lm-TabBar-tab.jp-mod-dirty"), 0)
    assert (file.read_text(), file.stat().st_mtime_ns) == (text, modified)
    lab.notebook.locator(".jp-CodeCell .cm-content").first.click()
    lab.page.keyboard.type("2")
    wait_until(lambda: file.read_text() != text)


def test_what_loses_its_marks_opens_as_text(lab: Lab) -> None:
    file = lab.write("delays.py", HEAD + "1\n")
    lab.open()
    lab.file("delays.py").wait_for()
    file.write_text(PLAIN)
    lab.page.get_by_role("button", name="Refresh the file browser").click()
    expect(lab.file("delays.py").locator('[data-icon$=":python"]'))
    lab.file("delays.py").dblclick()
    expect(lab.editor)
