"""A cell's code in its language, between what sharing does before it and after it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lakebook_kernel.cell import Cell, first_magic
from lakebook_kernel.driver import SESSION_NAMES
from lakebook_kernel.languages import PYTHON
from lakebook_kernel.languages.base import CellError, Language, Namespace
from lakebook_kernel.mixed import refuse_second_magic

if TYPE_CHECKING:
    from lakebook_kernel.kernel import LakebookKernel
    from lakebook_kernel.output import CellOutput

#: the content of an ``execute_reply``
Reply = dict[str, Any]

_SPARK_WORD = re.compile(rf"\b(?:{'|'.join(SESSION_NAMES)})\b")


class Cells:
    """Runs the cells of one notebook, its own and those of notebooks that run inside it."""

    def __init__(self, kernel: LakebookKernel) -> None:
        self._kernel = kernel
        #: languages that have run a cell
        self.started: set[str] = set()
        self._spark_written = False

    def check(self, cell: Cell) -> None:
        """Refuse a cell that begins with a magic that nobody knows, or has a second one, before anything of it is run.

        Raises:
            CellError: there is a second one.
            UsageError: nobody knows it.
        """
        shell = self._kernel.ipython
        magic = first_magic(cell.code) if cell.language == PYTHON else None
        if magic is not None:
            shell.refuse_unknown(magic)
        refuse_second_magic(cell, shell.transform_cell)

    def in_language(self, cell: Cell, output: CellOutput) -> None:
        """Run a cell in another language than Python. Raises ``CellError``, or what nobody foresaw."""
        language = self._started_language(cell)
        with self._shared(cell, language):
            language.run(cell, output)

    async def in_python(self, cell: Cell, run: Callable[[], Awaitable[Reply]], output: CellOutput) -> Reply:
        """The reply of a cell of Python, which ``run`` runs; its error has been shown."""
        self._make_session_if_used(cell.code)
        with self._shared(cell, self._kernel.python_names):
            return await self.told_alike(run, output)

    async def told_alike(self, run: Callable[[], Awaitable[Reply]], output: CellOutput) -> Reply:
        """The reply of a Python cell, which names the error as the ``error`` message did."""
        shell = self._kernel.ipython
        try:
            reply = await run()
        except Exception:
            told = shell.take_told()  # the cell's own error; only for the reply it had no words any more
            if told is None:
                raise
            return error_reply(told.ename, told.evalue, shell._last_traceback or [], output.number)
        told = shell.take_told()
        if reply["status"] == "error" and told is not None:
            reply["ename"], reply["evalue"] = told.ename, told.evalue
        return reply

    @contextmanager
    def _shared(self, cell: Cell, space: Namespace) -> Iterator[None]:
        """Within it the cell runs: what it uses has been brought, what it binds is noted, even if it fails."""
        kernel = self._kernel
        kernel.sharing.before(cell.code, space)
        for name in cell.inputs:
            kernel.sharing.bring(name, space)
        try:
            yield
        finally:
            with kernel.interrupts.too_late():
                kernel.sharing.after(space)
                kernel.variables.update()
        for name in cell.outputs:
            kernel.sharing.hand_over(name, space)

    def _started_language(self, cell: Cell) -> Language:
        language = self._kernel.language(cell.language)
        unknown = [] if language.options is None else [word for word in cell.options if word not in language.options]
        if unknown:
            known = ", ".join(["-i", "-o", *sorted(language.options or ())])
            raise CellError("BadOptions", f"%{cell.language} has no option {unknown[0]}; it takes {known}.")
        language.prepare(cell.options)
        if cell.language not in self.started:
            language.start()
            self.started.add(cell.language)
        return language

    def _make_session_if_used(self, code: str) -> None:
        """Bind ``spark`` and ``sc`` when the cell reads them, itself or through the notebook's functions."""
        self._spark_written = self._spark_written or _SPARK_WORD.search(code) is not None
        if not self._spark_written:  # then no function of the notebook reads it either
            return
        kernel = self._kernel
        names, stale = kernel.names, kernel.driver.stale
        missing = {name for name in SESSION_NAMES if name not in names or stale(names[name])}
        if missing and missing & kernel.python_names.read_by(code):
            kernel.driver.bind(missing)


def error_reply(ename: str, evalue: str, traceback: list[str], count: int) -> Reply:
    """The reply of a cell that failed."""
    return {
        "status": "error",
        "ename": ename,
        "evalue": evalue,
        "traceback": traceback,
        "execution_count": count,
        "user_expressions": {},
        "payload": [],
    }
