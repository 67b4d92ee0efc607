"""A kernel, a shared notebook and the executor, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from jupyter_ydoc import YNotebook
from pycrdt import Awareness, Doc

from lakebook.lab.execution.audience import Event, Listener
from lakebook.lab.execution.executor import Asked, Executor
from lakebook.lab.execution.journal import Journal
from lakebook.lab.execution.trust import Trust

NAME = "json:notebook:of-this-test"


class Room:
    """As server-ydoc's ``DocumentRoom``, but for files and connections."""

    def __init__(self) -> None:
        self.clients: set[Any] = set()
        self.cleaner: Any = None
        self.ystore = None
        self._file = self
        self.ydoc = Doc()
        self.document = self._document = YNotebook(self.ydoc, Awareness(self.ydoc))

    async def _maybe_save_document(self, previous: Any, save_now: bool = False) -> None:
        """Its file is never written."""

    async def maybe_save_content(self, model: dict[str, Any]) -> None:
        """Nor by a loader of files."""


class Rooms:
    """As server-ydoc's extension."""

    document_cleanup_delay = None

    def __init__(self) -> None:
        self.rooms: dict[str, Room] = {}
        self.ywebsocket_server = self

    async def get_document(self, room_id: str, copy: bool, create: bool) -> YNotebook | None:
        if room_id not in self.rooms and create:
            self.rooms[room_id] = Room()
        room = self.rooms.get(room_id)
        return room.document if room else None


class Server:
    """As ``ServerApp``."""

    def __init__(self, folder: Path) -> None:
        self.kernel_manager = AsyncMappingKernelManager(connection_dir=str(folder))
        self.rooms = Rooms()
        self.extension_manager = self
        self.extension_apps = {"jupyter_server_ydoc": {self.rooms}}


class Bench:
    """Runs cells of a notebook and says what they show."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder)
        self.executor = self.new_executor()
        self.kernel = ""
        self.events: list[Event] = []
        self.executor.audience.join(Listener("ada", self.events.append))

    def new_executor(self) -> Executor:
        """As a server that is started anew has it."""
        journal = Journal(lambda: self.folder, self.folder / "running.json")
        return Executor(self.server, journal, Trust(lambda: self.folder / "shown.db"))

    @property
    def notebook(self) -> YNotebook:
        return self.server.rooms.rooms[NAME].document

    def open(self, *sources: str) -> list[str]:
        """Begin a notebook with cells of these sources. Returns their identifiers."""
        self.server.rooms.rooms[NAME] = room = Room()
        room.clients.add("a browser")
        cells = [
            {
                "id": uuid4().hex,
                "cell_type": "code",
                "source": source,
                "metadata": {},
                "outputs": [],
                "execution_count": None,
            }
            for source in sources
        ]
        room.document.set({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
        return [str(cell["id"]) for cell in cells]

    def cell(self, identifier: str) -> dict[str, Any]:
        """A cell, its state in the browsers included."""
        (index,) = [index for index, cell in enumerate(self.notebook.ycells) if cell["id"] == identifier]
        state = self.notebook.ycells[index].get("execution_state")
        return {**self.notebook.get_cell(index), "state": state}

    def outputs(self, identifier: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.cell(identifier)["outputs"]
        return found

    def text(self, identifier: str) -> str:
        """What a cell shows in all its streams."""
        return "".join(output["text"] for output in self.outputs(identifier) if output["output_type"] == "stream")

    async def ask(self, *cells: str, user: str = "ada", is_timed: bool = False) -> list[str]:
        """Let cells run."""
        asked = [Asked(cell, self.cell(cell)["source"], is_timed) for cell in cells]
        return await self.executor.run(NAME, self.kernel, asked, user)

    async def end(self, *runs: str) -> list[str]:
        """Wait until runs are over. Returns how they have ended."""
        await self.until(lambda: set(runs) <= {event["run"] for event in self.executor.ends()})
        ends = {event["run"]: event["state"] for event in self.executor.ends()}
        return [ends[run] for run in runs]

    async def run(self, *cells: str, user: str = "ada") -> list[str]:
        return await self.end(*await self.ask(*cells, user=user))

    async def edit(self, edit: Callable[[], object]) -> None:
        """Change the notebook where the server does: in its loop, all at once."""
        with self.notebook.ydoc.transaction():
            edit()

    async def until(self, holds: Any, patience: float = 20) -> None:
        """Wait for a condition."""
        async with asyncio.timeout(patience):
            while not holds():
                await asyncio.sleep(0.01)
