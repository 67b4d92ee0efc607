"""The environment that a shared driver is started with: the workspace's, also when a job's task starts it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from lakebook.config import Workspace, workspace_at

#: what the variables of a task's environment were before: a JSON object, null for those that were not there
BEFORE = "LAKEBOOK_TASK_BEFORE"


def changed(variables: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment's new variables for a task, and the one that tells what they were."""
    before = {name: environment.get(name) for name in variables} | json.loads(environment.get(BEFORE, "{}"))
    return {**variables, BEFORE: json.dumps(before)}


def workspaces(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """An environment without what a job has set for its task."""
    before: dict[str, str | None] = json.loads(environment.get(BEFORE, "{}"))
    kept = {name: value for name, value in environment.items() if name not in before and name != BEFORE}
    return kept | {name: value for name, value in before.items() if value is not None}


def with_workspaces_settings(workspace: Workspace) -> Workspace:
    """The workspace as all see it, without settings that the variables of a job's task have changed."""
    return workspace_at(workspace.root, workspaces()) if BEFORE in os.environ else workspace
