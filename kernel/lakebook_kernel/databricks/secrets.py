"""``dbutils.secrets``: passwords and the like, which no notebook shows."""

from __future__ import annotations

import builtins
import os
import re
import stat
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from lakebook_kernel.databricks.errors import DbutilsError
from lakebook_kernel.databricks.utility import Utility

#: the file in the workspace's state
FILE = "secrets.toml"
PREFIX = "LAKEBOOK_SECRET_"


class SecretError(DbutilsError):
    """A secret is not there, or its file is not safe."""


class SecretMetadata(NamedTuple):
    """A secret, without its value."""

    key: str


class SecretScope(NamedTuple):
    """Some secrets that belong together."""

    name: str


class Secrets(Utility):
    """Passwords and the like, from the environment or an owner-only file; their values are never shown.

    Args:
        state: the workspace's folder for files of our own.
        hide: called with each value before anybody gets it.
        environment: where variables ``LAKEBOOK_SECRET_<SCOPE>_<KEY>`` are looked for.
    """

    def __init__(
        self, state: Callable[[], Path], hide: Callable[[str], None], environment: Mapping[str, str] = os.environ
    ) -> None:
        self._state = state
        self._hide = hide
        self._environment = environment

    def get(self, scope: str, key: str) -> str:
        """The value of a secret, as a text."""
        variable = f"{PREFIX}{_word(scope)}_{_word(key)}"
        value = self._environment.get(variable)
        if value is None:
            value = self._file().get(str(scope), {}).get(str(key))
        if value is None:
            raise SecretError(
                f"Secret does not exist with scope: {scope} and key: {key}. Set it in the environment as {variable}, "
                f"or in .lakebook/{FILE} under [{scope}]."
            )
        self._hide(value)
        return value

    def getBytes(self, scope: str, key: str) -> bytes:  # noqa: N802
        """The value of a secret, as bytes of UTF-8."""
        return self.get(scope, key).encode()

    def list(self, scope: str) -> builtins.list[SecretMetadata]:
        """The keys of a scope, without their values. Those of the environment are in small letters."""
        start = f"{PREFIX}{_word(scope)}_"
        own = self._file().get(str(scope), {})
        known = {_word(key) for key in own}
        ours = {name.removeprefix(start) for name in self._environment if name.startswith(start)}
        keys = sorted([*own, *(name.lower() for name in ours if name not in known)])
        if not keys:
            raise SecretError(f"Scope {scope} does not exist. There are: {self._known()}.")
        return [SecretMetadata(key) for key in keys]

    def listScopes(self) -> builtins.list[SecretScope]:  # noqa: N802
        """The scopes. Of a variable in the environment, the scope is what stands before the next underline."""
        own = self._file()
        starts = tuple(f"{PREFIX}{_word(scope)}_" for scope in own)
        others = {
            name.removeprefix(PREFIX).partition("_")[0].lower()
            for name in self._environment
            if name.startswith(PREFIX) and not name.startswith(starts)
        }
        return [SecretScope(name) for name in sorted({*own, *others})]

    def _known(self) -> str:
        return ", ".join(scope.name for scope in self.listScopes()) or "none"

    def _file(self) -> dict[str, dict[str, str]]:
        """The file's secrets by scope. Raises ``SecretError`` when others than its owner could read it."""
        file = self._state() / FILE
        try:
            with file.open("rb") as opened:
                found = os.fstat(opened.fileno())
                if stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.getuid():
                    raise SecretError(f"{file} may be read by others, so it is not used. Type: chmod 600 {file}")
                tables = tomllib.load(opened)
        except FileNotFoundError:
            return {}
        except OSError as problem:
            raise SecretError(f"{file} cannot be read: {problem.strerror}.") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
            place = re.search(r"at line \d+", str(problem))
            raise SecretError(f"{file} is no TOML{f', {place[0]}' if place else ''}.") from None
        for scope, table in tables.items():
            texts = isinstance(table, dict) and all(isinstance(value, str) for value in table.values())
            if not texts:
                raise SecretError(f'{file}: {scope} is to be a section [{scope}] with lines key = "value".')
        return tables


def _word(name: object) -> str:
    return re.sub(r"[^A-Z0-9]", "_", str(name).upper())
