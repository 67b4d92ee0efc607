"""A folder of packages over those of the environment: what one notebook installs, no other one sees.

It is a virtual environment without packages of its own to begin with, whose Python sees those of the kernel's
environment as well. So pip takes what is there as installed, puts everything else into the folder, and neither replaces
nor removes anything outside of it.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import site
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

#: what the kernel itself runs with, which cannot be replaced under it
KERNELS_OWN = (
    "lakebook", "ipykernel", "ipython", "jupyter-client", "jupyter-core", "traitlets", "pyzmq", "tornado",
    "pyspark", "py4j", "delta-spark", "mlflow", "mlflow-skinny", "mlflow-tracing", "rpy2", "rpy2-rinterface",
)  # fmt: skip
#: the file that leads the folder's Python to the environment's packages
_LEAD = "_environment.pth"


@dataclass(frozen=True)
class Installed:
    """A package in the folder."""

    name: str
    version: str
    #: the modules and packages at the top that it brings
    modules: frozenset[str]
    #: it has compiled code, which a process cannot load twice
    compiled: bool


class Overlay:
    """One notebook's folder of packages, which may not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        paths = sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})
        #: where the packages are
        self.site = Path(paths["purelib"])
        self.python = Path(paths["scripts"]) / "python"
        #: by each file that leads to an editable package, when it was written and the folders that it names
        self._followed: dict[Path, tuple[float, list[str]]] = {}

    @property
    def exists(self) -> bool:
        """Whether it has been made, for this version of Python."""
        return (self.site / _LEAD).is_file()

    def make(self) -> None:
        """Make the folder, if it is not there."""
        if self.exists:
            return
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(self.folder)
        lines = [f"import site; site.addsitedir({path!r})" for path in _environment()]
        (self.site / _LEAD).write_text("\n".join([*lines, ""]))

    def constraints(self) -> Path:
        """A file for pip's ``--constraint``, by which it leaves alone what the kernel itself runs with."""
        file = self.folder / "constraints.txt"
        file.write_text("".join(f"{name}=={version}\n" for name, version in _kernels_own().items()))
        return file

    def activate(self) -> list[str]:
        """Let this process import what is in the folder now, before anything else of that name.

        Returns:
            The folders that other processes need on their path for it, in order.
        """
        there = {file: file.stat().st_mtime for file in sorted(self.site.glob("*.pth")) if file.name != _LEAD}
        gone = [file for file, (written, _) in self._followed.items() if there.get(file) != written]
        left = {folder for file in gone for folder in self._followed.pop(file)[1]}
        sys.path[:] = [str(self.site), *(path for path in sys.path if path not in left and path != str(self.site))]
        importlib.invalidate_caches()
        for file, written in there.items():
            if file not in self._followed:
                self._followed[file] = written, _follow(file)
        front = [str(self.site), *(folder for _, folders in self._followed.values() for folder in folders)]
        sys.path[:] = [*front, *(path for path in sys.path if path not in front)]
        return front

    def installed(self) -> dict[str, Installed]:
        """What is in the folder, by name."""
        found = importlib.metadata.distributions(path=[str(self.site)]) if self.exists else ()
        return {one.name: _seen(one) for one in found}


def _follow(file: Path) -> list[str]:
    """Do what a ``.pth`` file says; the folders that it has put on the path."""
    before = list(sys.path)
    site.addpackage(str(file.parent), file.name, set(before))
    return [path for path in sys.path if path not in before]


def _kernels_own() -> dict[str, str]:
    """The packages of the kernel's own that are installed, with their versions."""
    versions = {}
    for name in KERNELS_OWN:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return versions


def _environment() -> list[str]:
    """The folders of the kernel's packages."""
    known = [*site.getsitepackages(), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    if site.ENABLE_USER_SITE:
        known.append(site.getusersitepackages())
    return [path for path in dict.fromkeys(known) if Path(path).is_dir()]


def _seen(package: importlib.metadata.Distribution) -> Installed:
    code = [file for file in package.files or [] if file.suffix in (".py", ".so", ".pyd")]
    tops = {file.parts[0].partition(".")[0] for file in code if file.parts[0] != ".."}
    return Installed(package.name, package.version, frozenset(tops), any(file.suffix != ".py" for file in code))
