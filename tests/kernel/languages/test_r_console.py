"""What R writes and what its programs write, in one order."""

from __future__ import annotations

import os
import socket

from lakebook_kernel.languages.r.channel import Channel
from lakebook_kernel.languages.r.console import Console


def test_what_a_program_wrote_is_in_its_place_however_soon_r_writes_again() -> None:
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        with ours, theirs:
            console = Console(Channel(theirs), {reading: "stdout"})
            console.write("stdout", "1 ")
            os.write(writing, b"program ")
            console.write("stdout", "2")
            console.flush()
            said = ""
            while "2" not in said:
                said += "".join(text for _, text in Channel(ours).receive().body["parts"])
            assert said == "1 program 2"
    finally:
        os.close(writing)
        os.close(reading)
