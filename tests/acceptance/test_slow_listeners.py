"""Whoever reads slowly gets all that a cell prints, and the word that it has ended."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty
from typing import Any

import psutil
import pytest

from acceptance.live import HUNG, Notebook

MUCH = 120_000_000
#: so much, in more messages than the sockets on the way hold
PRINTED = {
    "python": f"from IPython.display import display_html\nfor _ in range({MUCH // 20_000}):\n    display_html('x' * 20_000, raw=True)",
    "shell": f"%sh\nyes {'x' * 99} | head -c {MUCH}",
}


@pytest.mark.parametrize("language", PRINTED)
def test_output_and_end_of_a_cell_arrive_at_one_who_is_behind(notebook: Notebook, language: str) -> None:
    request = notebook.start(PRINTED[language])
    with suppress(Empty):  # the cell runs ahead meanwhile, to its end if nothing holds it
        notebook.client.get_shell_msg(timeout=6)
    arrived, idle = 0, False
    while not idle:
        message = notebook.client.get_iopub_msg(timeout=20)
        if message["parent_header"].get("msg_id") == request:
            arrived += len(message["content"].get("text", "")) + len(
                message["content"].get("data", {}).get("text/html", "")
            )
            idle = message["content"].get("execution_state") == "idle"
    assert arrived == MUCH


def test_what_a_stopped_kernel_does_not_read_fills_no_drivers_memory(notebook: Notebook, neighbour: Notebook) -> None:
    held = (
        "import time\ntime.sleep(3)\nspark._jvm.System.gc()\n"
        "spark._jvm.Runtime.getRuntime().totalMemory() - spark._jvm.Runtime.getRuntime().freeMemory()"
    )
    notebook.good("%scala\n1 + 1")
    before = int(neighbour.good(held).text)
    endless = notebook.start('%scala\nval line = "x" * 60000\nwhile (true) println(line)')
    while notebook.client.get_iopub_msg(timeout=HUNG)["msg_type"] != "stream":
        pass  # a kernel that is stopped before the cell has begun would be interrupted before it has, too
    provisioner: Any = notebook.manager.provisioner
    kernel = psutil.Process(provisioner.pid)
    kernel.suspend()
    try:
        assert int(neighbour.good(held).text) - before < 100_000_000
    finally:
        kernel.resume()
        notebook.manager.interrupt_kernel()
        assert "KeyboardInterrupt" in notebook.finish(endless).error


def test_one_who_never_reads_stops_no_cell(notebook: Notebook) -> None:
    deaf = notebook.manager.blocking_client()
    deaf.start_channels()  # subscribes, and is never asked for anything
    try:
        notebook.good(PRINTED["python"])
        assert notebook.good("2 + 3").text == "5"
    finally:
        deaf.stop_channels()
