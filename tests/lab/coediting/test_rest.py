"""What the server says to requests that it does not do."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest

from lab.coediting.guests import GUEST
from lab.coediting.serving import Server

RUN = {"document": "json:notebook:other", "kernel": "k", "cells": [{"cell": "c", "source": "1"}]}


def refusal(server: Server, path: str, body: Any, **headers: str) -> tuple[int, str]:
    with pytest.raises(urllib.error.HTTPError) as raised:
        server.ask(f"lakebook/execution/{path}", body, **headers)
    return raised.value.code, json.loads(raised.value.read())["message"]


def test_a_guest_may_not_run_cells_nor_answer_for_them(server: Server) -> None:
    said = (403, "You may look at this notebook, but not run its cells.")
    for path, body in (
        ("runs", RUN),
        ("answers", {"run": "r", "value": "v"}),
        ("sessions", {"path": "p", "kernel": "k"}),
    ):
        assert refusal(server, path, body, **{GUEST: "yes"}) == said
    assert server.ask("lakebook/execution/trust", {"outputs": []}) == {"trusted": []}


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("runs", [], (400, "The body has to be a JSON object.")),
        ("runs", {}, (400, "'document' has to be a text.")),
        ("runs", RUN | {"cells": [1]}, (400, "The body's 'cells' has to be a list of objects.")),
        ("runs", RUN, (404, "The shared notebook 'json:notebook:other' is not open; open it in the lab.")),
        ("answers", {"run": "r", "value": "v"}, (404, "This cell asks for nothing now: somebody else has answered, or it has ended.")),
        ("sessions", {"path": "a.ipynb", "kernel": "none"}, (404, "There is no kernel 'none' here; choose another one.")),
        ("trust", {"outputs": 1}, (400, "The body's 'outputs' has to be a list of objects.")),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_answered_with_a_sentence(
    server: Server, path: str, body: Any, said: tuple[int, str]
) -> None:
    assert refusal(server, path, body) == said
