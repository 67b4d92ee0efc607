"""Where a workspace's lab keeps its files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lakebook.config import Workspace

#: the environment variable by which the lab's server knows the folder
VARIABLE = "LAKEBOOK_LAB"


@dataclass(frozen=True)
class Place:
    """The folder of one lab, inside the workspace's state."""

    folder: Path

    @property
    def lock(self) -> Path:
        """Locked by the lab that runs."""
        return self.folder / "lock"

    @property
    def running(self) -> Path:
        """What others may know of the lab that runs."""
        return self.folder / "running.json"

    @property
    def log(self) -> Path:
        """What Jupyter's server and the kernels have to say."""
        return self.folder / "log"

    @property
    def people(self) -> Path:
        """Whom the lab is shared with."""
        return self.folder / "people.json"

    @property
    def password(self) -> Path:
        """The hash of the password."""
        return self.folder / "password"

    @property
    def cookie_secret(self) -> Path:
        """What cookies are signed with: those of another workspace's lab mean nothing here."""
        return self.folder / "cookie-secret"

    @property
    def documents(self) -> Path:
        """The history of the shared documents."""
        return self.folder / "documents.db"

    @property
    def sessions(self) -> Path:
        """By which browsers find their documents again after a restart."""
        return self.folder / "sessions.json"

    @property
    def file_ids(self) -> Path:
        """By which documents are known although their files are renamed."""
        return self.folder / "file-ids.db"

    @property
    def layouts(self) -> Path:
        """Each person's layouts of the lab."""
        return self.folder / "layouts"

    @property
    def jupyter(self) -> Path:
        """A prefix with our kernels."""
        return self.folder / "jupyter"


def make_place(workspace: Workspace) -> Place:
    """The lab's folder of a workspace, readable by its owner alone.

    Raises:
        OSError: it cannot be made.
    """
    folder = workspace.make_state() / "lab"
    folder.mkdir(mode=0o700, exist_ok=True)
    return Place(folder)
