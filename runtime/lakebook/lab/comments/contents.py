"""Jupyter's contents manager for what lies beside a notebook: its comments go where it goes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from tornado.web import HTTPError
from typing_extensions import override

from lakebook.databricks import formats
from lakebook.lab.comments.names import comments_of, notebook_of

#: older than any file
_NEVER = datetime.fromtimestamp(0, UTC)


class CommentsBeside(AsyncLargeFileManager):
    """Files of comments follow their notebooks.

    A notebook without comments has no such file. Who asks for it gets an empty one, so that everybody who has the
    notebook open shares one document before somebody writes the first comment.
    """

    @override
    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
        require_hash: bool = False,
    ) -> dict[str, Any]:
        model: dict[str, Any]
        if await self._is_unwritten(path):
            model = self._empty(path.strip("/"), content, require_hash)
        else:
            model = await super().get(path, content, type, format, require_hash)
        return model

    @override
    async def save(self, model: dict[str, Any], path: str = "") -> dict[str, Any]:
        saved: dict[str, Any]
        if model.get("content") == "" and await self._is_unwritten(path):
            saved = self._empty(path.strip("/"), content=False, require_hash=False)
        else:
            saved = await super().save(model, path)
            if notebook_of(path) and (await super().get(path, format="text"))["content"] != model["content"]:
                # somebody has changed it since: it is to be read again
                saved["last_modified"] = _NEVER
        return saved

    @override
    async def rename(self, old_path: str, new_path: str) -> None:
        old, new = comments_of(old_path.strip("/")), comments_of(new_path.strip("/"))
        has_comments = old != new and await self.file_exists(old)
        if has_comments and await self.file_exists(new):
            raise HTTPError(
                409, f"{new} holds the comments of another notebook: move or delete it, then rename {old_path}"
            )
        await super().rename(old_path, new_path)
        if has_comments:
            await super().rename(old, new)
        elif Path(old_path).suffix in formats.SUFFIXES:
            # no file moves, but the document that is open is found by its path
            self.emit(data={"action": "rename", "path": new, "source_path": old})

    @override
    async def delete(self, path: str) -> None:
        await super().delete(path)
        comments = comments_of(path.strip("/"))
        if await self.file_exists(comments):
            await super().delete(comments)

    @override
    async def copy(self, from_path: str, to_path: str | None = None) -> dict[str, Any]:
        model: dict[str, Any] = await super().copy(from_path, to_path)
        comments = comments_of(from_path.strip("/"))
        if await self.file_exists(comments):
            await super().copy(comments, comments_of(model["path"]))
        return model

    async def _is_unwritten(self, path: str) -> bool:
        """Whether it names comments of a notebook that has none yet."""
        notebook = notebook_of(path.strip("/"))
        return notebook is not None and await self.file_exists(notebook) and not await self.file_exists(path)

    def _empty(self, path: str, content: bool, require_hash: bool) -> dict[str, Any]:
        folder = Path(self._get_os_path(path)).parent
        # a file that is removed is a change to its folder, and one that is made is as new as the folder
        changed = datetime.fromtimestamp(folder.stat().st_mtime, UTC)
        model = {
            "name": path.rpartition("/")[2],
            "path": path,
            "type": "file",
            "created": changed,
            "last_modified": changed,
            "content": "" if content else None,
            "format": "text" if content else None,
            "mimetype": "text/plain" if content else None,
            "size": 0,
            "writable": self.is_writable(path.rpartition("/")[0]),
            "hash": None,
            "hash_algorithm": None,
        }
        if require_hash:
            model |= {"hash": hashlib.sha256(b"").hexdigest(), "hash_algorithm": "sha256"}
        return model
