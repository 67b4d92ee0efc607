"""The ``lakebook.toml`` of a reproduction: the settings of the run's workspace, with tables and runs of its own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lakebook.config import Workspace

#: variables that would lead the notebook to other tables, runs or settings than those of its folder
_VARIABLES = (
    "LAKEBOOK_AUTOLOG",
    "LAKEBOOK_EXPERIMENT",
    "LAKEBOOK_JAVA_HOME",
    "LAKEBOOK_MASTER",
    "LAKEBOOK_MEMORY",
    "LAKEBOOK_METASTORE",
    "LAKEBOOK_SHARE_LIMIT",
    "LAKEBOOK_WAREHOUSE",
    "MLFLOW_EXPERIMENT_ID",
    "MLFLOW_EXPERIMENT_NAME",
    "MLFLOW_REGISTRY_URI",
    "MLFLOW_RUN_ID",
    "MLFLOW_TRACKING_URI",
)
#: settings that name files, from the workspace
_FILES = ("spark.jars",)


def settings_file(workspace: Workspace) -> str:
    """The text of the file. Warehouse, metastore and MLflow's store are left to be the new workspace's own."""
    spark = workspace.spark
    lines = ["[spark]", f"master = {_text(spark.master)}", f"memory = {_text(spark.memory)}"]
    if spark.java_home is not None:
        lines.append(f"java_home = {_text(str(spark.java_home))}")
    if spark.conf:
        lines += ["", "[spark.conf]"]
        lines += [f"{_text(name)} = {_text(_found(name, value, workspace.root))}" for name, value in spark.conf.items()]
    lines += ["", "[share]", f"limit = {_text(f'{workspace.share.limit // 1024}k')}"]
    lines += ["", "[tracking]", f"autolog = {str(workspace.tracking.autolog).lower()}"]
    return "".join(f"{line}\n" for line in lines)


def _found(name: str, value: str, root: Path) -> str:
    """A setting's value; files of the workspace are named so that they are found from another one."""
    if name not in _FILES:
        return value
    return ",".join(str(root / file) if (root / file).is_file() else file for file in value.split(","))


def _text(value: str) -> str:
    """As TOML writes a text, which is as JSON does."""
    return json.dumps(value, ensure_ascii=False)


@contextmanager
def own_surroundings() -> Iterator[None]:
    """Within it, this process and those it starts are led by the settings of the folder alone."""
    kept = {name: os.environ.pop(name) for name in _VARIABLES if name in os.environ}
    try:
        yield
    finally:
        for name in _VARIABLES:
            os.environ.pop(name, None)
        os.environ.update(kept)
