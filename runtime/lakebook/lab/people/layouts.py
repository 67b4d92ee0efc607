"""Each person's layouts of the lab: which panels and files are open where."""

from __future__ import annotations

from typing import Any

from jupyter_server.utils import ensure_async
from jupyterlab_server.workspaces_handler import WorkspacesHandler, WorkspacesManager

from lakebook.lab.people.identity import LabUser


class LayoutsHandler(WorkspacesHandler):
    """JupyterLab's, on a folder for each person."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Find out who asks."""
        await ensure_async(super().prepare())  # type: ignore[arg-type]
        if isinstance(self.current_user, LabUser):
            self.manager = WorkspacesManager(str(self.manager.workspaces_dir / self.current_user.username))


def handlers(lab: Any) -> list[tuple[Any, ...]]:
    """Paths and handlers.

    Args:
        lab: JupyterLab's ``LabApp``.
    """
    options = {"name": lab.name, "manager": WorkspacesManager(lab.workspaces_dir)}
    base = lab.workspaces_api_url.rstrip("/")
    return [
        (f"{base}/?", LayoutsHandler, options),
        (f"{base}/(?P<space_name>.+)", LayoutsHandler, options),
    ]
