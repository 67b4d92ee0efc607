"""What a language of the notebook is: the one interface that the kernel knows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, NamedTuple, Protocol, TypeVar

from lakebook.tracking.tables import TableVersion
from lakebook_kernel.cell import Cell

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import SparkSession

MimeBundle = dict[str, Any]
#: keeps a frame that is shown as a table, and gives what a browser asks for its rows by; None where nobody can ask
Keep = Callable[[Any], str | None]
#: the answer to who asks for a name and has its newest value
UNCHANGED: Final = object()
Stream = Literal["stdout", "stderr"]


class Output(Protocol):
    """Where a running cell writes. All methods may be called from any thread."""

    def stream(self, name: Stream, text: str) -> None:
        """Send text at once, as it is."""

    def display(
        self,
        data: MimeBundle,
        metadata: dict[str, Any] | None = None,
        *,
        display_id: str | None = None,
        update: bool = False,
    ) -> None:
        """Send a ``display_data`` message, or an update of an earlier one with the same ``display_id``."""

    def result(self, data: MimeBundle, metadata: dict[str, Any] | None = None) -> None:
        """Send the value of the cell's last expression (``execute_result``)."""


class CellError(Exception):
    """A cell failed. Becomes the cell's one ``error`` message.

    ``traceback`` is what the user sees, a line an item, short and in the user's terms; ``full`` is the whole story for
    ``%trace``. Where the place in the cell is known, ``traceback`` shows the line (see ``errors.excerpt``).
    """

    def __init__(self, ename: str, evalue: str, traceback: list[str] | None = None, full: str = "") -> None:
        super().__init__(f"{ename}: {evalue}")
        self.ename = ename
        self.evalue = evalue
        self.traceback = traceback if traceback is not None else [f"{ename}: {evalue}"]
        self.full = full

    def with_hint(self, hint: str) -> CellError:
        """The same error with a line more; the same when the hint is empty."""
        return CellError(self.ename, self.evalue, [*self.traceback, hint], self.full) if hint else self


@dataclass(frozen=True)
class Completion:
    """Candidates that replace ``code[start:end]`` (offsets in characters)."""

    matches: list[str]
    start: int
    end: int
    #: one kind per match, such as ``function``, ``table``, ``column``, ``keyword``; empty when unknown
    kinds: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Completeness:
    """Whether code is whole, in Jupyter's words; ``indent`` is what the next line of incomplete code begins with."""

    status: Literal["complete", "incomplete", "invalid", "unknown"]
    indent: str = ""


class Described(NamedTuple):
    """What is said of a variable beside its name."""

    #: as its language writes it
    type: str
    #: rows and columns, or a length; empty where that says nothing
    size: str = ""
    #: the beginning of the value, or the columns of a frame; empty where that would compute something
    glance: str = ""
    is_frame: bool = False
    #: It is code, or a connection, rather than data.
    is_aside: bool = False


Answer = TypeVar("Answer")


class Host(Protocol):
    """What a language may ask of the kernel that runs it."""

    #: where relative paths and imports of this notebook start
    folder: Path

    @property
    def names(self) -> dict[str, Any]:
        """Python's names in this notebook."""

    def spark(self) -> SparkSession:
        """This notebook's session; starts the driver and attaches when needed. Raises ``CellError``."""

    def attached(self) -> bool:
        """Whether the notebook is attached to a driver now; asking changes nothing."""

    def notebook(self) -> JavaObject:
        """The bridge's ``Notebook`` of this kernel, in the driver's JVM; attaches when needed."""

    def if_attached(self, ask: Callable[[JavaObject], Answer], otherwise: Answer) -> Answer:
        """What the bridge's ``Notebook`` answers; ``otherwise`` when there is none, or when the driver ends meanwhile.

        For what is over anyway once the driver has ended.
        """

    def say(self, text: str) -> None:
        """Show the user a line about what the running cell did not ask for, such as digits that were lost."""

    def used(self, read: TableVersion) -> None:
        """Say that the running cell has read a Delta table without Spark, which tells of its own reads."""

    def ask(self, prompt: str, *, hidden: bool = False) -> str:
        """A line that the user types; ``hidden`` for a password. Raises ``CellError`` when nobody can be asked."""

    def waiting(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Within it the main thread waits for another process and no exception breaks in.

        When the user interrupts, ``stop`` is called on another thread, again every 0.2 s until the wait is over; at its
        end ``KeyboardInterrupt`` is raised. Python must get to see the signal: code in C that never returns to it waits
        on in vain, and needs a way of its own.
        """


class Tracking(Protocol):
    """MLflow in this notebook, for languages that cannot import it."""

    @property
    def autolog(self) -> bool:
        """Whether models that a cell fits are to be logged though nobody asked."""

    def answer(self, verb: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Do what MLflow's function of that name does. Raises ``CellError`` with one sentence when it is refused."""

    def log_fits(self, fits: Sequence[JavaObject], *, interrupted: bool) -> None:
        """Log what a cell has fitted by Spark ML in the driver; on the main thread, when the cell's code has ended.

        Args:
            fits: the bridge's ``Fit`` of each, at least one.
            interrupted: whether the user waits for the cell's end.
        """


class Utilities(Protocol):
    """``dbutils`` in this notebook, for languages that cannot hold Python's object."""

    def call(self, name: str, arguments: list[Any]) -> Any:
        """What the function of that name, such as ``fs.ls``, returns, as JSON has it.

        Raises:
            Exception: it cannot do that; one sentence.
            NotebookExit: it is ``notebook.exit``.
        """


class Lookup(Protocol):
    """Gives the newest value of a name, of whatever language."""

    def __call__(self, name: str, held: int = 0) -> Any:
        """The value; ``UNCHANGED`` when it is still the one that was promised under the number ``held``.

        Raises:
            KeyError: there is none.
            CellError: it cannot come.
        """


class Source:
    """Whoever names come from: a language, or the catalog of tables."""

    #: as in ``Cell.language``; in the ledger of shared names it stands for the owner
    name: ClassVar[str]
    #: how it is called in a sentence
    label: ClassVar[str]

    def holds(self, name: str) -> bool:
        """Whether it has a value of its own under the name that only a binding could have told of."""
        return False

    def stamp(self, name: str) -> Hashable:
        """Something that is another when the value has been changed without being bound anew."""
        return object()

    def version(self, name: str) -> Hashable:
        """Of a Spark DataFrame, something that is another when it may hold other rows; None of whatever is none."""
        return None

    def take(self, name: str) -> Any:
        """The value of a variable as Python has it (frames: pyarrow or Spark).

        Raises:
            KeyError: the name is not bound.
            TypeError: the value has no form in Python; the message says why, as in "it is a function".
        """
        raise KeyError(name)


class Namespace(Source):
    """The names of one language, as sharing sees them. All has safe defaults: without them no name comes or goes."""

    #: Spark DataFrames are handed over as references, nothing is copied.
    frames_by_reference: ClassVar[bool] = False
    #: It fetches a shared name when its value is needed, by ``promise``, and not before the cell.
    lazy: ClassVar[bool] = False
    #: It looks into Python's own names; they are not given.
    reads_python: ClassVar[bool] = False
    #: Its values live in the Spark driver, and are gone when that is lost.
    in_driver: ClassVar[bool] = False

    def free_names(self, code: str) -> set[str]:
        """The variables that ``code`` reads and does not bind before, by the language's own parser.

        Asked before every cell of the language, with the cell's code; code that cannot be parsed reads nothing.
        """
        return set()

    def bound_names(self) -> set[str]:
        """The top-level names that the last cell bound, also one that failed half-way."""
        return set()

    def removed_names(self) -> set[str]:
        """The top-level names that the last cell deleted."""
        return set()

    def give(self, name: str, value: Any) -> None:
        """Bind ``name`` to a Python value. Raises ``TypeError`` when it has no form in this language."""
        raise TypeError(f"a {type(value).__name__} has no form in {self.label}")

    def withdraw(self, name: str) -> None:
        """Forget what ``give`` bound; its name means something else now. Not called for what was never given."""

    def protects(self, name: str) -> bool:
        """Whether the name means something that no value from elsewhere may replace, such as a function."""
        return False

    def knows(self, name: str) -> bool:
        """Whether the name means something in the language before anybody binds it, such as a package's data."""
        return False

    def promise(self, names: Mapping[str, int], given: Mapping[str, int]) -> None:
        """For languages that fetch a name when its value is needed: these can be had, and others no longer.

        A value that is here under the name's number is the newest. One that is here under another number may be.
        What ``give`` has bound to the names in ``given`` is here under these numbers from now on, and bound no longer.
        """


class Language(Namespace, ABC):
    """A language of the notebook. Only ``name``, ``label`` and ``run`` must be written; the rest has safe defaults.

    The kernel calls every method but ``stop`` on its main thread, unless ``answers_beside`` allows another. What has to
    be stopped from outside when the user interrupts a cell runs within ``Host.waiting``.
    """

    #: options that its magic takes beside ``-i`` and ``-o``; None when it takes any
    options: ClassVar[frozenset[str] | None] = frozenset()
    #: Jupyter's ``language_info`` of a notebook whose default language it is
    info: ClassVar[Mapping[str, Any]] = {}

    def __init__(self, host: Host) -> None:
        self.host = host
        #: called when the language's process has ended, and with it all names
        self.on_loss: Callable[[], None] = lambda: None
        self.lookup: Lookup = lambda name, held=0: host.names[name]
        #: None where nothing is tracked
        self.tracking: Tracking | None = None
        #: ``dbutils`` for languages that reach it by names and plain values; None where there is none
        self.dbutils: Utilities | None = None
        #: a command that sees Databricks' trees where its code names one, for one that does not
        self.sighted: Callable[[list[str], str], list[str]] = lambda command, code: command
        #: keeps a frame that is shown; see ``Keep``
        self.keep: Keep = lambda frame: None
        #: how the language is called that has the newest value of a name
        self.home: Callable[[str], str] = lambda name: "Python"

    def prepare(self, options: Sequence[str]) -> None:
        """Do what a cell's options ask for before it gets its names; called before ``start``."""

    def start(self) -> None:
        """Start what the language needs; called before the first cell. Raises ``CellError`` when it cannot."""

    @abstractmethod
    def run(self, cell: Cell, output: Output) -> None:
        """Run a cell to its end.

        Raises:
            CellError: the cell failed.
            KeyboardInterrupt: it was interrupted.
        """

    def stop(self) -> None:
        """End processes and free what the language holds: the kernel ends.

        May be called when it was never started, and on another thread, while a cell runs.
        """

    def complete(self, code: str, cursor: int) -> Completion | None:
        """What may stand at ``cursor`` (in characters); None when the language cannot say.

        It may not have been started yet, and is not started for this. What this raises is for the kernel's log alone:
        the user is answered that there is nothing. So it is with ``inspect`` and ``is_complete``.

        The kernel adds the names that other languages own; a language answers for its own.
        """
        return None

    def inspect(self, code: str, cursor: int, detail: int = 0) -> MimeBundle | None:
        """The documentation of what stands at ``cursor``, or None.

        ``detail`` is Jupyter's: 0 for the documentation (Shift-Tab, ``?``), 1 for the source as well (``??``).
        """
        return None

    def answers_beside(self, running: str) -> bool:
        """Whether ``complete`` and ``inspect`` may be called on another thread than the kernel's main one.

        That is so that the editor need not wait while a cell runs, in this language or in another one.

        Args:
            running: the language of that cell; empty when none runs.
        """
        return False

    def is_complete(self, code: str) -> Completeness:
        """Whether a console should run the code or ask for another line. Answered without starting anything large."""
        return Completeness("unknown")

    def packages(self) -> list[str] | None:
        """Lines ``name==version`` of what its process has loaded, for the record of a run; None where none can tell."""
        return None

    def describe(self) -> dict[str, Described]:
        """The names that the user bound."""
        return {}
