"""What a tick asks of Speech and Cosmos DB while jobs wait there, and when some of them finish.

The use cases run on local/cosmos with the meter of benchmarks/cost. Only ticks and the pacer move the clock, so each
run gives the same figures.
"""

import tempfile
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec

from benchmarks.bench.shown import Aim, Plot, Series, Shown
from benchmarks.cost.pipeline import START, Bench, bench
from benchmarks.cost.services import CountingSpeech, SpeechJob
from local.cosmos import Cosmos, start_cosmos
from local.docs.pages import table
from shared.adapters.pacing import WINDOW_SECONDS, Pacer
from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.patience import Patience
from shared.domain.polling import UNSEEN_FOR, UNSEEN_LIMIT
from shared.domain.speech_api import Transcription, TranscriptionPage, decode_answer
from shared.domain.transitions import observe
from shared.pipeline.poll import PollJobs
from shared.settings import Settings

WAITING = (10, 100, 1000, 10_000, 100_000)
FINISHING = (0, 1, 100)

BESIDE_JOBS = 1000
FOREIGN = 20_000
"""Number of other jobs' documents beside which the ticks are measured again."""

LIMIT = 100
"""Requests that Speech answers in WINDOW_SECONDS."""

MOST_WITH_ONE_FINISHED = 3
"""Aim: requests of a tick with 1,000 waiting jobs of which one finished, without the hourly looks."""

NO_GROWTH = 0.02
"""The greatest part by which request units may differ and still count as the same."""

_ACCEPTED = START - timedelta(hours=48)
"""Long enough ago for the hourly looks at 100,000 jobs, which take 34 hours at UNSEEN_LIMIT a tick."""

_NEVER = START + timedelta(days=365)
_POLLS = 20
"""Polls of a job before, so that it is due again as late as a job that waits for long."""

_ANSWER_SECONDS = 0.1
_SETTLING_TICKS = 2
"""Ticks before the measured ones, in which the list of ended jobs gets its watermark."""


class Tick(msgspec.Struct, frozen=True):
    """A tick. `gets` and `lists`: requests to Speech; `in_window`: the most of them in WINDOW_SECONDS."""

    waiting: int
    finished: int
    found: int
    gets: int
    lists: int
    in_window: int
    request_units: float

    @property
    def requests(self) -> int:
        """All requests to Speech."""
        return self.gets + self.lists

    @property
    def looks(self) -> int:
        """The GETs of jobs that no answer mentioned for an hour, at most."""
        return min(UNSEEN_LIMIT, -(-self.waiting // 60))


class PacedSpeech(CountingSpeech):
    """The bench's Speech, with the product's pacer on the bench's clock. `sent`: when each request was sent."""

    def __init__(self, made: Bench) -> None:
        super().__init__(made.clock)
        self.jobs, self.requests = made.speech.jobs, made.speech.requests
        self.sent: list[float] = []
        self._work = made.clock
        self._pacer = Pacer(self._now, made.clock.sleep, chance=lambda: 0.0)

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription at its turn."""
        self._turn()
        return super().transcription(job_id)

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List a page of transcriptions at its turn."""
        self._turn()
        return super().transcriptions(odata_filter, page)

    def _now(self) -> float:
        return self._work.now().timestamp()

    def _turn(self) -> None:
        self.sent.append(self._pacer.take(self._pacer.deadline()))
        self._work.sleep(_ANSWER_SECONDS)


class Data(msgspec.Struct, frozen=True):
    """Ticks, and the ticks of BESIDE_JOBS again beside FOREIGN documents of other jobs."""

    ticks: list[Tick]
    beside: list[Tick]


def measure() -> Data:
    """Run ticks for each number of waiting and finishing jobs. It takes some minutes, mostly to store the jobs."""
    with tempfile.TemporaryDirectory() as folder:
        cosmos = start_cosmos(log=Path(folder) / "cosmos.log", port=0, partitions=1)
        try:
            ticks = [tick for jobs in WAITING for tick in measure_ticks(cosmos, jobs)]
            return Data(ticks, measure_ticks(cosmos, BESIDE_JOBS, foreign=FOREIGN))
        finally:
            cosmos.stop()


def measure_ticks(cosmos: Cosmos, jobs: int, finishing: Sequence[int] = FINISHING, foreign: int = 0) -> list[Tick]:
    """Let this many jobs wait, beside `foreign` documents of other jobs. Return a tick for each of `finishing`."""
    with bench(cosmos, foreign=foreign) as made:
        ids = _wait(made, jobs)
        speech = PacedSpeech(made)
        poll_limit = int(Settings.model_fields["poll_get_limit"].default)
        paced = replace(made, poll=PollJobs(made.accept.jobs, speech, made.clock, Patience(), poll_limit))
        for _ in range(_SETTLING_TICKS):
            paced.tick()
        ticks = []
        for number in finishing:
            ending, ids = ids[:number], ids[number:]
            if len(ending) == number:
                ticks.append(_tick(paced, speech, jobs, ending))
        return ticks


def _wait(made: Bench, jobs: int) -> list[str]:
    """Store jobs that wait, and were last looked at one after the other, as the ticks do; return their ids."""
    stored = made.database.containers["jobs"]
    ids = [str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + number)) for number in range(jobs)]
    looked = max(UNSEEN_FOR, timedelta(minutes=jobs / UNSEEN_LIMIT))
    for number, job_id in enumerate(ids):
        made.speech.jobs[job_id] = job = SpeechJob(job_id, _ACCEPTED, _NEVER)
        new = Job(id=job_id, status=Status.PENDING, accepted_at=utc(_ACCEPTED), poll_count=_POLLS)
        at = START - looked * (1 - number / jobs)
        seen = decode_answer(msgspec.json.encode(job.body(at)), Transcription)
        stored.store(msgspec.to_builtins(observe(new, seen, Patience(), at, made.speech.resource)))
    return ids


def _tick(made: Bench, speech: PacedSpeech, waiting: int, ending: Sequence[str]) -> Tick:
    for job_id in ending:
        made.speech.jobs[job_id] = replace(made.speech.jobs[job_id], ends=made.clock.now())
    units, asked, sent = sum(made.meter.request_units.values()), made.speech.requests.copy(), len(speech.sent)
    found = made.tick()
    now_asked = made.speech.requests - asked
    return Tick(
        waiting=waiting,
        finished=len(ending),
        found=len(found),
        gets=now_asked["get job"],
        lists=now_asked["list jobs"],
        in_window=_most_in_window(speech.sent[sent:]),
        request_units=round(sum(made.meter.request_units.values()) - units, 2),
    )


def _most_in_window(sent: Sequence[float]) -> int:
    return max((sum(begin <= each < begin + WINDOW_SECONDS for each in sent) for begin in sent), default=0)


def show(data: Data) -> Shown:
    """Show requests and request units of a tick, which is a minute."""
    rows = [
        (
            f"{tick.waiting:,}",
            f"{tick.finished:,}",
            f"{tick.found:,}",
            f"{tick.gets} + {tick.lists}",
            f"{tick.in_window}",
            f"{tick.request_units:,.1f}",
        )
        for tick in data.ticks
    ]
    head = ("waiting", "finished", "found", "requests: GET + list", "most of them in 10 s", "RU")
    return Shown(table(head, rows), _aims(data), _plots(data))


def _aims(data: Data) -> list[Aim]:
    most = max(tick.in_window for tick in data.ticks)
    (one,) = (tick for tick in data.ticks if (tick.waiting, tick.finished) == (1000, 1))
    beyond = one.requests - min(one.looks, one.gets)
    pairs = [(tick, each) for each in data.beside for tick in data.ticks if _same(tick, each)]
    grown = max(each.request_units / tick.request_units for tick, each in pairs) - 1
    return [
        Aim("requests to Speech, 10 to 100,000 jobs waiting", f"at most {LIMIT} in 10 s", f"{most}", most <= LIMIT),
        Aim(
            "requests of a tick, 1,000 waiting, one finished, without the hourly looks",
            f"at most {MOST_WITH_ONE_FINISHED}",
            f"{beyond}, and {one.requests - beyond} hourly looks",
            beyond <= MOST_WITH_ONE_FINISHED,
        ),
        Aim(
            f"request units of a tick beside {FOREIGN:,} stored documents of other jobs",
            "no growth",
            f"{grown:+.1%}",
            grown < NO_GROWTH,
        ),
    ]


def _same(tick: Tick, other: Tick) -> bool:
    return (tick.waiting, tick.finished) == (other.waiting, other.finished)


def _plots(data: Data) -> list[Plot]:
    waiting = [float(jobs) for jobs in WAITING]
    plots = []
    for name, title, unit in (
        ("requests", "Requests to Speech in a tick", "requests"),
        ("request-units", "Request units of a tick", "RU"),
    ):
        series = []
        for number in FINISHING:
            of_number = {each.waiting: each for each in data.ticks if each.finished == number}
            values = [_value(of_number.get(jobs), name) for jobs in WAITING]
            series.append(Series(f"{number} finish", values))
        said = "; ".join(
            f"{each.label}: {', '.join('-' if v is None else f'{v:,.0f}' for v in each.values)}" for each in series
        )
        text = f"{title} with {', '.join(f'{jobs:,}' for jobs in WAITING)} jobs waiting. {said}."
        plot = Plot(f"waiting-{name}", title, text, "lines", waiting, series, x="jobs waiting", y=unit, log_x=True)
        plots.append(plot)
    return plots


def _value(tick: Tick | None, name: str) -> float | None:
    if tick is None:
        return None
    return float(tick.requests) if name == "requests" else tick.request_units
