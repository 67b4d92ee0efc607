"""The packages that this process can import, with their versions."""

from __future__ import annotations

import sys
from importlib.metadata import distributions
from pathlib import Path

_known: tuple[tuple[tuple[str, float], ...], list[str]] | None = None


def python_packages() -> list[str]:
    """A line ``name==version`` for each installed distribution, in order; read again when a folder of them changes."""
    global _known
    folders = tuple((folder, Path(folder).stat().st_mtime) for folder in sys.path if Path(folder).is_dir())
    if _known is None or _known[0] != folders:
        found: dict[str, str] = {}
        for distribution in distributions():
            name = distribution.metadata["Name"]
            if name:  # a folder that an uninstall left behind has none; of two, the first on the path is imported
                found.setdefault(name, distribution.version)
        lines = [f"{name}=={version}" for name, version in sorted(found.items(), key=lambda entry: entry[0].lower())]
        _known = folders, lines
    return _known[1]
