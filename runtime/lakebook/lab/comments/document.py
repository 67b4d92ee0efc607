"""The comments of a notebook as a shared document, which Jupyter's server keeps in a file beside the notebook."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from jupyter_ydoc.ybasedoc import YBaseDoc
from pycrdt import Array, Awareness, Doc, Map
from typing_extensions import override

from lakebook.lab.comments import file, records
from lakebook.lab.comments.file import Contents, Kept
from lakebook.lab.comments.records import Record

#: seconds, by which the server has noted what it read
_SAVED_AGAIN_AFTER = 0.2


class CommentsDocument(YBaseDoc):
    """Records by their keys, each of which is replaced as a whole.

    .. code-block:: text

        comments: {"comment:ID": {…}, "anchor:THREAD": {…}, "state:THREAD": {…}}
        kept: [{"text": …, "after": …, "problem": …}], the lines of the file that are no records
        saved: {"comment:ID": a digest of what the file has of it}

    What comes from the file replaces what is here, except for what is not saved yet. To tell the two, the document
    knows what was saved, also after a restart of the server.
    """

    def __init__(self, ydoc: Doc[Any] | None = None, awareness: Awareness | None = None) -> None:
        super().__init__(ydoc, awareness)
        self._comments: Map[Any] = self._ydoc.get("comments", type=Map)
        self._kept: Array[Any] = self._ydoc.get("kept", type=Array)
        self._saved: Map[Any] = self._ydoc.get("saved", type=Map)
        self._changed: Callable[[str, Any], None] | None = None
        self._written = ""
        self.undo_manager.expand_scope(self._comments)

    @property
    @override
    def version(self) -> str:
        return "1.0.0"

    @override
    def get(self) -> str:
        self._written = file.write(self._contents())
        return self._written

    @override
    def set(self, value: str) -> None:
        """Take over what a file holds.

        Args:
            value: The file's text.
        """
        self._take(file.read(value))

    @override
    async def aset(self, value: str) -> None:
        self.set(value)
        if self._unsaved():
            # the server saves on a change, but on none that comes while it reads
            asyncio.get_running_loop().call_later(_SAVED_AGAIN_AFTER, self._save)

    @property
    def hash(self) -> str | None:
        """SHA-256 of the file as it was saved last."""
        return super().hash

    @hash.setter  # noqa: A003
    def hash(self, value: str) -> None:
        self._ystate["hash"] = value
        if value == hashlib.sha256(self._written.encode()).hexdigest():
            self._note_saved(file.read(self._written))

    @override
    def observe(self, callback: Callable[[str, Any], None]) -> None:
        self.unobserve()
        self._changed = callback
        self._subscriptions[self._comments] = self._comments.observe(partial(callback, "comments"))

    @override
    def unobserve(self) -> None:
        self._changed = None
        super().unobserve()

    def _save(self) -> None:
        if self._changed:
            self._changed("comments", None)

    def _records(self) -> dict[str, Record]:
        """All that are records: a client may have put in something else, which the file shall not have."""
        found = {}
        for key, value in sorted(self._comments.items()):
            record = records.normal(value)
            try:
                records.check(record)
            except (records.RecordError, TypeError):
                continue
            found[key] = record
        return found

    def _contents(self) -> Contents:
        kept = tuple(Kept(line["text"], line["after"], line["problem"]) for line in self._kept.to_py() or [])
        return Contents(self._records(), kept)

    def _unsaved(self) -> dict[str, Record]:
        saved = self._saved.to_py() or {}
        return {key: record for key, record in self._records().items() if saved.get(key) != records.digest(record)}

    def _take(self, found: Contents) -> None:
        here, unsaved = self._records(), self._unsaved()
        with self._ydoc.transaction():
            for key in sorted({*here, *found.records}):
                if key not in found.records:
                    if key not in unsaved:
                        del self._comments[key]
                    continue
                record = found.records[key]
                if key in unsaved and records.changed(unsaved[key]) > records.changed(record):
                    record = unsaved[key]
                if here.get(key) != record:
                    self._comments[key] = record
            self._note_saved(found)

    def _note_saved(self, found: Contents) -> None:
        digests = {key: records.digest(record) for key, record in found.records.items()}
        kept = [
            {"text": line.text, "after": line.after, "problem": line.problem, "line": str(number)}
            for line, number in zip(found.kept, file.lines_of_kept(found), strict=True)
        ]
        with self._ydoc.transaction():
            for key in sorted({*self._saved.keys(), *digests}):
                if key not in digests:
                    del self._saved[key]
                elif self._saved.get(key) != digests[key]:
                    self._saved[key] = digests[key]
            if (self._kept.to_py() or []) != kept:
                self._kept.clear()
                self._kept.extend(kept)
