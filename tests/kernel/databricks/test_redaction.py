"""No message shows a secret, also when it is printed in pieces."""

from __future__ import annotations

from typing import Any

import pytest
from jupyter_client.session import Session

from lakebook_kernel.databricks.redaction import Redaction

PARENT = {"header": {"msg_id": "request"}}


class Sent(Session):
    """A session that keeps what it sends."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[tuple[str, Any]] = []

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **options: Any) -> Any:  # type: ignore[override]
        if isinstance(msg_or_type, dict):
            self.messages.append((msg_or_type["header"]["msg_type"], msg_or_type["content"]))
        else:
            self.messages.append((msg_or_type, content))

    @property
    def printed(self) -> list[str]:
        return [content["text"] for kind, content in self.messages if kind == "stream"]


@pytest.fixture
def sent() -> Sent:
    made = Sent()
    Redaction(made).hide("hunter2")
    return made


def print_out(sent: Sent, *pieces: str, name: str = "stdout") -> None:
    for piece in pieces:
        sent.send(None, sent.msg("stream", {"name": name, "text": piece}, parent=PARENT))


def end(sent: Sent) -> None:
    sent.send(None, "status", {"execution_state": "idle"}, PARENT)


def test_nothing_changes_before_the_first_secret() -> None:
    plain = Sent()
    Redaction(plain)
    assert "send" not in vars(plain)


def test_printed_secrets(sent: Sent) -> None:
    print_out(sent, "it is hunter2, hunter2!\n")
    assert sent.printed == ["it is [REDACTED], [REDACTED]!\n"]


def test_one_in_pieces(sent: Sent) -> None:
    print_out(sent, "a hun", "te", "r2 b", " hunt", "ing\n")
    end(sent)
    assert "".join(sent.printed) == "a [REDACTED] b hunting\n"


def test_what_only_began_like_one_comes_before_what_follows(sent: Sent) -> None:
    print_out(sent, "hunt")
    assert sent.printed == []
    print_out(sent, "er2", name="stderr")
    sent.send(None, "display_data", {"data": {"text/plain": "x"}, "metadata": {}}, PARENT)
    end(sent)
    assert [kind for kind, _ in sent.messages] == ["stream", "stream", "display_data", "status"]
    assert sent.printed == ["hunt", "er2"]


def test_results_displays_and_errors(sent: Sent) -> None:
    bundle = {
        "text/plain": "'hunter2'",
        "text/html": "<b>hunter2</b>",
        "image/png": "hunter2",
        "x+json": {"a": ["hunter2"]},
    }
    sent.send(None, "execute_result", {"data": bundle, "metadata": {}, "execution_count": 1}, PARENT)
    sent.send(None, "error", {"ename": "E", "evalue": "bad hunter2", "traceback": ["at hunter2"]}, PARENT)
    (_, result), (_, error) = sent.messages
    hidden = "[REDACTED]"
    assert result["data"] == {
        "text/plain": f"'{hidden}'", "text/html": f"<b>{hidden}</b>", "image/png": "hunter2", "x+json": {"a": [hidden]},
    }  # fmt: skip
    assert error == {"ename": "E", "evalue": f"bad {hidden}", "traceback": [f"at {hidden}"]}


def test_the_code_that_the_user_typed_stays(sent: Sent) -> None:
    sent.send(None, "execute_input", {"code": "x = 'hunter2'", "execution_count": 1}, PARENT)
    assert sent.messages[0][1]["code"] == "x = 'hunter2'"


def test_one_that_python_json_and_html_write_otherwise() -> None:
    made = Sent()
    secret = "a'b\"<ü\n&"
    Redaction(made).hide(secret)
    import html
    import json

    for text in (repr(secret), json.dumps(secret), html.escape(secret), repr(secret.encode())):
        made.send(None, "display_data", {"data": {"text/plain": text}}, PARENT)
    assert all("[REDACTED]" in content["data"]["text/plain"] for _, content in made.messages)
    assert not any("&lt;" in content["data"]["text/plain"] for _, content in made.messages)


def test_the_longest_secret_is_found_first() -> None:
    made = Sent()
    hidden = Redaction(made)
    hidden.hide("pass")
    hidden.hide("password")
    hidden.hide("")
    print_out(made, "password pass x\n")
    assert made.printed == ["[REDACTED] [REDACTED] x\n"]
