"""The packages of a run beside those that are here."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions

#: what R says of each of its packages
_R_PACKAGES = 'cat(with(as.data.frame(installed.packages()), sprintf("%s==%s", Package, Version)), sep = "\\n")'
#: seconds that R may take to say it
_PATIENCE = 60


def python_differences(recorded: str) -> list[str]:
    """A line for each Python package of a run that is missing here or has another version.

    Args:
        recorded: lines ``name==version``.
    """
    here: dict[str, str] = {}
    for distribution in distributions():
        if name := distribution.metadata["Name"]:  # a folder that an uninstall left behind has none
            here.setdefault(_canonical(name), distribution.version)  # of two, the first on the path is imported
    return list(_differences(recorded, here))


def r_differences(recorded: str) -> list[str]:
    """The same for R's packages; of an R that is not there, one line says so."""
    command = shutil.which("Rscript")
    if command is None:
        return ["R is not installed"]
    try:
        asked = subprocess.run(
            [command, "-e", _R_PACKAGES], capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError) as problem:
        return [f"R does not say which packages it has: {problem}"]
    return list(_differences(recorded, dict(_parsed(asked.stdout))))


def _differences(recorded: str, here: Mapping[str, str]) -> Iterator[str]:
    for name, version in _parsed(recorded):
        found = here.get(name, here.get(_canonical(name)))
        if found != version:
            yield f"{name} {version}, here {found or 'missing'}"


def _parsed(lines: str) -> Iterator[tuple[str, str]]:
    for line in lines.splitlines():
        name, equals, version = line.strip().partition("==")
        if equals:
            yield name, version


def _canonical(name: str) -> str:
    """A Python package's name in the one form in which two are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()
