"""The deliverer: sends what is due, and goes on until it has arrived or is given up."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from lakebook.config import Workspace
from lakebook.tracking.store import sqlite_file, tracking_uri
from lakebook.tracking.webhooks import lock, triggers
from lakebook.tracking.webhooks.errors import WebhookError
from lakebook.tracking.webhooks.outbox import Due, Outbox, Outcome
from lakebook.tracking.webhooks.sending import send
from lakebook.tracking.webhooks.settings import Settings
from lakebook.transcript import duration

Report = Callable[[str], None]

#: seconds between two looks for triggers that a migration dropped, and for what is long finished
_TIDYING = 60.0
#: seconds until trouble that lasts is told again
_REMINDER = 600.0


class AlreadyDelivering(WebhookError):
    """Another process delivers the store's webhooks."""


class Deliverer:
    """Sends a store's deliveries; there is one for each store at a time.

    Each webhook has a thread of its own while something is due to it, so that a slow receiver holds up no other one's.
    What was sent and not written down, since the process ended in between, is sent again with the same id.

    Args:
        file: the store's database; it, and webhooks in it, may come later.
        say: told of each attempt and of what goes wrong, a line each, from any thread.
    """

    def __init__(self, file: Path, settings: Settings | None = None, say: Report | None = None) -> None:
        self._file = file
        self._settings = settings or Settings()
        self._say = say or (lambda line: None)
        self._outbox = Outbox(file, self._settings)
        self._lock: TextIO | None = None
        self._lanes: dict[int, threading.Thread] = {}
        self._stopping = threading.Event()
        #: whether each delivery is tried once and then left
        self._once = False
        self._thread: threading.Thread | None = None
        self._told: dict[str, float] = {}
        self._tidied = float("-inf")

    def start(self) -> None:
        """Deliver on a thread of its own; while another process delivers, wait for its end."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._go_on, name="lakebook webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End what ``start`` began; attempts that are under way have a moment left. May be called twice."""
        self.ask_to_stop()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def ask_to_stop(self) -> None:
        """Let ``run`` end soon; for handlers of signals."""
        self._stopping.set()

    def run(self) -> None:
        """Deliver until ``ask_to_stop``.

        Raises:
            AlreadyDelivering: another process does.
            WebhookError: the database is not there, or its lock cannot be taken.
        """
        self._take_lock()
        self._go_on()

    def deliver_due(self) -> None:
        """Send what is due, one webhook beside the other, and return.

        Raises:
            AlreadyDelivering: another process delivers.
            WebhookError: the database cannot be read or written; what was sent meanwhile may be sent again.
        """
        self._take_lock()
        self._once = True
        try:
            self._tidy()
            self._look()
            for lane in self._lanes.values():
                lane.join()
        finally:
            self._free_lock()
        if self._told:
            raise WebhookError(next(iter(self._told)))

    def _go_on(self) -> None:
        self._once = False
        try:
            while not self._stopping.is_set():
                try:
                    if self._lock is not None or self._takes_lock():
                        self._tidy()
                        self._look()
                except WebhookError as problem:
                    self._tell(problem)
                self._stopping.wait(self._settings.poll)
            deadline = time.monotonic() + self._settings.grace
            for lane in self._lanes.values():
                lane.join(max(0.0, deadline - time.monotonic()))
        finally:
            self._free_lock()

    def _look(self) -> None:
        """See what is new and what is due, and begin to send it."""
        if not self._file.exists():
            return
        self._outbox.hand_out()
        for webhook in self._outbox.waiting():
            lane = self._lanes.get(webhook)
            if lane is None or not lane.is_alive():
                lane = threading.Thread(target=self._lane, args=(webhook,), name=f"webhook {webhook}", daemon=True)
                self._lanes[webhook] = lane
                lane.start()

    def _lane(self, webhook: int) -> None:
        """Send what is due to one webhook, each after what came of the one before is written down."""
        tried: set[str] = set()
        try:
            while not self._stopping.is_set() and (due := self._outbox.due(webhook)) is not None:
                if self._once and due.id in tried:
                    return
                tried.add(due.id)
                outcome = send(due.url, due.secret, due.id, due.body, self._settings)
                if not self._written_down(due, outcome):
                    return
        except WebhookError as problem:
            self._tell(problem)

    def _written_down(self, due: Due, outcome: Outcome) -> bool:
        """Record what came of an attempt, as soon as the database can be written to; False when it goes on without."""
        while True:
            try:
                again = self._outbox.record(due, outcome)
            except WebhookError as problem:
                self._tell(problem)
            else:
                self._say(_line(due, outcome, again))
                return True
            if self._once or self._stopping.wait(self._settings.rest):
                return False

    def _tidy(self) -> None:
        if time.monotonic() - self._tidied >= _TIDYING and self._file.exists():
            triggers.keep(self._file)
            self._outbox.prune()
            self._tidied = time.monotonic()

    def _tell(self, problem: WebhookError) -> None:
        """Say what is wrong; while it lasts, not with every look."""
        text = str(problem)
        if time.monotonic() - self._told.get(text, float("-inf")) >= _REMINDER:
            self._told[text] = time.monotonic()
            if not self._once:  # then it is raised
                self._say(text)

    def _take_lock(self) -> None:
        if not self._file.exists():
            raise WebhookError(f"{self._file} is not there yet: the first webhook makes it.")
        if not self._takes_lock():
            raise AlreadyDelivering(f"The webhooks of {self._file} are delivered by process {lock.holder(self._file)}.")

    def _takes_lock(self) -> bool:
        if self._file.exists():
            self._lock = lock.take(self._file)
        return self._lock is not None

    def _free_lock(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def deliverer(workspace: Workspace, say: Report | None = None) -> Deliverer | None:
    """The deliverer of the workspace's registry, not started; None when that is in no SQLite file."""
    file = sqlite_file(tracking_uri(workspace))
    return None if file is None else Deliverer(file, say=say)


@contextmanager
def delivering(workspace: Workspace, say: Report | None = None) -> Iterator[None]:
    """Deliver the workspace's webhooks, those also that are made meanwhile, until the block is left."""
    worker = deliverer(workspace, say)
    if worker is not None:
        worker.start()
    try:
        yield
    finally:
        if worker is not None:
            worker.stop()


def _line(due: Due, outcome: Outcome, again: float | None) -> str:
    what = f"{due.name}: {due.event} of {due.about}"
    if not outcome.error:
        return f"{what} delivered"
    next_time = "given up" if again is None else f"again in {duration(max(0.0, again - time.time()))}"
    return f"{what} not delivered: {outcome.error}; {next_time}"
