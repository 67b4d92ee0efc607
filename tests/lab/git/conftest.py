from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from lab.conftest import Lab
from lab.git.own_server import OwnServer, own_server
from lab.living import LivingLab
from lakebook.lab.git.repository import find_repository
from runtime.lab.git.repositories import ENVIRONMENT, Clone, make, write

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAME = "delays.ipynb"


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    with own_server(tmp_path_factory.mktemp("server")) as started:
        yield started


@pytest.fixture
def colleague(server: OwnServer, tmp_path: Path) -> Clone:
    """Somebody's repository whose outputs are left out; they have pushed a notebook of two cells to the server."""
    made = make(tmp_path / "flights")
    find_repository(made.folder).set_up(outputs=False)
    write(made.folder / NAME, "limit = 15", "late = delay > limit", output="seen\n")
    made.commit("Delays")
    made.git("remote", "add", "origin", str(server.make(f"{tmp_path.name}/flights")))
    made.git("push", "--quiet", "--set-upstream", "origin", "main")
    return made


@pytest.fixture
def ann(browser: Browser, living_lab: LivingLab) -> Iterator[Lab]:
    """The owner, in an empty folder."""
    name = uuid4().hex
    (living_lab.workspace / name).mkdir()
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(60_000)
    page = context.new_page()
    yield Lab(page, f"{living_lab.url}lab/workspaces/{name}", living_lab.workspace / name, living_lab.owners_token)
    context.close()


def identified(folder: Path) -> Clone:
    """A clone of Ann's, which knows how she is called."""
    clone = Clone(folder)
    clone.git("config", "user.name", ENVIRONMENT["GIT_AUTHOR_NAME"])
    clone.git("config", "user.email", ENVIRONMENT["GIT_AUTHOR_EMAIL"])
    return clone
