"""How a delivery is signed: as MLflow signs those of its own webhooks, so that one receiver verifies both."""

from __future__ import annotations

import base64
import hashlib
import hmac

SIGNATURE = "X-MLflow-Signature"
TIMESTAMP = "X-MLflow-Timestamp"
DELIVERY = "X-MLflow-Delivery-Id"
_VERSION = "v1"


def headers(secret: str, delivery: str, body: bytes, now: float) -> dict[str, str]:
    """The headers that say which delivery this is, when it was sent, and that it comes from who knows the secret.

    Args:
        delivery: the delivery's id, which is the same in each attempt.
        now: seconds since 1970; the attempt's time, not the event's, since receivers refuse what was signed long ago.
    """
    timestamp = str(int(now))
    return {DELIVERY: delivery, TIMESTAMP: timestamp, SIGNATURE: signature(secret, delivery, timestamp, body)}


def signature(secret: str, delivery: str, timestamp: str, body: bytes) -> str:
    """``v1,`` and the base64 of the HMAC-SHA256 of ``delivery.timestamp.body``."""
    signed = b".".join([delivery.encode(), timestamp.encode(), body])
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"
