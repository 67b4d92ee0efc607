"""Passwords and secrets in files, which only their owner may read."""

from __future__ import annotations

import stat
from pathlib import Path

from lakebook.jobs.notifications.errors import NotSent


def read_secret(file: Path, setting: str) -> str:
    """The text of a file, without the end of its line.

    Args:
        file: the file.
        setting: which names it.

    Raises:
        NotSent: it cannot be read, others may read it too, or it is empty.
    """
    try:
        if file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise NotSent(f"{setting}: others may read {file}; make it yours alone: chmod 600 {file}")
        secret = file.read_text().rstrip("\r\n")
    except UnicodeDecodeError:
        raise NotSent(f"{setting}: {file} is not UTF-8 text") from None
    except OSError as problem:
        raise NotSent(f"{setting}: {file} cannot be read: {problem.strerror}") from None
    if not secret:
        raise NotSent(f"{setting}: {file} is empty")
    return secret
