"""Who the lab belongs to: whoever started it."""

from __future__ import annotations

import getpass
import os
import pwd
import subprocess
from dataclasses import dataclass

from lakebook.config import Workspace
from lakebook.lab.people.store import PeopleError, checked_name


@dataclass(frozen=True)
class Owner:
    """The owner's account and name."""

    username: str
    name: str


def find_owner(workspace: Workspace) -> Owner:
    """The owner, by the name that the settings give, else by git's, else by the account's."""
    username = _account()
    for name in (workspace.owner or "", _git_name(workspace), _full_name()):
        try:
            return Owner(username, checked_name(name))
        except PeopleError:
            continue
    return Owner(username, username)


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return "owner"


def _git_name(workspace: Workspace) -> str:
    try:
        command = ["git", "config", "user.name"]
        return subprocess.run(command, cwd=workspace.root, capture_output=True, text=True, check=False).stdout
    except OSError:  # no git
        return ""


def _full_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_gecos.partition(",")[0]
    except KeyError:
        return ""
