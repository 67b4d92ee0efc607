"""Secrets that a notebook has gotten are not shown: every message that the kernel sends has ``[REDACTED]`` instead."""

from __future__ import annotations

import html
import json
import re
import threading
from dataclasses import dataclass
from typing import Any

from jupyter_client.session import Session

REDACTED = "[REDACTED]"
#: the messages that show something
_SHOWING = {
    "display_data", "update_display_data", "execute_result", "error", "execute_reply", "inspect_reply",
    "complete_reply", "comm_open", "comm_msg", "input_request",
}  # fmt: skip
#: what is no text, though it is sent as one
_BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf", "application/octet-stream")


@dataclass(frozen=True)
class _Held:
    """The end of what was printed, which may be the beginning of a secret."""

    name: str
    text: str
    parent: Any
    request: str
    sent: dict[str, Any]
    socket: Any


class Redaction:
    """Changes what a kernel's session sends, from the first secret on.

    A secret is found as it is, and as Python, JSON and HTML write it; also when it is printed in pieces. One that was
    taken apart or encoded is not.

    Args:
        session: of the kernel, by which all messages go.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._send: Any = None
        self._lock = threading.RLock()
        self._forms: set[str] = set()
        self._pattern = re.compile("(?!)")
        self._held: _Held | None = None

    def hide(self, secret: str) -> None:
        """From now on, do not show this text."""
        if not secret:
            return
        with self._lock:
            self._forms |= _forms(secret)
            longest_first = sorted(self._forms, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            if self._send is None:
                self._send = self._session.send
                vars(self._session)["send"] = self._redacting

    def redacted(self, value: Any) -> Any:
        """A text, or all texts in lists and dictionaries, without the secrets."""
        if isinstance(value, str):
            return self._pattern.sub(REDACTED, value)
        if isinstance(value, list | tuple):
            return [self.redacted(item) for item in value]
        if isinstance(value, dict):
            return {key: item if key in _BINARY else self.redacted(item) for key, item in value.items()}
        return value

    def _redacting(
        self,
        stream: Any,
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        parent: Any = None,
        ident: Any = None,
        **options: Any,
    ) -> Any:
        """Session's ``send``."""
        made = isinstance(msg_or_type, dict)
        kind = msg_or_type["header"]["msg_type"] if isinstance(msg_or_type, dict) else msg_or_type
        shown = msg_or_type["content"] if isinstance(msg_or_type, dict) else content
        with self._lock:
            if kind == "stream":
                about = msg_or_type["parent_header"] if isinstance(msg_or_type, dict) else parent
                shown = self._printed(stream, shown, about, {"ident": ident, **options})
                if not shown["text"]:
                    return msg_or_type
            elif kind in _SHOWING or kind == "status":
                self._release()
                shown = self.redacted(shown) if kind in _SHOWING else shown
            if made:
                assert isinstance(msg_or_type, dict)
                return self._send(stream, {**msg_or_type, "content": shown}, parent=parent, ident=ident, **options)
            return self._send(stream, msg_or_type, shown, parent, ident, **options)

    def _printed(self, socket: Any, content: Any, parent: Any, sent: dict[str, Any]) -> dict[str, Any]:
        """What of printed text can be sent; what may be the beginning of a secret is held until more comes."""
        name, text = content["name"], content["text"]
        request = str(((parent or {}).get("header") or parent or {}).get("msg_id", ""))
        if self._held is not None:
            if (self._held.name, self._held.request) == (name, request):
                text, self._held = self._held.text + text, None
            else:
                self._release()
        text = self.redacted(text)
        held = max((_overlap(text, form) for form in self._forms), default=0)
        if held:
            self._held = _Held(name, text[-held:], parent, request, sent, socket)
            text = text[:-held]
        return {**content, "text": text}

    def _release(self) -> None:
        """Send what was held: it was no secret."""
        held, self._held = self._held, None
        if held is not None:
            self._send(held.socket, "stream", {"name": held.name, "text": held.text}, held.parent, **held.sent)


def _forms(secret: str) -> set[str]:
    """How a text may be written in what is shown."""
    forms = {
        secret,
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        html.escape(secret),
        html.escape(secret, quote=False),
    }
    return {form for form in forms if form}


def _overlap(text: str, form: str) -> int:
    """How many characters at the text's end are the beginning of a secret, but not the whole."""
    for length in range(min(len(form) - 1, len(text)), 0, -1):
        if text.endswith(form[:length]):
            return length
    return 0
