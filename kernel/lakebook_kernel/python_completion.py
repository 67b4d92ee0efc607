"""What may stand at a place in Python: IPython's completion, for which nobody waits long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from IPython.core.completer import IPCompleter, provisionalcompleter, rectify_completions

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

#: seconds that an answer may take; JupyterLab shows none that takes more than one
LIMIT = 0.5
#: seconds between the first sign that somebody will write, and what is then done for him
_SOON = 0.5
#: code whose completion reads the list of packages, and what Python brings along
_USUAL = ("import o", "prin")

_KINDS = "_jupyter_types_experimental"

Reply = dict[str, Any]
Ask = Callable[[str, int], Reply]


class PythonCompletion:
    """Answers with all that IPython finds by jedi, which analyses code; in time, or from the live names alone.

    Jedi reads the sources of what it meets for the first time, pandas' for many seconds. It goes on when its answer is
    late, on a thread of its own, and knows more when it is asked again.

    Args:
        whole: how IPython answers.
        shell: whose names are live.
        busy: whether a cell runs.
    """

    def __init__(self, whole: Ask, shell: InteractiveShell, busy: Callable[[], bool], limit: float = LIMIT) -> None:
        self._whole = whole
        self._live = IPCompleter(
            shell=shell, namespace=shell.user_ns, global_namespace=shell.user_global_ns, parent=shell, use_jedi=False
        )
        self._live.custom_completers = shell.Completer.custom_completers
        self._busy = busy
        self._limit = limit
        #: held while jedi is asked, which can be asked one thing at a time
        self._asking = threading.Lock()
        self._warm = threading.Event()

    def __call__(self, code: str, cursor: int) -> Reply:
        """The content of a ``complete_reply``; on any thread."""
        if self._asking.acquire(blocking=False):
            answered = threading.Event()
            answer: list[Reply] = []

            def ask() -> None:
                try:
                    answer.append(self._whole(code, cursor))
                finally:
                    self._asking.release()
                    answered.set()

            threading.Thread(target=ask, name="completion", daemon=True).start()
            if not answered.wait(self._limit):
                if (live := self._of_live_names(code, cursor))["matches"]:
                    return live
                answered.wait()  # late is better than nothing, for who waits
            if answer:
                return answer[0]
        return self._of_live_names(code, cursor)

    def warm_up(self) -> None:
        """Have the first answer not be late; called when somebody will write, and does something once only.

        Cells go first: nothing is done while one runs.
        """
        if not self._warm.is_set():
            self._warm.set()
            threading.Thread(target=self._warm_up, name="completion-warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        for code in _USUAL:
            time.sleep(_SOON)
            while self._busy():
                time.sleep(_SOON)
            with self._asking:
                self._whole(code, len(code))

    def _of_live_names(self, code: str, cursor: int) -> Reply:
        with provisionalcompleter():
            found = list(rectify_completions(code, self._live.completions(code, cursor)))
        start, end = (found[0].start, found[0].end) if found else (cursor, cursor)
        kinds = [
            {"text": one.text, "type": one.type, "start": one.start, "end": one.end, "signature": ""} for one in found
        ]
        return {
            "status": "ok",
            "matches": [one.text for one in found],
            "cursor_start": start,
            "cursor_end": end,
            "metadata": {_KINDS: kinds},
        }
