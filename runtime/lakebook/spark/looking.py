"""How a workspace's driver is, for who only looks: nothing is started, nobody is waited for long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from lakebook.config import Workspace
from lakebook.spark.connection import ask
from lakebook.spark.driver import CONNECTION, Driver, lost_file, starting
from lakebook.spark.errors import DriverError

#: seconds
_PATIENCE = 3.0
_KILLED = "its process was killed; the machine may be short of memory (spark.memory in lakebook.toml)"


@dataclass(frozen=True)
class Look:
    """What is seen of a driver."""

    #: ``lost`` when it has ended though nobody asked it to
    state: Literal["off", "starting", "running", "lost"]
    #: what it says of itself, when it runs: see ``Door.scala``
    about: dict[str, Any] = field(default_factory=dict)
    #: why it was lost, or why it says nothing
    problem: str = ""


def look(workspace: Workspace) -> Look:
    """The workspace's driver."""
    driver = Driver.read(workspace.state / CONNECTION)
    if driver is None:
        if starting(workspace.state):
            return Look("starting")
        try:
            return Look("lost", problem=lost_file(workspace.state).read_text())
        except FileNotFoundError:
            return Look("off")
    if not driver.alive:
        return Look("lost", problem=_KILLED)
    try:
        return Look("running", ask(driver.port, driver.secret, "status", _PATIENCE))
    except ConnectionError:
        return Look("lost", problem=_KILLED) if not driver.alive else Look("off")
    except (DriverError, TimeoutError):
        return Look("running", problem=f"It has not answered for {_PATIENCE:.0f} s: it may be short of memory.")


def asked(workspace: Workspace, command: str, **fields: str) -> dict[str, Any] | None:
    """The running driver's answer to a command of ``Door.scala``; None when there is no driver.

    Raises:
        DriverError: it refuses, or does not answer.
    """
    driver = Driver.read(workspace.state / CONNECTION)
    if driver is None or not driver.alive:
        return None
    try:
        return ask(driver.port, driver.secret, command, _PATIENCE, **fields)
    except ConnectionError:
        return None
