"""``lakebook driver``: start, look at, stop and read the log of the workspace's Spark driver."""

from __future__ import annotations

import sys
from collections.abc import Callable

from lakebook.config import Workspace
from lakebook.spark import driver
from lakebook.transcript import duration


def start(workspace: Workspace) -> int:
    """Start a driver, unless one runs, and say what runs. Raises ``DriverError`` when it cannot."""
    driver.start(workspace, on_wait=lambda text: print(text, file=sys.stderr, flush=True))
    return status(workspace)


def status(workspace: Workspace) -> int:
    """Say what runs; the exit code is 1 when nothing does."""
    found = driver.status(workspace)
    if found is None:
        print(f"No driver runs for {workspace.root}")
        return 1
    print(f"A driver runs for {workspace.root}")
    print(f"  process    {found['pid']}, since {found['started']}")
    print(f"  Spark      {found['version']} on {found['master']}, Java {found['java']}")
    notebooks = found["notebooks"]
    for notebook in notebooks:
        print(f"  attached   {notebook['name']} in {notebook['folder']}")
    if not notebooks:
        left = max(0.0, workspace.spark.idle_timeout - float(found["idle"]))
        print(f"  ends       in {duration(left)} unless a notebook attaches")
    return 0


def stop(workspace: Workspace) -> int:
    """End the driver if one runs; the exit code is 0 in either case."""
    print("Stopped" if driver.stop(workspace) else f"No driver runs for {workspace.root}")
    return 0


def logs(workspace: Workspace) -> int:
    """Print what the driver wrote since its start."""
    print(driver.logs(workspace), end="")
    return 0


ACTIONS: dict[str, Callable[[Workspace], int]] = {"start": start, "status": status, "stop": stop, "logs": logs}
