"""Jupyter's contents manager for Databricks' source files: they open as notebooks and are saved as what they were.

``c.ServerApp.contents_manager_class = "lakebook.databricks.contents.LakebookContentsManager"``
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager
from nbformat import NotebookNode
from tornado.web import HTTPError
from typing_extensions import override

from lakebook.databricks import formats, languages, source
from lakebook.databricks.formats import FormatError
from lakebook.databricks.languages import Language

#: bytes; Databricks shows no larger notebook either
_LARGEST = 10_000_000


class LakebookContentsManager(AsyncLargeFileManager):
    """Files on disk as Jupyter's own manager has them, and source files with Databricks' marks as notebooks.

    A source file has no place for outputs: they are there until the notebook is closed.
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
        language = self._source_language(path) if type is None else None
        wanted = "notebook" if language else type
        model: dict[str, Any] = await super().get(path, content, wanted, format, require_hash)
        if language:
            model["source_language"] = language.name  # by which our part of the lab knows what to open as a notebook
        return model

    @override
    async def new_untitled(self, path: str = "", type: str = "", ext: str = "") -> dict[str, Any]:
        model: dict[str, Any]
        if type == "notebook" and languages.of_suffix(ext):
            name = await self.increment_filename(self.untitled_notebook + ext, path)
            model = await self.new({"type": "notebook"}, f"{path}/{name}")
        else:
            model = await super().new_untitled(path, type, ext)
        return model

    @override
    async def rename_file(self, old_path: str, new_path: str) -> None:
        old, new = Path(old_path), Path(new_path)
        if {formats.JUPYTER} < {old.suffix, new.suffix} <= set(formats.SUFFIXES):
            raise HTTPError(
                400, f"A new name does not change what {old_path} is; type: lakebook convert {old.name} {new.name}"
            )
        await super().rename_file(old_path, new_path)

    @override
    def mark_trusted_cells(self, nb: NotebookNode, path: str = "") -> None:
        """What has no outputs has none that could do harm."""
        if languages.of_suffix(Path(path).suffix):
            self.notary.mark_cells(nb, True)
        else:
            super().mark_trusted_cells(nb, path)

    @override
    async def _read_notebook(
        self,
        os_path: str,
        as_version: int = 4,
        capture_validation_error: dict[str, Any] | None = None,
        raw: bool = False,
    ) -> Any:
        language = languages.of_suffix(Path(os_path).suffix)
        if language is None:
            return await super()._read_notebook(os_path, as_version, capture_validation_error, raw)
        read: Any = await self._read_file(os_path, "text", raw=True)
        text, _, content = read
        notebook = source.reads(text, language)
        # as in a file that the lab has saved: it would add one, and think the notebook changed
        notebook.metadata["language_info"] = NotebookNode(name=language.name)
        return (notebook, content) if raw else notebook

    @override
    async def _save_notebook(
        self, os_path: str, nb: NotebookNode, capture_validation_error: dict[str, Any] | None = None
    ) -> None:
        if languages.of_suffix(Path(os_path).suffix) is None:
            await super()._save_notebook(os_path, nb, capture_validation_error)
            return
        try:
            content = formats.content(nb, Path(os_path))
        except FormatError as problem:
            raise HTTPError(400, str(problem)) from None
        if not _has(Path(os_path), content):  # a look at a file, and outputs, change nothing in it
            with self.atomic_writing(os_path, text=False) as file:
                file.write(content)

    def _source_language(self, path: str) -> Language | None:
        """The language of a file that is a notebook by its marks."""
        language = languages.of_suffix(Path(path).suffix)
        if language is None or not self._is_small_file(file := Path(self._get_os_path(path))):
            return None
        try:
            return language if source.is_marked(formats.text(file), language) else None
        except FormatError:
            return None  # Jupyter's own manager says what is wrong with it, as a file

    def _is_small_file(self, file: Path) -> bool:
        return file.is_file() and file.stat().st_size <= _LARGEST


def _has(file: Path, content: bytes) -> bool:
    return file.is_file() and file.read_bytes() == content
