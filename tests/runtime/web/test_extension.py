"""How Jupyter's server comes to have the pages and the API."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

_PROJECT = Path(__file__).parents[3]
_WEB = _PROJECT / "runtime" / "lakebook" / "web"


def test_a_wheel_has_the_pages_and_tells_jupyter_of_them(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(command, cwd=_PROJECT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    needed = [file for folder in ("assets", "templates") for file in (_WEB / folder).iterdir()]
    assert {f"lakebook/web/{file.relative_to(_WEB)}" for file in needed} <= set(names)
    assert [name for name in names if name.endswith(".data/data/etc/jupyter/jupyter_server_config.d/lakebook.json")]
