"""The deliverer: beside a scheduler, sends what is due in the outbox, and writes down what came of it."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import AbstractContextManager

from lakebook.config import Workspace
from lakebook.jobs.beside import beside
from lakebook.jobs.notifications.content import Content
from lakebook.jobs.notifications.errors import NotSent
from lakebook.jobs.notifications.mail import send_mail
from lakebook.jobs.notifications.webhook import send_webhook
from lakebook.jobs.store import NotFound, Store, StoreError
from lakebook.jobs.store.rows import Message
from lakebook.tracking.webhooks.settings import Settings

_log = logging.getLogger(__name__)

#: messages that are looked at in one go
_BATCH = 1000
#: seconds after which a message is sent again whose attempt nobody has told the end of
_LEASE = 120.0
#: attempts before a message is given up, however old it is: nobody may have been there to send it
_LEAST_ATTEMPTS = 10


class Deliverer:
    """Sends messages. There may be several: each attempt is written down before it is made, and is then one's own.

    Each receiver has a thread of its own while something is due to it, so that a slow one holds up no other, and none
    the scheduler. What was sent and not written down, since the process ended in between, is sent again.
    """

    def __init__(self, workspace: Workspace, store: Store, settings: Settings | None = None) -> None:
        self._workspace = workspace
        self._store = store
        self._settings = settings or Settings()
        self._lanes: dict[str, threading.Thread] = {}
        self._closed = threading.Event()
        self._told: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """Send what is due until told to stop; then once more, for a moment."""
        while not stop.wait(self._settings.poll):
            self.look()
        deadline = time.monotonic() + self._settings.grace
        self.join(deadline)
        self.look()
        self.join(deadline)
        self._closed.set()

    def look(self) -> None:
        """Begin to send what is due."""
        try:
            with self._store.read() as rows:
                due = rows.outbox.due(_BATCH)
        except StoreError as problem:
            self._tell(str(problem))
            return
        lanes: dict[str, list[Message]] = {}
        for message in due:
            lanes.setdefault("mail" if "mail" in message.payload else message.receiver, []).append(message)
        for name, messages in lanes.items():
            lane = self._lanes.get(name)
            if lane is None or not lane.is_alive():
                lane = threading.Thread(target=self._lane, args=(messages,), name=f"notify {name}", daemon=True)
                self._lanes[name] = lane
                lane.start()

    def join(self, deadline: float) -> None:
        """Wait for what is being sent, until a moment of the monotonic clock."""
        for lane in self._lanes.values():
            lane.join(max(0.0, deadline - time.monotonic()))

    def _lane(self, messages: list[Message]) -> None:
        for message in messages:
            if self._closed.is_set():
                return
            try:
                self._deliver(message)
            except NotFound:
                _log.debug("Message %s was forgotten with its run", message.id)
            except StoreError as problem:
                self._tell(str(problem))
                return

    def _deliver(self, message: Message) -> None:
        pause = self._settings.pause(message.attempts + 1)
        with self._store.write() as rows:
            content = Content(message, rows.runs.get(message.run_id), self._workspace.root)
            if not rows.outbox.begin(message, self._later(max(pause, _LEASE))):
                return
        try:
            self._send(content)
        except NotSent as problem:
            again = None if problem.final or self._is_over(message) else self._later(max(pause, problem.wait))
            self._write(message, problem, again)
            self._tell(f"{message.receiver} was not told that {content.subject}: {problem}")
        else:
            self._write(message, None, None)

    def _send(self, content: Content) -> None:
        receiver = content.message.receiver
        if "mail" in content.message.payload:
            send_mail(content, receiver, self._workspace.mail, self._settings.timeout)
        else:
            send_webhook(content, receiver, self._workspace, self._settings)

    def _write(self, message: Message, problem: NotSent | None, again: int | None) -> None:
        """Write down what came of an attempt, as soon as the database can be written to."""
        while True:
            try:
                with self._store.write() as rows:
                    if problem is None:
                        rows.outbox.sent(message.id)
                    else:
                        rows.outbox.failed(message.id, str(problem), again)
                return
            except StoreError as trouble:
                if self._closed.wait(self._settings.rest):
                    raise
                self._tell(str(trouble))

    def _is_over(self, message: Message) -> bool:
        old = self._store.now() - message.created_time > self._settings.give_up * 1000
        return old and message.attempts + 1 >= _LEAST_ATTEMPTS

    def _later(self, seconds: float) -> int:
        return self._store.now() + round(seconds * 1000)

    def _tell(self, text: str) -> None:
        """Say what is wrong, once."""
        if text not in self._told:
            self._told.add(text)
            _log.warning("%s", text)


def delivering(workspace: Workspace, store: Store) -> AbstractContextManager[object]:
    """Within it messages are sent, on threads of their own."""
    return beside(Deliverer(workspace, store).run, "notify")
