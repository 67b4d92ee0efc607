"""Starts Spark's Python workers: ``python -m lakebook.spark.workers``, in place of ``pyspark.daemon``.

They find files by Databricks' paths as a notebook's Python does. That is so where tasks run in the driver: on another
machine neither this module nor the workspace need be there.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from lakebook.mapped import MappedFiles

if TYPE_CHECKING:
    from lakebook.paths import Paths

#: the environment variable that has the driver's workspace; ``launch.py`` sets it. It is not the one that chooses a
#: workspace: programs that cells start in the driver inherit it, and have the workspace of their folder
WORKSPACE = "LAKEBOOK_DRIVER_WORKSPACE"


def main() -> None:
    """Serve the driver until it ends."""
    MappedFiles(lambda path: _paths().local(path)).install()
    from pyspark.daemon import manager

    manager()


@cache
def _paths() -> Paths:
    from lakebook.config import ConfigError, find_workspace
    from lakebook.paths import Paths

    try:
        paths = Paths(find_workspace(Path(os.environ[WORKSPACE])))
    except ConfigError as problem:
        message = f"Databricks' paths are not to be had in functions that Spark runs: {problem}"
        raise ConfigError(message) from None
    paths.make()
    return paths


if __name__ == "__main__":
    main()
