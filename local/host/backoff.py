"""How long to wait before polling an empty queue again."""

import random

MINIMUM_SECONDS = 0.1
"""The platform's shortest wait (QueuePollingIntervals.Minimum)."""

SPREAD = 0.2
"""Waits vary by this share, so that listeners do not poll in step (RandomizedExponentialBackoffStrategy)."""


class Backoff:
    """The platform's randomized exponential back-off (RandomizedExponentialBackoffStrategy).

    The first wait after a message is the shortest. Each further wait adds a part that doubles, until it would reach
    `maximum` seconds. From then on every wait is `maximum`.
    """

    def __init__(self, maximum: float, chance: random.Random | None = None) -> None:
        self._maximum = max(maximum, MINIMUM_SECONDS)
        self._chance = chance or random.Random()  # noqa: S311 - nothing to guess here
        self.after_message()

    def after_message(self) -> None:
        """Start over with the shortest wait, because the queue is in use."""
        self._doublings = -1
        self._seconds = 0.0

    def next_seconds(self) -> float:
        """Return the next wait in seconds, at most `maximum`."""
        if self._seconds < self._maximum:
            added = self._chance.uniform(1 - SPREAD, 1 + SPREAD) * 2.0**self._doublings if self._doublings >= 0 else 0.0
            self._seconds = min(MINIMUM_SECONDS * (1 + added), self._maximum)
            self._doublings += 1
        return self._seconds
