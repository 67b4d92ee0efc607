"""Jupyter's kernelspecs of Lakebook: one kernel, once for each default language."""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager


@dataclass(frozen=True)
class Kernel:
    """One of our kernelspecs: they start the same kernel with another default language."""

    name: str
    #: as ``--language`` of the kernel takes it
    default: str
    #: as Jupyter and papermill call the language
    language: str
    title: str
    #: what its card in a launcher shows, and on which colour
    mark: str
    color: str

    def spec(self) -> dict[str, Any]:
        """The content of ``kernel.json``."""
        return {
            "argv": [sys.executable, "-m", "lakebook_kernel", "-f", "{connection_file}", "--language", self.default],
            "display_name": f"Lakebook ({self.title})",
            "language": self.language,
            "interrupt_mode": "signal",
            "metadata": {"debugger": self.default == "python", "supported_encryption": "curve"},
        }

    def logo(self) -> str:
        """The content of ``logo-svg.svg``: the language above the waves of a lake."""
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">\n'
            f'<rect width="64" height="64" rx="10" fill="{self.color}"/>\n'
            '<text x="32" y="37" text-anchor="middle" font-family="sans-serif" font-weight="bold" font-size="24" '
            f'fill="#ffffff">{self.mark}</text>\n'
            '<path d="M8 49q6-6 12 0t12 0 12 0 12 0" fill="none" stroke="#ffffff" stroke-width="3"/>\n'
            "</svg>\n"
        )


KERNELS = (
    Kernel("lakebook", "python", "python", "Python", "Py", "#0072b2"),
    Kernel("lakebook-sql", "sql", "sql", "SQL", "SQL", "#b45309"),
    Kernel("lakebook-r", "r", "R", "R", "R", "#00785a"),
    Kernel("lakebook-scala", "scala", "scala", "Scala", "Sc", "#c23a7e"),
)


@dataclass(frozen=True)
class Installed:
    """What Jupyter knows of one of our kernels."""

    kernel: Kernel
    #: the folder of its ``kernel.json``; None when it is not installed
    folder: Path | None
    #: the Python that it starts
    python: str | None

    @property
    def current(self) -> bool:
        """Whether it starts the Python that runs now."""
        return self.python == sys.executable


def install(*, user: bool = False, prefix: Path | None = None) -> list[Path]:
    """Install all kernelspecs: for the user, into ``prefix``, or into this environment when it is one.

    Returns:
        The folders written.
    """
    manager = KernelSpecManager()
    place = None if user else str(prefix or default_prefix() or "") or None
    written = []
    for kernel in KERNELS:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "kernel.json").write_text(json.dumps(kernel.spec(), indent=1) + "\n")
            Path(folder, "logo-svg.svg").write_text(kernel.logo())
            target = manager.install_kernel_spec(folder, kernel.name, user=place is None, prefix=place)
            written.append(Path(target))
    return written


def default_prefix() -> Path | None:
    """The environment that this Python belongs to; None for a Python of the whole system."""
    prefix = Path(sys.prefix)
    return prefix if sys.prefix != sys.base_prefix or (prefix / "conda-meta").is_dir() else None


def installed() -> list[Installed]:
    """Each of our kernels and where Jupyter finds it."""
    manager = KernelSpecManager()
    folders = manager.find_kernel_specs()
    return [_installed(kernel, folders.get(kernel.name)) for kernel in KERNELS]


def _installed(kernel: Kernel, folder: str | None) -> Installed:
    if folder is None:
        return Installed(kernel, None, None)
    argv = json.loads(Path(folder, "kernel.json").read_text()).get("argv", [])
    return Installed(kernel, Path(folder), argv[0] if argv else None)
