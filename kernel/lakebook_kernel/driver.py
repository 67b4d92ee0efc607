"""This notebook's place in the workspace's Spark driver: attached when first used, attached anew when it was lost."""

from __future__ import annotations

import json
import threading
import warnings
from collections import deque
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakebook.config import ConfigError, find_workspace
from lakebook.imports import AfterImport
from lakebook.tracking.tables import TableUse
from lakebook_kernel import task
from lakebook_kernel.display.tables import ROWS
from lakebook_kernel.interrupts import Interrupts, WaitBroken, on_main_thread
from lakebook_kernel.languages.base import Answer, CellError, Output
from lakebook_kernel.questions import Questions

if TYPE_CHECKING:
    from py4j.clientserver import JavaClient
    from py4j.java_gateway import JavaObject
    from pyspark.sql import SparkSession

    from lakebook.spark.attach import Attachment

#: how py4j's message begins that lets the JVM forget an object: sent by the garbage collector, at any time
_RELEASE = "m\n"
#: seconds after which an interrupted call is answered by interrupting its thread in the JVM (planning, waiting) …
INTERRUPT_THREAD = 0.5
#: … and after which the kernel no longer waits for it
PATIENCE = 1.3
_NO_TABLES = '{"read": [], "written": []}'


def _sql_context(attachment: Attachment) -> Any:
    from pyspark.sql import SQLContext

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # that it is old: old notebooks call it so
        return SQLContext(attachment.context, attachment.session)


#: what is made of an attachment for each name of Python's that means the session
_OF_SESSION: dict[str, Callable[[Attachment], Any]] = {
    "spark": lambda attachment: attachment.session,
    "sc": lambda attachment: attachment.context,
    "sqlContext": _sql_context,
}
SESSION_NAMES = tuple(_OF_SESSION)


class Driver:
    """What the kernel knows of Spark. Nothing here imports PySpark before Spark is used."""

    def __init__(self, folder: Path, names: dict[str, Any], interrupts: Interrupts) -> None:
        self._folder = folder
        self._names = names
        self._interrupts = interrupts
        self._attachment: Attachment | None = None
        #: the running cell's id, whether the driver has been told of it, and whether by the thread that serves us there
        self._cell = ""
        self._begun = False
        self._told = False
        self.output: Output | None = None
        self._on_event: Callable[[dict[str, Any]], None] = lambda event: None
        #: temporary views and Scala values, as the driver named them after the last cell
        self._kept: dict[str, list[str]] = {}
        #: whether a driver was lost and the user has not been told yet
        self._untold = False
        #: why the driver ended, if it said so
        self._ended = ""
        self._done = threading.Event()
        #: which tables the cells have read and written, as the driver told and nobody has taken yet
        self._tables: deque[str] = deque()
        #: one thread attaches, the others wait for it
        self._attaching = threading.RLock()
        self._importing: threading.Thread | None = None
        #: where Python functions in Spark look for modules before they look in the notebook's folder
        self._worker_path: list[str] = []
        #: that folder, and the workspace's
        self._own_path = [str(folder)]
        #: what code in the driver asks of the kernel
        self.questions = Questions(self.say, lambda: not self.attached or self.lost())
        #: called when the notebook's session has ended, and with it what the notebook had in the driver
        self.on_loss: Callable[[], None] = lambda: None
        AfterImport({"pyspark"}, self._patch_builders).install()

    @property
    def attached(self) -> bool:
        """Whether there is a session now; asking does not make one."""
        return self._attachment is not None and not self._attachment.connection.closed

    def stale(self, value: Any) -> bool:
        """Whether ``value`` is a session or context of PySpark's that is no longer attached."""
        kind = type(value)
        if kind.__name__ not in ("SparkSession", "SparkContext", "SQLContext"):
            return False
        if not kind.__module__.startswith("pyspark."):
            return False
        return self._attachment is None or not self.attached or not _belongs(value, self._attachment)

    def begin_cell(self, cell: str, output: Output, on_event: Callable[[dict[str, Any]], None]) -> None:
        """A cell starts; ``on_event`` gets what the driver tells of it. The driver hears of it at its first call."""
        self._cell, self.output, self._on_event = cell, output, on_event
        self._begun = self._told = False

    def end_cell(self) -> None:
        """The cell has ended: whatever it printed in the JVM has arrived when this returns. May be called again."""
        attachment, begun, self._begun = self._attachment, self._begun, False
        if attachment is None or not begun or not self.attached:
            return
        from py4j.protocol import Py4JError

        self._done.clear()
        try:
            attachment.notebook.endCell(self._cell)
        except KeyboardInterrupt:
            self.say("Spark's driver was not waited for any longer: what the cell printed there may be missing here.")
        except (Py4JError, OSError) as problem:
            if not self.lost():
                told = str(problem).strip().splitlines()[:1]
                self.say(f"Spark's driver could not end the cell, what it printed may be missing: {''.join(told)}")
        else:
            self._done.wait()

    def lead_workers(self, path: list[str]) -> None:
        """Let functions that cells give to Spark from now on find modules in these folders first."""
        self._worker_path = path
        if self._attachment is not None:
            self._attachment.lead_workers([*path, *self._own_path])

    def next_cell(self, cell: str) -> None:
        """A cell of a notebook that runs inside the cell has ended, and the next one starts: outputs keep their order.

        Args:
            cell: an id of its own.
        """
        assert self.output is not None
        self.end_cell()
        self.begin_cell(cell, self.output, self._on_event)

    def lost(self) -> bool:
        """Whether a call has just failed because the driver ended."""
        attachment = self._attachment
        return attachment is not None and attachment.connection.wait_closed(1.0)

    def take_tables(self) -> TableUse:
        """The tables that Spark has read and written for this notebook since this was asked last."""
        if self._begun:
            self._tables.append(self.if_attached(lambda notebook: str(notebook.tablesUsed()), _NO_TABLES))
        uses = []
        with suppress(IndexError):  # another thread may take some meanwhile
            while True:
                uses.append(TableUse.from_json(json.loads(self._tables.popleft())))
        return TableUse([table for use in uses for table in use.read], [write for use in uses for write in use.written])

    def session(self) -> SparkSession:
        """This notebook's session; starts the driver and attaches when needed. Raises ``CellError`` when it cannot."""
        return self._attach().session

    def of_session(self, name: str) -> Any:
        """What one of ``SESSION_NAMES`` means; attaches as ``session`` does."""
        return _OF_SESSION[name](self._attach())

    def bind(self, names: Collection[str]) -> None:
        """Let these of ``SESSION_NAMES`` mean the session's, whatever became of them."""
        attachment = self._attach()
        self._names.update({name: _OF_SESSION[name](attachment) for name in names})

    def notebook(self) -> JavaObject:
        """The bridge's ``Notebook`` of this kernel; attaches as ``session`` does."""
        return self._attach().notebook

    def if_attached(self, ask: Callable[[JavaObject], Answer], otherwise: Answer) -> Answer:
        """What the bridge's ``Notebook`` answers; ``otherwise`` when there is none, or when it ends meanwhile."""
        attachment = self._attachment
        if attachment is None or not self.attached:
            return otherwise
        from py4j.protocol import Py4JError

        try:
            return ask(attachment.notebook)
        except (Py4JError, OSError):
            if not self.lost():
                raise
            return otherwise

    def schema(self) -> str:
        """The current schema, with its catalog as the list of tables has it; asking starts no driver."""
        return self.if_attached(lambda notebook: str(notebook.schema()), "default")

    def detach(self) -> None:
        """Leave the driver; the next use attaches anew."""
        attachment, self._attachment = self._attachment, None
        if attachment is not None:
            attachment.detach()
            self.on_loss()
            for name in SESSION_NAMES:
                if name in self._names and _belongs(self._names[name], attachment):
                    del self._names[name]

    def interrupt(self) -> None:
        """Stop this notebook's jobs and Scala code; called on any thread but the main one."""
        attachment = self._attachment
        if attachment is not None and self.attached and self._begun:
            attachment.notebook.interrupt()

    def _attach(self) -> Attachment:
        with self._attaching:
            if self._attachment is not None and self.attached:
                return self._attachment
            return self._attached_anew()

    def _attached_anew(self) -> Attachment:
        from lakebook.spark.attach import Attachment
        from lakebook.spark.driver import connect
        from lakebook.spark.errors import DriverError
        from lakebook.spark.own import OwnDriver

        if self._attachment is not None:
            self._untold = True
            self.detach()
        if self._importing is None:
            self._importing = threading.Thread(target=_import_pyspark, name="lakebook import", daemon=True)
            self._importing.start()
        try:
            workspace = find_workspace(self._folder)
            connection = connect(workspace, self._folder, self._name(), self.say, ROWS, OwnDriver.of_task())
        except (DriverError, ConfigError) as problem:
            raise CellError(type(problem).__name__, str(problem)) from None
        self._own_path = list(dict.fromkeys([str(self._folder), str(workspace.root)]))
        with self._whole():
            self._importing.join()  # of two threads that import, one may be given a module that is half made
            attachment = self._attachment = Attachment(connection, [*self._worker_path, *self._own_path])
            self._watch_calls(attachment)
            connection.listen(partial(self._event, attachment))
            self._names["spark"], self._names["sc"] = attachment.session, attachment.context
            try:
                task.configure(attachment.session, self.say)
            except CellError:
                self.detach()  # else the next cell would go on without the settings
                raise
            if self._untold:
                self._say_what_is_gone()
        return attachment

    def _whole(self) -> AbstractContextManager[object]:
        """Within it no interrupt leaves anything half made: neither PySpark nor ours. Other threads have none."""
        return self._interrupts.waiting(lambda elapsed: None) if on_main_thread() else nullcontext()

    def _name(self) -> str:
        return str(self._names.get("__session__") or self._folder.name)

    def _patch_builders(self) -> None:
        from lakebook.spark.attach import Builders

        Builders(self._attach, self.detach).apply()

    def say(self, text: str) -> None:
        """Show a line in the running cell; between cells there is nobody to tell."""
        if self.output is not None:
            self.output.stream("stderr", text + "\n")

    def _say_what_is_gone(self) -> None:
        gone = [f"{kind}: {', '.join(names)}" for kind, names in self._kept.items() if names]
        why = f", as the old one ended: {self._ended}" if self._ended else ""
        self._kept, self._untold, self._ended = {}, False, ""
        self.say(
            f"A new Spark driver was started{why}. " + (f"Gone are {'; '.join(gone)}." if gone else "Nothing is lost.")
        )

    def _watch_calls(self, attachment: Attachment) -> None:
        """Keep the main thread's calls into the JVM whole when the user interrupts, and announce a cell's first one."""
        client = attachment.gateway._gateway_client
        send, main = client.send_command, threading.main_thread()

        def send_command(command: str, retry: bool = True, binary: bool = False) -> Any:
            if threading.current_thread() is not main or command.startswith(_RELEASE):
                return send(command, retry, binary)
            if not self._told and self._cell:
                self._begun = self._told = True
                attachment.notebook.beginCell(self._cell)
            try:
                with self._interrupts.waiting(self._stop_call, PATIENCE):
                    try:
                        return send(command, retry, binary)
                    except WaitBroken:
                        self._leave_call(client)
                        raise
            except WaitBroken:  # when the wait was just ending by itself
                raise self._interrupts.interrupted() from None
            except KeyboardInterrupt:
                raise KeyboardInterrupt from None

        client.send_command = send_command

    def _leave_call(self, client: JavaClient) -> None:
        """Go on without the answer: the JVM's thread works on, and the next call has another one there."""
        self._told = False
        connection = client.get_thread_connection()
        if connection is not None:
            connection.close()

    def _stop_call(self, elapsed: float) -> None:
        attachment = self._attachment
        if attachment is not None and self.attached:
            attachment.notebook.interrupt()
            if elapsed > INTERRUPT_THREAD:
                attachment.notebook.interruptThread()

    def _event(self, attachment: Attachment, event: dict[str, Any]) -> None:
        if event["event"] == "ask":
            self.questions.ask(attachment.notebook, event)
        elif event["event"] == "done":
            self._kept = event["kept"]
            self._tables.append(event["tables"])
            if event["cell"] == self._cell:  # else it is one that was not waited for
                self._done.set()
        elif event["event"] == "closed":
            self._done.set()
        elif event["event"] == "ending":
            self._ended = event["reason"]
        else:
            self._on_event(event)


def _belongs(value: Any, attachment: Attachment) -> bool:
    """Whether it is the session, the context or the ``SQLContext`` of an attachment."""
    session = value.sparkSession if type(value).__name__ == "SQLContext" else value
    return session is attachment.session or value is attachment.context


def _import_pyspark() -> None:
    """While the driver starts, which takes longer."""
    with suppress(ImportError):  # it is said where it is missed
        import pyspark.sql  # noqa: F401
