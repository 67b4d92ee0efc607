"""What the notebook's code in the Spark driver asks of the kernel, while a cell runs there."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject

_log = logging.getLogger(__name__)

#: gives what a question is about, as the driver has it; None when it is about nothing
Subject = Callable[[], "JavaObject | None"]


class Questions:
    """Answers one question after another on a thread of its own, and those that take long beside it.

    The main thread is inside the call that runs the cell, and the thread that reads the driver's events has to go on.

    Args:
        say: shows the user a line.
        lost: whether the driver has ended, or this notebook has left it.
    """

    def __init__(self, say: Callable[[str], None], lost: Callable[[], bool]) -> None:
        #: gives the answer to what is asked, with its arguments and its subject; raises with a sentence when there is
        #: none
        self.answer: Callable[[str, dict[str, Any], Subject], dict[str, Any]] = _nobody
        #: what takes long to answer: each such question is answered on a thread of its own
        self.long: frozenset[str] = frozenset()
        self._say = say
        self._lost = lost
        self._asked: SimpleQueue[tuple[JavaObject, dict[str, Any]]] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, notebook: JavaObject, event: dict[str, Any]) -> None:
        """Take a question and return at once; always called on the same thread.

        Args:
            notebook: the bridge's ``Notebook`` whose code asks, and is answered.
            event: as ``Questions.scala`` emits it.
        """
        if event["what"] in self.long:
            threading.Thread(target=self._answer, args=(notebook, event), name="lakebook answer", daemon=True).start()
            return
        self._asked.put((notebook, event))
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="lakebook answers", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while True:
            self._answer(*self._asked.get())

    def _answer(self, notebook: JavaObject, event: dict[str, Any]) -> None:
        try:
            answer = self.answer(event["what"], event["arguments"], partial(notebook.subject, event["id"]))
            error, reply = "", json.dumps({"answer": answer})
        except (Exception, SystemExit) as problem:  # whatever it is: somebody waits for an answer
            _log.debug("%s was not answered", event["what"], exc_info=True)
            error = _sentence(problem)
            reply = json.dumps({"error": error})
        if event["waits"]:
            self._send(notebook, event, reply)
        elif error:
            self._say(f"{event['what']} failed: {error}")

    def _send(self, notebook: JavaObject, event: dict[str, Any], reply: str) -> None:
        from py4j.protocol import Py4JError

        try:
            notebook.answer(event["id"], reply)
        except (Py4JError, OSError) as problem:
            if not self._lost():  # else nobody waits any more
                self._say(f"Spark's driver did not take the answer to {event['what']}: {_sentence(problem)}")


def _nobody(what: str, arguments: dict[str, Any], subject: Subject) -> dict[str, Any]:
    raise LookupError(f"Nobody here can answer {what}.")


def _sentence(problem: BaseException) -> str:
    if isinstance(problem, SystemExit):
        return f"Python code that it runs wanted to end the kernel (sys.exit({problem.code!r}))."
    first = next((line.strip() for line in str(problem).splitlines() if line.strip()), "")
    return first or type(problem).__name__
