"""The extension of JupyterLab in what hatchling builds, where it has been built before: see ``build.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_MISSING = "JupyterLab's extension is not built of these sources; type: python kernel/labextension/build.py"


class LabExtension(BuildHookInterface):
    """Puts the extension into wheels, and sees that no source distribution goes without it.

    Nobody who installs a clone is made to have Node. An editable install finds the extension by a link.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files of a distribution are collected."""
        if version == "editable":
            return
        here = Path(self.root, "kernel", "labextension")
        is_built = subprocess.run([sys.executable, here / "build.py", "--check"], check=False).returncode == 0
        if self.target_name == "sdist":
            if not is_built:
                raise SystemExit(_MISSING)
        elif is_built:
            build_data["shared_data"][str(here / "dist")] = "share/jupyter/labextensions/@lakebook/labextension"
        else:
            self.app.display_warning(f"{_MISSING}. The wheel goes without it.")
