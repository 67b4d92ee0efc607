"""Spark's own shell of Scala, driven through its standard input and output."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType

from lakebook.spark.jars import spark_home

_PROMPT = b"\nscala> "


class SparkShell:
    """A running ``spark-shell``, at its prompt."""

    def __init__(self, folder: Path) -> None:
        self._shell = subprocess.Popen(
            [str(spark_home() / "bin" / "spark-shell"), "--conf", "spark.ui.enabled=false"],
            cwd=folder,
            env={**os.environ, "SPARK_HOME": str(spark_home())},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            self._read_until(_PROMPT)
        except EOFError:
            self.close()
            raise

    def __enter__(self) -> SparkShell:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def seconds(self, code: str, result: str) -> float:
        """From sending a line until its result (how the line ends that tells it) is printed."""
        assert self._shell.stdin is not None
        began = time.perf_counter()
        self._shell.stdin.write(code.encode() + b"\n")
        self._shell.stdin.flush()
        rest = self._read_until(result.encode() + b"\n")
        taken = time.perf_counter() - began
        self._read_until(_PROMPT, rest)
        return taken

    def close(self) -> None:
        """End it: the shell is a script around a script around a JVM."""
        if self._shell.poll() is None:
            os.killpg(self._shell.pid, signal.SIGKILL)
        self._shell.communicate()

    def _read_until(self, sign: bytes, read: bytes = b"") -> bytes:
        """Read on until ``sign`` has come; returns its last character and what follows."""
        assert self._shell.stdout is not None
        while sign not in read:
            more = os.read(self._shell.stdout.fileno(), 65536)
            if not more:
                raise EOFError("spark-shell ended")
            read += more
        return sign[-1:] + read.partition(sign)[2]
