"""Several people with one notebook, each in a browser of their own."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

import nbformat
import pytest

from lab.conftest import _WITHOUT_NEWS
from lakebook.lab.settings import SAVE_DELAY
from serving import TOKEN, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

#: of the notebook that everybody has open
SOURCES = {"load": "delay = 15\nlimit = 60", "late": "late = delay > limit", "shown": "print(late)"}


@dataclass(frozen=True)
class Person:
    """Somebody at a browser, with the notebook and the comments in sight."""

    page: Page

    @property
    def panel(self) -> Locator:
        return self.page.locator("#lakebook-comments")

    @property
    def threads(self) -> Locator:
        return self.panel.locator(".lakebook-comments-thread[data-thread]")

    @property
    def cells(self) -> Locator:
        return self.page.locator(".jp-NotebookPanel:visible .jp-Notebook .jp-Cell")

    def mark(self, cell: int) -> Locator:
        return self.cells.nth(cell).locator(".lakebook-comments-mark")

    def thread(self, text: str) -> Locator:
        return self.threads.filter(has_text=text)

    @property
    def passages(self) -> Locator:
        return self.page.locator(".lakebook-comments-passage")

    def show(self) -> None:
        """Bring up the panel."""
        if not self.panel.is_visible():
            self.page.get_by_role("tab", name="Comments").click()
        self.panel.locator(".lakebook-comments-filters").wait_for()

    def filter(self, name: str) -> None:
        self.panel.locator(".lakebook-comments-filters").get_by_role("button", name=name).click()

    def select(self, cell: int, text: str) -> None:
        """Select a passage of a cell, as a person does who uses the keyboard."""
        editor = self.cells.nth(cell).locator(".cm-content")
        editor.click()
        source = editor.inner_text().replace("\n\n", "\n")
        self.page.keyboard.press("Control+Home")
        for _ in range(source.index(text)):
            self.page.keyboard.press("ArrowRight")
        for _ in text:
            self.page.keyboard.press("Shift+ArrowRight")

    def comment(self, text: str) -> None:
        """Begin a thread where the focus is."""
        self.page.keyboard.press("Control+Alt+m")
        field = self.panel.get_by_role("textbox", name="Comment", exact=True)
        field.wait_for()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Control+Enter")

    def comment_on_cell(self, cell: int, text: str) -> None:
        self.cells.nth(cell).locator(".jp-InputPrompt").click()
        self.comment(text)

    def answer(self, thread: str, text: str) -> None:
        self.thread(thread).get_by_role("textbox", name="Answer").click()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Control+Enter")

    def choose(self, *items: str) -> None:
        """Click an item of the menu that is open, and of those that open then."""
        for item in items:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def command(self, key: str, cell: int) -> None:
        """Press a key of the command mode on a cell."""
        self.cells.nth(cell).locator(".jp-InputPrompt").click()
        self.page.keyboard.press(key)


@dataclass(frozen=True)
class Team:
    """A notebook, and whoever opens it."""

    notebook: Path
    url: str
    browser: Browser
    contexts: dict[str, BrowserContext]

    @property
    def file(self) -> Path:
        return self.notebook.with_name(self.notebook.name + ".comments.jsonl")

    def records(self) -> list[dict[str, Any]]:
        """What is in the file; no records if there is none."""
        return [json.loads(line) for line in self.file.read_text().splitlines()] if self.file.exists() else []

    def join(self, name: str) -> Person:
        """Somebody opens the notebook and its comments."""
        if name not in self.contexts:
            context = self.browser.new_context(viewport={"width": 1280, "height": 800})
            host = urlsplit(self.url).hostname or ""
            context.add_cookies([{"name": "person", "value": name, "domain": host, "path": "/"}])
            self.contexts[name] = context
        page = self.contexts[name].new_page()
        page.set_default_timeout(30_000)
        person = Person(page)
        self.open(person, self.notebook)
        return person

    def open(self, person: Person, notebook: Path) -> None:
        layout = f"{self.url}lab/workspaces/{uuid4().hex}"
        person.page.goto(f"{layout}/tree/{notebook.parent.name}/{notebook.name}?token={TOKEN}")
        person.cells.first.wait_for()
        person.show()


@contextmanager
def shared(served: Path, around: Path, extension: Path) -> Iterator[str]:
    (around / "labconfig").mkdir(parents=True, exist_ok=True)
    (around / "labconfig" / "page_config.json").write_text(json.dumps(_WITHOUT_NEWS))
    finds = os.pathsep.join([str(extension / "share" / "jupyter"), os.environ["JUPYTER_PATH"]])
    settings = [
        "c.ServerApp.jpserver_extensions = {'lakebook.web': True}",
        "c.ServerApp.contents_manager_class = 'lakebook.lab.contents.LabContentsManager'",
        "c.ServerApp.identity_provider_class = 'lab.comments.people.People'",
        "c.ServerApp.authorizer_class = 'lab.comments.people.Readers'",
        "c.FileContentsManager.delete_to_trash = False",
        f"c.SQLiteYStore.db_path = {str(around / 'documents.db')!r}",
        f"c.YDocExtension.session_store_path = {str(around / 'sessions.json')!r}",
        f"c.YDocExtension.document_save_delay = {SAVE_DELAY}",
        f"c.ArbitraryFileIdManager.db_path = {str(around / 'files.db')!r}",
    ]
    with serving("jupyterlab", served, around, *settings, JUPYTER_PATH=finds, JUPYTER_CONFIG_DIR=str(around)) as url:
        yield url


@pytest.fixture(scope="package")
def people_url(extension: Path, served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with shared(served, tmp_path_factory.mktemp("people"), extension) as url:
        yield url


def write_notebook(file: Path, sources: dict[str, str] = SOURCES) -> Path:
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(source, id=name) for name, source in sources.items()]
    notebook.metadata["kernelspec"] = {"name": "lakebook", "display_name": "Lakebook", "language": "python"}
    file.parent.mkdir(exist_ok=True)
    nbformat.write(notebook, file)
    return file


@pytest.fixture(scope="package", autouse=True)
def _patience() -> None:
    """A machine that does much else is no error."""
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)


@pytest.fixture(scope="package")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """Of the people who have been there."""
    found: dict[str, BrowserContext] = {}
    yield found
    for context in found.values():
        context.close()


@pytest.fixture
def team(browser: Browser, people_url: str, served: Path, contexts: dict[str, BrowserContext]) -> Iterator[Team]:
    yield Team(write_notebook(served / uuid4().hex / "delays.ipynb"), people_url, browser, contexts)
    for context in contexts.values():
        for page in context.pages:
            page.close()


def eventually(is_so: Callable[[], object]) -> None:
    """Wait until something is so on the disk."""
    deadline = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < deadline, "it never was"
        time.sleep(0.05)
