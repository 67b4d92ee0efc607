"""Databricks' trees, ``/dbfs``, ``/Volumes`` and ``/Workspace``, for the programs that a cell starts."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from lakebook.paths import Paths
from lakebook_kernel.databricks import mounting

_TREE = re.compile(r"(?<![\w./~-])/(?:dbfs|Volumes|Workspace)(?![\w-])")
#: programs that ask for more than a user's own processes can do where the trees are shown, or change the machine's root
_OUTSIDE = re.compile(
    r"(?:^|[;&|({`!]|\b(?:do|else|then|command|env|exec|nice|nohup|time|xargs)\s)[ \t]*"  # a command begins
    r"(?:\w+=\S*[ \t]+)*(?:/\S*/)?(sudo|su|mount|umount|ssh|ln)(?![^\s;&|)`])",
    re.MULTILINE,
)


class Trees:
    """Shows programs the trees that the machine has not, where it lets a process have mounts of its own.

    Args:
        paths: where the workspace has them, by the settings of now.
        say: shows a line to the user.
    """

    def __init__(self, paths: Callable[[], Paths], say: Callable[[str], None]) -> None:
        self._paths = paths
        self._say = say

    def shown(self, command: list[str], code: str) -> list[str]:
        """The command that sees them, where ``code`` names one of them; else the command as it is.

        Raises:
            ConfigError: the workspace's settings cannot be read.
        """
        if not _TREE.search(code) or not self._possible:
            return command
        if outside := _OUTSIDE.search(code):
            self._say(f"/dbfs, /Volumes and /Workspace are not shown to code that runs {outside[1]}.")
            return command
        paths = self._paths()
        known = {**paths.mounted(), **paths.folders}
        return _mounting({name: str(folder.resolve()) for name, folder in known.items() if folder.is_dir()}, command)

    def shown_to_shell(self, code: str) -> str:
        """A line for ``sh`` that does what another one does, where that names a tree, and sees it."""
        plain = ["sh", "-c", code]
        command = self.shown(plain, code)
        return code if command is plain else f"exec {shlex.join(command)}"

    @cached_property
    def _possible(self) -> bool:
        """Whether this machine allows it: many containers do not."""
        if sys.platform != "linux":
            return False
        tried = subprocess.run(_mounting({}, ["true"]), stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return tried.returncode == 0


def _mounting(folders: dict[str, str], command: list[str]) -> list[str]:
    return [sys.executable, "-I", "-S", str(Path(mounting.__file__)), json.dumps(folders), *command]
