"""Which page is where, below ``/lakebook``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import FileFindHandler

from lakebook.web.pages import actions, handlers, output
from lakebook.web.service import Service

_ASSETS = Path(__file__).parents[1] / "assets"
_NUMBER = r"(\d{1,18})"


def routes(service: Service) -> list[tuple[str, type[Any], dict[str, Any]]]:
    """Paths, their handlers, and what these are made with."""
    pages = {
        "": handlers.JobsPage,
        "/runs": handlers.RunsPage,
        f"/jobs/{_NUMBER}": handlers.JobPage,
        f"/runs/{_NUMBER}": handlers.RunPage,
        f"/tasks/{_NUMBER}": handlers.TaskPage,
        f"/tasks/{_NUMBER}/notebook": output.NotebookHandler,
        f"/tasks/{_NUMBER}/log": output.LogHandler,
    }
    buttons = {
        f"/jobs/{_NUMBER}/run": actions.run_now,
        f"/jobs/{_NUMBER}/pause": actions.pause,
        f"/jobs/{_NUMBER}/resume": actions.resume,
        f"/runs/{_NUMBER}/cancel": actions.cancel,
        f"/runs/{_NUMBER}/repair": actions.repair,
    }
    return [
        *((f"/lakebook{path}", handler, {"service": service}) for path, handler in pages.items()),
        *(
            (f"/lakebook{path}", handlers.ActionHandler, {"service": service, "action": action})
            for path, action in buttons.items()
        ),
        (r"/lakebook/assets/(.*)", FileFindHandler, {"path": [str(_ASSETS)]}),
    ]
