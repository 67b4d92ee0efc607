"""What ends R's work from outside: an interrupt of what it does, and the kernel's end."""

from __future__ import annotations

import os
import shutil
import signal
import threading
import time
from contextlib import suppress
from types import FrameType

from lakebook_kernel.languages.r.embedded import R

#: seconds that R gets to end by itself when the kernel is gone
GRACE = 1.5


class Stops:
    """Listens to the control pipe on a thread of its own.

    The number of a request interrupts R while it works on that one. The pipe's end is the kernel's, and R's.
    """

    def __init__(self, control: int, temporary: str) -> None:
        #: the folder for R's temporary files, which nobody else removes when the kernel is gone
        self._temporary = temporary
        #: whether the request of now, or the last one, was interrupted
        self.stopped = False
        self._number: int | None = None
        #: held while an interrupt is sent, and while what it is meant for ends
        self._ending = threading.Lock()
        threading.Thread(target=self._listen, args=(control,), daemon=True).start()

    def begin(self, number: int) -> None:
        """From here on a request can be interrupted."""
        R.forget_interrupt()
        self.stopped = False
        self._number = number

    def end(self) -> None:
        """It is over: an interrupt that is on its way has arrived when this returns, and is forgotten."""
        with self._ending:
            self._number = None
        R.forget_interrupt()
        self.answer_signals()

    @staticmethod
    def answer_signals() -> None:
        """Set the handler of SIGINT, which R's ``select`` changes and, when it is interrupted, does not bring back."""
        signal.signal(signal.SIGINT, _nothing)

    def _listen(self, control: int) -> None:
        main = threading.main_thread().ident
        with open(control, encoding="ascii") as numbers:
            for number in numbers:
                with self._ending:
                    if self._number != int(number) or main is None:
                        continue
                    self.stopped = True
                    R.interrupt()
                    # not to the process: R answers by a jump on the stack of the thread that gets the signal
                    signal.pthread_kill(main, signal.SIGINT)
                    _interrupt_children()
        # the kernel is gone; a cell that still runs ends with it
        time.sleep(GRACE)
        shutil.rmtree(self._temporary, ignore_errors=True)
        os.killpg(0, signal.SIGKILL)


def _interrupt_children() -> None:
    """R's own children, of system() or mclapply(), as far as they have no process group of their own."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with suppress(ProcessLookupError):
            if os.getpgid(child.pid) == os.getpgrp():
                os.kill(child.pid, signal.SIGINT)


def _nothing(signum: int, frame: FrameType | None) -> None:
    """The signal has only to break off what the main thread waits for."""
