"""Says of a file why it is no notebook, in a sentence, where Jupyter's own answer is for programmers."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError
from typing_extensions import override

#: of Jupyter's format, that can be read
_NEWEST = 4


class UnreadableNotebooks(AsyncLargeFileManager):
    """A contents manager whose answer to a broken notebook is a sentence. The file stays as it is."""

    @override
    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> dict[str, Any]:
        try:
            model: dict[str, Any] = await super().get(path, content, type, format, require_hash)
        except HTTPError as problem:
            file = Path(self._get_os_path(path))
            is_notebook = type == "notebook" or (type is None and file.suffix == ".ipynb")
            if problem.status_code != HTTPStatus.BAD_REQUEST or not is_notebook or not file.is_file():
                raise
            why = reason(file.read_bytes())
            if why is None and not str(problem.log_message).startswith("Unreadable Notebook"):
                raise
            why = why or "something in it is not as Jupyter's format has it"
            raise HTTPError(
                HTTPStatus.BAD_REQUEST,
                f"{file.name} is no notebook, and stays as it is: {why}.",
            ) from None
        return model


def reason(content: bytes) -> str | None:
    """Why a file's content is no notebook; None if nothing is found that is wrong with it."""
    if not content.strip():
        return "it is empty"
    try:
        found = json.loads(content.decode())
    except UnicodeDecodeError:
        return "it is not text in UTF-8"
    except json.JSONDecodeError as problem:
        return f"it is not JSON at line {problem.lineno}, column {problem.colno}"
    except RecursionError:
        return "it is not JSON of a notebook, it is nested too deeply"
    if not isinstance(found, dict) or not isinstance(version := found.get("nbformat"), int):
        return "it is JSON, but says no version of Jupyter's format"
    if version > _NEWEST:
        return f"version {version} of Jupyter's format cannot be read here, {_NEWEST} is the newest"
    cells = found.get("cells")
    if version == _NEWEST and not isinstance(cells, list):
        return "it has no list of cells"
    for number, cell in enumerate(cells or [], 1):
        if not isinstance(cell, dict) or not {"cell_type", "source"} <= cell.keys():
            return f"its cell {number} lacks a type or a source"
    return None
