"""The kernel: which language a cell is in, run it, and report."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipykernel.ipkernel import IPythonKernel
from IPython.core.error import StdinNotImplementedError, UsageError
from traitlets import Bunch, TraitError, Type, Unicode, validate
from typing_extensions import override

from lakebook.config import Workspace, find_workspace
from lakebook.tracking.tables import TableUse, TableVersion
from lakebook_kernel import __version__, events, languages
from lakebook_kernel.cell import RUN, BadOptions, Cell, read
from lakebook_kernel.databricks.errors import DbutilsError, NotebookExit
from lakebook_kernel.databricks.of_kernel import Databricks
from lakebook_kernel.databricks.packages import Packages
from lakebook_kernel.display import frames
from lakebook_kernel.display.progress import ProgressBars
from lakebook_kernel.display.show import Display
from lakebook_kernel.driver import Driver
from lakebook_kernel.driver_answers import DriverAnswers
from lakebook_kernel.editor import editor_of
from lakebook_kernel.errors import explain
from lakebook_kernel.interrupts import Interrupts, on_main_thread
from lakebook_kernel.languages.base import Answer, CellError, Language
from lakebook_kernel.output import CellOutput
from lakebook_kernel.paging.of_kernel import KernelTables
from lakebook_kernel.python_completion import PythonCompletion
from lakebook_kernel.running import Cells, Reply, error_reply
from lakebook_kernel.sharing.automatic import SharedNames
from lakebook_kernel.sharing.catalog import CatalogNames
from lakebook_kernel.sharing.comm import VariablesComm
from lakebook_kernel.sharing.listing import NameList
from lakebook_kernel.sharing.python import PythonNames
from lakebook_kernel.shell import LakebookShell
from lakebook_kernel.tracking.of_kernel import KernelTracking

if TYPE_CHECKING:
    from py4j.java_gateway import JavaObject
    from pyspark.sql import SparkSession

    from lakebook_kernel.databricks.run import NotebookRuns


class LakebookKernel(IPythonKernel):
    """Python as IPython runs it, and the other languages beside it."""

    implementation = "lakebook"
    implementation_version = __version__
    shell_class = Type(LakebookShell)
    debugger_class = Type("lakebook_kernel.debugging.NotebookDebugger")
    default_language = Unicode("python", help="The language of cells that name none.").tag(config=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path.cwd()
        #: ipykernel's, whatever a cell makes of ``sys.stdout``
        self.streams = sys.stdout, sys.stderr
        self.interrupts = Interrupts()
        self.driver = Driver(self.folder, self.names, self.interrupts)
        self.interrupts.install()
        self._languages: dict[str, Language] = {}
        self.python_names = PythonNames(self.names, self.ipython.transform_cell, self.ipython.failed_line)
        catalog = CatalogNames(self.workspace, self.spark, self.driver.schema)
        self.sharing = SharedNames(
            self.python_names, catalog, self.language, self.say, lambda: self.workspace().share.limit
        )
        #: the language of the cell that runs on the main thread; empty when none does
        self.running = ""
        self._editor = editor_of(self, self._languages)
        self._python_completion = PythonCompletion(super().do_complete, self.ipython, lambda: bool(self.running))
        self.driver.on_loss = self._lost_with_the_driver
        self.ipython.hint = self.sharing.hint
        self.listing = NameList(self.ipython, self._started, self.sharing.ledger)
        self.variables = VariablesComm(self.comm_manager, self.listing, lambda call: self.io_loop.add_callback(call))
        self.cells = Cells(self)
        #: the files of the notebooks that ``%run`` is running now, one inside the other
        self.included: list[Path] = []
        workspace = cache(self.workspace)  # all that looks at the settings now is served by one reading
        self.tracking = KernelTracking(self, workspace)
        formatter = self.ipython.display_formatter
        assert formatter is not None
        self.tables = KernelTables(self.comm_manager, lambda: (self.place, self._request), self.driver)
        frames.register(formatter, lambda jdf, rows: self.notebook().tableHead(jdf, rows), self.tables.keep)
        #: what the running cell is known by when it is run again, and what this run of it is known by
        self.place = self._request = ""
        Display(self.notebook, lambda: self.place).install()
        self.databricks = Databricks(self)
        self.databricks.install(workspace)
        self.interrupts.on_interrupt = self._stop_elsewhere
        self.packages = Packages(self)
        self.packages.restore(workspace)
        self.driver.questions.answer = DriverAnswers(self)
        self.driver.questions.long = frozenset({"dbutils.notebook.run", "dbutils.data.summarize"})

    @validate("default_language")
    def _known(self, proposal: Bunch) -> str:
        name = languages.named(proposal.value)
        if name is None:
            raise TraitError(f"--language {proposal.value}: no installed package brings a language of that name.")
        return name

    @property
    def ipython(self) -> LakebookShell:
        """IPython's shell of this kernel, which is always there and ours."""
        assert isinstance(self.shell, LakebookShell)
        return self.shell

    # --- what a language may ask (`Host`)

    @property
    def names(self) -> dict[str, Any]:
        """Python's global names, which are live: what is set here is bound in the notebook."""
        namespace: dict[str, Any] = self.ipython.user_ns
        return namespace

    def spark(self) -> SparkSession:
        """This notebook's session; starts the driver and attaches when needed. Raises ``CellError``."""
        return self.driver.session()

    def attached(self) -> bool:
        """Whether the notebook is attached to a driver now; asking changes nothing."""
        return self.driver.attached

    def notebook(self) -> JavaObject:
        """The bridge's ``Notebook`` of this kernel, in the driver's JVM; attaches when needed. Raises ``CellError``."""
        return self.driver.notebook()

    def if_attached(self, ask: Callable[[JavaObject], Answer], otherwise: Answer) -> Answer:
        """What the bridge's ``Notebook`` answers; ``otherwise`` when there is none, or when it ends meanwhile."""
        return self.driver.if_attached(ask, otherwise)

    def say(self, text: str) -> None:
        """Show the user a line in the running cell."""
        self.driver.say(text)

    def used(self, read: TableVersion) -> None:
        """The running cell has read a Delta table without Spark."""
        self.tracking.recorder.note(TableUse([read]))

    def waiting(self, stop: Callable[[], None]) -> AbstractContextManager[None]:
        """Within it the main thread waits for another process, and an interrupt calls ``stop``. See ``Host``."""
        return self.interrupts.waiting(lambda elapsed: stop())

    def ask(self, prompt: str, *, hidden: bool = False) -> str:
        """A line that the user types; ``hidden`` for a password. Raises ``CellError`` when nobody can be asked."""
        try:
            return str(self.getpass(prompt) if hidden else self.raw_input(prompt))
        except StdinNotImplementedError:
            raise CellError("NoInput", "The cell asks for input, and nobody is there to type it.") from None
        except EOFError:
            return ""

    # --- Jupyter's requests

    @property
    def language_info(self) -> dict[str, Any]:  # type: ignore[override]
        """What ``kernel_info_reply`` says of the default language."""
        if self.default_language == languages.PYTHON:
            return IPythonKernel.language_info
        return {"name": self.default_language, **languages.load(self.default_language).info}

    @override
    def pre_handler_hook(self) -> None:
        if on_main_thread():
            kind = self.get_parent().get("header", {}).get("msg_type")
            self.interrupts.new_request(cell=kind == "execute_request")
        self.saved_sigint_handler = signal.signal(signal.SIGINT, self.interrupts.handle)  # fails beside the main thread

    @override
    @contextmanager
    def _cancel_on_sigint(self, future: asyncio.Future[Any]) -> Iterator[None]:
        with super()._cancel_on_sigint(future), self.interrupts.awaiting(future):
            yield

    @override
    async def do_execute(
        self,
        code: str,
        silent: bool,
        store_history: bool = True,
        user_expressions: dict[str, Any] | None = None,
        allow_stdin: bool = False,
        *,
        cell_meta: dict[str, Any] | None = None,
        cell_id: str | None = None,
    ) -> dict[str, Any]:
        output = CellOutput(self, silent=silent)
        as_python = partial(
            super().do_execute, code, silent, store_history, user_expressions, allow_stdin, cell_id=cell_id
        )
        if not on_main_thread():
            return await self._run_beside(code, output, as_python)
        progress = ProgressBars(output)
        self.place = cell_id or code
        request = self._request = str(self.get_parent().get("header", {}).get("msg_id", ""))
        keep = self.tables.keep_shown
        self.driver.begin_cell(request, output, lambda event: events.show(event, output, progress, keep))
        remember = store_history and not silent
        cell, reply = Cell(languages.PYTHON, ""), {"status": "error"}
        try:
            self.interrupts.begin_cell()
            cell = self._read(code)
            self.running = cell.language
            if remember:
                self.tracking.recorder.begin(output.number, cell_id, cell.language)
            self._allow_stdin = allow_stdin
            if cell.language == languages.PYTHON:
                reply = await self.cells.in_python(cell, as_python, output)
                if exited := self.ipython.take_exit():
                    self._exited(exited, output)
                if remember:
                    self.ipython.forget_older_result(cell_id or cell.code, output.number)
                    reply["execution_count"] = output.number
            else:
                reply = await self._run(cell, code, output, remember, user_expressions)
        except (Exception, KeyboardInterrupt) as error:  # not of the cell's own code, which IPython answers for
            reply = self._failed(self.failure(error), output)
        finally:
            with self.interrupts.too_late():
                self.driver.end_cell()
                progress.close()
            if remember:
                self.tracking.end_cell(cell, failed=reply["status"] != "ok")
            self.running = ""
            self.interrupts.end_cell()
        return reply

    def _read(self, code: str) -> Cell:
        """A cell that can be run. Raises ``CellError`` or ``BadOptions``."""
        cell = read(code, self.default_language)
        if cell.language == RUN and self.runs.is_pythons(cell):
            cell = replace(cell, language=languages.PYTHON)
        self.cells.check(cell)
        return cell

    @cached_property
    def runs(self) -> NotebookRuns:
        """What ``%run`` does."""
        from lakebook_kernel.databricks.run import NotebookRuns

        return NotebookRuns(self)

    async def run_python(self, code: str) -> Reply:
        """Run code of a cell of another notebook inside the running cell; its error has been shown."""
        return dict(await super().do_execute(code, False, False, None, self._allow_stdin))

    async def _run(
        self, cell: Cell, source: str, output: CellOutput, remember: bool, user_expressions: dict[str, Any] | None
    ) -> dict[str, Any]:
        """A cell in another language than Python, on its way."""
        shell = self.ipython
        if remember:
            assert shell.history_manager is not None
            shell.history_manager.store_inputs(output.number, source)
            shell.execution_count += 1
        try:
            if cell.language == RUN:
                failed = await self.runs.run(cell, output)
                if failed:
                    return {**failed, "execution_count": output.number}
            else:
                self.cells.in_language(cell, output)
            reply = {"status": "ok", "user_expressions": shell.user_expressions(user_expressions or {}), "payload": []}
        except NotebookExit as exited:
            self._exited(exited, output)
            reply = {"status": "ok", "user_expressions": {}, "payload": []}
        except (Exception, KeyboardInterrupt) as error:
            failure = self.failure(error, cell.language)
            reply = self._failed(failure.with_hint(self.sharing.hint(failure.evalue)), output)
        reply["execution_count"] = output.number
        return reply

    def _exited(self, exited: NotebookExit, output: CellOutput) -> None:
        """Show what ``dbutils.notebook.exit`` was given. Cells that wait already are not run, as after an error."""
        output.display(exited.shown())
        self._abort_queues()

    async def _run_beside(
        self, code: str, output: CellOutput, as_python: Callable[[], Awaitable[dict[str, Any]]]
    ) -> dict[str, Any]:
        """A cell in a subshell, on a thread of its own, maybe while another runs: Python alone, nothing is brought."""
        try:
            language = read(code, self.default_language).language
            if language != languages.PYTHON:
                raise CellError(
                    "NotInASubshell", f"A subshell runs Python alone: run this %{language} cell in the notebook."
                )
            with self.sharing.beside():
                reply = await self.cells.told_alike(as_python, output)
            if exited := self.ipython.take_exit():
                output.display(exited.shown())
            return reply
        except (CellError, BadOptions) as error:
            return self._failed(self.failure(error), output)

    def _started(self) -> list[Language]:
        """The languages beside Python that have run a cell."""
        return [self._languages[name] for name in sorted(self.cells.started)]

    def workspace(self) -> Workspace:
        """The workspace of the notebook's folder, its settings read anew. Raises ``ConfigError``."""
        return find_workspace(self.folder)

    def _lost_with_the_driver(self) -> None:
        for language in self._languages.values():
            if language.in_driver:
                self.sharing.lost(language.name)

    def failure(self, error: BaseException, language: str = "python") -> CellError:
        """Why a cell did not run, or not to its end, as it is told."""
        match error:
            case CellError():
                return error
            case BadOptions() | UsageError() | DbutilsError():
                return CellError(type(error).__name__, str(error))
            case KeyboardInterrupt():
                return CellError("KeyboardInterrupt", "The cell was interrupted.")
        return self._unexpected(error, language)

    def _unexpected(self, error: BaseException, language: str) -> CellError:
        """An exception that nobody foresaw: Spark's own, or a fault of ours."""
        whole = "".join(
            self.ipython.InteractiveTB.stb2text(
                self.ipython.InteractiveTB.structured_traceback(type(error), error, error.__traceback__)
            )
        )
        told = explain(error)
        if told is not None:
            return CellError(told.ename, told.evalue, full=f"{whole}\n{told.full}")
        return CellError(type(error).__name__, f"{error} (%{language} failed; %trace shows where)", full=whole)

    def _failed(self, error: CellError, output: CellOutput) -> dict[str, Any]:
        with self.interrupts.too_late():
            if on_main_thread():
                self.driver.end_cell()  # what the cell printed in the JVM comes first
            self.ipython.last_trace = error.full or "\n".join(error.traceback)
            output.error(error)
        return error_reply(error.ename, error.evalue, error.traceback, self.ipython.execution_count)

    def _stop_elsewhere(self) -> None:
        """What an interrupt stops besides the main thread's work."""
        self.driver.interrupt()
        self.databricks.caller.interrupt()

    def language(self, name: str) -> Language:
        """A language of this notebook, started or not."""
        if name not in self._languages:
            self._languages[name] = made = languages.load(name)(self)
            made.on_loss = lambda: self.sharing.lost(name)
            made.lookup = lambda wanted, held=0: self.sharing.value(wanted, made, held)
            made.tracking = self.tracking
            made.keep = self.tables.keep
            made.dbutils = self.databricks
            made.sighted = self.databricks.trees.shown
            made.home = lambda wanted: self.sharing.home(wanted, made)
        return self._languages[name]

    # --- what the editor asks

    @override
    def do_complete(self, code: str, cursor_pos: int | None) -> dict[str, Any]:  # type: ignore[override]
        return self._editor.complete(code, len(code) if cursor_pos is None else cursor_pos, self._python_completion)

    @override
    async def comm_info_request(self, stream: Any, ident: Any, parent: Any) -> None:
        await super().comm_info_request(stream, ident, parent)
        self._python_completion.warm_up()  # so begins who shows the notebook to somebody

    @override
    def do_inspect(  # type: ignore[override]
        self, code: str, cursor_pos: int, detail_level: int = 0, omit_sections: Any = ()
    ) -> dict[str, Any]:
        python = partial(super().do_inspect, detail_level=detail_level, omit_sections=omit_sections)
        return self._editor.inspect(code, cursor_pos, detail_level, python)

    @override
    def do_is_complete(self, code: str) -> dict[str, Any]:  # type: ignore[override]
        return self._editor.is_complete(code, super().do_is_complete)

    @override
    async def do_shutdown(self, restart: bool) -> dict[str, Any]:
        for name, language in self._languages.items():
            try:
                language.stop()
            except Exception:  # of a language that another package brings, too: the others are stopped all the same
                self.log.exception("%s could not be stopped", name)
        self.tables.close()
        self.driver.detach()
        self.tracking.recorder.close()
        if not restart:
            self.packages.forget()
        answer = super().do_shutdown(restart)
        return dict(answer if isinstance(answer, dict) else await answer)
