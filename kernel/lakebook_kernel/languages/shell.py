"""Shell cells: a script for bash in the notebook's folder, its output as it comes."""

from __future__ import annotations

import re
import signal
import subprocess
from typing import ClassVar

from typing_extensions import override

from lakebook.config import ConfigError
from lakebook_kernel.cell import Cell
from lakebook_kernel.errors import excerpt
from lakebook_kernel.languages.base import CellError, Completeness, Host, Language, Output, Stream
from lakebook_kernel.languages.processes import Program, Tail


class ShellLanguage(Language):
    """bash; options after ``%sh`` are bash's own, such as ``-e``."""

    name: ClassVar[str] = "sh"
    label: ClassVar[str] = "bash"
    options: ClassVar[frozenset[str] | None] = None

    def __init__(self, host: Host) -> None:
        super().__init__(host)
        self._script: Program | None = None

    @override
    def run(self, cell: Cell, output: Output) -> None:
        if not cell.code.strip():
            return
        try:
            command = self.sighted(["bash", *cell.options, "-c", cell.code, "cell"], cell.code)
            script = self._script = Program(command, self.host.folder)
        except FileNotFoundError:
            if not self.host.folder.is_dir():
                gone = f"The notebook's folder {self.host.folder} is gone, and %sh runs there."
                raise CellError("FolderMissing", gone) from None
            raise CellError("ShellMissing", "There is no bash on this machine, and %sh needs it.") from None
        except ConfigError as problem:
            raise CellError(type(problem).__name__, str(problem)) from None
        last_words = Tail()

        def write(stream: Stream, text: str) -> None:
            if stream == "stderr":
                last_words.add(text)
            output.stream(stream, text)

        try:
            status = script.run(self.host, write)
        finally:
            self._script = None
        if status != 0:
            raise _failure(status, cell.code, last_words.text)

    @override
    def stop(self) -> None:
        if self._script is not None:
            self._script.kill()

    @override
    def is_complete(self, code: str) -> Completeness:
        checked = subprocess.run(["bash", "-n", "-c", code], capture_output=True, text=True, check=False)
        if checked.returncode == 0:
            return Completeness("complete")
        return Completeness("incomplete" if "unexpected end of file" in checked.stderr else "invalid")


def _failure(status: int, code: str, errors: str) -> CellError:
    ename = "ShellError"
    if status < 0:
        evalue = f"ended by {signal.Signals(-status).name}"
    else:
        evalue = f"exit status {status}"
    line = re.findall(r"^cell: line (\d+):", errors, re.MULTILINE)
    return CellError(ename, evalue, [f"{ename}: {evalue}", *(excerpt(code, int(line[-1])) if line else [])])
