"""What the editor asks while a cell is written: completions, help, and whether the cell is whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeGuard

from traitlets.log import get_logger

from lakebook_kernel import languages
from lakebook_kernel.cell import RUN, BadOptions, Cell, read
from lakebook_kernel.interrupts import on_main_thread
from lakebook_kernel.languages.base import Answer, Language, Namespace
from lakebook_kernel.sharing.automatic import SharedNames

if TYPE_CHECKING:
    from lakebook_kernel.kernel import LakebookKernel

_KINDS = "_jupyter_types_experimental"
#: the start of a name, where nothing before it says that it is a part of something else
_NAME = re.compile(r"(?<![\w.$`@:])[^\W\d]\w*$")

Reply = dict[str, Any]


class Editor:
    """Answers in the language of the cell, and with the names that other languages own.

    ``python`` is, in each question, how IPython answers for plain Python.

    Args:
        language: any language of the notebook; asked for on the main thread alone.
        made: one that has been asked for before, if it has.
        running: the language of the cell that runs; empty when none does.
    """

    def __init__(
        self,
        default_language: Callable[[], str],
        language: Callable[[str], Language],
        python: Namespace,
        sharing: SharedNames,
        made: Callable[[str], Language | None] = lambda name: None,
        running: Callable[[], str] = lambda: "",
    ) -> None:
        self._default_language = default_language
        self._language = language
        self._python = python
        self._sharing = sharing
        self._made = made
        self._running = running

    def complete(self, code: str, cursor: int, python: Callable[[str, int], Reply]) -> Reply:
        """The content of a ``complete_reply``; offsets in characters."""
        cell, inside = self._at(code, cursor)
        if cell is None or cell.language == languages.PYTHON:
            removed = cell.removed if cell else 0
            reply = dict(python(cell.code if cell else code, cursor - removed))
            reply["cursor_start"] += removed
            reply["cursor_end"] += removed
            return self._with_shared(reply, code, cursor, self._python)
        found = None
        if self._hears(inside):
            found = _answer(lambda: inside.complete(cell.code, cursor - cell.removed))
        reply = {"status": "ok", "matches": [], "cursor_start": cursor, "cursor_end": cursor, "metadata": {}}
        if found is not None:
            start, end = found.start + cell.removed, found.end + cell.removed
            reply |= {"matches": found.matches, "cursor_start": start, "cursor_end": end}
            if found.kinds:
                kinds = zip(found.matches, found.kinds, strict=False)
                reply["metadata"][_KINDS] = [_kind(match, kind, start, end) for match, kind in kinds]
        return self._with_shared(reply, code, cursor, inside)

    def _with_shared(self, reply: Reply, code: str, cursor: int, space: Namespace | None) -> Reply:
        """The reply, with the names that other languages own and that fit what is written.

        Of a language that cannot be asked now, those that it has bound itself too; without one, all.
        """
        written = _NAME.search(code[:cursor])
        if written is None or (reply["matches"] and reply["cursor_start"] != written.start()):
            return reply
        known = self._sharing.known_to(space)
        if space and space is not self._python and not self._hears(space):
            known |= self._sharing.bound_by(space)
        more = sorted(name for name in known if name.startswith(written[0]) and name not in reply["matches"])
        if more:
            reply |= {"matches": [*more, *reply["matches"]], "cursor_start": written.start(), "cursor_end": cursor}
            kinds = [_kind(name, known[name], written.start(), cursor) for name in more]
            reply["metadata"] = {**reply["metadata"], _KINDS: kinds + reply["metadata"].get(_KINDS, [])}
        return reply

    def inspect(self, code: str, cursor: int, detail: int, python: Callable[[str, int], Reply]) -> Reply:
        """The content of an ``inspect_reply``."""
        cell, inside = self._at(code, cursor)
        if cell is None or cell.language == languages.PYTHON:
            source, removed = (cell.code, cell.removed) if cell else (code, 0)
            return dict(python(source, cursor - removed))
        data = None
        if self._hears(inside):
            data = _answer(lambda: inside.inspect(cell.code, cursor - cell.removed, detail))
        return {"status": "ok", "found": bool(data), "data": data or {}, "metadata": {}}

    def is_complete(self, code: str, python: Callable[[str], Reply]) -> Reply:
        """The content of an ``is_complete_reply``."""
        cell, inside = self._at(code, len(code))
        if cell is None or cell.language == languages.PYTHON:
            return dict(python(cell.code if cell else code))
        answer = _answer(lambda: inside.is_complete(cell.code)) if inside and on_main_thread() else None
        if answer is None:
            return {"status": "unknown"}
        return {"status": answer.status} | ({"indent": answer.indent} if answer.status == "incomplete" else {})

    def _at(self, code: str, cursor: int) -> tuple[Cell | None, Language | None]:
        """The cell that is being written, and its language if there is one: beside the main thread none is made."""
        try:
            cell = read(code, self._default_language())
        except BadOptions:
            return None, None
        if cursor < cell.removed:
            return None, None
        if cell.language == RUN:  # a line of Python's too, whose paths IPython completes
            cell = replace(cell, language=languages.PYTHON)
        if cell.language == languages.PYTHON:
            return cell, None
        return cell, _answer(lambda: (self._language if on_main_thread() else self._made)(cell.language))

    def _hears(self, language: Namespace | None) -> TypeGuard[Language]:
        """Whether a language can be asked now: on the main thread, or beside it while a cell runs."""
        return isinstance(language, Language) and (on_main_thread() or language.answers_beside(self._running()))


def editor_of(kernel: LakebookKernel, made: Mapping[str, Language]) -> Editor:
    """What answers for a kernel.

    Args:
        made: the languages that the kernel has made already.
    """
    return Editor(
        lambda: kernel.default_language,
        kernel.language,
        kernel.python_names,
        kernel.sharing,
        made.get,
        lambda: kernel.running,
    )


def _answer(ask: Callable[[], Answer]) -> Answer | None:
    """What a language answers; nothing when that fails, for the log knows why, or when the user interrupts it."""
    try:
        return ask()
    except KeyboardInterrupt:
        return None
    except Exception:
        get_logger().warning("A language could not answer the editor.", exc_info=True)
        return None


def _kind(match: str, kind: str, start: int, end: int) -> Reply:
    """A match with its kind, as JupyterLab reads it."""
    return {"text": match, "type": kind, "start": start, "end": end, "signature": ""}
