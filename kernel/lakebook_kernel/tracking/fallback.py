"""While the tracking server does not answer, runs are kept in the workspace's own store."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from lakebook.config import Workspace
from lakebook.tracking.store import own_uri

#: seconds for which an answer of the server's holds
_TRUST = 30.0


class Fallback:
    """Looks before a cell whether the server answers: MLflow itself would try for minutes, in every call.

    Args:
        workspace: the notebook's.
        say: shows a line to the user.
    """

    def __init__(self, workspace: Callable[[], Workspace], say: Callable[[str], None]) -> None:
        self._workspace = workspace
        self._say = say
        #: the server that did not answer, for which the workspace's own store stands in
        self._missed = ""
        self._answered = -_TRUST

    def look(self) -> None:
        """Lead MLflow to the own store if the server does not answer, and back later; a run goes on where it is."""
        if "mlflow.tracking.fluent" not in sys.modules or time.monotonic() - self._answered < _TRUST:
            return
        import mlflow

        from lakebook.tracking.reachable import StoreUnreachable, check

        uri = self._missed or mlflow.get_tracking_uri()
        if not uri.startswith(("http://", "https://")) or mlflow.active_run() is not None:
            return
        try:
            check(uri)
        except StoreUnreachable as problem:
            if not self._missed:
                self._missed = uri
                own = own_uri(self._workspace())
                mlflow.set_tracking_uri(own)
                self._say(f"{problem} Until it answers, runs are kept in this workspace: {own}")
        else:
            self._answered = time.monotonic()
            if self._missed:
                mlflow.set_tracking_uri(self._missed)
                self._missed = ""
                self._say(f"{uri} answers again: runs go there. Those that were kept in this workspace stay in it.")
