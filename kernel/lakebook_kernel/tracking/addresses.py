"""MLflow's addresses of a Databricks workspace, which notebooks written there set."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

_DATABRICKS = re.compile(r"databricks(?:-uc)?(?:://.*)?")
_SETTERS = ("set_tracking_uri", "set_registry_uri")


def keep_the_workspaces_store(say: Callable[[str], None]) -> None:
    """Where nobody has said how to reach Databricks, its addresses leave runs and models in the workspace's store.

    Args:
        say: shows the user a line.
    """
    import mlflow

    for name in _SETTERS:
        setter = getattr(mlflow, name)

        def set_uri(uri: Any, setter: Callable[[Any], None] = setter, name: str = name) -> None:
            if not _DATABRICKS.fullmatch(str(uri)) or _is_configured():
                setter(uri)
                return
            kind = "Runs" if name == "set_tracking_uri" else "Registered models"
            say(f"{kind} stay in {mlflow.get_tracking_uri()}: no Databricks workspace is configured for {uri}.")

        setattr(mlflow, name, functools.wraps(setter)(set_uri))


def _is_configured() -> bool:
    """Whether Databricks' own settings name a workspace."""
    file = os.environ.get("DATABRICKS_CONFIG_FILE", "~/.databrickscfg")
    return "DATABRICKS_HOST" in os.environ or Path(file).expanduser().is_file()
