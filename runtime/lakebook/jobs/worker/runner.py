"""Runs the notebook of a task, and keeps what it shows while it still runs."""

from __future__ import annotations

import ast
import asyncio
import time
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode
from typing_extensions import override

from lakebook.run import Runner

#: seconds between two writes of a notebook while a cell runs
_PAUSE = 1.0
#: rows of a SQL task that others can refer to
_ROWS = 1000
_ASK_ROWS = f'__import__("lakebook.jobs.inside", fromlist=["rows"]).rows(_sqldf, {_ROWS})'


class TaskRunner(Runner):
    """``lakebook run``'s, whose notebook grows while a cell runs."""

    def __init__(self, *arguments: Any, gives_rows: bool = False, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._gives_rows = gives_rows
        #: of the last query of a SQL task
        self.rows: list[dict[str, Any]] | None = None
        self._saved = time.monotonic()
        self._later: asyncio.TimerHandle | None = None

    @override
    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        output = super().process_message(msg, cell, cell_index)
        left = self._saved + _PAUSE - time.monotonic()
        if left <= 0:
            self._save_now()
        elif self._later is None:  # no other message may come for hours
            self._later = asyncio.get_running_loop().call_later(left, self._save_later)
        return output

    def _save_now(self) -> None:
        self._save_no_more()
        self._save()
        self._saved = time.monotonic()

    def _save_later(self) -> None:
        with suppress(
            OSError
        ):  # such as a full disk: the next message tries again, and the end at the latest, which tells
            self._save_now()

    def _save_no_more(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    @override
    async def _cells(self) -> bool:
        try:
            failed = await super()._cells()
        finally:
            self._save_no_more()
        if self._gives_rows and not failed:
            self.rows = await self._ask_for_rows()
        return failed

    async def _ask_for_rows(self) -> list[dict[str, Any]]:
        assert self.kc is not None
        asked = self.kc.execute("", silent=True, user_expressions={"rows": _ASK_ROWS})
        reply = await self.async_wait_for_reply(asked)
        told = (reply or {}).get("content", {}).get("user_expressions", {}).get("rows", {})
        if told.get("status") != "ok":
            return []  # the last statement was no query
        rows: list[dict[str, Any]] = ast.literal_eval(told["data"]["text/plain"])
        return rows
