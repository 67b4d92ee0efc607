"""IPython's shell, with errors that end at the user's line and ``%trace`` for the rest."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import CodeType, TracebackType
from typing import Any

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core.display_functions import publish_display_data
from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class
from typing_extensions import override

from lakebook.config import ConfigError
from lakebook_kernel.cell import RUN, BadOptions, read
from lakebook_kernel.databricks.errors import NotebookExit
from lakebook_kernel.databricks.magics import DatabricksMagics
from lakebook_kernel.display.tables import table_bundle
from lakebook_kernel.errors import Explained, explain, users_part
from lakebook_kernel.languages import PYTHON, named, words
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.sharing.listing import table


class LakebookShell(ZMQInteractiveShell):
    """Runs Python cells. What differs from IPython's own is how an error is told."""

    #: the whole story of the last error, of any language
    last_trace: str = ""
    #: the cell that runs, as an error tells it, where it is one of another notebook: ``cell 2 of setup.py``
    place: str = ""
    #: what sharing has to say of an error's message
    hint: Callable[[str], str] = staticmethod(lambda message: "")

    def __init__(self, *args: Any, **options: Any) -> None:
        #: by cell, the number under which ``Out`` keeps its last result
        self._results: dict[str, int] = {}
        #: cells that run, one inside the other
        self._running = 0
        #: how the running cell's error was told: asked again, it may have no words any more
        self._told: Explained | None = None
        #: ``dbutils.notebook.exit`` ended the running cell
        self._exit: NotebookExit | None = None
        super().__init__(*args, **options)
        self.input_transformer_manager.cleanup_transforms.insert(0, self._without_magic)

    def forget_older_result(self, cell: str, number: int) -> None:
        """Of a cell that has been run again, ``Out`` keeps the newest result: a frame of an older run is let go.

        Args:
            cell: the cell's id, or its text where it has none.
            number: the number of the run that has just ended.
        """
        if number not in self.user_ns["_oh"]:
            return
        older = self._results.get(cell)
        self._results[cell] = number
        if older is None or older == number or older not in self.user_ns["_oh"]:
            return
        value = self.user_ns["_oh"].pop(older)
        self.user_ns.pop(f"_{older}", None)
        self.user_ns_hidden.pop(f"_{older}", None)
        if value is self.user_ns["_oh"][number]:
            return
        for name in ("_", "__", "___"):
            for names in (self.user_ns, self.user_ns_hidden, vars(self.displayhook)):
                if names.get(name) is value:
                    names[name] = None

    def failed_line(self) -> float:
        """The line of plain Python at which the last cell failed: infinite if it did not, 0 if it never began."""
        result = self.last_execution_result
        if result is None or result.success:
            return math.inf
        error: BaseException | None = result.error_in_exec
        traceback = error.__traceback__ if error is not None else None
        while traceback is not None:
            frame = traceback.tb_frame
            if frame.f_globals is self.user_ns and frame.f_code.co_name == "<module>":
                return traceback.tb_lineno
            traceback = traceback.tb_next
        return 0

    def take_told(self) -> Explained | None:
        """How the error of the cell that has ended was told; the next cell begins with none."""
        told, self._told = self._told, None
        return told

    def take_exit(self) -> NotebookExit | None:
        """How ``dbutils.notebook.exit`` ended the cell that has ended; None when it did not."""
        exited, self._exit = self._exit, None
        return exited

    @override
    def system(self, cmd: str) -> None:
        command = self._sighted(self.var_expand(cmd, depth=1))
        super().system("{command}" if command else cmd)  # which looks for names where it is called

    @override
    def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> Any:
        command = self._sighted(self.var_expand(cmd, depth=depth + 1))
        return super().getoutput("{command}" if command else cmd, split)

    def _sighted(self, command: str) -> str:
        """The command that sees Databricks' trees, if it names one; none for what IPython refuses."""
        refused = command.rstrip().endswith("&")
        try:
            return "" if refused else self.kernel.databricks.trees.shown_to_shell(command)
        except ConfigError as problem:
            raise UsageError(str(problem)) from None

    @override
    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if named(magic_name) is not None:
            raise UsageError(f"%{magic_name} stands in the first line of a cell, and the whole cell is its.")
        if magic_name == RUN:
            self.kernel.runs.refuse_notebook(line)
        self.refuse_unknown(f"%{magic_name}")
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    @override
    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        self.refuse_unknown(f"%%{magic_name}")
        return super().run_cell_magic(magic_name, line, cell)

    def refuse_unknown(self, magic: str) -> None:
        """Raise ``UsageError`` when nobody knows a magic; IPython has more to say of one that is known otherwise."""
        word = magic.lstrip("%")
        known = self.find_line_magic(word) or self.find_cell_magic(word) or word in self.magics_manager.lazy_magics
        if not known:
            raise UsageError(self._unknown(magic))

    def _unknown(self, written: str) -> str:
        """What is said of a magic that nobody knows."""
        import difflib  # no cell needs it that is right

        word, percent = written.lstrip("%"), "%" * written.count("%")
        known = {*words(), RUN, *self.magics_manager.lsmagic()["cell" if percent == "%%" else "line"]}
        near = difflib.get_close_matches(word.lower(), sorted(known), n=2, cutoff=0.6)
        hint = (
            f"did you mean {' or '.join(percent + one for one in near)}?" if near else "%lsmagic lists those there are."
        )
        return f"There is no magic {written}{', ' if near else '; '}{hint}"

    @override
    def init_magics(self) -> None:
        super().init_magics()
        self.register_magics(NotebookMagics)
        self.register_magics(DatabricksMagics)

    def _without_magic(self, lines: list[str]) -> list[str]:
        """A cell of Python without the line, or the comments before a magic, that say so.

        IPython gets the cell with them, so that the history has it, and the debugger knows the cell by its text.
        """
        try:
            cell = read("".join(lines), self.kernel.default_language)
        except BadOptions:
            return lines
        return cell.code.splitlines(keepends=True) if cell.language in (PYTHON, RUN) else lines

    @override
    def show_usage_error(self, exc: BaseException) -> None:
        """A magic that cannot be used so: an error of the cell like any other."""
        self._showtraceback(type(exc), exc, [f"{type(exc).__name__}: {exc}"])

    @override
    def _showtraceback(self, etype: type[BaseException], evalue: BaseException, stb: list[str]) -> None:
        if self.place:
            self._told = Explained(etype.__name__, f"{evalue} (in {self.place})")
            evalue = Exception(self._told.evalue)
            stb = [*stb, f"In {self.place}."]
        super()._showtraceback(etype, evalue, stb)

    @override
    def showtraceback(
        self,
        exc_tuple: tuple[type[BaseException], BaseException, TracebackType | None] | None = None,
        *args: Any,
        **options: Any,
    ) -> None:
        """Show the last exception: the user's lines that led there, then what happened."""
        with self.kernel.interrupts.too_late():
            self._tell(exc_tuple, *args, **options)
        if self._running == 1 and options.get("running_compiled_code"):
            self.kernel.interrupts.end_cell()  # IPython still puts the error into words, for its history and the reply

    @override
    async def run_code(self, code_obj: CodeType, result: Any = None, *, async_: bool = False) -> bool:
        self._running += 1
        try:
            failed = bool(await super().run_code(code_obj, result, async_=async_))
        finally:
            self._running -= 1
        if self._exit is not None and result is not None:
            result.error_in_exec = None  # the cell has ended well, and what stands below is not run
            return True
        return failed

    @override
    def _format_exception_for_storage(
        self, exception: BaseException, filename: str | None = None, running_compiled_code: bool = False
    ) -> dict[str, Any]:
        """The history has an error as it was told."""
        if self._told is None:
            return dict(super()._format_exception_for_storage(exception, filename, running_compiled_code))
        return {"ename": self._told.ename, "evalue": self._told.evalue, "traceback": self._last_traceback}

    def _tell(
        self,
        exc_tuple: tuple[type[BaseException], BaseException, TracebackType | None] | None,
        *args: Any,
        **options: Any,
    ) -> None:
        kind, error, traceback = self._get_exc_info(exc_tuple)
        if isinstance(error, NotebookExit):
            self._exit = error
            return
        if isinstance(error, SyntaxError) or hasattr(error, "_render_traceback_"):
            self._told = None
            super().showtraceback(exc_tuple, *args, **options)
            return
        told = Explained(error.ename, error.evalue) if isinstance(error, CellError) else explain(error)
        if isinstance(error, NameError) and (hint := self.hint(str(error))):
            told = Explained("NameError", hint)
        self._told = told or Explained(type(error).__name__, str(error))
        self.last_trace = self._whole(kind, error, traceback, told)
        with _short(error) as shown:
            if told is None:
                if shown is not None:
                    options["tb_offset"] = 0  # IPython's own first frame is gone already
                super().showtraceback((kind, error, shown or traceback), *args, **options)
            else:
                stand_in = type(told.ename, (Exception,), {})(told.evalue)
                lines = self.InteractiveTB.structured_traceback(type(stand_in), stand_in, shown, tb_offset=0)
                self._showtraceback(type(stand_in), stand_in, lines)

    def _whole(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None, told: Explained | None
    ) -> str:
        lines = self.InteractiveTB.structured_traceback(kind, error, traceback, tb_offset=None)
        return "\n".join([*lines, *([told.full] if told else [])])


@contextmanager
def _short(error: BaseException) -> Iterator[TracebackType | None]:
    """Meanwhile, the exceptions that led to this one end at the user's lines too; those without any are left out."""
    kept = []
    link: BaseException | None = error
    while link is not None:
        kept.append((link, link.__traceback__, link.__cause__, link.__context__, link.__suppress_context__))
        before = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
        while before is not None and users_part(before.__traceback__) is None:
            before = before.__cause__ or (None if before.__suppress_context__ else before.__context__)
        if link is not error:
            link.__traceback__ = users_part(link.__traceback__)
        if link.__cause__ is not None:
            link.__cause__ = before
        elif not link.__suppress_context__:
            link.__context__ = before
        link = before if before not in [entry[0] for entry in kept] else None
    try:
        yield users_part(error.__traceback__)
    finally:
        for link, traceback, cause, context, suppress in kept:
            link.__traceback__, link.__cause__, link.__context__ = traceback, cause, context
            link.__suppress_context__ = suppress


@magics_class
class NotebookMagics(Magics):
    """What a notebook of several languages has beside IPython's magics, or instead of them."""

    @line_magic
    def trace(self, line: str) -> None:
        """Show the last error as a whole, with the frames of libraries and of the JVM."""
        shell = self.shell
        assert isinstance(shell, LakebookShell)
        print(shell.last_trace or "There has been no error.")

    @line_magic
    def whos(self, line: str) -> None:
        """List every name of every language, with its type, size, owner, and who has a copy."""
        shell = self.shell
        assert isinstance(shell, LakebookShell)
        wanted = set(line.split())
        listed = [entry for entry in shell.kernel.listing.whole() if not wanted or entry.name in wanted]
        publish_display_data(table_bundle(table(listed), len(listed)))

    @line_magic
    def share(self, line: str) -> None:
        """``%share off``: names stay in their language, but for ``-i`` and ``-o``. ``%share on``: shared again."""
        shell = self.shell
        assert isinstance(shell, LakebookShell)
        sharing = shell.kernel.sharing
        match line.strip():
            case "on" | "off" as word:
                sharing.on = word == "on"
            case "":
                print("Names are shared." if sharing.on else "Names are not shared.")
            case other:
                raise UsageError(f"%share takes on or off, and this is {other!r}.")

    @line_magic
    def autolog(self, line: str) -> None:
        """``%autolog off``: fits are not recorded as MLflow runs, in any language. ``%autolog on``: they are again.

        ``%autolog --register NAME``: what this cell fits becomes a version of the registered model.
        """
        shell = self.shell
        assert isinstance(shell, LakebookShell)
        autologging = shell.kernel.tracking.autologging
        match line.split():
            case ["on" | "off" as word]:
                autologging.switch(word == "on")
            case ["--register", name]:
                shell.kernel.tracking.recorder.register_as = name
            case []:
                print("Fits are recorded." if autologging.on else "Fits are not recorded.")
            case _:
                raise UsageError(f"%autolog takes on, off or --register NAME, and this is {line.strip()!r}.")
