"""A delivery is signed as MLflow signs its own: whoever knows the secret can tell it from a forgery."""

from __future__ import annotations

import base64
import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, hmac
from mlflow.webhooks.delivery import _generate_hmac_signature

from lakebook.config import Workspace
from lakebook.tracking.webhooks import signing, subscriptions
from lakebook.tracking.webhooks.delivery import Deliverer
from lakebook.tracking.webhooks.events import EVENTS
from runtime.tracking.webhooks.receiver import Received, Receiver
from runtime.tracking.webhooks.stored import QUICK

PAGE = Path(__file__).parents[4] / "docs" / "webhooks.md"
SECRET = "sesame, but longer; ü"


@pytest.fixture
def delivery(workspace: Workspace, file: Path, client: Any, receiver: Receiver) -> Received:
    """An event, as a receiver got it."""
    subscriptions.add(workspace, "ci", receiver.url, secret=SECRET)
    client.create_registered_model("départs")
    Deliverer(file, QUICK).deliver_due()
    (received,) = receiver.wait_for(1)
    return received


def test_another_library_finds_the_same_signature(delivery: Received) -> None:
    mac = hmac.HMAC(SECRET.encode(), hashes.SHA256())
    mac.update(f"{delivery.delivery}.{delivery.headers['X-MLflow-Timestamp']}.".encode() + delivery.body)
    version, _, signature = delivery.headers["X-MLflow-Signature"].partition(",")
    mac.verify(base64.b64decode(signature))
    assert version == "v1"


def test_mlflow_signs_alike() -> None:
    body = '{"entity": "registered_model"}'
    assert signing.signature(SECRET, "id", "1", body.encode()) == _generate_hmac_signature(SECRET, "id", "1", body)


def test_the_receiver_of_the_documentation_tells_what_is_true(delivery: Received) -> None:
    (source,) = [text for text in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "hmac" in text]
    module: dict[str, Any] = {}
    exec(source, module)
    verified = module["verified"]
    assert verified(SECRET, delivery.headers, delivery.body) == json.loads(delivery.body)
    assert verified("another", delivery.headers, delivery.body) is None
    assert verified(SECRET, delivery.headers, delivery.body.replace(b"model", b"modem")) is None
    assert verified(SECRET, {**delivery.headers, "X-MLflow-Delivery-Id": "another"}, delivery.body) is None


def test_the_receiver_of_the_documentation_refuses_what_was_sent_long_ago() -> None:
    (source,) = [text for text in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "hmac" in text]
    module: dict[str, Any] = {}
    exec(source, module)
    old = signing.headers(SECRET, "id", b"{}", time.time() - 3600)
    new = signing.headers(SECRET, "id", b"{}", time.time())
    assert module["verified"](SECRET, old, b"{}") is None
    assert module["verified"](SECRET, new, b"{}") == {}


def test_the_envelope_is_mlflows(delivery: Received) -> None:
    body = json.loads(delivery.body)
    assert list(body) == ["entity", "action", "timestamp", "data"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", body["timestamp"])
    assert delivery.headers["Content-Type"] == "application/json"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", delivery.delivery)


def test_every_event_is_described_with_its_fields() -> None:
    table = re.findall(r"^\| `(\w+\.\w+)` \| (.*?) \|", PAGE.read_text(), re.MULTILINE)
    assert {event: tuple(re.findall(r"`(\w+)`", fields)) for event, fields in table} == EVENTS
