"""A process that is attached to a driver as a kernel is, and does what a test tells it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any


class PeerError(Exception):
    """What the code in the other process raised."""


class Peer:
    """The test's side. Names that code binds are kept; ``spark``, ``sc``, ``notebook`` and ``events`` are there."""

    def __init__(self, root: Path, folder: Path | None = None, own: Path | None = None) -> None:
        """``own`` is the connection file of another driver than the workspace's."""
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(root), str(folder or root), *([str(own)] if own else [])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            start_new_session=True,
        )
        self.id: str = self._answer()

    def __enter__(self) -> Peer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def run(self, code: str) -> Any:
        """Run statements; returns the value of the last line when that is an expression."""
        self.start(code)
        return self._answer()

    def start(self, code: str) -> None:
        """Like ``run``, which ``finish`` ends."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(code) + "\n")
        self.process.stdin.flush()

    def finish(self) -> Any:
        return self._answer()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def close(self) -> None:
        if self.process.poll() is None:
            assert self.process.stdin is not None
            self.process.stdin.close()
            self.process.wait(30)

    def _answer(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise PeerError("the process ended")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer["value"]


def eventually(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def _serve(root: Path, folder: Path, own: Path | None) -> None:
    import ast

    from lakebook.config import find_workspace
    from lakebook.spark.attach import Attachment
    from lakebook.spark.driver import Driver, connect

    answers, sys.stdout = sys.stdout, sys.stderr
    os.chdir(folder)

    def answer(**fields: Any) -> None:
        answers.write(json.dumps(fields, default=str) + "\n")
        answers.flush()

    if own is None:
        connection = connect(find_workspace(root), folder, folder.name)
    else:
        driver = Driver.read(own)
        assert driver is not None
        connection = driver.attach(folder, folder.name)
    events: list[dict[str, Any]] = []
    connection.listen(events.append)
    attached = Attachment(connection, [str(folder)])
    names: dict[str, Any] = {
        "spark": attached.session,
        "sc": attached.context,
        "jvm": attached.gateway.jvm,
        "notebook": attached.notebook,
        "connection": connection,
        "events": events,
    }
    attached.notebook.beginCell("cell")
    answer(value=connection.id)
    for line in sys.stdin:
        try:
            tree = ast.parse(json.loads(line))
            last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
            exec(compile(tree, "<test>", "exec"), names)
            value = eval(compile(ast.Expression(last.value), "<test>", "eval"), names) if last else None
            answer(value=value)
        except Exception as problem:
            answer(error=f"{type(problem).__name__}: {problem}")
    connection.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]) if len(sys.argv) > 3 else None)
