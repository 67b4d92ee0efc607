"""Databricks archives made for tests, with what an export has beside the cells."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any


def command(text: str, position: float, **more: Any) -> dict[str, Any]:
    return {
        "version": "CommandV1",
        "origId": 7,
        "guid": f"guid-{position}",
        "subtype": "command",
        "commandType": "auto",
        "position": position,
        "command": text,
        "commandTitle": "",
        "showCommandTitle": False,
        "results": {"type": "table", "data": [[1, None, 2.5]]},
        **more,
    }


def notebook(language: str, *commands: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "version": "NotebookV1",
        "origId": 1,
        "name": "exported",
        "language": language,
        "commands": list(commands),
        "dashboards": [],
        "inputWidgets": {"year": {"nuid": "1", "currentValue": "2013"}},
        **more,
    }


def archive(file: Path, members: dict[str, Any]) -> Path:
    """Write a ``.dbc``; what is no text is written as JSON."""
    with zipfile.ZipFile(file, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(name, content if isinstance(content, str | bytes) else json.dumps(content))
    return file


def unzipped(file: Path) -> dict[str, Any]:
    """The JSON of each member of an archive."""
    with zipfile.ZipFile(file) as zipped:
        return {name: json.loads(zipped.read(name)) for name in zipped.namelist()}
