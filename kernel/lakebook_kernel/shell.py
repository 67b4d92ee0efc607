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

from lakebook_kernel.cell import BadOptions, read
from lakebook_kernel.display.tables import table_bundle
from lakebook_kernel.errors import Explained, explain, users_part
from lakebook_kernel.languages import PYTHON, named
from lakebook_kernel.sharing.listing import table


class LakebookShell(ZMQInteractiveShell):
    """Runs Python cells. What differs from IPython's own is how an error is told."""

    #: the whole story of the last error, of any language
    last_trace: str = ""
    #: what sharing has to say of an error's message
    hint: Callable[[str], str] = staticmethod(lambda message: "")

    def __init__(self, *args: Any, **options: Any) -> None:
        #: by cell, the number under which ``Out`` keeps its last result
        self._results: dict[str, int] = {}
        #: cells that run, one inside the other
        self._running = 0
        #: how the running cell's error was told: asked again, it may have no words any more
        self._told: Explained | None = None
        super().__init__(*args, **options)
        self.input_transformer_manager.cleanup_transforms.insert(0, _without_magic)

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

    @override
    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        if named(magic_name) is not None:
            raise UsageError(f"%{magic_name} stands in the first line of a cell, and the whole cell is its.")
        return super().run_line_magic(magic_name, line, _stack_depth + 1)

    @override
    def init_magics(self) -> None:
        super().init_magics()
        self.register_magics(NotebookMagics)

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
            return bool(await super().run_code(code_obj, result, async_=async_))
        finally:
            self._running -= 1

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
        if isinstance(error, SyntaxError) or hasattr(error, "_render_traceback_"):
            self._told = None
            super().showtraceback(exc_tuple, *args, **options)
            return
        told = explain(error)
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


def _without_magic(lines: list[str]) -> list[str]:
    """A cell of Python that says so in its first line.

    IPython gets the cell with that line, so that the history has it, and the debugger knows the cell by its text.
    """
    try:
        cell = read("".join(lines))
    except BadOptions:
        return lines
    return cell.code.splitlines(keepends=True) if cell.language == PYTHON else lines


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
        listed = [entry for entry in shell.kernel.listing() if not wanted or entry.name in wanted]
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
