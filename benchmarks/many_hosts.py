"""A simulation of many instances of the app that share one Speech resource: `python -m benchmarks.many_hosts`.

It uses the product's own pacer, the limit of local/speech, and a clock that jumps from event to event, so minutes take
milliseconds and each run gives the same figures. Instances do not know of each other. What an instance takes from the
queue, and when, follows host.json and local/host/backoff.py. docs/decisions/0032 rests on these figures.
"""

import heapq
import json
import logging
import random
import sys
from collections import deque
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import count, product
from pathlib import Path
from typing import Any, Literal

from local.host.backoff import Backoff
from local.speech import Settings
from local.speech.errors import SpeechError
from local.speech.simulator import Simulator
from shared.adapters.pacing import Pacer
from shared.adapters.speech import PAGE
from shared.domain.messages import FILES_A_MESSAGE
from shared.errors import Paused
from shared.pipeline.throttle import THROTTLED_LIMIT_SECONDS

HOSTS = (1, 4, 16, 40)
"""40 is the default of `maximumInstanceCount` (infra/main.bicep)."""

FILES = 5000

ANSWER_SECONDS = (0.05, 0.25)
"""How long Speech takes to answer."""

COMPUTING_SECONDS = 0.02
WAITING_SECONDS = 0.1
"""A file of some minutes: the process works on one at a time, and waits for services besides. Files this small are the
hardest case: the larger they are, the fewer requests a second an instance sends."""

START_SECONDS = 1.0
"""All instances start within this time."""

_QUEUES: dict[str, Any] = json.loads((Path(__file__).parent.parent / "host.json").read_text())["extensions"]["queues"]
_BATCH, _THRESHOLD = int(_QUEUES["batchSize"]), int(_QUEUES["newBatchThreshold"])
_POLLING_SECONDS = float(_QUEUES["maxPollingInterval"].rpartition(":")[2])
_FETCH_SECONDS = 0.02
_FOREVER_SECONDS = 36_000.0

Told = Literal["window", "second", "none"]
Start = Literal["listed", "queued", "spread"]
"""`listed`: one job is listed page by page. `queued`: all messages are there at once, and an instance takes a batch.
`spread`: the same, dealt out evenly, so that all instances begin to ask within a second."""

Waits = Generator[float, None, None]


@dataclass(frozen=True)
class Row:
    """One run. `seconds`: until all files are in; `anew`: messages that were sent anew, as their turn was too late."""

    start: Start
    told: Told
    counts_refused: bool
    hosts: int
    files: int
    seconds: float
    answered: int
    refused: int
    anew: int

    @property
    def refused_per_100_files(self) -> float:
        """Requests that Speech refused, for each 100 files."""
        return 100 * self.refused / self.files


class Livelock(Exception):
    """The files were not in after ten simulated hours."""


MakePacer = Callable[[Callable[[], float], Callable[[float], None], Callable[[], float]], Pacer]
"""Returns an instance's pacer, given what Pacer is given: the clock, what sleeps, and the chance."""


class _Run:
    def __init__(  # noqa: PLR0913, PLR0917 - made by `run` alone
        self, hosts: int, files: int, start: Start, settings: Settings, seed: int, make_pacer: MakePacer
    ) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - nothing to guess
        self._now = 0.0
        self._events: list[tuple[float, int, Waits]] = []
        self._order = count()
        self._speech = Simulator(key="", token=None, region_port=0, clock=self._clock)
        self._speech.configure(settings)
        self._queue: deque[Callable[[_Host], Waits]] = deque()
        self._left = self._files = files
        self.answered = self.refused = self.anew = 0
        self._batch = 1 if start == "spread" else _BATCH
        if start == "listed":
            self._queue.append(partial(self._list, files=files))
        else:
            self._put_pages(files)
        for _ in range(hosts):
            pacer = make_pacer(self._clock, _never, self._chance.random)
            self._begin(self._host(_Host(pacer, Backoff(_POLLING_SECONDS, self._chance))))

    def __call__(self) -> float:
        """Run until all files are in; return when that was, in seconds."""
        while self._left:
            self._now, _, process = heapq.heappop(self._events)
            if self._now > _FOREVER_SECONDS:
                raise Livelock(f"{self._left} of {self._files} files are not in after {self._now:.0f} s")
            self._begin(process)
        return self._now

    def _clock(self) -> float:
        return self._now

    def _begin(self, process: Waits) -> None:
        for wait in process:
            heapq.heappush(self._events, (self._now + wait, next(self._order), process))
            return

    def _host(self, host: "_Host") -> Waits:
        yield self._chance.uniform(0, START_SECONDS)
        while True:
            if self._queue and host.running <= _THRESHOLD:
                for _ in range(min(self._batch, len(self._queue))):
                    host.running += 1
                    self._begin(self._queue.popleft()(host))
                host.backoff.after_message()
                yield _FETCH_SECONDS
            else:
                yield _FETCH_SECONDS if host.running > _THRESHOLD else host.backoff.next_seconds()

    def _put_pages(self, files: int) -> None:
        for begin in range(0, files, FILES_A_MESSAGE):
            self._queue.append(partial(self._page, files=min(FILES_A_MESSAGE, files - begin)))

    def _list(self, host: "_Host", files: int) -> Waits:
        if (yield from self._ask(host)):
            self._put_pages(min(PAGE, files))
            if files > PAGE:
                self._queue.append(partial(self._list, files=files - PAGE))
        else:
            self._queue.append(partial(self._list, files=files))
        host.running -= 1

    def _page(self, host: "_Host", files: int) -> Waits:
        if (yield from self._ask(host)):
            for _ in range(files):
                host.busy_until = max(self._now, host.busy_until) + COMPUTING_SECONDS
                yield host.busy_until - self._now + WAITING_SECONDS
                self._left -= 1
        else:
            self._queue.append(partial(self._page, files=files))
        host.running -= 1

    def _ask(self, host: "_Host") -> Generator[float, None, bool]:
        """Send one request as SpeechApi does; return False if the message has to be sent anew."""
        deadline = host.pacer.deadline()
        while True:
            try:
                sent = yield from host.pacer.turns(deadline)
            except Paused as paused:
                self.anew += 1
                yield min(paused.retry_after or 0.0, THROTTLED_LIMIT_SECONDS)
                return False
            yield self._chance.uniform(*ANSWER_SECONDS) / 2
            told = self._answer()
            yield self._chance.uniform(*ANSWER_SECONDS) / 2
            if told is None:
                return True
            host.pacer.refused(sent, told or None, "simulated")

    def _answer(self) -> float | None:
        """Return None for an answer, and for a refusal what its Retry-After says, 0 if it says nothing."""
        try:
            self._speech.count_against_limit()
        except SpeechError as error:
            self.refused += 1
            return float((error.headers or {}).get("Retry-After", 0))
        self.answered += 1
        return None


@dataclass
class _Host:
    pacer: Pacer
    backoff: Backoff
    running: int = 0
    busy_until: float = 0.0


def _never(_: float) -> None:
    raise AssertionError("the simulation waits by its own clock")


def run(  # noqa: PLR0913 - each named by its caller
    hosts: int,
    files: int = FILES,
    *,
    start: Start = "listed",
    told: Told = "window",
    counts: bool = False,
    seed: int = 1,
    make_pacer: MakePacer = Pacer,
) -> Row:
    """Simulate one run. Raises Livelock."""
    one = _Run(hosts, files, start, Settings(counts_refused=counts, retry_after=told), seed, make_pacer)
    seconds = one()
    return Row(start, told, counts, hosts, files, seconds, one.answered, one.refused, one.anew)


STARTS: tuple[Start, ...] = ("listed", "queued", "spread")
TOLD: tuple[Told, ...] = ("window", "second", "none")


def rows(files: int = FILES, seed: int = 1) -> Iterator[Row]:
    """Yield a row for each way to start, Retry-After and number of hosts, whether refused requests count or not."""
    for start, told, counts, hosts in product(STARTS, TOLD, (False, True), HOSTS):
        yield run(hosts, files, start=start, told=told, counts=counts, seed=seed)


def main() -> None:
    """Print a table of `rows()`."""
    logging.disable()  # each simulated pause would be a warning
    line = "{:7} {:12} {:15} {:>6} {:>8} {:>22} {:>10}\n"
    sys.stdout.write(
        line.format("start", "Retry-After", "refused count", "hosts", "seconds", "refused per 100 files", "sent anew")
    )
    for row in rows():
        count_too = "yes" if row.counts_refused else "no"
        figures = (row.hosts, f"{row.seconds:.0f}", f"{row.refused_per_100_files:.2f}", row.anew)
        sys.stdout.write(line.format(row.start, row.told, count_too, *figures))


if __name__ == "__main__":
    main()
