"""Comms: what widgets and panels speak with the kernel."""

from __future__ import annotations

import pytest

from acceptance.suites.conversation import Conversation

ECHO = """
def opened(comm, message):
    @comm.on_msg
    def answer(message):
        comm.send({"echo": message["content"]["data"]["said"]}, buffers=[b"bytes"])
    comm.on_close(lambda message: print("closed"))
    comm.send({"opened": message["content"]["data"]})
get_ipython().kernel.comm_manager.register_target("echo", opened)
"""


def of(messages: list[dict[str, object]], kind: str) -> list[dict[str, object]]:
    return [message for message in messages if message["msg_type"] == kind]


@pytest.fixture(scope="module", autouse=True)
def _target(conversation: Conversation) -> None:
    assert conversation.run(ECHO).ok


def test_a_comm_is_opened_spoken_with_and_closed(conversation: Conversation) -> None:
    opening = {"comm_id": "a", "target_name": "echo", "data": {"x": 1}}
    (first,) = of(conversation.told(conversation.send("comm_open", opening)), "comm_msg")
    assert first["content"] == {"comm_id": "a", "data": {"opened": {"x": 1}}}
    assert conversation.ask("comm_info_request", {"target_name": "echo"})["comms"] == {"a": {"target_name": "echo"}}
    assert conversation.ask("comm_info_request", {"target_name": "other"})["comms"] == {}
    (answer,) = of(
        conversation.told(conversation.send("comm_msg", {"comm_id": "a", "data": {"said": "é"}})), "comm_msg"
    )
    assert answer["content"] == {"comm_id": "a", "data": {"echo": "é"}}
    assert [bytes(buffer) for buffer in answer["buffers"]] == [b"bytes"]  # type: ignore[attr-defined]
    closing = conversation.told(conversation.send("comm_close", {"comm_id": "a", "data": {}}))
    assert of(closing, "stream")[0]["content"] == {"name": "stdout", "text": "closed\n"}
    assert "a" not in conversation.ask("comm_info_request")["comms"]


def test_the_kernel_opens_one(conversation: Conversation) -> None:
    code = "from comm import create_comm\nmine = create_comm('front', {'a': 1})\nmine.send({'b': 2})\nmine.close()"
    outcome = conversation.run(code)
    (opened,), (sent,), (closed,) = (outcome.of(kind) for kind in ("comm_open", "comm_msg", "comm_close"))
    assert opened["target_name"] == "front" and opened["data"] == {"a": 1}
    assert opened["comm_id"] == sent["comm_id"] == closed["comm_id"] and sent["data"] == {"b": 2}


def test_an_unknown_target_is_closed_at_once(conversation: Conversation) -> None:
    opening = {"comm_id": "nobody", "target_name": "nobody's", "data": {}}
    (closed,) = of(conversation.told(conversation.send("comm_open", opening)), "comm_close")
    assert closed["content"]["comm_id"] == "nobody"  # type: ignore[index]


@pytest.mark.r
@pytest.mark.parametrize("in_a_subshell", [False, True], ids=["notebook", "subshell"])
def test_the_names_of_all_languages(conversation: Conversation, in_a_subshell: bool) -> None:
    conversation.run("%r\nlisted <- 1")
    with conversation.subshell() as shell:
        comm = f"names {in_a_subshell}"
        opening = {"comm_id": comm, "target_name": "lakebook.names", "data": {}}
        conversation.told(conversation.send("comm_open", opening, subshell=shell if in_a_subshell else None))
    sent = [message["data"]["names"] for message in conversation.run("1").of("comm_msg") if message["comm_id"] == comm]
    assert {"name": "listed", "owner": "R"}.items() <= next(
        entry for entry in sent[-1] if entry["name"] == "listed"
    ).items()
    conversation.told(conversation.send("comm_close", {"comm_id": comm, "data": {}}))
    assert not conversation.run("1").of("comm_msg")
