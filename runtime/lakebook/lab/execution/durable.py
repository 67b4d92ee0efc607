"""What is shown as saved is in the file, and a file is never newer than the store of its document.

Jupyter's server writes file and store independently. If it is killed when the file has an edit that the store has not,
the edit comes back twice: from the file, and from the browser that made it, whose own edit the store does not know.

A browser calls a document unsaved only if it did not call it so already. What is written while a save is on its way
back to the browser was thus shown as saved before it was; the server knows better.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

#: seconds that a document which is changed all the time is not saved
LONGEST = 5.0

_Save = Callable[[dict[str, Any]], Awaitable[dict[str, Any] | None]]


def store_before_saving(room: Any) -> None:
    """Let each save of a document's file wait until the store has what is saved.

    Args:
        room: server-ydoc's ``DocumentRoom``, initialized.
    """
    if room.ystore is None:
        return
    save: _Save = room._file.maybe_save_content
    stored = room.ydoc.get_state()

    async def store_and_save(model: dict[str, Any]) -> dict[str, Any] | None:
        nonlocal stored
        state, update = room.ydoc.get_state(), room.ydoc.get_update(stored)
        await room.ystore.write(update)  # also if the state is the same, in which deletions do not count
        stored = state
        return await save(model)

    room._file.maybe_save_content = store_and_save


def say_unsaved_until_saved(room: Any) -> None:
    """Let a document be shown as unsaved from the moment on that the server has a change of it, and not for long.

    A save waits for a pause in the changes, but a cell that prints may make none for hours.

    Args:
        room: server-ydoc's ``DocumentRoom``, initialized.
    """
    wait_and_save = room._maybe_save_document
    save: _Save = room._file.maybe_save_content
    unsaved_since: float | None = None
    overdue: asyncio.Task[Any] | None = None

    async def say_and_save(previous: Any, save_now: bool = False) -> None:
        nonlocal unsaved_since, overdue
        if overdue is not None:
            await asyncio.wait({overdue})  # where any other save is given up for the one of the next change
        if not save_now and not room._document.dirty:
            room._document.dirty = True  # a change as any other: it asks for a save of its own, which follows
        unsaved_since = unsaved_since or time.monotonic()
        if time.monotonic() > unsaved_since + LONGEST:
            overdue, save_now = asyncio.current_task(), True
        try:
            await wait_and_save(previous, save_now=save_now)
        finally:
            if overdue is asyncio.current_task():
                overdue = None

    async def save_and_note(model: dict[str, Any]) -> dict[str, Any] | None:
        nonlocal unsaved_since
        saved = await save(model)
        if saved:
            unsaved_since = None
        return saved

    room._maybe_save_document = say_and_save
    room._file.maybe_save_content = save_and_note
