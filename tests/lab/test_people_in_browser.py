"""Two people in one notebook, each by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

from lab.conftest import Lab
from lab.pictures import picture
from lab.test_languages import is_drawn, variable
from lakebook.lab.people.store import Role

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from lab.conftest import Pair
    from lab.living import LivingLab


def write_notebook(lab: Lab, name: str, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook (Python)", "language": "python"}
    lab.write(name, nbformat.writes(notebook))


def test_what_one_types_the_other_sees_with_the_name_at_the_cursor(pair: Pair) -> None:
    from playwright.sync_api import expect

    write_notebook(pair.ann, "together.ipynb", "delay = 1")
    for lab in (pair.ann, pair.bob):
        lab.open("together.ipynb")
        expect(lab.notebook.locator(".jp-CodeCell .cm-content")).to_have_text("delay = 1", timeout=60_000)
    pair.ann.notebook.locator(".jp-CodeCell .cm-content").click()
    pair.ann.page.keyboard.press("Control+End")
    pair.ann.page.keyboard.type("5")
    expect(pair.bob.notebook.locator(".jp-CodeCell .cm-content")).to_contain_text("delay = 15", timeout=30_000)
    expect(pair.bob.page.locator(".jp-remote-userFlag-name").first).to_have_text("Ann Lee", timeout=30_000)
    picture(pair.bob.page, "people-together")


def test_who_may_only_look_follows_live_and_cannot_type(pair: Pair, browser: Browser) -> None:
    from playwright.sync_api import expect

    write_notebook(pair.ann, "watched.ipynb", "delay = 1", "%sql\nSELECT 2")
    pair.ann.open("watched.ipynb")
    expect(pair.ann.notebook.locator(".jp-CodeCell .cm-content").first).to_have_text("delay = 1", timeout=60_000)
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    vic = Lab(page, f"{pair.lab.url}lab", pair.ann.folder, pair.lab.share("Vic Moe", Role.VIEWER))
    vic.open("watched.ipynb")
    expect(vic.notebook.locator(".lakebook-looking")).to_have_text("Read only: you see what others do, live")
    cell = vic.notebook.locator(".jp-CodeCell .cm-content").first
    in_sql = vic.notebook.locator('.jp-CodeCell[data-lakebook-language="sql"]')
    is_drawn(page, 1, "SELECT")
    expect(in_sql.locator(".jp-InputArea-editor")).to_have_css("border-left-color", variable(page, "--lb-language-sql"))
    expect(in_sql.get_by_role("button", name="Language of the cell")).to_have_count(0)
    expect(cell).to_have_attribute("aria-readonly", "true")
    pair.ann.notebook.locator(".jp-CodeCell .cm-content").first.click()
    pair.ann.page.keyboard.press("Control+End")
    pair.ann.page.keyboard.type("5")
    expect(cell).to_contain_text("delay = 15", timeout=30_000)
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    picture(page, "people-looking")
    context.close()


def test_the_owner_makes_a_link_in_the_lab(living_lab: LivingLab, browser: Browser) -> None:
    from playwright.sync_api import expect

    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{living_lab.url}lab?token={living_lab.owners_token}")
    menu = page.get_by_role("menuitem", name="Lakebook", exact=True)
    menu.click(timeout=60_000)
    page.get_by_role("menuitem", name="Share This Lab…").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Lin Koh")
    page.get_by_label("This person").select_option("viewer")
    picture(page, "people-share")
    page.get_by_role("button", name="Make Link").click()
    link = page.get_by_label("Link", exact=True).input_value()
    picture(page, "people-link")
    page.get_by_role("button", name="Close").click()
    guest = browser.new_context()
    looking = guest.new_page()
    looking.goto(link)
    expect(looking.locator("#jp-main-dock-panel")).to_be_visible(timeout=60_000)
    assert looking.evaluate("async () => (await (await fetch('/api/me')).json()).identity.name") == "Lin Koh"
    guest.close()
    menu.click()
    page.get_by_role("menuitem", name="Share This Lab…").click()
    page.get_by_role("button", name="End the link of Lin Koh").click()
    expect(page.locator(".lakebook-share").get_by_text("Lin Koh")).to_have_count(0)
    page.close()


def test_jobs_open_in_the_lab(pair: Pair) -> None:
    from playwright.sync_api import expect

    pair.ann.write("a.txt", "a")
    pair.ann.open()
    pair.ann.page.get_by_role("menuitem", name="Lakebook", exact=True).click()
    pair.ann.page.get_by_role("menuitem", name="Jobs").click()
    expect(pair.ann.page.frame_locator("iframe[title=Jobs]").get_by_role("heading", name="Jobs").first).to_be_visible(
        timeout=60_000
    )
    picture(pair.ann.page, "lab-jobs")
