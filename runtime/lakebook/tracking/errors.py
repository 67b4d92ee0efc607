"""What MLflow, its database and the disk fail with, in the user's terms. Nothing else explains them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from lakebook.tracking.store import sqlite_file

_FULL = "The disk of {place} is full: make room, then do it again."
_NOT_WRITTEN = "{place} cannot be written: it is read-only, or another user's."
_REFUSED = (
    "The MLflow server {place} refuses access: set MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and "
    "MLFLOW_TRACKING_PASSWORD."
)
#: words in the first line of an error, and what they mean; the first that fits is told
_WORDS = {
    "database or disk is full": _FULL,
    "no space left on device": _FULL,
    "disk quota exceeded": _FULL,
    "disk i/o error": "{place} cannot be read or written: its disk is full or damaged.",
    "attempt to write a readonly database": _NOT_WRITTEN,
    "unable to open database file": _NOT_WRITTEN,
    "read-only file system": _NOT_WRITTEN,
    "file is not a database": "{place} is not an SQLite database.",
    "database disk image is malformed": "{place} is a damaged SQLite database: put back a copy of it.",
    "database is locked": "{place} is in use by another process for too long: do it again when that is done.",
    "out-of-date database schema": "{place} was made by another version of MLflow: copy it, then run "
    "`mlflow db upgrade` with its tracking URI.",
    "error code 401": _REFUSED,
    "error code 403": _REFUSED,
    "failed with exception": "The MLflow server {place} does not answer.",
    "failed with timeout exception": "The MLflow server {place} does not answer.",
}
_FULL_DISK = {errno.ENOSPC, errno.EDQUOT}
_NO_ACCESS = {errno.EACCES, errno.EPERM, errno.EROFS}
_UNKNOWN = {"RESOURCE_DOES_NOT_EXIST", "NOT_FOUND", "INVALID_PARAMETER_VALUE"}
_DENIED = {"PERMISSION_DENIED", "UNAUTHENTICATED", "CUSTOMER_UNAUTHORIZED"}


class TrackingError(Exception):
    """Runs or models cannot be read or changed as asked; one clear sentence."""


@contextmanager
def in_users_terms(uri: str) -> Iterator[None]:
    """Raise as ``TrackingError`` what MLflow and the libraries below it raise.

    Args:
        uri: the tracking URI that is worked on.
    """
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except BrokenPipeError:  # the reader of our output left: nothing of the store's
        raise
    except (MlflowException, SQLAlchemyError, OSError) as problem:
        raise TrackingError(_told(problem, uri)) from problem


def is_unknown(problem: Exception) -> bool:
    """Whether an exception of MLflow's says that what was asked for is not there, or cannot be a name of it."""
    return getattr(problem, "error_code", None) in _UNKNOWN


def shown(uri: str) -> str:
    """A tracking URI as it is told: a database by its file, a server without its password."""
    file = sqlite_file(uri)
    if file is not None:
        return str(file)
    try:
        parts = urlsplit(uri)
    except ValueError:  # no address at all, so none with a password
        return uri
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def in_the_way(problem: Exception, uri: str) -> str | None:
    """The sentence for what a disk, a database or a server is the cause of; None for all else.

    Args:
        uri: the tracking URI that was worked on.
    """
    place = shown(uri)
    if isinstance(problem, OSError) and problem.filename is not None:
        place = str(problem.filename)
    if (number := getattr(problem, "errno", None)) in _FULL_DISK:
        return _FULL.format(place=place)
    if number in _NO_ACCESS:
        return _NOT_WRITTEN.format(place=place)
    line = _first_line(problem).lower()
    for words, sentence in _WORDS.items():
        if words in line:
            return sentence.format(place=place)
    return _REFUSED.format(place=place) if getattr(problem, "error_code", None) in _DENIED else None


def _first_line(problem: Exception) -> str:
    return next(iter(str(problem).splitlines()), type(problem).__name__)


def _told(problem: Exception, uri: str) -> str:
    known = in_the_way(problem, uri)
    if known is not None:
        return known
    line = _first_line(problem)
    return f"MLflow says: {line}" if line.endswith((".", "!", "?")) else f"MLflow says: {line}."
