"""How a notebook is called from outside, how it says that it ends before its last cell, and how it has ended."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

#: the environment variable with what a notebook is called with: a JSON object of texts; widgets have them as values
ARGUMENTS = "LAKEBOOK_ARGUMENTS"
#: the same for a notebook that somebody looks at while it runs: its widgets are shown, and can be changed
SHOWN_ARGUMENTS = "LAKEBOOK_SHOWN_ARGUMENTS"
#: the environment variable with the files of the notebooks that wait for this one: a JSON list, the first one first
CALLERS = "LAKEBOOK_CALLERS"
#: the type of the display that ``dbutils.notebook.exit`` leaves: ``{"value": "…"}``
EXIT = "application/vnd.lakebook.exit+json"


def value_of(message: dict[str, Any]) -> str | None:
    """The value that a message of the kernel's says the notebook has ended with; None of any other message."""
    if message["msg_type"] != "display_data" or EXIT not in message["content"]["data"]:
        return None
    return str(message["content"]["data"][EXIT]["value"])


@dataclass(frozen=True)
class Ended:
    """How a run has ended."""

    #: the exit code of ``lakebook run``
    code: int
    #: what ``dbutils.notebook.exit`` was given
    value: str | None = None
    #: what failed, such as ``cell 2 failed: ValueError: no rows``
    failure: str = ""


@dataclass(frozen=True)
class Call:
    """What ``lakebook.databricks.called`` is to run."""

    notebook: str
    #: values for the notebook's widgets
    arguments: dict[str, str]
    #: the file in which an ``Ended`` is told
    ended: str


def callers() -> list[str]:
    """The files of the notebooks that wait for this one."""
    listed: list[str] = json.loads(os.environ.get(CALLERS, "[]"))
    return listed
