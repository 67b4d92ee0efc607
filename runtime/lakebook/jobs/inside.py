"""What runs in the kernel of a task that is no notebook: a script, or a function of a package, as on a command line."""

from __future__ import annotations

import importlib
import importlib.metadata
import runpy
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any


class ExitStatus(Exception):
    """The program has ended with a status that says it failed."""


def run_script(file: str, arguments: Sequence[str], **names: Any) -> None:
    """Run a file of Python as ``python FILE ARGUMENTS…`` would, with further names that it finds predefined."""
    with _command_line(file, arguments):
        runpy.run_path(file, names, run_name="__main__")


def run_entry_point(package: str, entry_point: str, arguments: Sequence[str], named: Mapping[str, str]) -> None:
    """Run an entry point of an installed package, or the function of this name that the package has.

    Args:
        package: its name.
        entry_point: of the group ``console_scripts`` or any other, or a function.
        arguments: as on a command line.
        named: further ones, of which each becomes ``--name=value``.
    """
    function = _function(package, entry_point)
    with _command_line(package, [*arguments, *(f"--{name}={value}" for name, value in named.items())]):
        returned = function()
        if isinstance(returned, int) and returned:  # what a console script ends with
            sys.exit(returned)


def rows(frame: Any, most: int) -> list[dict[str, Any]]:
    """The first rows of a frame of Spark's, in the form that they have in JSON."""
    import json

    return [json.loads(text) for text in frame.limit(most).toJSON().collect()]


def _function(package: str, entry_point: str) -> Callable[[], Any]:
    try:
        found = [one for one in importlib.metadata.distribution(package).entry_points if one.name == entry_point]
    except importlib.metadata.PackageNotFoundError:
        raise LookupError(
            f"There is no package {package} here; name its wheel in the task's libraries or in its environment."
        ) from None
    if found:
        loaded: Callable[[], Any] = found[0].load()
        return loaded
    module = importlib.import_module(package.replace("-", "_"))
    function: Callable[[], Any] | None = getattr(module, entry_point, None)
    if function is None:
        raise LookupError(f"Package {package} has neither an entry point nor a function {entry_point}.")
    return function


@contextmanager
def _command_line(program: str, arguments: Sequence[str]) -> Iterator[None]:
    before = sys.argv
    sys.argv = [program, *arguments]
    try:
        yield
    except SystemExit as ended:
        if ended.code not in (None, 0):
            raise ExitStatus(str(ended.code) if isinstance(ended.code, str) else f"exit status {ended.code}") from None
    finally:
        sys.argv = before
