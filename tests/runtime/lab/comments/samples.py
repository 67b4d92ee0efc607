"""Lines of files of comments."""

from __future__ import annotations

import json
from typing import Any

ADA = {"username": "ada", "name": "Ada Lovelace"}
BEN = {"username": "ben", "name": "Ben Okri"}


def at(minute: int) -> str:
    return f"2026-01-31T12:{minute:02}:00.000Z"


def comment(identifier: str, thread: str | None = None, text: str = "Why?", minute: int = 0, **more: Any) -> str:
    known = {"comment": identifier, "thread": thread or identifier, "at": at(minute), "by": ADA, "text": text}
    return json.dumps(known | more, ensure_ascii=False)


def anchor(thread: str, minute: int = 0, **more: Any) -> str:
    return json.dumps({"anchor": thread, "at": at(minute), "cell": "load", "source": "delay = 15"} | more)


def state(thread: str, minute: int = 0, is_: str = "resolved") -> str:
    return json.dumps({"state": thread, "at": at(minute), "by": BEN, "is": is_})


def thread(identifier: str, **more: Any) -> list[str]:
    return [anchor(identifier), comment(identifier, **more)]


def text(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
