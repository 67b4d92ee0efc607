"""What a running cell asks a person for: ``input()`` and ``getpass()``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lakebook.lab.execution.audience import Audience, Event, Listener
from lakebook.lab.execution.runs import Run


@dataclass(frozen=True)
class Question:
    """One of them."""

    run: Run
    prompt: str
    is_secret: bool
    #: gives the kernel its answer
    answer: Callable[[str], None]

    @property
    def event(self) -> Event:
        """As the browsers are told."""
        return {
            "event": "question",
            "run": self.run.identifier,
            "document": self.run.notebook.name,
            "cell": self.run.cell,
            "prompt": self.prompt,
            "secret": self.is_secret,
        }

    def shown(self, value: str) -> dict[str, Any]:
        """The output that keeps what was asked and answered."""
        return {"name": "stdin", "text": f"{self.prompt} {'········' if self.is_secret else value}\n"}


class Questions:
    """Those that are open: asked of whoever ran the cell if that person is there, else of everybody who is or comes."""

    def __init__(self, audience: Audience) -> None:
        self._audience = audience
        self._open: dict[str, Question] = {}

    def ask(self, question: Question) -> None:
        """Ask, now or when somebody is there."""
        self._open[question.run.identifier] = question
        user = question.run.user
        self._audience.tell(question.event, user if self._audience.has(user) else None)

    def of(self, run: str) -> Question | None:
        """The question of a run."""
        return self._open.get(run)

    def close(self, run: Run) -> None:
        """It is answered, or its cell runs no more."""
        if self._open.pop(run.identifier, None):
            self._audience.tell({"event": "answered", "run": run.identifier})

    def repeat(self, listener: Listener) -> None:
        """Somebody has come."""
        for question in self._open.values():
            if question.run.user == listener.user or not self._audience.has(question.run.user):
                listener.send(question.event)

    def pass_on(self, left: str) -> None:
        """Somebody has left: ask the others."""
        if not self._audience.has(left):
            for question in self._open.values():
                if question.run.user == left:
                    self._audience.tell(question.event)
