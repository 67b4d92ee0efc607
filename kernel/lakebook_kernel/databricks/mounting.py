"""Runs a command that sees folders at ``/dbfs``, ``/Volumes`` and ``/Workspace``, where the machine has no such tree.

``python -I -S mounting.py '{"/dbfs": "/folder", …}' command …``: a script, whose process becomes the command's.

In a mount namespace of its own the command has another root: all that is in the machine's, and the trees beside it.
Nothing of it is seen by other processes, and it goes with the last process in it. Whoever is not root needs a user
namespace for it, in which their own user and group have the numbers that they have outside and all others are nobody.

A tree in another one needs a folder there to be seen at: where it is missing it is made, and stays. Where it cannot be
made, that tree alone is not shown.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path

_NEW_MOUNTS, _NEW_USER = 0x0002_0000, 0x1000_0000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _REMOUNT, _BIND, _ALL_BELOW, _SLAVE = 1, 2, 4, 32, 4096, 16384, 1 << 19
_DETACH = 2
#: where the machine's root is while the new one is made
_OLD = Path("/.machine")
#: any folder will do: the new root is made on it, in this namespace alone
_PLACE = Path("/tmp")

_system = ctypes.CDLL(None, use_errno=True)


def main() -> None:
    """Become the command; a failure before it is an ``OSError``."""
    folders, *command = sys.argv[1:]
    for number in (signal.SIGINT, signal.SIGPIPE):  # which Python has changed
        signal.signal(number, signal.SIG_DFL)
    here = Path.cwd()
    _enter_namespace()
    _change_root()
    _show_machine()
    machines = {f"/{entry.name}" for entry in _OLD.iterdir()}
    for tree, folder in sorted(json.loads(folders).items()):
        if f"/{tree.split('/')[1]}" in machines:
            continue
        try:
            Path(tree).mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            print(f"{tree} is not shown to the command: {problem.strerror}.", file=sys.stderr, flush=True)
            continue
        _mount(Path(folder), Path(tree), _BIND | _ALL_BELOW)
    _call("umount2", bytes(_OLD), _DETACH)
    _OLD.rmdir()
    # what is made there would be gone after the command
    _mount(None, Path("/"), _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    os.chdir(here)
    os.execvp(command[0], command)


def _enter_namespace() -> None:
    user, group = os.geteuid(), os.getegid()
    if user == 0:
        return _call("unshare", _NEW_MOUNTS)
    _call("unshare", _NEW_USER | _NEW_MOUNTS)
    own = Path("/proc/self")
    (own / "setgroups").write_text("deny")
    (own / "uid_map").write_text(f"{user} {user} 1")
    (own / "gid_map").write_text(f"{group} {group} 1")


def _change_root() -> None:
    _mount(None, Path("/"), _SLAVE | _ALL_BELOW)
    _mount(Path("tmpfs"), _PLACE, _NO_SUID | _NO_DEVICES, b"tmpfs")
    old = _PLACE / _OLD.name
    old.mkdir()
    _call("pivot_root", bytes(_PLACE), bytes(old))
    os.chdir("/")


def _show_machine() -> None:
    for entry in _OLD.iterdir():
        shown = Path("/") / entry.name
        if entry.is_symlink():
            shown.symlink_to(entry.readlink())
            continue
        if entry.is_dir():
            shown.mkdir()
        else:
            shown.touch()
        _mount(entry, shown, _BIND | _ALL_BELOW)


def _mount(source: Path | None, target: Path, flags: int, kind: bytes | None = None) -> None:
    options = b"mode=0755" if kind else None
    _call("mount", bytes(source) if source else None, bytes(target), kind, ctypes.c_ulong(flags), options)


def _call(name: str, *arguments: object) -> None:
    if getattr(_system, name)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


if __name__ == "__main__":
    try:
        main()
    except OSError as problem:
        sys.exit(f"The command was not run: /dbfs, /Volumes and /Workspace cannot be shown to it ({problem}).")
