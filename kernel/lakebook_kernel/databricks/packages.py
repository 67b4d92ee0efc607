"""``%pip``: packages for this notebook alone, gone when its kernel ends, kept when Python restarts."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.config import ConfigError

if TYPE_CHECKING:
    from lakebook.config import Workspace
    from lakebook.databricks.overlay import Overlay
    from lakebook_kernel.kernel import LakebookKernel

#: below the workspace's state: a folder for each kernel
FOLDER = "pip"
#: in that folder, the path of the kernel's connection file, which is there as long as the kernel is wanted
_OWNER = "kernel"


class Packages:
    """What a notebook has installed. Costs a look at a folder until the first ``%pip``."""

    def __init__(self, kernel: LakebookKernel) -> None:
        self._kernel = kernel
        #: modules at the top that are imported, and of which ``%pip`` has brought or removed another version since
        self.old: set[str] = set()

    @cached_property
    def _connection(self) -> Path:
        """The kernel's connection file, whose name a kernel keeps when it restarts."""
        return Path(self._kernel.parent.abs_connection_file) if self._kernel.parent else Path("kernel")

    @cached_property
    def overlay(self) -> Overlay:
        """The notebook's own folder of packages. Raises ``ConfigError``."""
        from lakebook.databricks.overlay import Overlay

        return Overlay(self._folder(self._kernel.workspace()))

    def _folder(self, workspace: Workspace) -> Path:
        return workspace.state / FOLDER / self._connection.stem

    def restore(self, workspace: Callable[[], Workspace]) -> None:
        """At the kernel's start: what was installed before a restart is there again."""
        try:
            there = self._folder(workspace()).is_dir()
        except ConfigError:  # said where the workspace is used
            return
        if there and self.overlay.exists:
            self.activate()

    def make(self) -> None:
        """Make the notebook's folder, if it is not there; those of kernels that were killed go."""
        all_kernels = self._kernel.workspace().make_state() / FOLDER
        for folder in all_kernels.iterdir() if all_kernels.is_dir() else ():
            owner = folder / _OWNER
            if owner.is_file() and not Path(owner.read_text()).exists():
                shutil.rmtree(folder, ignore_errors=True)
        self.overlay.make()
        (self.overlay.folder / _OWNER).write_text(str(self._connection))

    def activate(self) -> None:
        """Let this process, and Spark's workers of this notebook, find what is installed now."""
        self._kernel.driver.lead_workers(self.overlay.activate())

    def import_anew(self) -> None:
        """Python restarts: what is installed now is what the next import brings."""
        for name in [name for name in sys.modules if name.partition(".")[0] in self.old]:
            del sys.modules[name]
        self.old.clear()

    def forget(self) -> None:
        """The kernel ends for good."""
        overlay = vars(self).get("overlay")
        if overlay is not None and overlay.exists:
            sys.path[:] = [path for path in sys.path if path != str(overlay.site)]
            shutil.rmtree(overlay.folder, ignore_errors=True)
