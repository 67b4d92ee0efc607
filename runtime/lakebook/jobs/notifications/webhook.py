"""Messages as requests to webhooks, signed like those about the model registry."""

from __future__ import annotations

from lakebook.config import Workspace
from lakebook.jobs.notifications.content import Content
from lakebook.jobs.notifications.errors import NotSent
from lakebook.jobs.notifications.secret_files import read_secret
from lakebook.tracking.webhooks.sending import send
from lakebook.tracking.webhooks.settings import Settings


def send_webhook(content: Content, receiver: str, workspace: Workspace, settings: Settings) -> None:
    """Post a message.

    Args:
        content: what it says.
        receiver: an address, or a name in ``[webhooks]`` of ``lakebook.toml``.
        workspace: whose ``[webhooks]``.
        settings: how long the receiver may take.

    Raises:
        NotSent: it has not arrived.
    """
    url, secret = _address(receiver, workspace)
    outcome = send(url, secret, content.delivery, content.json, settings)
    if outcome.error:
        raise NotSent(outcome.error, outcome.wait)


def _address(receiver: str, workspace: Workspace) -> tuple[str, str | None]:
    if receiver.startswith(("https://", "http://")):
        return receiver, None
    known = workspace.webhooks.get(receiver)
    if known is None:
        raise NotSent(f"there is no {receiver} under [webhooks] in lakebook.toml, and an address begins with https://")
    if known.secret_file is None:
        return known.url, None
    return known.url, read_secret(known.secret_file, f"webhooks.{receiver}.secret_file")
