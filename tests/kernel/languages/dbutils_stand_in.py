"""A stand-in for ``dbutils``, for what asks it from another language."""

from __future__ import annotations

from typing import Any

#: what ``fs.ls`` answers
FILES = [
    {"path": "dbfs:/data/a.csv", "name": "a.csv", "size": 5, "modificationTime": 1_700_000_000_000},
    {"path": "dbfs:/data/b/", "name": "b/", "size": 0, "modificationTime": 1_700_000_000_001},
]


class Utilities:
    """Notes what is called, and answers what a test says."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, list[Any]]] = []
        self.answers: dict[str, Any] = {}

    def call(self, name: str, arguments: list[Any]) -> Any:
        self.calls.append((name, arguments))
        answer = self.answers.get(name)
        if isinstance(answer, BaseException):
            raise answer
        return answer
