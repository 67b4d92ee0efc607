"""Python's files by Databricks' paths: ``open("/dbfs/x")``, ``os.listdir("/Volumes/…")``, ``/Workspace/…``.

Python's own functions lead there, and with them what is written in Python: ``pathlib``, ``shutil``, ``glob``, pandas.
Code in C that opens files by itself, and other processes, see the paths as they are. A tree that is there on the
machine, as a folder or a link, is left as it is; of ``/Volumes``, what is there of it.
"""

from __future__ import annotations

import builtins
import functools
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.importlib import PathEntryFinderProtocol

#: what begins so is looked at; anything else goes its way at once
_ROOTS = ("/dbfs", "/Volumes", "/Workspace")
#: functions whose first argument is a path
_ONE = (
    "access", "chdir", "chmod", "chown", "lchown", "listdir", "listxattr", "lstat", "mkdir", "mkfifo", "open",
    "pathconf", "readlink", "remove", "rmdir", "scandir", "stat", "statvfs", "truncate", "unlink", "utime",
)  # fmt: skip
#: functions whose first two arguments are paths
_TWO = ("link", "rename", "replace")
#: functions that ``os`` says have more abilities; ``shutil`` asks
_ABILITIES = ("supports_dir_fd", "supports_effective_ids", "supports_fd", "supports_follow_symlinks")


class MappedFiles:
    """Leads Python's functions for files into the workspace.

    Args:
        local: the local file of a path that begins with one of Databricks' trees.
    """

    def __init__(self, local: Callable[[str], Path | None]) -> None:
        self._local = local
        self._stat = os.stat

    def install(self) -> None:
        """Change ``open``, the functions of ``os``, and where imports look."""
        opened = self._leading(builtins.open, 1, "builtins")
        for module in (builtins, io):
            vars(module)["open"] = opened
        for names, paths in ((_ONE, 1), (_TWO, 2)):
            for name in names:
                if original := getattr(os, name, None):
                    changed = self._leading(original, paths, "os")
                    setattr(os, name, changed)
                    for ability in _ABILITIES:
                        if original in getattr(os, ability):
                            getattr(os, ability).add(changed)
        sys.path_hooks.insert(0, self._finder)

    def lead(self, path: Any) -> Any:
        """The path at which the file is: another one if it is Databricks' and its tree is not on this machine."""
        text = path
        if not isinstance(text, str):
            if not isinstance(path, os.PathLike):
                return path
            text = os.fspath(path)
            if not isinstance(text, str):
                return path
        if not text.startswith(_ROOTS):
            return path
        _, tree, *below = text.split("/", 3)
        looked = f"/{tree}/{below[0]}" if tree == "Volumes" and below and below[0] else f"/{tree}"
        if f"/{tree}" not in _ROOTS or self._is_there(looked):  # on a Mac there is /Volumes, with disks in it
            return path
        found = self._local(text)
        return path if found is None else str(found) + ("/" if text.endswith("/") else "")

    def _is_there(self, tree: str) -> bool:
        try:
            self._stat(tree)
        except OSError:
            return False
        return True

    def _leading(self, original: Callable[..., Any], paths: int, module: str) -> Callable[..., Any]:
        @functools.wraps(original)
        def lead(*arguments: Any, **options: Any) -> Any:
            if arguments:
                arguments = (*(self.lead(one) for one in arguments[:paths]), *arguments[paths:])
            for name in ("path", "file", "src", "dst") if options else ():
                if name in options:
                    options[name] = self.lead(options[name])
            return original(*arguments, **options)

        lead.__module__ = module  # where pickle finds it, here and in processes that have Python's own
        return lead

    def _finder(self, entry: str) -> PathEntryFinderProtocol:
        led = self.lead(entry)
        if led == entry:
            raise ImportError(f"{entry} is where it says")
        for hook in sys.path_hooks:
            if hook != self._finder:
                try:
                    return hook(led)
                except ImportError:
                    continue
        raise ImportError(f"nothing can be imported from {entry}")
