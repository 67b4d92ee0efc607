"""Where people look in a shared document, as they tell each other: each under their own name.

Browsers tell what Yjs calls awareness: for each page that has the document open a state, with the cursor and who it is.
A page also repeats what it has heard of others, in its own words. So of what comes from a person only that is passed on
which is of pages of that person, and with the name under which the person came in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pycrdt import Decoder, Encoder, YMessageType, create_awareness_message, read_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jupyter_server.auth.identity import User

_IS_AWARENESS = bytes([YMessageType.AWARENESS])


def under_own_name(message: Any, user: User, states: Mapping[int, Any], server: int) -> Any:
    """A message as it may be passed on; None if nothing of it may.

    Args:
        message: What a page of the person sent about a document; what is not about awareness stays as it is.
        user: Who the person is.
        states: What is known of all pages, by their numbers.
        server: The server's own number among these.
    """
    if not isinstance(message, bytes) or message[:1] != _IS_AWARENESS:
        return message
    try:
        told = [
            (page, clock, _named(state, user))
            for page, clock, state in _told(message)
            if page != server and _is_of(user, states.get(page)) and _is_of(user, state)
        ]
    except (ValueError, IndexError, RuntimeError, AssertionError):
        return None  # it is no such message
    return _message(told) if told else None


def _is_of(user: User, state: Any) -> bool:
    """Whether a state is of this person, as far as it says whose it is."""
    if not isinstance(state, dict) or "user" not in state:
        return True
    said = state["user"]
    return isinstance(said, dict) and said.get("username") == user.username


def _named(state: Any, user: User) -> Any:
    if not isinstance(state, dict):
        return None
    looks = {key: value for key in ("initials", "color") if (value := getattr(user, key))}
    named = {"username": user.username, "name": user.name, "display_name": user.display_name}
    return {**state, "user": {**looks, **state.get("user", {}), **named}}


def _told(message: bytes) -> Iterator[tuple[int, int, Any]]:
    """Which page is said to be how, and by which count of changes."""
    read = Decoder(read_message(message[1:]))
    for _ in range(read.read_var_uint()):
        yield read.read_var_uint(), read.read_var_uint(), json.loads(read.read_var_string())


def _message(told: list[tuple[int, int, Any]]) -> bytes:
    write = Encoder()
    write.write_var_uint(len(told))
    for page, clock, state in told:
        write.write_var_uint(page)
        write.write_var_uint(clock)
        write.write_var_string(
            json.dumps(state, separators=(",", ":"))
        )  # in ASCII: its length is counted in characters
    return create_awareness_message(write.to_bytes())
