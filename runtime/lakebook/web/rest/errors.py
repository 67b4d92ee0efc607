"""Errors as Databricks' API tells them."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from lakebook.config import ConfigError
from lakebook.jobs.definitions import DefinitionError
from lakebook.jobs.store import NotFound, RepairError, RunError, StoreError

#: what a request may lead to that is not the server's fault
EXPECTED = (ConfigError, DefinitionError, NotFound, RepairError, RunError, StoreError)

_CODES = {
    HTTPStatus.BAD_REQUEST: "MALFORMED_REQUEST",
    HTTPStatus.UNAUTHORIZED: "UNAUTHENTICATED",
    HTTPStatus.FORBIDDEN: "PERMISSION_DENIED",
    HTTPStatus.NOT_FOUND: "ENDPOINT_NOT_FOUND",
}


class ApiError(Exception):
    """A request that cannot be answered as asked.

    Args:
        code: Databricks' ``error_code``.
        message: one sentence.
        status: HTTP's.
    """

    def __init__(self, code: str, message: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.code = code
        self.status = status

    @property
    def body(self) -> dict[str, Any]:
        """What the answer says."""
        return {"error_code": self.code, "message": str(self)}


def invalid(message: str) -> ApiError:
    """The error of a field whose value cannot be."""
    return ApiError("INVALID_PARAMETER_VALUE", message)


def missing(message: str) -> ApiError:
    """The error of a job or run that is not there."""
    return ApiError("RESOURCE_DOES_NOT_EXIST", message, HTTPStatus.NOT_FOUND)


def as_api_error(problem: Exception) -> ApiError:
    """One of ``EXPECTED`` in the API's words."""
    match problem:
        case NotFound():
            return missing(str(problem))
        case DefinitionError():
            return invalid("; ".join(map(str, problem.problems)))
        case RepairError() | RunError():
            return invalid(str(problem))
    return ApiError("INTERNAL_ERROR", str(problem), HTTPStatus.INTERNAL_SERVER_ERROR)


def of_status(status: int, message: str) -> ApiError:
    """The error of a request that came to nothing before it was understood."""
    known = HTTPStatus(status)
    return ApiError(_CODES.get(known, "INTERNAL_ERROR" if status >= 500 else "MALFORMED_REQUEST"), message, known)
