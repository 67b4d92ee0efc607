"""What git is told of notebooks: attributes, which are committed, and the commands behind them, which are not."""

from __future__ import annotations

import os
import shlex
import sys

NOTEBOOKS = "*.ipynb"
COMMENTS = "*.comments.jsonl"

#: nbdime's own name, so that a clone of somebody who has only nbdime compares and merges likewise
DRIVER = "jupyternotebook"
#: not nbstripout's own name: as people have that set, it would replace the identifiers of cells
FILTER = "without-outputs"
UNION = "union"

# -P: no module of the repository's is taken for one of Python's
_CALL = f"{shlex.quote(sys.executable)} -P -m lakebook.lab.git.drivers"

#: differences and merges cell by cell
DRIVERS = {
    f"diff.{DRIVER}.command": f"{_CALL} diff",
    f"merge.{DRIVER}.name": "notebooks, cell by cell",
    f"merge.{DRIVER}.driver": f"{_CALL} merge %O %A %B %L %P",
}
#: outputs stay in the working file. Required: rather no commit than one with outputs that nobody noticed
FILTERS = {
    f"filter.{FILTER}.clean": f"{_CALL} clean",
    f"filter.{FILTER}.smudge": "cat",
    f"filter.{FILTER}.required": "true",
}


def environment() -> dict[str, str]:
    """Variables by which git does in every repository what its ``.gitattributes`` asks for, without being set up."""
    before = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(before) if before.isdigit() else 0
    settings = {**DRIVERS, **FILTERS}
    told = {"GIT_CONFIG_COUNT": str(first + len(settings))}
    for number, (name, value) in enumerate(settings.items(), first):
        told |= {f"GIT_CONFIG_KEY_{number}": name, f"GIT_CONFIG_VALUE_{number}": value}
    return told
