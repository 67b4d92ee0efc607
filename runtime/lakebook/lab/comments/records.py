"""What is written in a file of comments: one record on each line, of three kinds.

A ``comment`` is what one person wrote, an ``anchor`` says where in the notebook a thread belongs, a ``state`` whether
it is resolved. A record keeps its line: what two branches of a repository add is on lines of its own.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias

Record: TypeAlias = dict[str, Any]

#: in the order in which they stand in a thread's lines
KINDS = ("anchor", "comment", "state")

#: a line begins with its kind; fields that a later version may add come last
_ORDER = (
    *KINDS,
    "thread",
    "at",
    "by",
    "is",
    "text",
    "mentions",
    "edited",
    "deleted",
    "cell",
    "source",
    "quote",
    "before",
    "after",
)
#: whole number that browsers and shared documents have exactly
_LARGEST = 2**53 - 1
_TIMES = ("at", "edited", "deleted")
_TEXTS = ("cell", "source", "quote", "before", "after")


class RecordError(ValueError):
    """A line is no record."""


def read(line: str) -> Record:
    """The record on a line.

    Raises:
        RecordError: It is none; what is wrong with it.
    """
    try:
        record = json.loads(line, parse_constant=_no_number, parse_int=_whole_number, parse_float=_number)
        write({"": record}).encode()
    except json.JSONDecodeError as problem:
        raise RecordError(f"it is not JSON: {problem.msg} at column {problem.colno}") from None
    except RecursionError:
        raise RecordError("it is not JSON of a comment: it is nested too deeply") from None
    except UnicodeEncodeError:
        raise RecordError("it is not JSON of a comment: it has half of a character, such as \\ud800") from None
    if not isinstance(record, dict):
        raise RecordError("it is not an object of JSON")
    check(record)
    return record


def _no_number(text: str) -> float:
    raise RecordError(f"it is not JSON: {text} is no number")


def _number(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise RecordError("it is not JSON of a comment: a number is too large")
    return number


def _whole_number(text: str) -> int:
    if abs(_number(text)) > _LARGEST:
        raise RecordError("it is not JSON of a comment: a number is too large")
    return int(text)


def check(record: Record) -> None:
    """See that a record has what its kind needs.

    Raises:
        RecordError: It has not.
    """
    kinds = [kind for kind in KINDS if kind in record]
    if len(kinds) != 1:
        raise RecordError("it needs one of “comment”, “anchor” and “state”, with an identifier")
    (kind,) = kinds
    _need_text(record, kind)
    if not record[kind]:
        raise RecordError(f"“{kind}” is empty")
    if "at" not in record:
        raise RecordError("“at” is missing")
    for field in _TIMES:
        if field in record:
            _need_time(record, field)
    if kind == "anchor":
        for field in _TEXTS:
            if field in record:
                _need_text(record, field)
        _need_text(record, "cell")
        return
    _need_person(record.get("by"))
    if kind == "state":
        if record.get("is") not in ("open", "resolved"):
            raise RecordError("“is” is neither “open” nor “resolved”")
        return
    _need_text(record, "thread")
    if "deleted" not in record:
        _need_text(record, "text")
    mentions = record.get("mentions", [])
    if not isinstance(mentions, list):
        raise RecordError("“mentions” is not a list of people")
    for person in mentions:
        _need_person(person)


def write(record: Record) -> str:
    """The line of a record, the same for the same record."""
    fields = sorted(record, key=lambda field: (_ORDER.index(field) if field in _ORDER else len(_ORDER), field))
    return json.dumps({field: normal(record[field]) for field in fields}, ensure_ascii=False)


def normal(value: Any) -> Any:
    """A value as the file has it: a shared document loses the order of fields, and tells no 1 from 1.0."""
    if isinstance(value, dict):
        return {field: normal(value[field]) for field in sorted(value)}
    if isinstance(value, list | tuple):
        return [normal(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def digest(record: Record) -> str:
    """Tells one version of a record from another."""
    return hashlib.sha256(write(record).encode()).hexdigest()[:16]


def key(record: Record) -> str:
    """Which record of a file it is, in all its versions."""
    (kind,) = (kind for kind in KINDS if kind in record)
    return f"{kind}:{record[kind]}"


def is_of_another(record: Record, other: Record) -> bool:
    """Whether two comments with one identifier are of two people: then neither is a version of the other."""
    return "comment" in record and record["by"]["username"] != other["by"]["username"]


def newest(versions: Iterable[Record]) -> Record:
    """The version that was written last, of several of one record."""
    return max(versions, key=lambda record: (changed(record), write(record)))


def place(record: Record) -> tuple[str, int, datetime, str]:
    """Where in the file a record stands: threads by their identifiers, in a thread the comments by their time.

    Identifiers are random. So two new threads seldom meet at one place of the file, at which git could not merge them.
    """
    (kind,) = (kind for kind in KINDS if kind in record)
    own = str(record[kind])
    return (record.get("thread", own), KINDS.index(kind), _time(record["at"]), own)


def changed(record: Record) -> datetime:
    """When a record was written last."""
    return max(_time(record[field]) for field in _TIMES if field in record)


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _need_text(record: Record, field: str) -> None:
    if not isinstance(record.get(field), str):
        raise RecordError(f"“{field}” is {'not text' if field in record else 'missing'}")


def _need_time(record: Record, field: str) -> None:
    _need_text(record, field)
    try:
        _time(record[field])
    except ValueError:
        raise RecordError(f"“{field}” is not a time such as 2026-01-31T12:00:00Z") from None


def _need_person(value: Any) -> None:
    if not isinstance(value, dict) or not all(isinstance(value.get(field), str) for field in ("username", "name")):
        raise RecordError("who it is by, or mentions, needs a “username” and a “name”")
