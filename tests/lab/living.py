"""The lab as ``lakebook lab`` starts it, in a process of its own, and people in it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lakebook.config import find_workspace
from lakebook.lab.people.store import People, Role
from lakebook.lab.place import Place, make_place
from lakebook.lab.running import Running, find, link

#: seconds
PATIENCE = 120


@dataclass(frozen=True)
class LivingLab:
    """A lab that runs on a workspace."""

    workspace: Path
    place: Place
    process: subprocess.Popen[str]

    @property
    def running(self) -> Running:
        running = find(self.place)
        assert running
        return running

    @property
    def url(self) -> str:
        """With a slash at its end."""
        return self.running.url

    @property
    def owners_token(self) -> str:
        return self.running.token

    def share(self, name: str, role: Role = Role.EDITOR) -> str:
        """Let a person in; returns the token of the link."""
        return People(self.place.people).share(name, role)[1]

    def link(self, name: str, role: Role = Role.EDITOR) -> str:
        return link(self.url, self.share(name, role))

    def log(self) -> str:
        return self.place.log.read_text(errors="replace")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; returns its exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def _hear_interrupts() -> None:
    """A shell lets what it starts in the background, as these tests may be, ignore them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def living(workspace: Path, *arguments: str, **environment: str) -> Iterator[LivingLab]:
    """Start the lab on a folder; it has ended when the context does."""
    command = [sys.executable, "-m", "lakebook", "lab", "--no-browser", "--port=0", *arguments]
    process = subprocess.Popen(
        command,
        cwd=workspace,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_hear_interrupts,
    )
    try:
        place = make_place(find_workspace(workspace))
        deadline = time.monotonic() + PATIENCE
        while find(place) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                said = process.communicate()[0]
                raise AssertionError(f"{said}\n{place.log.read_text() if place.log.exists() else ''}")
            time.sleep(0.1)
        yield LivingLab(workspace, place, process)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
