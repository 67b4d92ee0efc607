"""Progress of a cell's Spark jobs: one bar below the cell while they run, and nothing when the cell is done.

In the lab it has its stages and a button: the extension makes what is shown there of ``MIME``. Elsewhere it is a plain
bar.
"""

from __future__ import annotations

import re
import threading
import uuid
from html import escape
from typing import Any

from lakebook_kernel.languages.base import MimeBundle, Output

#: the events themselves, as ``Progress.scala`` writes them: ``{"jobs": […]}``
MIME = "application/vnd.lakebook.progress+json"
#: how Spark names the line of a cell of Python's
_LINE = re.compile(r"\S*[/\\]ipykernel_\d+[/\\]\d+\.py:(\d+)")
_EMPTY: MimeBundle = {"text/html": "", "text/plain": ""}


class ProgressBars:
    """The bars of one cell. The driver's events may come from any thread.

    The cell gets one display, which holds a bar for every job that runs, so that a hundred jobs leave one trace.
    """

    def __init__(self, output: Output) -> None:
        self._output = output
        self._display_id: str | None = None
        self._running: dict[str, dict[str, Any]] = {}
        self._closed = False
        self._lock = threading.Lock()

    def event(self, event: dict[str, Any]) -> None:
        """Take a progress event."""
        with self._lock:
            if self._closed:
                return
            if event["ended"]:
                if self._running.pop(event["id"], None) is None:
                    return
            else:
                self._running[event["id"]] = event
            self._show(_bundle(list(self._running.values())))

    def close(self) -> None:
        """Remove what is shown; events that come later are dropped."""
        with self._lock:
            if not self._closed and self._running:
                self._show(_EMPTY)
            self._closed = True

    def _show(self, data: MimeBundle) -> None:
        if self._display_id is None:
            self._display_id = f"progress-{uuid.uuid4()}"
            self._output.display(data, display_id=self._display_id)
        else:
            self._output.display(data, display_id=self._display_id, update=True)


def _bundle(jobs: list[dict[str, Any]]) -> MimeBundle:
    if not jobs:
        return _EMPTY
    jobs = list(map(_in_words, jobs))
    return {
        MIME: {"jobs": jobs},
        "text/html": "".join(map(_bar, jobs)),
        "text/plain": "\n".join(map(_text, jobs)),
    }


def _in_words(event: dict[str, Any]) -> dict[str, Any]:
    """An event as it is shown: a cell is no file to its user."""
    job = {key: value for key, value in event.items() if key not in ("event", "ended")}
    job["text"] = _LINE.sub(r"line \1", event["text"])
    job["stages"] = [{**stage, "name": _LINE.sub(r"line \1", stage["name"])} for stage in event.get("stages", [])]
    return job


def _text(job: dict[str, Any]) -> str:
    running = f", {job['running']:,} running" if job["running"] else ""
    return f"{job['text']}  {job['done']:,}/{job['total']:,} tasks{running}"


def _bar(job: dict[str, Any]) -> str:
    """A job's bar. Inline styles alone, as JupyterLab keeps them without trust; see ``tables``."""
    percent = 100 * min(job["done"], job["total"]) // max(job["total"], 1)
    return (
        '<div class="lakebook-progress" style="padding:2px 10px;font-size:85%">'
        '<div style="display:inline-block;width:160px;height:6px;margin:0 10px 1px 0;border-radius:3px;'
        'overflow:hidden;background-color:rgba(128,128,128,0.3)">'
        f'<div style="width:{percent}%;height:6px;background-color:rgb(66,133,244)"></div></div>'
        f'<span style="opacity:0.7">{escape(_text(job))}</span></div>'
    )
