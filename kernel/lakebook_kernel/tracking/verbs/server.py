"""Whether the tracking server answers: MLflow itself tries again for minutes before it says that none does."""

from __future__ import annotations

import time

from lakebook_kernel.tracking.verbs.errors import VerbError

#: seconds that a server may take to answer
_PATIENCE = 3.0
#: seconds for which what was seen counts: a cell may log a thousand metrics
_AGAIN = 10.0


class Server:
    """The server of MLflow's tracking URI; stores without a server always answer."""

    def __init__(self) -> None:
        #: the server asked last, until when that counts, and what was wrong with it
        self._known: tuple[str, float, str] = ("", 0.0, "")

    def check(self) -> None:
        """Raise ``VerbError`` when there is a server, and it does not answer."""
        import mlflow

        uri = mlflow.get_tracking_uri()
        if not uri.startswith(("http://", "https://")):
            return
        known, until, problem = self._known
        if known != uri or time.monotonic() > until:
            problem = _problem(uri)
            self._known = (uri, time.monotonic() + _AGAIN, problem)
        if problem:
            raise VerbError(
                f"MLflow's tracking server {uri} {problem}: start it, or name another by MLFLOW_TRACKING_URI."
            )


def _problem(uri: str) -> str:
    """What is wrong with a server, as a sentence goes on; empty when nothing is."""
    import requests

    try:
        status = requests.get(f"{uri.rstrip('/')}/health", timeout=_PATIENCE).status_code
    except requests.RequestException:
        return "does not answer"
    return f"is out of order (HTTP {status})" if status >= 500 else ""
