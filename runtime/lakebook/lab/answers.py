"""How the lab's parts answer the extension: as JSON, found on a thread, for the server must never wait."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeVar

from jupyter_server.base.handlers import APIHandler
from tornado import web
from typing_extensions import override

from lakebook.config import ConfigError
from lakebook.lab.workspaces import NoSuchFolder
from lakebook.spark.errors import DriverError

_T = TypeVar("_T")
#: requests that are answered at once; more wait in line
_threads = ThreadPoolExecutor(8, thread_name_prefix="lakebook lab")


class Refused(Exception):
    """A question has no answer, through no fault of the server's; one sentence that says why.

    Args:
        status: of HTTP.
    """

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(why)
        self.status = status


async def on_a_thread(find: Callable[[], _T]) -> _T:
    """What a function finds that waits for files or for other processes."""
    return await asyncio.get_running_loop().run_in_executor(_threads, find)


class AnswerHandler(APIHandler):
    """Asks for Jupyter's login, and tells what goes wrong in one sentence: ``{"message": "…"}``."""

    async def answer(self, find: Callable[[], Any]) -> None:
        """Answer with what a function finds."""
        try:
            found = await on_a_thread(find)
        except Refused as problem:
            raise web.HTTPError(problem.status, "%s", str(problem)) from None
        except NoSuchFolder as problem:
            raise web.HTTPError(HTTPStatus.NOT_FOUND, "%s", str(problem)) from None
        except (ConfigError, DriverError) as problem:
            raise web.HTTPError(HTTPStatus.CONFLICT, "%s", str(problem)) from None
        self.finish(json.dumps(found))

    @override
    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell the sentence, or that the log knows."""
        problem = (kwargs.get("exc_info") or (None, None))[1]
        told = HTTPStatus(status_code).phrase
        if isinstance(problem, web.HTTPError) and problem.log_message:
            told = problem.log_message % problem.args if problem.args else problem.log_message
        elif status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            told = "The server could not answer; its log says why."
        self.finish(json.dumps({"message": told}))

    def body(self) -> dict[str, Any]:
        """The request's body, a JSON object."""
        found = self.get_json_body()
        if not isinstance(found, dict):
            raise web.HTTPError(HTTPStatus.BAD_REQUEST, "The body has to be a JSON object.")
        return found
