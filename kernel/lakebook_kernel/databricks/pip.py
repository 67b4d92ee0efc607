"""Runs pip for a notebook, over its own folder of packages."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from lakebook.databricks.overlay import Installed
from lakebook_kernel.databricks.packages import Packages
from lakebook_kernel.interrupts import on_main_thread
from lakebook_kernel.languages.base import CellError, Host, Stream
from lakebook_kernel.languages.processes import Program, Tail

_VERBS = {
    "install", "uninstall", "list", "freeze", "show", "check", "download", "wheel", "cache", "config", "index",
    "inspect", "hash", "debug", "search", "help", "completion",
}  # fmt: skip
_CONSTRAINED = re.compile(r"\(constraint\) ([\w.-]+)==(\S+)")
_LEFT = re.compile(r"Can't uninstall '([^']+)'")
_RESTART_PYTHON = "dbutils.library.restartPython() brings what is installed now."
_RESTART_KERNEL = "restart the kernel for what is installed now; a process loads compiled code once."
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
_ERROR = re.compile(r"^ERROR: (.+)$", re.MULTILINE)


class Pip:
    """``%pip`` of one notebook.

    Args:
        packages: the notebook's.
        host: its kernel.
        local: maps a path of Databricks' to a local one; None when it is not one of those.
    """

    def __init__(self, packages: Packages, host: Host, local: Callable[[str], Path | None]) -> None:
        self._packages = packages
        self._host = host
        self._local = local

    def run(self, line: str) -> None:
        """Run pip with the words of a line.

        Raises:
            CellError: pip is not there, or has failed.
            KeyboardInterrupt: it was interrupted.
        """
        words = self._words(line)
        if not on_main_thread():
            raise CellError("NotInASubshell", "A subshell cannot run %pip: run this cell in the notebook.")
        if importlib.util.find_spec("pip") is None:
            missing = f"There is no pip in {sys.prefix}; install it with: {sys.executable} -m ensurepip"
            raise CellError("PipMissing", missing)
        verb = next((word for word in words if word in _VERBS), "")
        if verb == "install":
            self._packages.make()
        overlay = self._packages.overlay
        before = overlay.installed()
        python = str(overlay.python) if overlay.exists else sys.executable
        try:
            written, status = self._ran([python, "-m", "pip", *self._with_ours(verb, words)])
        finally:
            if overlay.exists:
                self._packages.activate()
        if verb == "uninstall":
            _say_what_stays(written)
        if status:
            raise _failure(verb, written, status)
        self._note_what_is_old(before, overlay.installed())

    def _note_what_is_old(self, before: Mapping[str, Installed], after: Mapping[str, Installed]) -> None:
        """Name what is imported already and is another now."""
        changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
        packages = [after.get(name) or before[name] for name in sorted(changed)]
        old = [one for one in packages if one.modules & sys.modules.keys()]
        plain = [one for one in old if not one.compiled]
        for one in plain:
            self._packages.old |= one.modules
        for some, restart in ((plain, _RESTART_PYTHON), ([one for one in old if one.compiled], _RESTART_KERNEL)):
            if some:
                are = "is" if len(some) == 1 else "are"
                print(f"{', '.join(one.name for one in some)} {are} imported already: {restart}")

    def _words(self, line: str) -> list[str]:
        try:
            words = shlex.split(line)
        except ValueError as problem:
            raise CellError("BadOptions", f"%pip {line} cannot be read: {str(problem).lower()}.") from None
        expanded = (os.path.expanduser(os.path.expandvars(word)) for word in words)  # noqa: PTH111  some are addresses
        return [str(self._local(word) or word) for word in expanded]

    def _with_ours(self, verb: str, words: list[str]) -> list[str]:
        at = words.index(verb) + 1 if verb else len(words)
        if verb == "install":
            ours = ["--constraint", str(self._packages.overlay.constraints())]
        else:
            ours = ["--yes"] if verb == "uninstall" else []  # there is nobody to ask
        return [*words[:at], *ours, *words[at:]]

    def _ran(self, command: Sequence[str]) -> tuple[str, int]:
        """Run a program; the end of what it wrote, and its exit status."""
        tail = Tail(20_000)

        def write(stream: Stream, text: str) -> None:
            tail.add(text)
            print(text, end="", file=sys.stderr if stream == "stderr" else sys.stdout, flush=True)

        environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
        status = Program(command, Path.cwd(), environment).run(self._host, write)
        return _COLOUR.sub("", tail.text), status


def _failure(verb: str, written: str, status: int) -> CellError:
    fixed = _CONSTRAINED.search(written)
    if fixed:
        kept = (
            f"{fixed[1]} {fixed[2]} runs this kernel and is not replaced under it: leave {fixed[1]} out, "
            f"or ask for {fixed[1]}=={fixed[2]}."
        )
        return CellError("PipError", kept, full=written)
    errors = _ERROR.findall(written)
    return CellError("PipError", errors[-1] if errors else f"%pip {verb} ended with exit status {status}", full=written)


def _say_what_stays(written: str) -> None:
    for name in _LEFT.findall(written):
        print(f"{name} belongs to the environment of all notebooks: %pip removes only what %pip has installed here.")
