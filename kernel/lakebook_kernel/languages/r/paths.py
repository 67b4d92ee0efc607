"""Where R's files are by Databricks' paths; ``paths.R`` asks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from lakebook.config import find_workspace
from lakebook.mapped import MappedFiles
from lakebook.paths import Paths


class LocalPaths:
    """Leads paths as the kernel's Python does, by the settings of now.

    Args:
        folder: the notebook's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = MappedFiles(self._local)

    def lead(self, paths: Iterable[str]) -> list[str]:
        """The paths at which the files are. Raises ``ConfigError``."""
        return [self._files.lead(path) for path in paths]

    def _local(self, path: str) -> Path | None:
        paths = Paths(find_workspace(self._folder))
        paths.make()
        return paths.local(path)
