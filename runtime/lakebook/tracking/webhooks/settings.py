"""How deliveries are made: how long a receiver may take, when it is tried again, when it is given up."""

from __future__ import annotations

import random
from dataclasses import dataclass

_DAY = 86400.0


@dataclass(frozen=True)
class Settings:
    """All that decides about time; in seconds where nothing else is said."""

    #: for the receiver to take a connection, and then to answer
    timeout: float = 10.0
    #: between a delivery's first attempt and its second
    first_pause: float = 5.0
    #: by which each further pause is longer
    growth: float = 2.0
    longest_pause: float = 3600.0
    #: the share of a pause by which it may be longer or shorter, so that not all come at once
    jitter: float = 0.1
    #: after the first attempt, when a delivery has failed for good
    give_up: float = 3 * _DAY
    #: the longest wait that a receiver may ask for (``Retry-After``)
    longest_wait: float = _DAY
    #: how long finished deliveries are listed
    kept: float = 30 * _DAY
    #: between two looks for new events
    poll: float = 1.0
    #: between two attempts to write down what a receiver answered, when the database cannot be written to
    rest: float = 5.0
    #: for attempts that are under way when the deliverer is stopped
    grace: float = 3.0

    def pause(self, attempts: int) -> float:
        """How long to wait after so many attempts of a delivery have failed."""
        growing = self.first_pause
        for _ in range(attempts - 1):
            growing = min(growing * self.growth, self.longest_pause)
        return growing * random.uniform(1 - self.jitter, 1 + self.jitter)
