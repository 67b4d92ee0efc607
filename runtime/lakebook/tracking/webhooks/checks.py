"""What a webhook may be: its name, its receiver's address, the events it asks for."""

from __future__ import annotations

import difflib
import re
from urllib.parse import urlsplit

from lakebook.tracking.webhooks.errors import WebhookError
from lakebook.tracking.webhooks.events import EVENTS

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def check_name(name: str) -> None:
    """See that a webhook can be called so. Raises ``WebhookError``."""
    if not _NAME.fullmatch(name):
        raise WebhookError(f"{name!r} is no name for a webhook: use letters, digits, dots, dashes and underscores.")


def check_event(event: str) -> None:
    """See that there is such an event. Raises ``WebhookError``."""
    if event in EVENTS:
        return
    near = difflib.get_close_matches(event, EVENTS, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(EVENTS)}."
    raise WebhookError(f"There is no event {event}: {hint}")


def check_url(url: str) -> None:
    """See that events can be sent to an address. Raises ``WebhookError``."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # what stands where the port should be is no number
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", url):
        raise WebhookError(f"{url!r} is no receiver's address: expected one such as https://host/path.")
    if "@" in parts.netloc:
        raise WebhookError(
            "The address has a user or a password in it, which lists of processes show: leave them out; "
            "the receiver knows a delivery by its signature."
        )


def check_secret(secret: str) -> None:
    """See that a secret proves something. Raises ``WebhookError``."""
    if not secret:
        raise WebhookError("The secret is empty: a signature with it would prove nothing.")
