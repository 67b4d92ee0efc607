"""The runs that wait for one kernel, and the one that it works on."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from lakebook.lab.execution.kernels import Kernel, Message
from lakebook.lab.execution.questions import Question, Questions
from lakebook.lab.execution.runs import Run, State
from lakebook.lab.execution.showing import Showing
from lakebook.lab.execution.trust import Trust
from lakebook.lab.execution.writing import Writer

_log = logging.getLogger(__name__)
_INTERRUPTED = "KeyboardInterrupt"
#: seconds of silence after a kernel's reply, after which the message that it is idle is taken for lost
_SILENCE = 10.0


class Queue:
    """Runs cells on a kernel, one after the other.

    Args:
        manager: the kernel's ``KernelManager``.
        changed: called with each run that begins, and with each that is over.
    """

    def __init__(
        self, manager: Any, questions: Questions, trust: Trust, writer: Writer, changed: Callable[[Run], None]
    ) -> None:
        self._kernel = Kernel(manager, self._receive)
        self._questions = questions
        self._changed = changed
        self._writer = writer
        self._showing = Showing(self._kernel, trust, writer)
        self._waiting: deque[Run] = deque()
        self._current: Run | None = None
        self._is_replied = self._is_idle = False
        self._lost: asyncio.TimerHandle | None = None
        self._over = asyncio.Event()
        #: set but while the kernel is being restarted; which runs end with that
        self._may_begin = asyncio.Event()
        self._may_begin.set()
        self._doomed: set[Run] = set()
        self._working: asyncio.Task[None] | None = None
        self._is_heard = False

    def add(self, run: Run) -> None:
        """Let a run wait for its turn."""
        run.schedule()
        self._waiting.append(run)
        if self._working is None:
            self._working = asyncio.create_task(self._work())

    def unfinished(self) -> list[Run]:
        """The one that runs, and those that wait."""
        return [*([self._current] if self._current else []), *self._waiting]

    def hold(self) -> None:
        """The kernel is being restarted: what is asked for from now on begins after ``go_on``."""
        self._doomed.update(self.unfinished())
        self._may_begin.clear()

    def abort_held(self, name: str, reason: str) -> None:
        """As ``abort``, for the runs that were there when the restart began."""
        self._abort(name, reason, self._doomed)

    def go_on(self) -> None:
        """No restart is under way any more."""
        self._doomed.clear()
        self._may_begin.set()

    def abort(self, name: str, reason: str) -> None:
        """The kernel has ended: its run and all that wait have, too.

        Args:
            name: of the error that the running cell shows.
            reason: a sentence without its full stop.
        """
        self._abort(name, reason, self.unfinished())

    def _abort(self, name: str, reason: str, doomed: Collection[Run]) -> None:
        self._is_heard = False
        if (run := self._current) is not None and run in doomed:
            text = f"{reason} while this cell ran."
            run.outputs.add("error", {"ename": name, "evalue": text, "traceback": [f"{name}: {text}"]})
            self._end(run, State.ABORTED)
        self._abort_waiting(f"{reason[0].lower()}{reason[1:]} before its turn.", doomed)
        self._showing.forget()

    async def close(self) -> None:
        """Leave the kernel."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        await self._kernel.close()

    async def _work(self) -> None:
        try:
            while self._waiting:
                if not self._may_begin.is_set():
                    await self._may_begin.wait()
                elif not self._is_heard:
                    self._is_heard = True
                    await self._kernel.connect()
                else:
                    self._begin(self._waiting.popleft())
                    await self._over.wait()
                # meanwhile all may have been aborted
        except Exception:
            _log.exception("A kernel could not be asked to run cells")
            self.abort("KernelLost", "The server lost the kernel")
        finally:
            self._working = None

    def _begin(self, run: Run) -> None:
        self._over.clear()
        self._current = run
        self._is_replied = self._is_idle = False
        run.state = State.RUNNING
        self._showing.begin(run, self._kernel.execute(run.source, run.cell))
        self._changed(run)

    def _receive(self, channel: str, message: Message) -> None:
        kind = message["header"]["msg_type"]
        run = self._showing.run_of(message)
        if channel == "iopub":
            self._showing.take(run, kind, message)
            if run is not None and run is self._current:
                self._note_idle(run, kind, message)
        elif run is not None and kind == "execute_reply":
            self._reply(run, message)
        elif run is not None and kind == "input_request":
            self._ask(run, message["content"])

    def _note_idle(self, run: Run, kind: str, message: Message) -> None:
        if kind == "status" and message["content"]["execution_state"] == "idle":
            self._is_idle = True
        elif self._is_replied:
            self._wait_for_idle(run)
        self._end_if_all_came(run)

    def _reply(self, run: Run, message: Message) -> None:
        self._showing.reply(run, message)
        if run is self._current:
            self._is_replied = True
            self._wait_for_idle(run)
            self._end_if_all_came(run)

    def _wait_for_idle(self, run: Run) -> None:
        def is_lost() -> None:
            if run is self._current:
                self._is_idle = True
                self._end_if_all_came(run)

        if self._lost is not None:
            self._lost.cancel()
        self._lost = asyncio.get_running_loop().call_later(_SILENCE, is_lost)

    def _ask(self, run: Run, content: dict[str, Any]) -> None:
        def answer(value: str) -> None:
            self._questions.close(run)
            run.outputs.add("stream", question.shown(value))
            self._writer.note(run)
            self._kernel.answer(value)

        question = Question(run, content["prompt"], bool(content.get("password")), answer)
        self._questions.ask(question)

    def _end_if_all_came(self, run: Run) -> None:
        if not (self._is_replied and self._is_idle):
            return
        status = run.reply.get("status")
        if status == "ok":
            self._end(run, State.OK)
        elif status == "error":
            self._end(run, State.ERROR)
            if not run.may_fail:
                is_interrupted = run.reply.get("ename") == _INTERRUPTED
                what = "was interrupted" if is_interrupted else "failed"
                self._abort_waiting(f"a cell before it {what}.", list(self._waiting))
        else:
            run.outputs.add("stream", {"name": "stderr", "text": "Not run: the kernel has left it out.\n"})
            self._end(run, State.ABORTED)

    def _end(self, run: Run, state: State) -> None:
        run.state = state
        if run is self._current:
            self._current = None
            self._over.set()
        if self._lost is not None:
            self._lost.cancel()
        self._questions.close(run)
        run.outputs.end()
        self._writer.write(run)
        self._changed(run)

    def _abort_waiting(self, reason: str, doomed: Collection[Run]) -> None:
        aborted = [run for run in self._waiting if run in doomed]
        self._waiting = deque(run for run in self._waiting if run not in doomed)
        for run in aborted:
            run.outputs.add("stream", {"name": "stderr", "text": f"Not run: {reason}\n"})
            self._end(run, State.ABORTED)
