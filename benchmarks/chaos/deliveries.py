"""Counts how often the queue delivered a message, as the app's host saw it."""

import re

from local.faults import Exchange, Front, Moment

_DEQUEUED = re.compile(rb"<DequeueCount>(\d+)</DequeueCount>")


class Deliveries:
    """Reads the dequeue counts in the answers of the `queue` front, from now on."""

    def __init__(self, front: Front) -> None:
        self.first = 0
        """Messages delivered for the first time."""
        self.again = 0
        """Deliveries of messages that had been delivered before."""
        front.watch = self._see

    def _see(self, exchange: Exchange, moment: Moment) -> None:
        if moment is not Moment.AFTER or exchange.method != "GET":
            return
        for count in _DEQUEUED.findall(exchange.answer):
            if int(count) == 1:
                self.first += 1
            else:
                self.again += 1
