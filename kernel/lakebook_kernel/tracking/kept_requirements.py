"""What models require, as earlier kernels found out with the same packages: a file in the cache."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from lakebook import atomic

#: what folders of installed packages are told by, and what their names say: the package and its version
_DISTRIBUTIONS = (".dist-info", ".egg-info")
#: seconds after which an answer is found out anew
_OLD = 30 * 86400.0


class KeptRequirements:
    """Answers by what the models name; they hold as long as no package comes, goes or changes its version.

    An aid only: where the file cannot be read or written, MLflow is asked.

    Args:
        folder: where the files are.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, flavor: str, named: Iterable[str]) -> list[str] | None:
        """What a model requires that names these packages; None if that is not known, or not to be known."""
        names = sorted(named)
        return self._read(self._file()).get(_key(flavor, names)) if _are_installed(names) else None

    def put(self, flavor: str, named: Iterable[str], requirements: list[str]) -> None:
        """Keep an answer, if only installed packages are named: other modules change without a trace."""
        names = sorted(named)
        if not _are_installed(names):
            return
        file = self._file()
        known = {**self._read(file), _key(flavor, names): requirements}
        with suppress(OSError):  # a disk that is full or must not be written to
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._remove_old()
            atomic.write_bytes(file, json.dumps(known, indent=1).encode(), mode=0o600)

    def _file(self) -> Path:
        """The file of the packages that are there now."""
        content = json.dumps([sys.version, *_folders().values()])
        return self._folder / f"{hashlib.sha256(content.encode()).hexdigest()[:16]}.json"

    def _read(self, file: Path) -> dict[str, list[str]]:
        try:
            if file.stat().st_mtime < time.time() - _OLD:
                return {}
            known: dict[str, list[str]] = json.loads(file.read_bytes())
        except (OSError, ValueError):  # there is none, or no whole one
            return {}
        return known

    def _remove_old(self) -> None:
        for file in self._folder.glob("*.json"):
            if file.stat().st_mtime < time.time() - _OLD:
                file.unlink(missing_ok=True)


def _key(flavor: str, names: list[str]) -> str:
    return " ".join([flavor, *names])


def _folders() -> dict[str, list[str]]:
    """The folders of installed packages, in the order in which they are searched, and what is in each."""
    found = {}
    for folder in sys.path:
        with suppress(OSError):
            distributions = sorted(file.name for file in Path(folder).iterdir() if file.suffix in _DISTRIBUTIONS)
            if distributions:
                found[folder] = distributions
    return found


def _are_installed(names: list[str]) -> bool:
    """Whether all of these modules, which are imported, are from folders of installed packages."""
    folders = [Path(folder) for folder in _folders()]
    for name in names:
        module = sys.modules[name]
        file = getattr(module, "__file__", None) or next(iter(getattr(module, "__path__", ())), None)
        if file is None or not any(Path(file).is_relative_to(folder) for folder in folders):
            return False
    return True
