"""``/lakebook/api/catalog``: the tree of the catalog, piece by piece. ``folder`` says whose notebooks are meant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jupyter_server.auth.decorator import authorized
from tornado import web
from typing_extensions import override

from lakebook.config import Workspace
from lakebook.lab.answers import AnswerHandler
from lakebook.lab.catalog import delta, listed
from lakebook.lab.workspaces import Workspaces


class _Handler(AnswerHandler):
    auth_resource = "lakebook-catalog"
    # a page that is left open is no sign of somebody who works
    _track_activity = False

    def initialize(self, workspaces: Workspaces) -> None:
        """Called by tornado."""
        self._workspaces = workspaces

    @web.authenticated
    @authorized
    async def get(self) -> None:
        """Answer the question that the path is."""
        folder, ask = self.get_query_argument("folder", ""), self.question()
        await self.answer(lambda: ask(self._workspaces.of(folder)))

    def question(self) -> Callable[[Workspace], Any]:
        """What is asked of a workspace."""
        raise NotImplementedError

    def words(self, *names: str) -> list[str]:
        """The request's arguments; all have to be there."""
        return [self.get_query_argument(name) for name in names]


class CatalogHandler(_Handler):
    """Catalogs and schemas; with ``stamp`` alone whether that of an earlier answer is still the newest."""

    @override
    def question(self) -> Callable[[Workspace], Any]:
        known = self.get_query_argument("stamp", None)
        return lambda workspace: {"stamp": known} if known == listed.stamp(workspace) else listed.tree(workspace)


class SchemaHandler(_Handler):
    """Tables, views, functions and volumes of a schema."""

    @override
    def question(self) -> Callable[[Workspace], Any]:
        catalog, schema = self.words("catalog", "schema")
        return lambda workspace: listed.schema(workspace, catalog, schema)


class SearchHandler(_Handler):
    """What has these words in its name."""

    @override
    def question(self) -> Callable[[Workspace], Any]:
        (words,) = self.words("words")
        return lambda workspace: listed.search(workspace, words)


class TableHandler(_Handler):
    """A table's columns."""

    @override
    def question(self) -> Callable[[Workspace], Any]:
        catalog, schema, name = self.words("catalog", "schema", "name")
        return lambda workspace: delta.details(listed.table(workspace, catalog, schema, name))


class HistoryHandler(_Handler):
    """A table's versions."""

    @override
    def question(self) -> Callable[[Workspace], Any]:
        catalog, schema, name = self.words("catalog", "schema", "name")
        return lambda workspace: delta.history(listed.table(workspace, catalog, schema, name))
