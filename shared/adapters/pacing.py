"""Limits the rate of this process's requests to Speech: one pacer for all threads (docs/decisions/0032).

Requests are spaced evenly. A 429 pauses the whole process and halves the rate, once per pause. Without further 429s the
rate rises again.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Generator

from shared.errors import Paused
from shared.pipeline.signals import paused

WINDOW_SECONDS = 10.0
"""Speech limits the requests to a resource within 10 seconds. A rate in this file is a number of requests per 10 s."""

HIGHEST_RATE = 90.0
"""Greatest rate of one process. Speech allows 100 requests in 10 s for all clients of the resource together."""

START_RATE = 30.0
"""Rate of a new process. Pages of files need less than this, because writing their files takes longer."""

LOWEST_RATE = 1.0

SMALL_USE = 8
"""After a 429 a process halves the number of requests that it sent in the last 10 s, but at least this number. A
process that sent fewer is hardly the cause, and half of these would be far too slow."""

PAUSE_SECONDS = 10.0
"""Pause after a 429 without Retry-After. After this time no earlier request counts in Speech's window."""

LONGEST_PAUSE_SECONDS = 600.0
"""Greatest Retry-After that is obeyed. No documented limit of Speech lasts longer than a minute."""

SPREAD_SECONDS = 15.0
"""A random time of up to this is added to each pause, so that processes that were refused together spread out."""

LONGEST_WAIT_SECONDS = 60.0
"""Longest wait for a turn. A request that would wait longer raises Paused. throttle.py waits as long before it sends a
message again, so waiting requests and such messages continue at about the same time."""

IDLE_SECONDS = 60.0
"""After this time without a request the learned rate is stale, and the process starts with START_RATE again."""

_AT_ONCE_SECONDS = 0.001
"""A shorter wait counts as none, because clocks are not more precise."""


class Pacer:
    """Gives each request its turn. `now`: a monotonic clock in seconds. `chance`: returns random numbers in [0, 1).

    `start_rate` and `spread` have other values only in a simulation that compares them.
    """

    def __init__(
        self,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        *,
        start_rate: float = START_RATE,
        spread: float = SPREAD_SECONDS,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._chance = chance
        self._lock = threading.Lock()
        self._start_rate = self._rate = start_rate
        self._refused_before = False
        self._line: list[object] = []
        self._sent: deque[float] = deque()
        self._last = self._free_at = self._quiet_since = now()
        self._paused_at = self._paused_until = float("-inf")
        self._longest_spread, self._spread = spread, 0.0

    def deadline(self) -> float:
        """Return the time of the monotonic clock up to which a request that starts now may wait for its turn."""
        return self._now() + LONGEST_WAIT_SECONDS

    def take(self, deadline: float, *, first: bool = False) -> float:
        """Wait for the request's turn and return the time at which it is sent.

        `first`: it goes ahead of all waiting requests. Raises Paused at once if its turn would come after `deadline`.
        """
        turns = self.turns(deadline, first=first)
        while True:
            try:
                self._sleep(next(turns))
            except StopIteration as end:
                return float(end.value)

    def turns(self, deadline: float, *, first: bool = False) -> Generator[float, None, float]:
        """Do what `take` does, but yield each wait in seconds, and let the caller sleep."""
        place = object()
        with self._lock:
            self._line.insert(0 if first else len(self._line), place)
        try:
            while True:
                now, wait = self._ask(place, deadline)
                if wait == 0:
                    return now
                yield wait
        finally:
            with self._lock:
                self._line.remove(place)

    def refused(self, sent: float, told: float | None, words: str) -> None:
        """Note a 429 for the request that was sent at `sent`. `told`: its Retry-After in seconds, if it has one.

        A request that was sent before the latest pause began was already under way, and halves no rate.
        """
        pause = min(PAUSE_SECONDS if told is None else told, LONGEST_PAUSE_SECONDS)
        with self._lock:
            now = self._now()
            if sent <= self._paused_at:
                self._paused_until = max(self._paused_until, now + pause + self._spread)
                return
            self._refused_before = True
            # Half of the sent requests, not of the allowed rate: of many processes none reaches its rate.
            self._rate = max(LOWEST_RATE, min(self._rate, max(SMALL_USE, self._sent_lately(now))) / 2)
            self._spread = self._longest_spread * self._chance()
            self._paused_at = now
            self._paused_until = self._quiet_since = now + pause + self._spread
            wait, rate = pause + self._spread, self._rate
        paused("Speech", wait, rate, words)

    def _ask(self, place: object, deadline: float) -> tuple[float, float]:
        """Return the time and the seconds until the request's turn. With 0 the request counts as sent."""
        with self._lock:
            now = self._now()
            wait = max(self._free_at, self._paused_until) - now
            if wait < _AT_ONCE_SECONDS:
                self._send(now)
                return now, 0
            wait += self._line.index(place) * WINDOW_SECONDS / self._rate
            if now + wait > deadline:
                text = f"Speech is asked at most {self._rate:.1f} times in 10 s: the next turn is in {wait:.0f} s"
                raise Paused(text, wait)
            return now, wait

    def _send(self, now: float) -> None:
        if now - max(self._last, self._paused_until) > IDLE_SECONDS:
            self._rate, self._refused_before, self._quiet_since = self._start_rate, False, now
        self._sent.append(now)
        in_use = self._sent_lately(now) >= self._rate / 2
        if in_use and now - self._quiet_since >= WINDOW_SECONDS:
            self._rate = min(HIGHEST_RATE, self._rate + 1 if self._refused_before else self._rate * 2)
            self._quiet_since = now
        self._last = now
        self._free_at = now + WINDOW_SECONDS / self._rate

    def _sent_lately(self, now: float) -> int:
        while self._sent and self._sent[0] <= now - WINDOW_SECONDS:
            self._sent.popleft()
        return len(self._sent)
