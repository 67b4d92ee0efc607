"""Which modules of Python's a notebook can import here."""

from __future__ import annotations

import re
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path

#: what installs a module, where it is not called as the module is
_PACKAGES = {
    "bs4": "beautifulsoup4",
    "Crypto": "pycryptodome",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "faiss": "faiss-cpu",
    "fitz": "pymupdf",
    "git": "gitpython",
    "jwt": "pyjwt",
    "PIL": "pillow",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "pyyaml",
}
#: what packages of one maker share: ``azure.identity``, ``google.cloud.storage``
_SHARED = re.compile(r"(?:azure|azureml|databricks|google(?:\.cloud)?)\.(?!cloud\b)\w+")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def top_level(module: str) -> str:
    """What of a module's name says which package it is of: its first part, more of it where packages share that."""
    shared = _SHARED.match(module)
    return shared[0] if shared else module.partition(".")[0]


def package_of(module: str) -> str:
    """What ``%pip install`` calls a module's package, as far as that is known."""
    return _PACKAGES.get(module, re.sub(r"[._]", "-", module))


def is_here(module: str, folders: list[Path]) -> bool:
    """Whether a module can be imported: it is Python's, is installed, or lies in one of the folders."""
    first, *below = module.split(".")
    if first in sys.stdlib_module_names or PathFinder.find_spec(first, [str(folder) for folder in folders]):
        return True
    try:
        spec = find_spec(first)
    except (ImportError, ValueError):  # a module that is there already and does not say where it comes from
        return first in sys.modules
    name = first
    for part in below:
        name = f"{name}.{part}"
        spec = PathFinder.find_spec(name, spec.submodule_search_locations) if spec else None
    return spec is not None


class Installed:
    """What a notebook installs itself, so far."""

    def __init__(self) -> None:
        self._packages = set[str]()
        #: whether it installs what its text does not name: a file of requirements, a folder, an address
        self.unknown = False

    def note(self, words: list[str]) -> None:
        """Note what stands after ``%pip install``."""
        for word in words:
            named = _REQUIREMENT.match(word)
            if word in ("-r", "--requirement", "-e", "--editable") or "/" in word or word.endswith((".whl", ".txt")):
                self.unknown = True
            elif named:
                self._packages.add(_plain(named[0]))

    def brings(self, module: str) -> bool:
        """Whether a module may be there by that."""
        return self.unknown or not self._packages.isdisjoint({_plain(module), _plain(package_of(module))})


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
