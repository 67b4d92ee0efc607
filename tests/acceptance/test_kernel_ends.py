"""A kernel that is asked to end does so by itself: whoever asked waits for it, and kills it after some seconds."""

from __future__ import annotations

from pathlib import Path

import psutil
from jupyter_client.manager import start_new_kernel

#: What a busy machine may do: of the threads of a kernel that ends, one has another send what was printed, which has been
#: told to end already. It would wait for that as long as the stream says.
_LATE = """
def hold_up():
    import atexit, collections, sys, threading, time
    sends, ending = sys.stdout.pub_thread, threading.Event()
    def end():
        ending.set()
        time.sleep(1)
        sends.io_loop.stop()
    class Late(collections.deque):
        def append(self, send):
            if threading.current_thread().name == "Control":
                ending.wait(0.5)
            super().append(send)
    sends._events, sys.stdout.flush_timeout, sys.stderr.flush_timeout = Late(), 1000, 1000
    atexit.register(sends.io_loop.add_callback, end)
hold_up()
"""


def test_what_is_printed_last_holds_no_kernel_up(workspace: Path) -> None:
    manager, client = start_new_kernel(kernel_name="lakebook", cwd=str(workspace))
    process = psutil.Process(manager.provisioner.pid)  # type: ignore[union-attr]
    assert client.execute_interactive(_LATE, timeout=120)["content"]["status"] == "ok"
    client.shutdown()
    try:
        process.wait(60)
    finally:
        manager.shutdown_kernel(now=True)
        client.stop_channels()
