"""Messages between the kernel and R's process."""

from __future__ import annotations

import socket

from lakebook_kernel.languages.r.channel import Block, Channel


def test_a_message_arrives_whole_and_its_blocks_are_let_go_when_sent() -> None:
    ours, theirs = map(Channel, socket.socketpair())
    blocks: list[Block] = [b"first", bytearray(b""), memoryview(b"last")]
    ours.send({"kind": "give", "name": "x"}, blocks)
    received = theirs.receive()
    assert (received.kind, received.body["name"]) == ("give", "x")
    assert [bytes(block) for block in received.blocks] == [b"first", b"", b"last"]
    assert blocks == []
    for channel in ours, theirs:
        channel.close()
