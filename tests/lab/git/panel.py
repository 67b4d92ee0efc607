"""The git panel of a lab, as a person uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.conftest import Lab

if TYPE_CHECKING:
    from playwright.sync_api import Locator


class Panel:
    """Of the repository that the file browser shows."""

    def __init__(self, lab: Lab) -> None:
        self.page = lab.page

    def show(self) -> None:
        self.page.locator('.jp-SideBar li[title^="Git"]').click()
        self.page.get_by_placeholder("Commit message").wait_for()

    @property
    def root(self) -> Locator:
        return self.page.locator("#jp-git-sessions")

    def file(self, name: str, state: str) -> Locator:
        """A line of the changes."""
        return self.root.get_by_title(f"{name} • {state}", exact=True)

    def stage(self, name: str, state: str = "Modified") -> None:
        self.file(name, state).hover()
        self.file(name, state).get_by_title("Stage this change").click()
        self.file(name, state).get_by_title("Unstage this change").wait_for(state="attached")

    def commit(self, message: str) -> None:
        self.page.get_by_placeholder("Commit message").fill(message)
        self.root.get_by_role("button", name="Commit", exact=True).click()
        self.commits.filter(has_text=message).wait_for()

    @property
    def commits(self) -> Locator:
        """Lines of the history."""
        return self.root.get_by_title("View commit details")

    def press(self, title: str) -> None:
        """A button of the toolbar, by how its title begins."""
        self.root.locator(f'button[title^="{title}"]').first.click()

    def refresh(self) -> None:
        self.press("Refresh the repository")

    def branch(self, name: str) -> Locator:
        return self.root.get_by_title(f"Switch to branch: {name}", exact=True)

    def says(self, text: str) -> Locator:
        """A notification."""
        return self.page.locator(".Toastify__toast").filter(has_text=text)
