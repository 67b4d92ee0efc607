"""The notebooks that people have open together, as the server has them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from pycrdt import Array, Map

#: marks our changes: they are not what a person may undo
ORIGIN = "lakebook-execution"
_EXTENSION = "jupyter_server_ydoc"


class NoDocument(LookupError):
    """There is no such document; the message is for the user."""


class SharedNotebook:
    """A notebook's document.

    Args:
        name: by which the browsers ask for it.
        room: server-ydoc's ``DocumentRoom``.
        document: jupyter_ydoc's ``YNotebook``.
        moved: called when cells have come, gone or moved.
    """

    def __init__(self, name: str, room: Any, document: Any, moved: Callable[[SharedNotebook], None]) -> None:
        self.name = name
        self.room = room
        self._document = document
        self._index: dict[str, int] = {}
        self._moved = moved
        #: grows when cells come, go or are moved
        self.version = 0
        self._subscription = document.ycells.observe(self._note)

    @property
    def path(self) -> str:
        """Below the folder that the server serves."""
        return str(self._document.path)

    def cells(self) -> Iterator[Map[Any]]:
        """All code cells."""
        return (cell for cell in self._document.ycells if cell["cell_type"] == "code")

    def cell(self, identifier: str) -> Map[Any] | None:
        """The cell of an identifier, if it is there and has code."""
        cells = self._document.ycells
        index = self._index.get(identifier)
        if index is None or index >= len(cells) or cells[index].get("id") != identifier:
            self._index = {cell.get("id"): index for index, cell in enumerate(cells)}
            index = self._index.get(identifier)
        if index is None or cells[index]["cell_type"] != "code":
            return None
        found: Map[Any] = cells[index]
        return found

    def insert_after(self, identifier: str, source: str) -> None:
        """Insert a code cell behind another one, or at the end if that is gone."""
        is_there = self.cell(identifier) is not None
        index = self._index[identifier] + 1 if is_there else len(self._document.ycells)
        new: dict[str, Any] = {
            "cell_type": "code",
            "source": source,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        with self.changing():
            self._document.ycells.insert(index, self._document.create_ycell(new))

    def replace_source(self, identifier: str, source: str) -> None:
        """Give a cell another source."""
        if (cell := self.cell(identifier)) is not None:
            text = cell["source"]
            with self.changing():
                text.clear()
                text += source

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Change it; all browsers see the changes as one."""
        with self._document.ydoc.transaction(origin=ORIGIN):
            yield
            if not self._document.dirty:
                self._document.dirty = True

    def close(self) -> None:
        """It is no longer looked at."""
        self._document.ycells.unobserve(self._subscription)

    def _note(self, event: Any) -> None:
        self.version += 1
        self._moved(self)


class _Watcher:
    """Stands among a document's clients, so that it stays in memory without a browser."""

    def __init__(self, path: str) -> None:
        self.path = path

    async def send(self, message: bytes) -> None:
        """Called with each change. The document is at hand."""


class SharedNotebooks:
    """All that are open.

    Args:
        server: Jupyter's ``ServerApp``.
        moved: called when the cells of one have come, gone or moved.
    """

    def __init__(self, server: Any, moved: Callable[[SharedNotebook], None]) -> None:
        self._server = server
        self._moved = moved
        self._known: dict[str, SharedNotebook] = {}
        self._held: dict[SharedNotebook, tuple[_Watcher, int]] = {}

    async def find(self, name: str, create: bool = False) -> SharedNotebook:
        """A notebook that is open.

        Args:
            create: open it if it is not.

        Raises:
            NoDocument: nobody has it open, or it is no notebook.
        """
        if name.split(":")[1:2] != ["notebook"]:
            raise NoDocument(f"There is no shared notebook {name!r}; open it in the lab.")
        document = await self._extension.get_document(room_id=name, copy=False, create=create)
        if document is None:
            raise NoDocument(f"The shared notebook {name!r} is not open; open it in the lab.")
        room = self._extension.ywebsocket_server.rooms[name]
        known = self._known.get(name)
        if known is None or known.room is not room:
            if known is not None:
                known.close()
            known = self._known[name] = SharedNotebook(name, room, document, self._moved)
        return known

    def is_open(self, notebook: SharedNotebook) -> bool:
        """Whether it is what the browsers have, and not what they had before all of them were closed."""
        return self._extension.ywebsocket_server.rooms.get(notebook.name) is notebook.room

    def hold(self, notebook: SharedNotebook) -> None:
        """Keep it in memory until it is released as often."""
        room = notebook.room
        watcher, count = self._held.get(notebook, (_Watcher(notebook.name), 0))
        room.clients.add(watcher)
        if room.cleaner is not None:
            room.cleaner.cancel()
            room.cleaner = None
        self._held[notebook] = (watcher, count + 1)

    def release(self, notebook: SharedNotebook) -> None:
        """Let it go, some time after the last browser has left it."""
        watcher, count = self._held.pop(notebook)
        if count > 1:
            self._held[notebook] = (watcher, count - 1)
            return
        notebook.room.clients.discard(watcher)
        if not notebook.room.clients:
            notebook.room.cleaner = asyncio.create_task(self._clean(notebook))

    @property
    def _extension(self) -> Any:
        extensions = self._server.extension_manager.extension_apps.get(_EXTENSION)
        if not extensions:
            raise NoDocument("Notebooks are not shared here, since jupyter-collaboration is not on this server.")
        return next(iter(extensions))

    async def _clean(self, notebook: SharedNotebook) -> None:
        """Do what server-ydoc does after the last browser has left, which it did not do when that left."""
        extension = self._extension
        if extension.document_cleanup_delay is None:
            return
        await asyncio.sleep(extension.document_cleanup_delay)
        async with extension._room_locks[notebook.name]:
            await extension.ywebsocket_server.delete_room(room=notebook.room)
            identifier = notebook.name.rpartition(":")[2]
            if extension.file_loaders[identifier].number_of_subscriptions == 0:
                await extension.file_loaders.remove(identifier)
            if self._known.get(notebook.name) is notebook:
                del self._known[notebook.name]
        extension._room_locks.pop(notebook.name, None)


def outputs(cell: Map[Any]) -> Array[Any]:
    """The shared outputs of a cell."""
    found = cell.get("outputs")
    if not isinstance(found, Array):
        cell["outputs"] = Array()
        found = cell["outputs"]
    return found
