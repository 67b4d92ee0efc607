"""Comments in the lab: what one person writes, all the others see, and the file beside the notebook has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat

from lab.comments.conftest import eventually
from lab.pictures import picture

if TYPE_CHECKING:
    from lab.comments.conftest import Team


def test_a_thread_on_a_passage_is_seen_answered_edited_and_taken_back(team: Team) -> None:
    from playwright.sync_api import expect

    ada, ben = team.join("ada"), team.join("ben")
    before = team.notebook.read_bytes()
    assert not team.file.exists()
    ada.select(1, "delay > limit")
    ada.comment("Should it be at leest?")
    for person in (ada, ben):
        expect(person.threads).to_have_count(1)
        expect(person.threads).to_contain_text("Should it be at leest?")
        expect(person.threads.locator("b")).to_have_text("Ada")
        expect(person.threads.locator("blockquote")).to_have_text("delay > limit")
        expect(person.passages).to_have_text(["delay > limit"])
        expect(person.mark(1)).to_have_accessible_name("1 comment thread, show it")
        expect(person.mark(0)).to_have_count(0)
    ben.answer("at leest", "No.")
    expect(ada.threads).to_contain_text("No.")
    picture(ada.page, "comments")
    expect(ben.threads.get_by_role("button", name="Edit")).to_have_count(1)  # his own
    ada.threads.get_by_role("button", name="Edit").click()
    ada.page.keyboard.press("Control+a")
    ada.page.keyboard.type("Should it be at least?")
    ada.page.keyboard.press("Control+Enter")
    expect(ben.threads).to_contain_text("Should it be at least?")
    expect(ben.threads.locator("time").first).to_contain_text("edited")
    ben.threads.get_by_role("button", name="Delete").click()
    ben.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(ada.threads).not_to_contain_text("No.")
    eventually(lambda: [record.get("text", "-") for record in team.records()] == ["-", "Should it be at least?", "-"])
    assert nbformat.reads(before.decode(), 4).cells == nbformat.read(team.notebook, 4).cells


def test_a_thread_is_resolved_and_opened_again_and_found_by_the_filters(team: Team) -> None:
    from playwright.sync_api import expect

    ada, ben = team.join("ada"), team.join("ben")
    ada.comment_on_cell(0, "Whose limit?")
    ben.comment_on_cell(2, "Print less")
    expect(ada.threads).to_have_count(2)
    ben.thread("Whose limit?").get_by_role("button", name="Resolve").click()
    for person in (ada, ben):
        expect(person.threads).to_have_count(1)
        expect(person.mark(0)).to_have_count(0)
        expect(person.mark(2)).to_have_count(1)
    ada.filter("Mine")
    expect(ada.threads).to_contain_text(["Whose limit?"])
    expect(ada.threads).to_contain_text(["Ben resolved it"])
    expect(ada.threads.get_by_role("textbox")).to_have_count(0)
    ada.filter("Resolved")
    ada.threads.get_by_role("button", name="Reopen").click()
    expect(ada.threads).to_have_count(0)
    expect(ben.threads).to_have_count(2)
    expect(ben.mark(0)).to_have_count(1)
    eventually(lambda: [record["is"] for record in team.records() if "state" in record] == ["open"])


def test_a_person_is_mentioned_by_name_and_told(team: Team) -> None:
    from playwright.sync_api import expect

    ada, ben = team.join("ada"), team.join("ben")
    ada.cells.nth(0).locator(".jp-InputPrompt").click()
    ada.page.keyboard.press("Control+Alt+m")
    ada.panel.get_by_role("textbox", name="Comment", exact=True).wait_for()
    ada.page.keyboard.type("Ask @b")
    expect(ada.panel.get_by_role("option")).to_have_text(["Ben"])
    picture(ada.page, "comments-mention")
    ada.page.evaluate(
        "requestAnimationFrame = each => setTimeout(() => each(performance.now()), 300)"
    )  # a busy machine
    ada.page.keyboard.press("Enter")
    ada.page.keyboard.type("please", delay=100)
    ada.page.keyboard.press("Control+Enter")
    expect(ben.threads.locator("mark")).to_have_text("@Ben")
    toast = ben.page.locator(".Toastify__toast").filter(has_text="Ada mentions you in delays.ipynb")
    ben.filter("Resolved")
    toast.get_by_role("button", name="Show").click()
    expect(ben.thread("Ask @Ben please")).to_be_focused()
    ben.filter("Mentions me")
    expect(ben.threads).to_have_count(1)
    ada.filter("Mentions me")
    expect(ada.threads).to_have_count(0)
    eventually(lambda: [{"username": "ben", "name": "Ben"}] in [each.get("mentions") for each in team.records()])


def test_all_is_done_by_the_keyboard(team: Team) -> None:
    from playwright.sync_api import expect

    ada = team.join("ada")
    ada.comment_on_cell(0, "First")
    ada.select(2, "late")
    ada.comment("Second")
    expect(ada.thread("Second")).to_be_focused()
    ada.page.keyboard.press("Tab")  # to where it is
    ada.page.keyboard.press("Enter")
    expect(ada.cells.nth(2).locator(".cm-content")).to_be_focused()
    ada.page.keyboard.press("Control+Alt+.")
    expect(ada.cells.nth(0)).to_contain_class("jp-mod-active")
    ada.page.keyboard.press("Control+Alt+m")
    ada.page.keyboard.type("Not to be sent")
    ada.page.keyboard.press("Escape")
    expect(ada.panel.get_by_role("article", name="New thread")).to_have_count(0)
    expect(ada.threads).to_have_count(2)
    ada.page.get_by_role("menuitem", name="Settings").click()
    ada.choose("Theme", "JupyterLab Dark")
    expect(ada.page.locator("body")).to_have_attribute("data-jp-theme-light", "false")
    expect(ada.page.locator("#jupyterlab-splash")).to_have_count(0)
    picture(ada.page, "comments-dark")
    ada.page.get_by_role("menuitem", name="Settings").click()
    ada.choose("Theme", "JupyterLab Light")
    expect(ada.page.locator("body")).to_have_attribute("data-jp-theme-light", "true")
    unnamed = ada.panel.locator("button, textarea").evaluate_all(
        "all => all.filter(each => !(each.textContent || each.getAttribute('aria-label')).trim()).length"
    )
    assert unnamed == 0


def test_who_may_only_read_sees_all_and_writes_nothing(team: Team) -> None:
    from playwright.sync_api import expect

    ada, guest = team.join("ada"), team.join("guest")
    ada.comment_on_cell(0, "Whose limit?")
    expect(guest.threads).to_contain_text("Whose limit?")
    expect(guest.mark(0)).to_have_count(1)
    expect(guest.panel.get_by_role("textbox")).to_have_count(0)
    expect(guest.panel.get_by_role("button", name="Resolve", exact=True)).to_have_count(0)
    guest.cells.nth(1).locator(".jp-InputPrompt").click()
    guest.page.keyboard.press("Control+Alt+m")
    guest.filter("Mine")
    expect(guest.panel.get_by_role("article")).to_have_count(0)
