"""What a lab goes without on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from lakebook.config import Workspace
from lakebook.spark.errors import DriverError
from lakebook.spark.java import find_java


def sentences(workspace: Workspace) -> Iterator[str]:
    """One for each thing that is not installed; without any, all works."""
    if shutil.which("R") is None:
        yield "R is not installed: R cells do not run; lakebook doctor says how to get it."
    try:
        find_java(workspace.spark)
    except DriverError as problem:
        yield f"SQL and Scala cells do not run: {problem}"
    if shutil.which("git") is None:
        yield "Git is not installed: the lab has no git panel; it has one when it starts after git was installed."
