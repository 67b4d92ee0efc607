"""A Postgres server for tests, where the machine has its programs."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The URL of a server that is there as long as the block. It listens on a socket in its own folder only."""
    if shutil.which("initdb") is None or shutil.which("postgres") is None:
        pytest.skip("Postgres is not installed")
    pytest.importorskip("psycopg")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    # it refuses to run as root
    user = pwd.getpwnam("postgres").pw_uid if os.getuid() == 0 else None
    if user is not None:
        os.chown(folder, user, -1)
    data = folder / "data"
    try:
        command = ["initdb", "--pgdata", str(data), "--username", "lakebook", "--auth", "trust", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, user=user, cwd=folder)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        control = ["pg_ctl", "--pgdata", str(data), "--wait", "--log", str(folder / "log")]
        subprocess.run(
            [*control, "--options", options, "start"], check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder
        )
        try:
            yield f"postgresql://lakebook@/postgres?host={folder}"
        finally:
            subprocess.run(
                [*control, "--mode", "immediate", "stop"], check=True, stdout=subprocess.DEVNULL, user=user, cwd=folder
            )
    finally:
        shutil.rmtree(folder)
