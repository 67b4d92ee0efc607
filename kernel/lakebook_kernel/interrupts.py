"""What an interrupt does: it raises in Python code, and asks whoever the main thread waits for to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

#: seconds between two requests to stop the same wait
AGAIN = 0.2


class WaitBroken(BaseException):
    """Raised inside a wait whose patience has ended; what leaves the wait is ``KeyboardInterrupt``.

    It is another one because libraries have their own way with ``KeyboardInterrupt``: py4j then closes connections,
    and not only the one that was interrupted.
    """


class Interrupts:
    """The kernel's handler of SIGINT.

    While the main thread waits for another process (a JVM, R), an exception that broke into the wait would leave the
    two out of step. So the handler only notes the interrupt, a thread asks the other side to stop until the wait ends,
    and ``KeyboardInterrupt`` is raised then.
    """

    def __init__(self) -> None:
        #: called on a thread of its own at every interrupt, whatever the main thread does
        self.on_interrupt: Callable[[], None] | None = None
        self._waits: list[Wait] = []
        self._pending = False
        self._began = 0.0
        self._interrupt = 0
        #: the cell's task while it may wait in the event loop
        self._task: asyncio.Future[Any] | None = None
        #: whether that task is being cancelled, and the cell's others with it
        self._cancelled = False
        #: no code of a cell's runs, not yet or not any more; and whether an interrupt came meanwhile
        self._held = self._came = False

    def install(self) -> None:
        """Take the process's signals; SIGINT's handler is set anew for every request, since libraries replace it."""
        signal.signal(signal.SIGUSR2, self.break_wait)
        watched, told = socket.socketpair()
        told.setblocking(False)
        signal.set_wakeup_fd(told.detach(), warn_on_full_buffer=False)
        threading.Thread(target=_wake_main_thread, args=(watched,), name="lakebook-signals", daemon=True).start()

    def waiting(self, stop: Callable[[float], None], patience: float | None = None) -> Wait:
        """A context in which the main thread waits for another process; see ``Host.waiting``.

        ``stop`` is given the seconds since the interrupt, or since the wait began if that was later; after ``patience``
        seconds without success the wait itself is broken by ``WaitBroken``.
        """
        return Wait(self, stop, patience)

    def new_request(self, *, cell: bool = False) -> None:
        """Another request of Jupyter's begins: an interrupt of an earlier one is over.

        Until ``begin_cell``, an interrupt of a request to run a cell is only noted: Jupyter would get no reply.
        """
        if on_main_thread():  # a subshell's request leaves the running cell alone
            self._held, self._came = cell, False

    def begin_cell(self) -> None:
        """What runs from here on can be interrupted; raises ``KeyboardInterrupt`` when it already was."""
        if on_main_thread():
            self._held = False
            if self._came:
                raise KeyboardInterrupt

    def end_cell(self) -> None:
        """The cell has ended, and its reply is on its way: interrupts come too late."""
        if on_main_thread():
            self._held = True

    @contextmanager
    def too_late(self) -> Iterator[None]:
        """Within it the kernel tells and notes how a cell has ended: an interrupt changes nothing of that any more.

        Who is waited for meanwhile is asked to stop all the same.
        """
        if not on_main_thread():
            yield
            return
        before, self._held = self._held, True
        try:
            yield
        finally:
            self._held = before

    @contextmanager
    def awaiting(self, cell: asyncio.Future[Any]) -> Iterator[None]:
        """Within it the cell is a task of the event loop; what handles SIGINT already cancels it as it waits there."""
        cancel = signal.getsignal(signal.SIGINT)
        assert callable(cancel)

        def handle(signum: int, frame: FrameType | None) -> None:
            if self._waits or asyncio.current_task() is cell:
                self.handle(signum, frame)
            else:
                self._tell_all()
                cancel(signum, frame)
                asyncio.get_running_loop().call_soon_threadsafe(lambda: None)  # wakes it, which a signal does not

        self._task, self._cancelled = cell, False
        signal.signal(signal.SIGINT, handle)
        try:
            yield
        finally:
            self._task = None
            signal.signal(signal.SIGINT, cancel)

    def interrupted(self) -> BaseException:
        """What is raised where an interrupt is met: ``KeyboardInterrupt`` would end the event loop if it left a task of
        the cell's other than its own.
        """
        if self._task is None or asyncio.current_task() is self._task:
            return KeyboardInterrupt()
        self._cancelled = True
        self._task.cancel()
        return asyncio.CancelledError()

    def handle(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGINT, on the main thread."""
        self._tell_all()
        if not self._waits:
            if self._held:
                self._came = True
                return
            raise KeyboardInterrupt
        if self._pending:
            return
        self._pending, self._began = True, time.monotonic()
        self._interrupt += 1
        for work in (self._ask, self._lose_patience):  # whoever is asked may not answer either
            threading.Thread(target=work, args=(self._interrupt,), name="lakebook-stop", daemon=True).start()

    def _tell_all(self) -> None:
        if self.on_interrupt is not None:
            wait = self._waits[-1] if self._waits else None
            threading.Thread(
                target=self._tell, args=(self.on_interrupt, wait), name="lakebook-interrupt", daemon=True
            ).start()

    def _tell(self, told: Callable[[], None], wait: Wait | None) -> None:
        """Say so, and again during the same wait: what is to be stopped may only be about to start."""
        while True:
            told()
            time.sleep(AGAIN)
            if wait not in self._waits:
                return

    def _ask(self, interrupt: int) -> None:
        for wait, elapsed in self._interrupted_waits(interrupt):
            wait.stop(elapsed)

    def _lose_patience(self, interrupt: int) -> None:
        for wait, elapsed in self._interrupted_waits(interrupt):
            if wait.patience is not None and elapsed > wait.patience and not wait.broken:
                wait.broken = True
                signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)

    def _interrupted_waits(self, interrupt: int) -> Iterator[tuple[Wait, float]]:
        """Now and then, until the interrupt is met: the innermost wait, and the seconds it has been interrupted."""
        while self._pending and interrupt == self._interrupt:
            try:
                wait = self._waits[-1]
            except IndexError:
                return
            yield wait, time.monotonic() - max(self._began, wait.began)
            time.sleep(AGAIN)

    def break_wait(self, signum: int, frame: FrameType | None) -> None:
        """The handler of SIGUSR2: breaks a wait whose patience has ended. Whoever cleans up after it is not in it."""
        if self._waits and self._waits[-1].broken:
            self._end(self._waits[-1])
            raise WaitBroken

    def _enter(self, wait: Wait) -> None:
        if self._cancelled and self._task is not None and asyncio.current_task() is not self._task:
            raise asyncio.CancelledError
        self._waits.append(wait)

    def _leave(self, wait: Wait) -> bool:
        """End the innermost wait; True when an interrupt came and no other wait is left."""
        return wait in self._waits and self._end(wait)

    def _end(self, wait: Wait) -> bool:
        self._waits.remove(wait)
        if self._pending and not self._waits:
            self._pending = False
            self._came = True
            return not self._held
        return False


def _wake_main_thread(watched: socket.socket) -> None:
    """At every SIGINT, whichever thread the system gave it to: Python handles it on the main thread, and only once that
    one's own system call has ended.
    """
    while received := watched.recv(256):
        if signal.SIGINT in received:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR2)


def on_main_thread() -> bool:
    """Signals reach no other, and no other talks to the languages beside Python; a subshell has a thread of its own."""
    return threading.current_thread() is threading.main_thread()


class Wait:
    """One wait of the main thread for another process."""

    def __init__(self, interrupts: Interrupts, stop: Callable[[float], None], patience: float | None) -> None:
        self.interrupts = interrupts
        self.stop = stop
        self.patience = patience
        self.broken = False
        self.began = 0.0

    def __enter__(self) -> None:
        self.began = time.monotonic()
        self.interrupts._enter(self)

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.interrupts._leave(self) or kind is WaitBroken:
            raise self.interrupts.interrupted() from None
