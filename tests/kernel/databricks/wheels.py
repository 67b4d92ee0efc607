"""Packages made by hand, since tests have no network."""

from __future__ import annotations

import zipfile
from pathlib import Path

#: builds wheels, editable ones too, of a folder with one package in ``src``; needs nothing but Python
_BACKEND = """
import pathlib, zipfile

INFO = "{name}-{version}.dist-info"
WHEEL = "{name}-{version}-py3-none-any.whl"


def _build(folder, files):
    files = {{**files, f"{{INFO}}/METADATA": "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n",
             f"{{INFO}}/WHEEL": "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"}}
    record = "".join(f"{{file}},,\\n" for file in [*files, f"{{INFO}}/RECORD"])
    with zipfile.ZipFile(pathlib.Path(folder) / WHEEL, "w") as wheel:
        for file, text in {{**files, f"{{INFO}}/RECORD": record}}.items():
            wheel.writestr(file, text)
    return WHEEL


def build_wheel(folder, config_settings=None, metadata_directory=None):
    return _build(folder, {{"{name}.py": pathlib.Path("src/{name}.py").read_text()}})


def build_editable(folder, config_settings=None, metadata_directory=None):
    return _build(folder, {{"__editable__.{name}.pth": str(pathlib.Path("src").resolve()) + "\\n"}})
"""


def wheel(
    folder: Path, name: str, version: str, code: str, requires: str = "", more: dict[str, str] | None = None
) -> Path:
    """Write a wheel of one module; ``requires`` is a requirement of its own, ``more`` are further files."""
    info = f"{name}-{version}.dist-info"
    needs = f"Requires-Dist: {requires}\n" if requires else ""
    files = {
        f"{name}.py": code,
        **(more or {}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    file = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as zipped:
        for path, text in {**files, f"{info}/RECORD": record}.items():
            zipped.writestr(path, text)
    return file


def project(folder: Path, name: str, version: str, code: str) -> Path:
    """Make a folder that pip can install, also as an editable one."""
    (folder / "src").mkdir(parents=True)
    (folder / "src" / f"{name}.py").write_text(code)
    (folder / "backend.py").write_text(_BACKEND.format(name=name, version=version))
    build = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(f'{build}[project]\nname = "{name}"\nversion = "{version}"\n')
    return folder
