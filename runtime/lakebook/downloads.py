"""Files that a kernel makes for a browser to fetch: in a folder of the user's alone, that the kernels' server knows."""

from __future__ import annotations

import secrets
import shutil
import time
from pathlib import Path

from jupyter_core.paths import jupyter_runtime_dir

#: the address under which the server has them
ADDRESS = "lakebook/downloads"
#: seconds after which a file that nobody has fetched is removed
KEPT = 3_600


def folder() -> Path:
    """Where they are; made when it is not there."""
    found = Path(jupyter_runtime_dir()) / "lakebook-downloads"
    found.mkdir(mode=0o700, parents=True, exist_ok=True)
    return found


def place() -> Path:
    """A new folder for one file, whose name nobody can guess."""
    remove_old()
    made = folder() / secrets.token_urlsafe(24)
    made.mkdir(mode=0o700)
    return made


def offered(file: Path) -> str:
    """The address of a file in such a folder, below the server's base."""
    return f"{ADDRESS}/{file.parent.name}/{file.name}"


def remove_old() -> None:
    """Remove what was made long ago."""
    for each in folder().iterdir():
        try:
            old = time.time() - each.stat().st_mtime > KEPT
        except FileNotFoundError:  # fetched meanwhile
            continue
        if old:
            shutil.rmtree(each, ignore_errors=True)
