"""Takes requests of the API, and gives its answers and errors."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from typing import Any

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import APIHandler
from jupyter_server.utils import url_path_join
from tornado import web
from typing_extensions import override

from lakebook.web.rest.asked import Asked
from lakebook.web.rest.errors import EXPECTED, ApiError, as_api_error, of_status
from lakebook.web.rest.fields import Fields
from lakebook.web.rest.routes import PERMISSIONS, ROUTES, Route
from lakebook.web.service import Service

_log = logging.getLogger(__name__)
_TOKEN = "A request needs the token of this Jupyter server, as in: Authorization: Bearer TOKEN"


class JobsHandler(APIHandler):
    """``/api/2.2/jobs/…``. A browser's cookie is not enough: whoever asks has to have the token."""

    auth_resource = "jobs"

    def initialize(self, service: Service) -> None:
        """Called by tornado."""
        self._service = service

    @web.authenticated
    @authorized
    async def get(self, version: str, name: str) -> None:
        """Questions, whose fields are in the query."""
        await self._answer(version, ROUTES.get(("GET", name)), self._query)

    @web.authenticated
    @authorized
    async def post(self, version: str, name: str) -> None:
        """Changes, whose fields are a JSON body."""
        await self._answer(version, ROUTES.get(("POST", name)), self._body)

    async def _answer(self, version: str, route: Route | None, read: Any) -> None:
        try:
            if not self.token_authenticated:
                raise of_status(HTTPStatus.UNAUTHORIZED, _TOKEN)
            if route is None:
                raise of_status(HTTPStatus.NOT_FOUND, f"There is no {self.request.method} {self.request.path} here.")
            fields = Fields(read())
            if route.fields:
                fields.check_names(route.fields)
            answer = await self._service.call(lambda: route.function(self._asked(fields, version)))
        except ApiError as problem:
            self._tell(problem)
        except EXPECTED as problem:
            self._tell(as_api_error(problem))
        else:
            self.finish(json.dumps(answer))

    def _asked(self, fields: Fields, version: str) -> Asked:
        request = self.request
        pages = f"{request.protocol}://{request.host}{url_path_join(self.base_url, 'lakebook')}"
        return Asked(fields, self._service.workspace, self._service.store, pages, is_paged=version == "2.2")

    def _query(self) -> dict[str, Any]:
        names = [name for name in self.request.query_arguments if name != "token"]
        return {name: self.get_query_argument(name) for name in names}

    def _body(self) -> dict[str, Any]:
        kind = self.request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise of_status(HTTPStatus.BAD_REQUEST, "The body has to be JSON, with Content-Type: application/json")
        try:
            body = json.loads(self.request.body)
        except ValueError as problem:
            raise of_status(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {problem}.") from None
        if not isinstance(body, dict):
            raise of_status(HTTPStatus.BAD_REQUEST, "The body has to be a JSON object.")
        return body

    def _tell(self, problem: ApiError) -> None:
        self.set_status(problem.status)
        self.finish(json.dumps(problem.body))

    @override
    def write_error(self, status_code: int, **kwargs: Any) -> None:
        problem = (kwargs.get("exc_info") or (None, None))[1]
        told = problem.log_message if isinstance(problem, web.HTTPError) else None
        if status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            told = "The server could not answer; its log says why."
        self._tell(of_status(status_code, told or HTTPStatus(status_code).phrase))

    @override
    def check_xsrf_cookie(self) -> None:
        """The token is what no page of another site can send."""
        is_known = hasattr(self, "_jupyter_current_user")  # tornado asks earlier, too
        if is_known and not self.token_authenticated:
            raise web.HTTPError(HTTPStatus.UNAUTHORIZED, _TOKEN)

    @override
    def get_login_url(self) -> str:
        raise web.HTTPError(HTTPStatus.UNAUTHORIZED, _TOKEN)


class PermissionsHandler(JobsHandler):
    """``/api/2.0/permissions/jobs/5``."""

    @web.authenticated
    @authorized
    async def get(self, number: str, more: str | None) -> None:
        """Who may do what."""
        await self._answer("2.0", PERMISSIONS.get(("GET", more)), lambda: {**self._query(), "job_id": number})

    @web.authenticated
    @authorized
    async def put(self, number: str, more: str | None) -> None:
        """All permissions."""
        await self._answer("2.0", PERMISSIONS.get(("PUT", more)), lambda: {**self._body(), "job_id": number})

    @web.authenticated
    @authorized
    async def patch(self, number: str, more: str | None) -> None:
        """Some more permissions."""
        await self._answer("2.0", PERMISSIONS.get(("PATCH", more)), lambda: {**self._body(), "job_id": number})
