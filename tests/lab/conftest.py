"""JupyterLab with our extension, in a browser."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from browsing import browsing
from lab.living import LivingLab, living
from lakebook.config import find_workspace
from lakebook.spark import driver
from serving import TOKEN, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

BUILD = Path(__file__).parents[2] / "kernel" / "labextension" / "build.py"

#: JupyterLab asks for news in a dialog, unless this part of it is off
_WITHOUT_NEWS = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


@dataclass(frozen=True)
class Lab:
    """JupyterLab in a tab of the browser."""

    page: Page
    #: of the lab, with a layout of its own
    url: str
    #: that the file browser shows, below the folder that the server serves
    folder: Path
    token: str = TOKEN

    def open(self, path: str = "") -> None:
        """Go to the folder, or to a file in it by its address."""
        self.page.goto(f"{self.url}/tree/{self.folder.name}/{path}?token={self.token}")
        self.page.locator(".jp-FileBrowser .jp-DirListing-item").first.wait_for()

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
        return file

    def file(self, name: str) -> Locator:
        """A line of the file browser."""
        return self.page.locator(".jp-FileBrowser .jp-DirListing-item").filter(
            has=self.page.get_by_text(name, exact=True)
        )

    def choose(self, *items: str) -> None:
        """Click an item of the menu that is open, and of those that open then."""
        for item in items:
            self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    @property
    def tab(self) -> Locator:
        """The title of the document in sight."""
        return self.page.locator("#jp-main-dock-panel .lm-TabBar-tab.lm-mod-current .lm-TabBar-tabLabel")

    @property
    def notebook(self) -> Locator:
        """The notebooks that are in sight."""
        return self.page.locator(".jp-NotebookPanel:visible")

    @property
    def editor(self) -> Locator:
        """The text editors that are in sight."""
        return self.page.locator(".jp-FileEditor:visible")

    @property
    def kernel(self) -> Locator:
        """The name of the kernel of the notebook in sight."""
        return self.notebook.locator(".jp-KernelName")


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="package")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prefix below which a lab finds the extension, built of the sources as they are."""
    prefix = tmp_path_factory.mktemp("prefix")
    subprocess.run([sys.executable, BUILD, prefix], check=True)
    return prefix


@pytest.fixture(scope="package")
def url(extension: Path, served: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    around = tmp_path_factory.mktemp("lab")
    (around / "labconfig").mkdir()
    (around / "labconfig" / "page_config.json").write_text(json.dumps(_WITHOUT_NEWS))
    finds = os.pathsep.join([str(extension / "share" / "jupyter"), os.environ["JUPYTER_PATH"]])
    with serving("jupyterlab", served, around, JUPYTER_PATH=finds, JUPYTER_CONFIG_DIR=str(around)) as url:
        yield url


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with browsing() as started:
        yield started


@pytest.fixture
def lab(browser: Browser, url: str, served: Path) -> Iterator[Lab]:
    """A tab with a layout and an empty folder of its own."""
    name = uuid4().hex
    (served / name).mkdir()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield Lab(page, f"{url}lab/workspaces/{name}", served / name)
    context.close()


@dataclass(frozen=True)
class Pair:
    """Two people, each in a browser of their own, in one folder of one lab."""

    lab: LivingLab
    ann: Lab
    bob: Lab


@pytest.fixture(scope="package")
def living_lab(extension: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LivingLab]:
    """The lab with Lakebook's settings, as `lakebook lab` starts it."""
    workspace = tmp_path_factory.mktemp("project")
    (workspace / "lakebook.toml").touch()
    finds = os.pathsep.join([str(extension / "share" / "jupyter"), os.environ["JUPYTER_PATH"]])
    with living(workspace, JUPYTER_PATH=finds) as lab:
        yield lab
    driver.stop(find_workspace(workspace))


@pytest.fixture(scope="package")
def tokens(living_lab: LivingLab) -> dict[str, str]:
    """Of two people whom the lab is shared with: Ann Lee and Bob Ray."""
    return {name: living_lab.share(name) for name in ("Ann Lee", "Bob Ray")}


@pytest.fixture
def pair(browser: Browser, living_lab: LivingLab, tokens: dict[str, str]) -> Iterator[Pair]:
    """Ann Lee and Bob Ray, each in a browser context, in an empty folder of their own."""
    name = uuid4().hex
    folder = living_lab.workspace / name
    folder.mkdir()
    contexts = [browser.new_context(viewport={"width": 1280, "height": 800}) for _ in tokens]
    labs = []
    for context, token in zip(contexts, tokens.values(), strict=True):
        page = context.new_page()
        page.set_default_timeout(60_000)
        labs.append(Lab(page, f"{living_lab.url}lab/workspaces/{name}", folder, token))
    yield Pair(living_lab, *labs)
    for context in contexts:
        context.close()
