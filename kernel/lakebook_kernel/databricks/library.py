"""``dbutils.library``, and ``dbutils.credentials``, which only Databricks' clouds have."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from lakebook_kernel.databricks.errors import DbutilsError
from lakebook_kernel.databricks.utility import Utility


class LibraryError(DbutilsError):
    """Libraries are installed in another way."""


class CredentialsError(DbutilsError):
    """There are no roles of a cloud here."""


class Library(Utility):
    """Libraries of Python.

    Args:
        forget: removes all names that the user bound in Python.
        folder: of the workspace, whose modules are imported anew.
        say: shows the user a line.
    """

    def __init__(self, forget: Callable[[], None], folder: Callable[[], Path], say: Callable[[str], None]) -> None:
        self._forget = forget
        self._folder = folder
        self._say = say

    def restartPython(self) -> None:  # noqa: N802
        """Remove Python's names, and import the workspace's own modules anew; other languages keep theirs.

        What %pip has installed is imported anew too. Other libraries that were imported stay as they are.
        """
        self._forget()
        root = self._folder()
        own = [name for name, module in list(sys.modules.items()) if _is_below(getattr(module, "__file__", None), root)]
        for name in own:
            del sys.modules[name]
        self._say(
            "Python's names are gone, and what %pip has installed is imported anew; what is compiled in it, and was "
            "imported before, is the old one until the kernel is restarted."
        )

    def install(self, path: str) -> NoReturn:
        """Not here, nor on newer runtimes of Databricks': %pip install does it."""
        raise LibraryError(
            f"dbutils.library installs nothing any more. Write in a cell of its own: %pip install {path}"
        )

    def installPyPI(self, pypiPackage: str, version: str = "", repo: str = "", extras: str = "") -> NoReturn:  # noqa: N802, N803
        """Not here, nor on newer runtimes of Databricks': %pip install does it."""
        package = pypiPackage + (f"[{extras}]" if extras else "") + (f"=={version}" if version else "")
        self.install(package)


class Credentials(Utility):
    """Roles of a cloud, which there are none of here: every function says so."""

    def assumeRole(self, role: str) -> NoReturn:  # noqa: N802
        """Not here."""
        _no_roles("assumeRole")

    def showCurrentRole(self) -> NoReturn:  # noqa: N802
        """Not here."""
        _no_roles("showCurrentRole")

    def showRoles(self) -> NoReturn:  # noqa: N802
        """Not here."""
        _no_roles("showRoles")

    def getServiceCredentialsProvider(self, credentialName: str) -> NoReturn:  # noqa: N802, N803
        """Not here."""
        _no_roles("getServiceCredentialsProvider")


def _no_roles(name: str) -> NoReturn:
    raise CredentialsError(
        f"dbutils.credentials.{name} hands out roles of Databricks' cloud, and there are none here. A cloud's own "
        "library finds credentials in the environment; dbutils.secrets has what a notebook needs to name."
    )


def _is_below(file: object, root: Path) -> bool:
    return isinstance(file, str) and file.startswith(f"{root}/") and "site-packages" not in file
