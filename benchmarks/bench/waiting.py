"""What a tick asks of Speech and Cosmos DB while jobs wait there, and when some of them finish.

The use cases run on local/cosmos with the meter of benchmarks/cost. Only ticks and the pacer move the clock, so each
run gives the same figures.
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from benchmarks.bench.waiting_jobs import PacedSpeech, let_wait
from benchmarks.cost.pipeline import TICK, Bench, bench
from local.cosmos import Cosmos, start_cosmos
from shared.adapters.pacing import WINDOW_SECONDS
from shared.domain.patience import Patience
from shared.pipeline.poll import PollJobs
from shared.settings import Settings

WAITING = (10, 100, 1000, 10_000, 100_000)
FINISHING = (0, 1, 100)

BESIDE_JOBS = 1000
FOREIGN = 5_000
"""Number of other jobs' documents beside which the ticks are measured again."""

_SETTLING_TICKS = 2
"""Ticks between the first and the measured ones, in which the pacer of a new process arrives at its highest rate."""


class Tick(msgspec.Struct, frozen=True):
    """A tick. `gets` and `lists`: requests to Speech; `in_window`: the most of them in WINDOW_SECONDS.

    `looks`: those GETs that went to jobs that no answer had mentioned for UNSEEN_FOR. `first`: the first tick of a
    process, whose pacer starts slowly. It also searches for jobs that no other query finds.
    """

    waiting: int
    finished: int
    found: int
    gets: int
    lists: int
    looks: int
    in_window: int
    request_units: float
    first: bool = False

    @property
    def requests(self) -> int:
        """All requests to Speech."""
        return self.gets + self.lists


class Data(msgspec.Struct, frozen=True):
    """Ticks, and the ticks of BESIDE_JOBS again beside FOREIGN documents of other jobs."""

    ticks: list[Tick]
    beside: list[Tick]


def measure() -> Iterator[Data]:
    """Run ticks for each number of waiting and finishing jobs. Yield what is measured so far after each number."""
    with tempfile.TemporaryDirectory() as folder:
        cosmos = start_cosmos(log=Path(folder) / "cosmos.log", port=0, partitions=1)
        try:
            beside, ticks = measure_ticks(cosmos, BESIDE_JOBS, foreign=FOREIGN), list[Tick]()
            for jobs in WAITING:
                ticks += measure_ticks(cosmos, jobs)
                yield Data(ticks, beside)
        finally:
            cosmos.stop()


def measure_ticks(cosmos: Cosmos, jobs: int, finishing: Sequence[int] = FINISHING, foreign: int = 0) -> list[Tick]:
    """Let this many jobs wait, beside `foreign` documents of other jobs.

    Return the first tick, in which none finishes, and a later one for each of `finishing`.
    """
    with bench(cosmos, foreign=foreign) as made:
        mentioned = let_wait(cosmos, made, jobs)
        speech, ids = PacedSpeech(made, mentioned), list(mentioned)
        poll_limit = int(Settings.model_fields["poll_get_limit"].default)
        poll = PollJobs(made.accept.jobs, speech, made.clock, Patience(), poll_limit)
        timed = _Timed(replace(made, timer=replace(made.timer, poll=poll)), speech, jobs)
        ticks = [msgspec.structs.replace(timed.tick([]), first=True)]
        for _ in range(_SETTLING_TICKS):
            timed.tick([])
        for number in finishing:
            ending, ids = ids[:number], ids[number:]
            if len(ending) == number:
                ticks.append(timed.tick(ending))
        return ticks


class _Timed:
    """Ticks that begin a minute apart, however long each takes."""

    def __init__(self, made: Bench, speech: PacedSpeech, waiting: int) -> None:
        self._made, self._speech, self._waiting = made, speech, waiting
        self._last = made.clock.now() - TICK

    def tick(self, ending: Sequence[str]) -> Tick:
        """Run a tick, a minute after the last one began, before which these jobs ended."""
        made, speech = self._made, self._speech
        made.clock.time = self._last
        self._last += TICK
        for job_id in ending:
            speech.jobs[job_id] = replace(speech.jobs[job_id], ends=made.clock.now())
        units, asked = sum(made.meter.request_units.values()), speech.requests.copy()
        sent, looks = len(speech.sent), speech.looks
        found = made.tick()
        now_asked = speech.requests - asked
        return Tick(
            waiting=self._waiting,
            finished=len(ending),
            found=len(found),
            gets=now_asked["get job"],
            lists=now_asked["list jobs"],
            looks=speech.looks - looks,
            in_window=_most_in_window(speech.sent[sent:]),
            request_units=round(sum(made.meter.request_units.values()) - units, 2),
        )


def _most_in_window(sent: Sequence[float]) -> int:
    return max((sum(begin <= each < begin + WINDOW_SECONDS for each in sent) for begin in sent), default=0)
