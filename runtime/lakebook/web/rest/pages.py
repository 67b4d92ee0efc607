"""Pages of long lists, found again by a token."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any, TypeVar

from lakebook.web.rest.errors import invalid
from lakebook.web.rest.fields import Fields

_T = TypeVar("_T")
_MARK = "lakebook:"


def offset_of(fields: Fields) -> int:
    """How many entries come before the page that is asked for."""
    token = fields.text("page_token")
    if not token:
        return fields.integer("offset", 0) or 0
    try:
        mark, number = base64.urlsafe_b64decode(token.encode()).decode().split(":")
        if f"{mark}:" != _MARK:
            raise ValueError(mark)
        return int(number)
    except (ValueError, binascii.Error):
        raise invalid("page_token is none that an answer gave.") from None


def split(found: Sequence[_T], offset: int, limit: int) -> tuple[Sequence[_T], dict[str, Any]]:
    """A page, and the fields of an answer that lead to its neighbours.

    Args:
        found: its entries, and one more if there is one.
        offset: how many come before.
        limit: how many are on a page.
    """
    neighbours: dict[str, Any] = {"has_more": len(found) > limit}
    if len(found) > limit:
        neighbours["next_page_token"] = _token(offset + limit)
    if offset:
        neighbours["prev_page_token"] = _token(max(0, offset - limit))
    return found[:limit], neighbours


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"{_MARK}{offset}".encode()).decode()
