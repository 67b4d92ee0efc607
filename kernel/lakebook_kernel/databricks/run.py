"""``%run``: another notebook, run inside the cell that names it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from lakebook.databricks import formats
from lakebook.databricks.languages import LANGUAGES, Language, of_notebook
from lakebook.databricks.source import mixed
from lakebook_kernel.cell import RUN, Cell, read
from lakebook_kernel.databricks.errors import NotebookExit
from lakebook_kernel.databricks.run_line import RunLine, find, is_script, parse
from lakebook_kernel.languages import PYTHON
from lakebook_kernel.languages.base import CellError
from lakebook_kernel.output import CellOutput
from lakebook_kernel.running import Reply

if TYPE_CHECKING:
    from lakebook_kernel.kernel import LakebookKernel

#: cells with this tag are left out, as Jupyter's own runners do
_NOT_RUN = "skip-execution"
#: a path into which IPython puts a value of Python's
_INSERTED = re.compile(r"\$|.*\{.+\}")


class FailedInside(CellError):
    """An error that names the cell of the other notebook already."""


class NotebookRuns:
    """The notebooks that run inside a kernel's own one, cell by cell, all in the kernel's names."""

    def __init__(self, kernel: LakebookKernel) -> None:
        self._kernel = kernel
        #: the running cell of each notebook in ``kernel.included``, as errors tell it
        self._places: list[str] = []
        self._number = 0
        self._read: set[str] = set()
        self._bound: set[str] = set()

    @property
    def notebook(self) -> Path:
        """The file of the notebook whose cell runs; the kernel's folder where nobody says which its own one is."""
        return self._kernel.included[-1] if self._kernel.included else self._own()

    @property
    def folder(self) -> Path:
        """Where the running notebook's relative paths to notebooks start."""
        notebook = self.notebook
        if notebook == self._kernel.folder:
            return notebook
        archive, colon, inside = str(notebook).rpartition(f"{formats.ARCHIVE}:")
        if colon and "/" not in inside:
            return Path(f"{archive}{formats.ARCHIVE}:")
        return notebook.parent

    def is_pythons(self, cell: Cell) -> bool:
        """Whether the line is IPython's: it has a script of Python's with its suffix, or beside other lines."""
        line = _line(cell)
        words = line.split()
        if words and _INSERTED.match(words[0]):
            return True
        if words and words[0].lower().endswith((".py", ".ipy")) and "$" not in line:
            file = self.folder / words[0]
            return is_script(file) or (file.suffix.lower() == ".ipy" and file.is_file())
        called = parse(cell.code)
        return called.beside is not None and not called.arguments and is_script(self._find(called))

    def refuse_notebook(self, line: str) -> None:
        """What IPython is asked to run as a magic of a line is a script; a notebook stands alone in its cell.

        Args:
            line: what stands after ``%run``; values of Python's are put in already.

        Raises:
            CellError: it is a notebook of Databricks'.
        """
        words = line.split()
        if not words or words[0].startswith("-") or words[0].lower().endswith((".ipynb", ".ipy")):
            return
        cell = Cell(RUN, f"%run {line}")
        if not self.is_pythons(cell) and not is_script(self._find(called := parse(cell.code))):
            raise CellError("MixedCell", f"%run {called.path} stands alone in its cell: split the cell before it.")

    async def run(self, cell: Cell, output: CellOutput) -> Reply | None:
        """Run the notebook that a cell names; the reply where a cell of Python's failed, whose error has been shown.

        Raises:
            CellError: the line is wrong, there is no such notebook, or one of its cells failed.
            KeyboardInterrupt: it was interrupted.
        """
        if not self._kernel.included:
            self._read, self._bound = set(), set()
        called = parse(cell.code)
        if called.beside is not None:
            alone = f"%run {called.path} stands alone in its cell: begin another cell at line {called.beside}."
            raise CellError("MixedCell", alone)
        file = self._find(called)
        self._refuse_circle(file)
        notebook, language = _opened(file)
        with self._inside(file, called.arguments) as place:
            for number, one in enumerate(notebook.cells, 1):
                if one.cell_type == "code" and one.source.strip() and _NOT_RUN not in one.metadata.get("tags", []):
                    self._places[-1] = f"cell {number} of {self._shown(file)}"
                    self._kernel.place = f"{place} {number}"
                    try:
                        failed = await self._cell(one.source, language, output)
                    except NotebookExit as exited:  # ends this notebook alone
                        output.display({"text/plain": str(exited.shown()["text/plain"])})
                        return None
                    if failed is not None:
                        return failed
        return None

    async def _cell(self, source: str, language: Language, output: CellOutput) -> Reply | None:
        kernel = self._kernel
        name = language.name
        try:
            cell = read(source, language.name)
            name = cell.language
            kernel.cells.check(cell)
            if cell.language == RUN and not self.is_pythons(cell):
                return await self.run(cell, output)
            if cell.language in (PYTHON, RUN):
                return await self._python(cell, output)
            kernel.cells.in_language(cell, output)
            self._note(kernel.sharing.used, kernel.sharing.bound)
        except FailedInside:
            raise
        except Exception as error:
            failure = kernel.failure(error, name)
            failure = failure.with_hint(kernel.sharing.hint(failure.evalue))
            place = self._place()
            traceback = [*failure.traceback, f"In {place}."]
            raise FailedInside(failure.ename, f"{failure.evalue} (in {place})", traceback, failure.full) from None
        finally:
            with kernel.interrupts.too_late():
                self._number += 1
                kernel.driver.next_cell(f"{output.number}-{self._number}")
        return None

    async def _python(self, cell: Cell, output: CellOutput) -> Reply | None:
        kernel = self._kernel
        shell = kernel.ipython
        before, shell.place = shell.place, self._place()
        try:
            reply = await kernel.cells.in_python(cell, lambda: kernel.run_python(cell.code), output)
        finally:
            shell.place = before
        if exited := shell.take_exit():
            raise exited
        self._note(kernel.python_names.read_by(cell.code), kernel.python_names.touched_by(cell.code))
        return reply if reply["status"] != "ok" else None

    def _note(self, read: set[str], bound: set[str]) -> None:
        """The outer cell has read and bound what those of the notebook do."""
        self._read |= read
        self._bound |= bound
        self._kernel.sharing.used, self._kernel.sharing.bound = set(self._read), set(self._bound)

    @contextmanager
    def _inside(self, file: Path, arguments: dict[str, str]) -> Iterator[str]:
        """Within it the notebook runs. What it is called with counts meanwhile; earlier values count again after it."""
        kernel = self._kernel
        kernel.included.append(file)
        self._places.append("")
        place = kernel.place
        given = kernel.databricks.widgets.arguments if arguments else {}
        before = {name: given[name] for name in arguments if name in given}
        given.update(arguments)
        try:
            yield place
        finally:
            given.update(before)
            kernel.place = place
            self._places.pop()
            kernel.included.pop()

    def _find(self, called: RunLine) -> Path:
        return find(called.path, self.folder, self._kernel.workspace())

    def _refuse_circle(self, file: Path) -> None:
        running = [self._own(), *self._kernel.included]
        resolved = [str(one.resolve()) for one in running]
        if str(file.resolve()) in resolved:
            circle = [*running[resolved.index(str(file.resolve())) :], file]
            names = " → ".join(self._shown(one) for one in circle)
            raise CellError("CircularRun", f"%run goes in a circle: {names}.")

    def _own(self) -> Path:
        """The kernel's notebook, as its front end says it."""
        names, folder = self._kernel.names, self._kernel.folder
        said = names.get("__vsc_ipynb_file__") or names.get("__session__") or os.environ.get("JPY_SESSION_NAME")
        file = folder / str(said) if said else folder
        return file if formats.file_of(file).is_file() else folder

    def _place(self) -> str:
        """The running cell: ``cell 2 of b.py, which cell 1 of a.py runs``."""
        inner, *outer = reversed(self._places)
        return "".join([inner, *(f", which {one} runs" for one in outer)])

    def _shown(self, file: Path) -> str:
        """A notebook's path from the kernel's folder."""
        return os.path.relpath(file, self._kernel.folder)


def _line(cell: Cell) -> str:
    """What stands after ``%run``."""
    return cell.code.strip().split("\n")[0].removeprefix("%run").strip()


def _opened(file: Path) -> tuple[NotebookNode, Language]:
    try:
        notebook = formats.read(file)
    except formats.FormatError as problem:
        raise CellError("FormatError", f"%run: {problem}") from None
    language = of_notebook(notebook)
    if language is None:
        known = ", ".join(one.name for one in LANGUAGES)
        raise CellError("FormatError", f"%run: {file} is in a language that is none of {known}.")
    for number in mixed(notebook):
        broken = f"cell {number} begins with lines of MAGIC and goes on without. Put a separator between the two."
        raise CellError("MixedCell", f"{file} cannot be run: {broken}")
    return notebook, language
