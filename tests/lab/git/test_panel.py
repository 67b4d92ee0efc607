"""Git in the lab's panel, against a server of one's own: what jupyterlab-git, nbdime and nbstripout do together."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lab.conftest import Lab
from lab.git.conftest import NAME, identified
from lab.git.own_server import TOKEN, USER, OwnServer
from lab.git.panel import Panel
from lab.living import living
from lab.pictures import picture
from runtime.lab.git.repositories import Clone, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.long
def test_a_clone_is_changed_looked_at_committed_and_pushed(
    ann: Lab, server: OwnServer, colleague: Clone, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=90_000)
    page, panel = ann.page, Panel(ann)
    (ann.folder / "lakebook.toml").touch()
    ann.open()

    page.locator("#jp-MainMenu").get_by_text("Git", exact=True).click()
    ann.choose("Clone a Repository")
    page.locator("#input-link").fill(f"{server.url}/{tmp_path.name}/flights.git")
    page.get_by_role("button", name="Clone", exact=True).click()
    page.get_by_placeholder("username").fill(USER)
    page.get_by_placeholder("password / personal access token").fill(TOKEN)
    page.locator(".jp-Dialog").get_by_role("button", name="OK").click()
    ann.file("flights").dblclick()
    ann.file(NAME).wait_for()
    clone = identified(ann.folder / "flights")
    logins = tmp_path / "logins"
    logins.write_text(server.url.replace("://", f"://{USER}:{TOKEN}@") + "\n")
    clone.git("config", "credential.helper", f"store --file={logins}")

    write(clone.folder / NAME, "limit = 20", "late = delay > limit", output="of Ann\n", count=7)
    (clone.folder / "notes.md").write_text("A minute is not late.\n")
    panel.show()
    panel.file("notes.md", "Untracked").wait_for()
    panel.file(NAME, "Modified").click(button="right")
    ann.choose("Diff")
    difference = page.locator(".jp-git-diff-root")
    expect(difference).to_contain_text("limit = 20")
    expect(difference).to_contain_text("limit = 15")
    # only what would be committed
    expect(difference).not_to_contain_text("of Ann")
    picture(page, "git-diff")

    panel.stage(NAME)
    picture(page, "git-status")
    panel.commit("A wider limit")
    before = (clone.folder / NAME).read_bytes()
    assert [cell["outputs"] for cell in clone.committed(NAME)["cells"]] == [[], []]
    assert b"of Ann" in before
    assert clone.status() == "?? notes.md\n"

    write(clone.folder / NAME, "limit = 20", "late = delay > limit", output="of another length\n", count=9)
    (clone.folder / "more.md").touch()
    panel.refresh()
    panel.file("more.md", "Untracked").wait_for()
    expect(panel.file(NAME, "Modified")).to_have_count(0)

    panel.press("Push committed changes")
    panel.says("Successfully pushed").wait_for()
    assert colleague.git("ls-remote", "origin", "main").split()[0] == clone.git("rev-parse", "HEAD").strip()
    expect(panel.commits).to_have_count(2)
    panel.commits.first.click()
    expect(panel.root.get_by_title(NAME)).to_be_visible()
    picture(page, "git-history")


@pytest.mark.long
def test_branches_are_merged_and_a_conflict_is_resolved(
    ann: Lab, server: OwnServer, colleague: Clone, tmp_path: Path
) -> None:
    from playwright.sync_api import expect

    expect.set_options(timeout=90_000)
    page, panel = ann.page, Panel(ann)
    colleague.git("clone", "--quiet", str(server.folder / tmp_path.name / "flights.git"), str(ann.folder))
    clone = identified(ann.folder)
    ann.open()
    panel.show()

    panel.root.get_by_title("Create a new branch").click()
    page.get_by_title("Enter a branch name").fill("wider")
    page.locator('input[value="Create Branch"]').click()
    expect(panel.root.get_by_title("Current branch: wider").first).to_be_visible()
    assert clone.git("branch", "--show-current") == "wider\n"
    write(clone.folder / NAME, "limit = 20", "late = delay > limit", output="20\n")
    panel.stage(NAME)
    panel.commit("A wider limit")
    panel.branch("main").click()
    expect(panel.commits).to_have_count(1)
    assert clone.sources(NAME) == ["limit = 15", "late = delay > limit"]

    # in another cell meanwhile
    write(clone.folder / NAME, "limit = 15", "late = delay >= limit", output="15\n")
    panel.stage(NAME)
    panel.commit("On time is not late")
    panel.branch("wider").hover()
    panel.branch("wider").get_by_title("Merge this branch into the current one").click()
    panel.commits.filter(has_text="Merge branch 'wider'").wait_for()
    assert clone.sources(NAME) == ["limit = 20", "late = delay >= limit"]

    # the colleague in the same cell
    write(colleague.folder / NAME, "limit = 30", "late = delay > limit")
    colleague.commit("Half an hour")
    colleague.git("push", "--quiet")
    panel.press("Pull latest changes")
    panel.file(NAME, "Conflicted").dblclick()
    expect(page.locator(".jp-git-merge-banner")).to_contain_text("Incoming")
    merging = page.locator(".jp-Notebook-merge")
    expect(merging).to_contain_text("limit = 30")
    expect(merging).to_contain_text("limit = 20")
    picture(page, "git-conflict")
    page.get_by_text("Mark as resolved").click()
    panel.file(NAME, "Conflicted").wait_for(state="detached")
    assert clone.status().startswith("M ") or clone.status() == ""
    assert clone.sources(NAME)[1] == "late = delay >= limit"


@pytest.mark.long
def test_without_git_the_lab_has_no_panel_and_says_so_once(browser: Browser, extension: Path, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    (tmp_path / "nothing").mkdir()
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "notes.md").write_text("x")
    finds = str(extension / "share" / "jupyter")
    with living(workspace, PATH=str(tmp_path / "nothing"), JUPYTER_PATH=finds) as lab:
        page = browser.new_page()
        page.goto(f"{lab.url}lab/tree/notes.md?token={lab.owners_token}")
        page.locator(".jp-FileEditor").wait_for(timeout=60_000)
        expect(page.locator('.jp-SideBar li[title^="Property"]')).to_be_visible()
        expect(page.locator('.jp-SideBar li[title^="Git"]')).to_have_count(0)
        expect(page.locator(".jp-Dialog")).to_have_count(0)
        page.close()
        lab.end()
        assert lab.process.stdout is not None
        assert lab.process.stdout.read().count("Git is not installed: the lab has no git panel; ") == 1
