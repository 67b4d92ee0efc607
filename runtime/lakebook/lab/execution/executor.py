"""Runs cells of shared notebooks, for all kernels."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from lakebook.lab.execution import documents, runs
from lakebook.lab.execution.audience import Audience, Event
from lakebook.lab.execution.documents import SharedNotebook, SharedNotebooks
from lakebook.lab.execution.durable import say_unsaved_until_saved, store_before_saving
from lakebook.lab.execution.journal import Journal
from lakebook.lab.execution.outputs import Outputs
from lakebook.lab.execution.questions import Questions
from lakebook.lab.execution.queue import Queue
from lakebook.lab.execution.runs import Run
from lakebook.lab.execution.sessions import NoKernel, Sessions
from lakebook.lab.execution.trust import Trust
from lakebook.lab.execution.writing import Writer

_log = logging.getLogger(__name__)
#: seconds for which a cell is waited for that a browser has just made
_PATIENCE = 10.0
#: ended runs whose ends are told to browsers that were not connected then
_REMEMBERED = 1000


class NoCell(LookupError):
    """There is no such cell; the message is for the user."""


@dataclass(frozen=True)
class Asked:
    """A cell that somebody asks to run."""

    cell: str
    source: str
    is_timed: bool = False


class Executor:
    """All of it.

    Args:
        server: Jupyter's ``ServerApp``.
    """

    def __init__(self, server: Any, journal: Journal, trust: Trust) -> None:
        #: another one for each server: a browser sees by it that the server was started anew
        self.identifier = uuid4().hex
        self.audience = Audience()
        self.questions = Questions(self.audience)
        self.sessions = Sessions(server)
        self.trust = trust
        self._kernels = server.kernel_manager
        self._journal = journal
        self._notebooks = SharedNotebooks(server, self._moved)
        self._writer = Writer(self._is_open, self._reopen)
        self._queues: dict[str, Queue] = {}
        #: how many restarts of a kernel are under way
        self._restarts: Counter[str] = Counter()
        #: by cell: the run that it shows
        self._latest: OrderedDict[tuple[str, str], Run] = OrderedDict()
        self._ends: OrderedDict[str, Event] = OrderedDict()
        self._settling: set[SharedNotebook] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, document: str, kernel: str, asked: Sequence[Asked], user: str) -> list[str]:
        """Let cells run, one after the other. Returns the runs' identifiers.

        Raises:
            NoDocument, NoKernel, NoCell: one of them is not there; none of the cells runs.
        """
        notebook = await self._notebooks.find(document)
        for one in asked:
            await self._wait_for(notebook, one.cell)
        queue = self._queue(kernel)
        new = [Run(uuid4().hex, notebook, one.cell, one.source, user, one.is_timed) for one in asked]
        for run in new:
            if earlier := self._latest.get((document, run.cell)):
                earlier.is_replaced = True
            self._latest[document, run.cell] = run
            self._latest.move_to_end((document, run.cell))
            self._notebooks.hold(notebook)
            queue.add(run)
        while len(self._latest) > _REMEMBERED and next(iter(self._latest.values())).is_shown:
            self._latest.popitem(last=False)
        self._note()
        return [run.identifier for run in new]

    def ends(self) -> list[Event]:
        """How runs have ended lately."""
        return list(self._ends.values())

    def unfinished(self) -> list[str]:
        """The runs that run or wait."""
        return [run.identifier for queue in self._queues.values() for run in queue.unfinished()]

    async def open(self, document: str) -> None:
        """A document was loaded: say of its cells that the server before this one has cut off what happened to them."""
        notebook = await self._notebooks.find(document)
        store_before_saving(notebook.room)
        say_unsaved_until_saved(notebook.room)
        for identifier, had_begun in self._journal.take(document).items():
            if (cell := notebook.cell(identifier)) is not None:
                _say_cut_off(notebook, cell, had_begun)
        self._settle(notebook)
        self._note()

    def kernel_ended(self, kernel: str, name: str, reason: str, is_gone: bool) -> None:
        """A kernel has died, or was restarted or shut down.

        Args:
            name: of the error that the running cell shows.
            reason: a sentence without its full stop.
            is_gone: it does not come back.
        """
        queue = self._queues.get(kernel)
        if queue is None:
            return
        queue.abort(name, reason)
        if is_gone:
            del self._queues[kernel]
            self._start(queue.close())

    def restart_begins(self, kernel: str) -> None:
        """A kernel is about to be restarted."""
        self._restarts[kernel] += 1
        if queue := self._queues.get(kernel):
            queue.hold()

    def restart_ends(self, kernel: str, *, is_done: bool) -> None:
        """It was restarted, or could not be: what ran and waited when it began has ended with it, if it was."""
        self._restarts[kernel] -= 1
        queue = self._queues.get(kernel)
        if queue is not None and is_done:
            queue.abort_held("KernelRestarted", "The kernel was restarted")
        if not self._restarts[kernel]:
            del self._restarts[kernel]
            if queue is not None:
                queue.go_on()

    async def close(self) -> None:
        """Leave the kernels."""
        await asyncio.gather(*(queue.close() for queue in self._queues.values()))
        self._queues.clear()
        self.trust.close()

    async def _wait_for(self, notebook: SharedNotebook, cell: str) -> None:
        end = time.monotonic() + _PATIENCE
        while notebook.cell(cell) is None:
            if time.monotonic() > end:
                raise NoCell(f"{notebook.path} has no code cell {cell!r} on the server; is the connection to it lost?")
            await asyncio.sleep(0.02)

    def _queue(self, kernel: str) -> Queue:
        if kernel not in self._kernels:
            self._queues.pop(kernel, None)
            raise NoKernel("The notebook's kernel is not there any more; start one, then run the cell again.")
        if kernel not in self._queues:
            manager = self._kernels.get_kernel(kernel)
            self._queues[kernel] = queue = Queue(manager, self.questions, self.trust, self._writer, self._changed)
            if kernel in self._restarts:
                queue.hold()
            if manager.autorestart:
                self._watch(kernel)
        return self._queues[kernel]

    def _watch(self, kernel: str) -> None:
        def died() -> None:
            self.kernel_ended(kernel, "KernelDied", "The kernel died", is_gone=False)

        def is_dead() -> None:
            self.kernel_ended(kernel, "KernelDied", "The kernel died", is_gone=True)

        self._kernels.add_restart_callback(kernel, died, "restart")
        self._kernels.add_restart_callback(kernel, is_dead, "dead")

    def _changed(self, run: Run) -> None:
        """A run has begun, or is over."""
        self._note()
        if run.state.is_over:
            self._ends[run.identifier] = event = {
                "event": "ended",
                "run": run.identifier,
                "document": run.notebook.name,
                "cell": run.cell,
                "state": run.state,
                "reply": {name: value for name, value in run.reply.items() if name != "payload"},
            }
            while len(self._ends) > _REMEMBERED:
                self._ends.popitem(last=False)
            self.audience.tell(event)
            self._notebooks.release(run.notebook)

    def _note(self) -> None:
        self._journal.note(run for queue in self._queues.values() for run in queue.unfinished())

    def _moved(self, notebook: SharedNotebook) -> None:
        if notebook not in self._settling:
            self._settling.add(notebook)
            asyncio.get_running_loop().call_soon(self._settle, notebook)

    def _settle(self, notebook: SharedNotebook) -> None:
        """Cells have come: those that were moved, or deleted and are back, show what became of them meanwhile."""
        self._settling.discard(notebook)
        for cell in notebook.cells():
            run = self._latest.get((notebook.name, cell["id"]))
            if run is not None and not run.is_shown:
                self._writer.note(run)
            elif cell.get("execution_state") == runs.RUNNING and (run is None or run.state.is_over):
                with notebook.changing():
                    cell["execution_state"] = runs.IDLE

    def _is_open(self, run: Run) -> bool:
        return self._notebooks.is_open(run.notebook)

    def _reopen(self, run: Run) -> None:
        """Write what a thread shows long after its cell has ended and the notebook was left."""
        self._start(self._write_to_closed(run))

    async def _write_to_closed(self, run: Run) -> None:
        try:
            notebook = await self._notebooks.find(run.notebook.name, create=True)
        except Exception as problem:  # whatever keeps the file from being read: deleted, damaged, no rights
            _log.warning("What a thread shows of %s is lost, since it cannot be opened: %s", run.notebook.path, problem)
            return
        self._notebooks.hold(notebook)
        run.notebook = notebook
        self._writer.write(run)
        self._notebooks.release(notebook)

    def _start(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _say_cut_off(notebook: SharedNotebook, cell: Any, had_begun: bool) -> None:
    said = Outputs()
    if had_begun:
        text = "The server ended while this cell ran. What it had shown until then is above."
        said.add("error", {"ename": "ServerEnded", "evalue": text, "traceback": [f"ServerEnded: {text}"]})
    else:
        said.add("stream", {"name": "stderr", "text": "Not run: the server ended before its turn.\n"})
    with notebook.changing():
        said.append_to(documents.outputs(cell))
        cell["execution_state"] = runs.IDLE
