"""How long to wait before an empty queue is asked again."""

import random

MINIMUM_SECONDS = 0.1
"""The platform's shortest wait (functions-bindings-storage-queue, "Polling algorithm")."""

_SPREAD = 0.2
"""Waits vary by this share, so that listeners do not keep step."""


class Backoff:
    """The platform's random exponential back-off: short after a message, then twice as long each time, to `maximum`."""

    def __init__(self, maximum: float) -> None:
        self._maximum = max(maximum, MINIMUM_SECONDS)
        self._exponent = 0
        self._at_maximum = False

    def after_message(self) -> None:
        """Begin anew: the queue is in use."""
        self._exponent = 0
        self._at_maximum = False

    def next_seconds(self) -> float:
        """Return the next wait in seconds, at most `maximum`. Once it is `maximum` it stays so until a message comes.

        The rule is that of RandomizedExponentialBackoffStrategy in azure-webjobs-sdk.
        """
        if self._at_maximum:
            return self._maximum
        spread = random.uniform(1 - _SPREAD, 1 + _SPREAD)  # noqa: S311 - nothing to guess here
        seconds = MINIMUM_SECONDS * (1 + spread * 2.0**self._exponent) if self._exponent else MINIMUM_SECONDS
        self._exponent += 1
        self._at_maximum = seconds >= self._maximum
        return min(seconds, self._maximum)
