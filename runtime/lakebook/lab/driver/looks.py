"""What the lab tells of drivers, found once for all who look at the same moment."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

from lakebook.config import Workspace
from lakebook.lab.workspaces import Workspaces
from lakebook.spark import driver
from lakebook.spark.looking import look

#: seconds for which what was found is told again
_FRESH = 0.8


class Looks:
    """The drivers of the workspaces that a server serves.

    Args:
        workspaces: finds them.
    """

    def __init__(self, workspaces: Workspaces) -> None:
        self.workspaces = workspaces
        self._lock = threading.Lock()
        self._found: dict[Path, tuple[float, dict[str, Any]]] = {}
        #: workspaces whose driver this server is starting
        self._starting: set[Path] = set()

    def of(self, folder: str, *, now: bool = False) -> dict[str, Any]:
        """How the driver is for the notebooks in a folder; with ``now``, nothing that was found before is told.

        Raises as ``Workspaces.of`` does.
        """
        workspace = self.workspaces.of(folder)
        with self._lock:
            when, found = self._found.get(workspace.root, (0.0, {}))
            if now or not found or time.monotonic() - when > _FRESH:
                found = self._look(workspace)
                self._found[workspace.root] = (time.monotonic(), found)
        return found

    def start(self, folder: str) -> dict[str, Any]:
        """Start the driver, unless it runs. Raises ``DriverError`` when it cannot be started."""
        workspace = self.workspaces.of(folder)
        self._starting.add(workspace.root)
        try:
            driver.start(workspace)
        finally:
            self._starting.discard(workspace.root)
            self._found.pop(workspace.root, None)
        return self.of(folder)

    def stop(self, folder: str) -> dict[str, Any]:
        """End the driver, if it runs."""
        workspace = self.workspaces.of(folder)
        driver.stop(workspace)
        self._found.pop(workspace.root, None)
        return self.of(folder)

    def _look(self, workspace: Workspace) -> dict[str, Any]:
        seen = look(workspace)
        told = {key: value for key, value in seen.about.items() if key not in ("ok", "bridge")}
        state = "starting" if seen.state != "running" and workspace.root in self._starting else seen.state
        return {
            "state": state,
            "problem": seen.problem if state == seen.state else "",
            "workspace": workspace.root.name,
            "master": workspace.spark.master,
            "memory": workspace.spark.memory,
            "ends_after": workspace.spark.idle_timeout,
            **told,
        }
