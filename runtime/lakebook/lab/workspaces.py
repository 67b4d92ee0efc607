"""Which workspace a document of the lab belongs to: Jupyter knows paths below the folder that it serves."""

from __future__ import annotations

from pathlib import Path

from lakebook.config import Workspace, find_workspace


class NoSuchFolder(Exception):
    """A path of Jupyter's leads to no folder here; the message says so."""


class Workspaces:
    """The workspaces at and below the folder that a server serves.

    Args:
        root: that folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def of(self, folder: str) -> Workspace:
        """The workspace of the notebooks in a folder, its settings read anew.

        Args:
            folder: as Jupyter writes it: below the served one, with slashes; empty for that one itself.

        Raises:
            NoSuchFolder: there is none, or it is not below the served one.
            ConfigError: a setting cannot be read.
        """
        place = (self._root / folder.strip("/")).resolve()
        if not (place.is_relative_to(self._root) and place.is_dir()):
            raise NoSuchFolder(f"There is no folder {folder} here.")
        return find_workspace(place)
