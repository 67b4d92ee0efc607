"""R cells: R runs in a process of its own, so that its crash costs R's variables only."""

from __future__ import annotations

import re
import time
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, ClassVar

from typing_extensions import override

from lakebook_kernel.cell import Cell
from lakebook_kernel.languages.base import (
    CellError,
    Completeness,
    Completion,
    Described,
    Host,
    Language,
    MimeBundle,
    Output,
)
from lakebook_kernel.languages.r.answers import Answers
from lakebook_kernel.languages.r.channel import Block, Closed, Message
from lakebook_kernel.languages.r.failures import cell_error, no_form
from lakebook_kernel.languages.r.forms import pack, unpack
from lakebook_kernel.languages.r.process import RProcess, check_installed
from lakebook_kernel.languages.r.screen import Screen
from lakebook_kernel.languages.r.variables import Variables
from lakebook_kernel.memory import given_back

#: seconds of unanswered interrupts after which R is ended
STUBBORN = 8.0

#: the first class of a frame
_FRAMES = {"data.frame", "data.table", "tbl_df", "tbl_lazy", "tbl_spark", "grouped_df", "SparkDataFrame"}
#: R's own values that no other language's takes the place of
_CONSTANTS = {"T", "F", "pi", "letters", "LETTERS", "month.abb", "month.name"}
_TOPIC_BEFORE = re.compile(r"(?:[A-Za-z.][\w.]*:::?)?[A-Za-z.][\w.]*$")
_TOPIC_AFTER = re.compile(r"[\w.]*")
_CALL_BEFORE = re.compile(r"((?:[A-Za-z.][\w.]*:::?)?[A-Za-z.][\w.]*)\s*\([^()]*$")


class RLanguage(Language):
    """R in a child process, started with the first cell."""

    name: ClassVar[str] = "r"
    label: ClassVar[str] = "R"
    info: ClassVar[Mapping[str, Any]] = {
        "name": "R",
        "version": "4",
        "mimetype": "text/x-rsrc",
        "codemirror_mode": "r",
        "pygments_lexer": "r",
        "file_extension": ".r",
    }
    lazy: ClassVar[bool] = True
    options: ClassVar[frozenset[str] | None] = frozenset({"--restart"})

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._process: RProcess | None = None
        self._cell = 0
        self._asked_to_stop: float | None = None
        self._screen = Screen()
        self._variables = Variables()
        self._answers = Answers(self)
        self._lost = ""
        self._promised = False

    # ----------------------------------------------------------------- cells

    @override
    def start(self) -> None:
        self._started()

    @override
    def prepare(self, options: Sequence[str]) -> None:
        if "--restart" in options:
            self.stop()
            self.on_loss()

    @override
    def run(self, cell: Cell, output: Output) -> None:
        self._screen.output = output
        process = self._started()
        if self._lost:
            output.stream("stderr", self._lost)
            self._lost = ""
        self._next_cell()
        autolog = self.tracking is not None and self.tracking.autolog
        outcome = self._ask(process, "run", {"code": cell.code, "cell": self._cell, "autolog": autolog})
        if outcome is None:
            return
        self._variables.note(outcome)
        if outcome["status"] == "error":
            raise cell_error(outcome, cell.code, self._answers.trace(outcome["message"]))
        if outcome["status"] == "interrupted":
            raise KeyboardInterrupt
        if outcome["status"] == "exit":
            from lakebook_kernel.databricks.errors import NotebookExit

            raise NotebookExit(outcome["message"])

    @override
    def packages(self) -> list[str] | None:
        """R and its loaded packages, lines ``name==version``; None when R was not started, or has ended."""
        listed = None if self._process is None else self._answer("packages", {})
        return None if listed is None else list(listed["packages"])

    def interrupt(self) -> None:
        """Ask R to stop, and end it when it does not heed that; any thread."""
        process, now = self._process, time.monotonic()
        if process is None:
            return
        if self._asked_to_stop is None:
            self._asked_to_stop = now
        if now - self._asked_to_stop < STUBBORN:
            process.interrupt(self._cell)
        elif self._asked_to_stop != float("inf"):
            self._asked_to_stop = float("inf")
            self._screen.write(
                "stderr", "R is in code that cannot be interrupted, so it is ended; its variables are lost.\n"
            )
            process.kill()

    @override
    def stop(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None
        self._forget()

    # ---------------------------------------------------------------- assist

    @override
    def complete(self, code: str, cursor: int) -> Completion | None:
        if self._process is None:
            return None
        found = self._query("complete", {"code": code[:cursor]})
        return Completion(found["matches"], cursor - len(found["token"]), cursor, found["kinds"])

    @override
    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        if self._process is None:
            return None
        before, call = _TOPIC_BEFORE.search(code[:cursor]), _CALL_BEFORE.search(code[:cursor])
        if before:
            after = _TOPIC_AFTER.match(code[cursor:])
            topic = before[0] + (after[0] if after else "")
        elif call:
            topic = call[1]
        else:
            return None
        text = self._query("inspect", {"topic": topic})["text"]
        return {"text/plain": text} if text else None

    @override
    def is_complete(self, code: str) -> Completeness:
        if self._process is None:
            return Completeness("unknown")
        status = self._query("completeness", {"code": code})["status"]
        return Completeness(status, "  " if status == "incomplete" else "")

    # --------------------------------------------------------------- sharing

    @override
    def free_names(self, code: str) -> set[str]:
        return set(self._query("free", {"code": code})["names"])

    @override
    def bound_names(self) -> set[str]:
        return set(self._variables.bound)

    @override
    def removed_names(self) -> set[str]:
        """The top-level names that were bound before the last cell and are no more."""
        return set(self._variables.removed)

    @override
    @given_back()
    def take(self, name: str) -> Any:
        self._next_cell()
        answer, blocks = self._exchange("take", {"name": name, "cell": self._cell})
        if "unbound" in answer:
            raise KeyError(name)
        if "problem" in answer:
            raise TypeError(f"R's {name} has no form in Python: {answer['problem']}")
        from lakebook_kernel.languages.r.decode import decode

        try:
            value = decode(unpack(blocks))
        except TypeError as problem:
            raise TypeError(f"R's {name} has no form in Python: {problem}") from None
        for note in answer["notes"]:
            self.host.say(f"R's {name} in Python: {note}")
        return value

    @override
    @given_back()
    def give(self, name: str, value: Any) -> None:
        from lakebook_kernel.languages.r.encode import encode

        notes: list[str] = []
        try:
            blocks = pack(encode(value, notes))
        except TypeError as problem:
            raise TypeError(no_form(name, value, str(problem))) from None
        self._next_cell()
        answer, _ = self._exchange("give", {"name": name, "cell": self._cell}, blocks)
        if "problem" in answer:
            raise TypeError(no_form(name, value, answer["problem"]))
        for note in [*notes, *answer["notes"]]:
            self.host.say(f"{name} in R: {note}")
        self._variables.given(name)

    @override
    def withdraw(self, name: str) -> None:
        if self._process is not None and self._answer("withdraw", {"name": name}) is not None:
            self._variables.withdrawn({name})

    @override
    def holds(self, name: str) -> bool:
        return name in self._variables.names

    @override
    def protects(self, name: str) -> bool:
        return name in _CONSTANTS or name in self._variables.functions

    @override
    def knows(self, name: str) -> bool:
        return bool(self._query("known", {"name": name})["known"])

    @override
    def stamp(self, name: str) -> Hashable:
        return 0  # values of R change by being bound anew

    @override
    def describe(self) -> dict[str, Described]:
        listed = None if self._process is None else self._answer("describe", {})
        if listed is None:
            return {}
        return {
            name: Described(kind, size, glance, kind in _FRAMES, kind == "function")
            for name, kind, size, glance in zip(
                *(listed[column] for column in ("names", "types", "sizes", "glances")), strict=True
            )
        }

    @override
    def promise(self, names: Mapping[str, int], given: Mapping[str, int]) -> None:
        """Make exactly these names readable in R, each with its version.

        R asks ``lookup`` for a value when it needs it, and keeps it as long as the name is promised. When that came in
        another version, it asks again whether it is the newest.
        """
        if names or given or self._promised:
            self._query("promise", {"names": dict(names), "given": dict(given)})
        self._promised = bool(names)
        self._variables.withdrawn(given)

    # ------------------------------------------------------------- the child

    def _started(self) -> RProcess:
        if self._process is None:
            check_installed()
            process = RProcess(self.host.folder)
            with self.host.waiting(process.kill):
                problem = _problem_of_start(process, self._screen.write)
            if problem is not None:
                raise problem
            self._process = process
        return self._process

    def _query(self, kind: str, body: dict[str, Any]) -> dict[str, Any]:
        answer, _ = self._exchange(kind, body)
        if "problem" in answer:
            raise CellError("Error", answer["problem"])
        return answer

    def _answer(self, kind: str, body: dict[str, Any]) -> dict[str, Any] | None:
        """As ``_query``; None when R has ended, for what went with it. The next R cell tells the user."""
        try:
            return self._query(kind, body)
        except CellError:
            if self._process is not None:
                raise
            return None

    def _exchange(
        self, kind: str, body: dict[str, Any], blocks: list[Block] | None = None
    ) -> tuple[dict[str, Any], list[Block]]:
        """Ask R something beside a cell; what it writes meanwhile is not shown."""
        self._screen.output = None
        answer = self._converse(self._started(), kind, body, blocks)
        if answer is None:
            raise CellError("RDied", "R has ended; the next R cell starts a new one.")
        return answer.body, answer.blocks

    def _ask(self, process: RProcess, kind: str, body: dict[str, Any]) -> dict[str, Any] | None:
        answer = self._converse(process, kind, body)
        return None if answer is None else answer.body

    def _converse(
        self, process: RProcess, kind: str, body: dict[str, Any], blocks: list[Block] | None = None
    ) -> Message | None:
        """Send a request, show what comes while R works on it, serve what R asks for; None after ``quit()``."""
        self._asked_to_stop = None
        interrupted = False
        reply: tuple[dict[str, Any], list[Block]] = ({"kind": kind, **body}, blocks or [])
        while True:
            message: Message | None = None
            try:
                with self.host.waiting(self.interrupt):
                    message = self._await(process, *reply)
            except KeyboardInterrupt:
                interrupted = True
            if message is None:
                self._bury(process, interrupted)
            elif message.kind == "quit":
                self._quit(process)
                return None
            elif message.kind == "answer":
                if interrupted:
                    self._variables.note(message.body)
                    raise KeyboardInterrupt
                return message
            elif interrupted and not self._answers.concludes(message):
                reply = ({"kind": "reply", "status": "interrupted"}, [])
            else:
                try:
                    served, data = self._answers.to(message)
                    reply = ({"kind": "reply", **served}, data)
                except KeyboardInterrupt:
                    interrupted = True
                    reply = ({"kind": "reply", "status": "interrupted"}, [])

    def _await(self, process: RProcess, body: dict[str, Any], blocks: list[Block]) -> Message | None:
        """Send, then show what R sends until it answers, asks, quits or (None) has died."""
        try:
            process.channel.send(body, blocks)
        except Closed:
            return None
        while True:
            message = process.next(self._screen.write)
            if message is None or message.kind in ("answer", "request", "quit"):
                return message
            self._screen.show(message)

    def _bury(self, process: RProcess, interrupted: bool) -> None:
        reason = process.ended()
        self._let_go()
        if interrupted:
            raise KeyboardInterrupt
        raise CellError(
            "RDied", f"R has ended by {reason}, and its variables are lost; the next R cell starts a new R."
        ) from None

    def _quit(self, process: RProcess) -> None:
        process.ended()
        self._let_go()
        self._screen.write(
            "stderr", "R was ended by quit(). The next R cell starts a new R, without this one's variables.\n"
        )

    def _let_go(self) -> None:
        """R has ended: note what is lost with it."""
        self._process = None
        self.on_loss()
        self._lost = " ".join(["A new R was started.", *self._variables.lost()]) + "\n"
        self._forget()

    def _forget(self) -> None:
        self._variables.forget()
        self._answers.forget()
        self._promised = False

    def _next_cell(self) -> None:
        self._cell += 1
        self._screen.cell = self._cell


def _problem_of_start(process: RProcess, write: Any) -> CellError | None:
    try:
        process.ready(write)
    except CellError as error:
        return error
    return None
