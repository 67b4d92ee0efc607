"""Tables over Jupyter's comms: a browser asks, the kernel answers, also while a cell runs.

A front end opens one comm of ``of_kernel.TARGET`` for all tables of a notebook; every browser has its own. It is told
which tables are there, ``{"tables": [handle, …]}``, what is shown from then on, ``{"shown": [handle]}``, and what is
there no longer, ``{"forgotten": [handle, …]}``. It sends questions, ``{"id": 1, "table": handle, "ask": "rows", …}`` as
``questions.read`` takes them, and withdraws them, ``{"cancel": 1}``.
Each question is answered once: ``{"id": 1, "answer": {…}}``, or ``{"id": 1, "error": "a sentence", "why": …}`` where
``why`` is ``gone``, ``cancelled`` or ``failed``.
"""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from lakebook_kernel.display.mime import described, shown_cells
from lakebook_kernel.paging.files import Exports
from lakebook_kernel.paging.kept import KeptTables
from lakebook_kernel.paging.questions import NotUnderstood, Question, read
from lakebook_kernel.paging.source import Cancelled, Source, SourceError, Statistics, Value

if TYPE_CHECKING:
    from comm.base_comm import BaseComm

#: questions that are worked on at a time
_WORKERS = 2
#: characters of a page's rows, beyond its first row
_CHARACTERS = 1_000_000
#: characters of one value that is asked for alone
_CELL = 2_000_000

_log = logging.getLogger(__name__)


class TablesComm:
    """Answers questions about the kept tables, on threads of its own."""

    def __init__(self, tables: KeptTables) -> None:
        self._tables = tables
        self._open: list[_Browser] = []
        self._workers: ThreadPoolExecutor | None = None
        self._exports = Exports()
        tables.on_forget = self._forgotten

    def shown(self, handle: str) -> None:
        """Tell the browsers of a table that is shown now."""
        for browser in list(self._open):
            browser.send({"shown": [handle]})

    def close(self) -> None:
        """Answer nothing more."""
        for browser in list(self._open):
            browser.cancel_all()
        if self._workers is not None:
            self._workers.shutdown(wait=False, cancel_futures=True)
        self._tables.close()
        self._exports.close()

    def opened(self, comm: BaseComm) -> None:
        """A browser has opened a comm."""
        browser = _Browser(comm, self._tables, self._exports, self._submit)
        self._open.append(browser)
        comm.on_msg(lambda asked: browser.take(asked["content"]["data"]))
        comm.on_close(lambda _: self._closed(browser))
        browser.send({"tables": self._tables.handles()})

    def _closed(self, browser: _Browser) -> None:
        self._open.remove(browser)
        browser.cancel_all()

    def _forgotten(self, handles: list[str]) -> None:
        for browser in list(self._open):
            browser.send({"forgotten": handles})

    def _submit(self, work: Callable[[], None]) -> None:
        if self._workers is None:
            self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lakebook tables")
        self._workers.submit(contextvars.copy_context().run, work)  # answers belong to the message that asked


class _Browser:
    """One browser, with the questions that it waits for."""

    def __init__(
        self, comm: BaseComm, tables: KeptTables, exports: Exports, submit: Callable[[Callable[[], None]], None]
    ) -> None:
        self._comm = comm
        self._tables = tables
        self._exports = exports
        self._submit = submit
        self._lock = threading.Lock()
        #: by number: the source that works on it, None while it waits
        self._waiting: dict[int, Source | None] = {}

    def send(self, data: dict[str, Any]) -> None:
        self._comm.send(data)

    def take(self, data: Any) -> None:
        """A message of the browser's."""
        if isinstance(data, dict) and isinstance(data.get("cancel"), int):
            self._cancel(data["cancel"])
            return
        number = data.get("id") if isinstance(data, dict) else None
        if not isinstance(number, int):
            _log.warning("a browser asked a table something without a number")
            return
        with self._lock:
            self._waiting[number] = None
        self._submit(lambda: self._work(number, data))

    def cancel_all(self) -> None:
        """Withdraw all questions: the browser has gone."""
        for number in list(self._waiting):
            self._cancel(number)

    def _cancel(self, number: int) -> None:
        with self._lock:
            source = self._waiting.pop(number, None)
        if source is not None:
            source.cancel()

    def _work(self, number: int, data: dict[str, Any]) -> None:
        try:
            source = self._tables.source(str(data.get("table", "")))
            with self._lock:
                if number not in self._waiting:
                    raise Cancelled
                self._waiting[number] = source
            answer = self._answer(source, read(data, len(source.columns)))
            reply = {"id": number, "answer": answer}
        except Cancelled:
            reply = {"id": number, "error": "The question was withdrawn.", "why": "cancelled"}
        except (SourceError, NotUnderstood) as problem:
            gone = isinstance(problem, SourceError) and problem.gone
            reply = {"id": number, "error": str(problem), "why": "gone" if gone else "failed"}
        except Exception as problem:  # whatever a frame's library raises: somebody waits for an answer
            _log.exception("a table could not answer")
            first = (str(problem).strip().splitlines() or [""])[0]
            reply = {
                "id": number,
                "error": f"The table cannot answer: {type(problem).__name__}: {first}",
                "why": "failed",
            }
        with self._lock:
            self._waiting.pop(number, None)
        self.send(reply)

    def _answer(self, source: Source, question: Question) -> dict[str, Any]:
        query = question.query
        match question.ask:
            case "rows":
                page = source.rows(query, question.offset, question.limit)
                rows: list[Any] = []
                size = 0
                for row in page.rows:
                    cells = shown_cells(row)
                    size += sum(len(str(cell)) for cell in cells)
                    if rows and size > _CHARACTERS:
                        break
                    rows.append(cells)
                more = page.more or len(rows) < len(page.rows)
                return {"rows": rows, "total": page.total, "more": more, "moment": page.moment}
            case "count":
                return {"count": source.count(query)}
            case "statistics":
                return _of_statistics(source.statistics(query, question.column))
            case "values":
                values, more = source.values(query, question.column, question.containing)
                return {"values": list(map(_of_value, values)), "more": more}
            case "cell":
                page = source.rows(query, question.offset, 1)
                text = page.rows[0][question.column] if page.rows else None
                return {"text": text if text is None else text[:_CELL], "cut": max(0, len(text or "") - _CELL)}
            case "chart":
                assert question.chart is not None
                return asdict(source.chart(query, question.chart))
            case "export":
                return self._exports.make(source, query, question.format)
            case "columns":
                return {"columns": described(source.columns)}


def _of_value(value: Value) -> dict[str, Any]:
    (text,) = shown_cells([value.text])
    return {"text": text, "key": value.key, "count": value.count}


def _of_statistics(found: Statistics) -> dict[str, Any]:
    return {
        **asdict(found),
        "min": shown_cells([found.min])[0],
        "max": shown_cells([found.max])[0],
        "frequent": list(map(_of_value, found.frequent)),
    }
