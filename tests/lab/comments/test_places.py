"""Where threads are, when cells are moved, split, merged, edited, deleted, and when the notebook is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.comments.conftest import eventually

if TYPE_CHECKING:
    from lab.comments.conftest import Person, Team


def anchors(team: Team) -> list[dict[str, Any]]:
    return [record for record in team.records() if "anchor" in record]


def place_caret(person: Person, cell: int, before: str) -> None:
    person.select(cell, before)
    person.page.keyboard.press("ArrowLeft")


def test_a_thread_stays_where_it_belongs(team: Team) -> None:
    from playwright.sync_api import expect

    ada, ben = team.join("ada"), team.join("ben")
    ada.select(1, "delay > limit")
    ada.comment("Is it?")
    ben.comment_on_cell(2, "Less")
    for person in (ada, ben):
        expect(person.threads).to_have_count(2)
    # another person types into the passage
    place_caret(ben, 1, "limit")
    ben.page.keyboard.type("= ")
    for person in (ada, ben):
        expect(person.passages).to_have_text(["delay > = limit"])
    eventually(lambda: "delay > = limit" in [anchor.get("quote") for anchor in anchors(team)])
    # the cell goes up, and down again with another one
    ben.command("Control+Shift+ArrowUp", 1)
    for person in (ada, ben):
        expect(person.mark(0)).to_have_count(1)
        expect(person.mark(1)).to_have_count(0)
        expect(person.passages).to_have_text(["delay > = limit"])
        expect(person.thread("Is it?").get_by_title("Show the cell")).to_have_text("Cell 1")
    # it is split before the passage, which keeps the cell's identifier, and then after it
    place_caret(ben, 0, "delay")
    ben.page.keyboard.press("Control+Shift+Minus")
    for person in (ada, ben):
        expect(person.cells).to_have_count(4)
        expect(person.mark(1)).to_have_count(1)
        expect(person.passages).to_have_text(["delay > = limit"])
    # the text is taken out, and the thread stays with it as it was
    ben.select(1, "delay > = limit")
    ben.page.keyboard.press("Backspace")
    ben.page.keyboard.type("None")
    for person in (ada, ben):
        expect(person.thread("Is it?")).to_contain_text("Outdated: the cell no longer has this text")
        expect(person.thread("Is it?").locator("blockquote")).to_have_text("delay > = limit")
        expect(person.passages).to_have_count(0)
    # and comes back
    ben.page.keyboard.press("Control+a")
    ben.page.keyboard.type("x = delay > = limit")
    for person in (ada, ben):
        expect(person.passages).to_have_text(["delay > = limit"])
    # the cell of the other one is deleted
    ada.cells.nth(3).locator(".jp-InputPrompt").click()
    ada.page.keyboard.press("d")
    ada.page.keyboard.press("d")
    for person in (ada, ben):
        expect(person.thread("Less")).to_contain_text("Deleted cell")
        expect(person.thread("Less").locator("blockquote")).to_have_text("print(late)")
    ada.page.keyboard.press("z")
    expect(ben.thread("Less").get_by_title("Show the cell")).to_have_text("Cell 4")


def test_a_passage_goes_along_into_the_new_cell_of_a_split(team: Team) -> None:
    from playwright.sync_api import expect

    ada, ben = team.join("ada"), team.join("ben")
    ada.select(0, "15")
    ada.comment("In minutes?")
    place_caret(ada, 0, "limit")
    ada.page.keyboard.press("Control+Shift+Minus")
    for person in (ada, ben):
        expect(person.cells).to_have_count(4)
        expect(person.passages).to_have_text(["15"])
        expect(person.mark(0)).to_have_count(1)
    # and into the one that it is merged with
    ada.cells.nth(1).locator(".jp-InputPrompt").click()
    ada.page.keyboard.press("Control+Backspace")
    for person in (ada, ben):
        expect(person.cells).to_have_count(3)
        expect(person.passages).to_have_text(["15"])
        expect(person.mark(0)).to_have_count(1)


def test_a_source_file_s_cells_are_known_by_their_text(team: Team) -> None:
    from playwright.sync_api import expect

    source = team.notebook.with_name("late.py")
    between = "\n\n# COMMAND ----------\n\n"
    source.write_text(f"# Databricks notebook source\ndelay = 15{between}late = delay > 60{between}print(late)\n")
    ada = team.join("ada")
    team.open(ada, source)
    ada.select(1, "60")
    ada.comment("Minutes")
    ada.comment_on_cell(2, "Less")
    expect(ada.threads).to_have_count(2)
    comments = source.with_name("late.py.comments.jsonl")
    eventually(lambda: comments.exists() and comments.read_text().count("\n") == 4)
    other = team.notebook.with_name("other.py")  # whose cells have other identifiers
    other.write_text(source.read_text().replace("delay = 15", "delay = 16" + between + "1"))
    other.with_name("other.py.comments.jsonl").write_text(comments.read_text())
    team.open(ada, other)
    expect(ada.cells).to_have_count(4)
    expect(ada.passages).to_have_text(["60"])
    expect(ada.mark(2)).to_have_count(1)
    expect(ada.mark(3)).to_have_count(1)


def test_comments_go_along_when_the_notebook_is_renamed(team: Team) -> None:
    from playwright.sync_api import expect

    ada, ben = team.join("ada"), team.join("ben")
    ada.comment_on_cell(0, "Before")
    expect(ben.threads).to_have_count(1)
    eventually(lambda: len(team.records()) == 2)
    ada.page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel").get_by_text("delays.ipynb").click(button="right")
    ada.page.locator(".lm-Menu-itemLabel").get_by_text("Rename Notebook…", exact=True).click()
    ada.page.get_by_role("dialog").get_by_role("textbox").fill("late.ipynb")
    ada.page.get_by_role("dialog").get_by_role("button", name="Rename").click()
    renamed = team.notebook.with_name("late.ipynb.comments.jsonl")
    eventually(renamed.exists)
    ben.answer("Before", "After")
    expect(ada.threads).to_contain_text("After")
    eventually(lambda: renamed.read_text().count("\n") == 3)
    assert not team.file.exists()
