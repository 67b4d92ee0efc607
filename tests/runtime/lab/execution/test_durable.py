"""When a document is shown as saved, with server-ydoc's own room and loader of files."""

from __future__ import annotations

import asyncio
from logging import getLogger
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_events import EventLogger
from jupyter_server.services.contents.filemanager import AsyncFileContentsManager
from jupyter_server_fileid.manager import ArbitraryFileIdManager
from jupyter_server_ydoc.loaders import FileLoader
from jupyter_server_ydoc.rooms import DocumentRoom

from lakebook.lab.execution import durable
from lakebook.lab.execution.durable import say_unsaved_until_saved
from runtime.lab.execution.conftest import Play

DELAY = 0.05


async def open_room(folder: Path) -> DocumentRoom:
    """A room of a notebook ``n.ipynb`` with one cell."""
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("delay")]), folder / "n.ipynb")
    contents = AsyncFileContentsManager(root_dir=str(folder), use_atomic_writing=False)
    identifiers = ArbitraryFileIdManager(root_dir=str(folder), db_path=str(folder / "files.db"))
    loader = FileLoader(identifiers.index("n.ipynb"), identifiers, contents)
    log = getLogger(__name__)
    room = DocumentRoom("json:notebook:n", "json", "notebook", loader, _Quiet(), None, log, save_delay=DELAY)
    await room.initialize()
    say_unsaved_until_saved(room)
    return room


class _Quiet(EventLogger):
    def emit(self, *, schema_id: str, data: dict[str, Any], **more: Any) -> None:
        """Nobody listens."""


def test_a_change_is_shown_as_unsaved_until_the_file_has_it(tmp_path: Path, play: Play) -> None:
    async def check() -> None:
        room = await open_room(tmp_path)
        document = room._document
        source = document.ycells[0]["source"]
        for text in (" > 15", " and late"):
            document.dirty = False  # as the save before this change has told the browsers
            source += text
            while not document.dirty:
                await asyncio.sleep(0)
            assert text not in (tmp_path / "n.ipynb").read_text()
            while document.dirty:
                await asyncio.sleep(0.01)
            assert text in (tmp_path / "n.ipynb").read_text()
        await asyncio.sleep(4 * DELAY)
        assert not document.dirty  # what the server says of the document is no change of its own
        await room.stop()

    play(asyncio.wait_for(check(), 60))


def test_a_document_that_changes_all_the_time_is_saved_now_and_then(
    tmp_path: Path, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def check() -> None:
        room = await open_room(tmp_path)
        source = room._document.ycells[0]["source"]
        while "delay...." not in (tmp_path / "n.ipynb").read_text():
            source += "."
            await asyncio.sleep(DELAY / 5)  # no pause in which it would be saved
        await room.stop()

    monkeypatch.setattr(durable, "LONGEST", 4 * DELAY)
    play(asyncio.wait_for(check(), 20))
