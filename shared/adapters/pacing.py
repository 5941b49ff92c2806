"""The rate at which this process asks Speech: one pacer for all threads, slower after each 429 (docs/decisions/0032).

Requests are spaced evenly. A 429 pauses the whole process. The rate halves once per pause, and rises again while no
429 comes.
"""

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Generator

from shared.errors import Paused
from shared.pipeline.signals import paused

WINDOW_SECONDS = 10.0
"""Speech counts the requests to a resource in the last 10 seconds; a rate here is a number of requests in that time."""

HIGHEST_RATE = 90.0
"""Speech allows 100 in 10 s to everybody who uses the resource. One process alone stays below that."""

START_RATE = 30.0
"""The rate of a process that knows nothing yet: more than it needs for pages of files, which take longer to write."""

LOWEST_RATE = 1.0

SMALL_USE = 8
"""A process that sent fewer requests than this in 10 s is treated as if it had sent so many: it is hardly the cause of
a 429, and would have to wait for long if its rate fell to half of next to nothing."""

PAUSE_SECONDS = 10.0
"""How long a 429 pauses the process that does not say how long: by then every request has left Speech's window."""

LONGEST_PAUSE_SECONDS = 600.0
"""No documented limit of Speech lasts longer than a minute, so a longer Retry-After is not taken at its word."""

SPREAD_SECONDS = 15.0
"""A pause ends up to this much later, at random: processes that were refused together do not come back together."""

LONGEST_WAIT_SECONDS = 60.0
"""A request whose turn comes later is not waited for. It is as long as throttle.py waits before it sends a message
anew, so a full line and the messages outside it come due together."""

IDLE_SECONDS = 60.0
"""After so long without a request, what the process learned of the others is stale: it begins at START_RATE again."""

_AT_ONCE_SECONDS = 0.001
"""A wait that is shorter than this is none: clocks are not that exact."""


class Pacer:
    """Gives each request its turn. `now` is a monotonic clock in seconds, `sleep` waits, `chance` draws from [0, 1).

    `start_rate` and `spread` are not START_RATE and SPREAD_SECONDS only where a simulation compares them with others.
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
        """Return the latest moment at which a request that begins to wait now may have its turn."""
        return self._now() + LONGEST_WAIT_SECONDS

    def take(self, deadline: float, *, first: bool = False) -> float:
        """Wait for the request's turn; return the moment at which it is sent.

        `first`: it goes before all that wait. Raises Paused, at once, if its turn would come after `deadline`.
        """
        turns = self.turns(deadline, first=first)
        while True:
            try:
                self._sleep(next(turns))
            except StopIteration as end:
                return float(end.value)

    def turns(self, deadline: float, *, first: bool = False) -> Generator[float, None, float]:
        """Do as `take`, but yield each wait in seconds: the caller sleeps as its own clock does."""
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
        """Take note of a 429 for the request that was sent at `sent`; `told`: its Retry-After in seconds, if any.

        Only a request that was sent after the latest pause began is a new refusal. The others were on their way.
        """
        pause = min(PAUSE_SECONDS if told is None else told, LONGEST_PAUSE_SECONDS)
        with self._lock:
            now = self._now()
            if sent <= self._paused_at:
                self._paused_until = max(self._paused_until, now + pause + self._spread)
                return
            self._refused_before = True
            # Half of what was sent, not of what was allowed: of many processes none comes near its rate.
            self._rate = max(LOWEST_RATE, min(self._rate, max(SMALL_USE, self._sent_lately(now))) / 2)
            self._spread = self._longest_spread * self._chance()
            self._paused_at = now
            self._paused_until = self._quiet_since = now + pause + self._spread
            wait, rate = pause + self._spread, self._rate
        paused("Speech", wait, rate, words)

    def _ask(self, place: object, deadline: float) -> tuple[float, float]:
        """Return the time, and the seconds until the request's turn; 0: it has come, and the request counts as sent."""
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
