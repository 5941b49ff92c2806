"""What a tick asks of Speech and Cosmos DB while jobs wait there, and when some of them finish.

The use cases run on local/cosmos with the meter of benchmarks/cost. Only ticks and the pacer move the clock, so each
run gives the same figures.
"""

import tempfile
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
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
from shared.domain.speech_urls import transcription_id
from shared.domain.transitions import observe
from shared.pipeline.poll import PollJobs
from shared.settings import Settings

WAITING = (10, 100, 1000, 10_000)
FINISHING = (0, 1, 100)

BESIDE_JOBS = 1000
FOREIGN = 5_000
"""Number of other jobs' documents beside which the ticks are measured again."""

LIMIT = 100
"""Requests that Speech answers in WINDOW_SECONDS."""

MOST_WITH_ONE_FINISHED = 3
"""Aim: requests of a tick with 1,000 waiting jobs of which one finished, without the hourly looks."""

NO_GROWTH = 0.02
"""The greatest part by which request units may differ and still count as the same."""

_ACCEPTED = START - timedelta(hours=48)
"""Before the oldest of the hourly looks."""

_NEVER = START + timedelta(days=365)
_POLLS = 20
"""Polls of a job before, so that it is due again as late as a job that waits for long."""

_ANSWER_SECONDS = 0.1
_SETTLING_TICKS = 2
"""Ticks before the measured ones, in which the list of ended jobs gets its watermark."""


class Tick(msgspec.Struct, frozen=True):
    """A tick. `gets` and `lists`: requests to Speech; `in_window`: the most of them in WINDOW_SECONDS.

    `looks`: those GETs that went to jobs that no answer had mentioned for UNSEEN_FOR.
    """

    waiting: int
    finished: int
    found: int
    gets: int
    lists: int
    looks: int
    in_window: int
    request_units: float

    @property
    def requests(self) -> int:
        """All requests to Speech."""
        return self.gets + self.lists


class PacedSpeech(CountingSpeech):
    """The bench's Speech, with the product's pacer on the bench's clock. `sent`: when each request was sent.

    `mentioned`: when an answer last had a job, by the job's id. `looks` counts the GETs of jobs for which that was
    UNSEEN_FOR ago.
    """

    def __init__(self, made: Bench, mentioned: dict[str, datetime]) -> None:
        super().__init__(made.clock)
        self.jobs, self.requests = made.speech.jobs, made.speech.requests
        self.sent: list[float] = []
        self.mentioned, self.looks = mentioned, 0
        self._work = made.clock
        self._pacer = Pacer(self._now, made.clock.sleep, chance=lambda: 0.0)

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription at its turn."""
        self._turn()
        now = self._work.now()
        self.looks += self.mentioned[job_id] <= now - UNSEEN_FOR
        self.mentioned[job_id] = now
        return super().transcription(job_id)

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List a page of transcriptions at its turn."""
        self._turn()
        answer = super().transcriptions(odata_filter, page)
        self.mentioned |= {str(transcription_id(each["self"])): self._work.now() for each in answer.values}
        return answer

    def _now(self) -> float:
        return self._work.now().timestamp()

    def _turn(self) -> None:
        self.sent.append(self._pacer.take(self._pacer.deadline()))
        self._work.sleep(_ANSWER_SECONDS)


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
    """Let this many jobs wait, beside `foreign` documents of other jobs. Return a tick for each of `finishing`."""
    with bench(cosmos, foreign=foreign) as made:
        mentioned = _wait(made, jobs)
        speech, ids = PacedSpeech(made, mentioned), list(mentioned)
        poll_limit = int(Settings.model_fields["poll_get_limit"].default)
        poll = PollJobs(made.accept.jobs, speech, made.clock, Patience(), poll_limit)
        paced = replace(made, timer=replace(made.timer, poll=poll))
        for _ in range(_SETTLING_TICKS):
            paced.tick()
        ticks = []
        for number in finishing:
            ending, ids = ids[:number], ids[number:]
            if len(ending) == number:
                ticks.append(_tick(paced, speech, jobs, ending))
        return ticks


def _wait(made: Bench, jobs: int) -> dict[str, datetime]:
    """Store jobs that wait, and were last looked at one after the other, as the ticks do; return when, by job."""
    stored = made.database.containers["jobs"]
    ids = [str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + number)) for number in range(jobs)]
    looked = max(UNSEEN_FOR, timedelta(minutes=jobs / UNSEEN_LIMIT))
    mentioned = {job_id: START - looked * (1 - number / jobs) for number, job_id in enumerate(ids)}
    for job_id, at in mentioned.items():
        made.speech.jobs[job_id] = job = SpeechJob(job_id, _ACCEPTED, _NEVER)
        new = Job(id=job_id, status=Status.PENDING, accepted_at=utc(_ACCEPTED), poll_count=_POLLS)
        seen = decode_answer(msgspec.json.encode(job.body(at)), Transcription)
        stored.store(msgspec.to_builtins(observe(new, seen, Patience(), at, made.speech.resource)))
    return mentioned


def _tick(made: Bench, speech: PacedSpeech, waiting: int, ending: Sequence[str]) -> Tick:
    for job_id in ending:
        made.speech.jobs[job_id] = replace(made.speech.jobs[job_id], ends=made.clock.now())
    units, asked = sum(made.meter.request_units.values()), made.speech.requests.copy()
    sent, looks = len(speech.sent), speech.looks
    found = made.tick()
    now_asked = made.speech.requests - asked
    return Tick(
        waiting=waiting,
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


def show(data: Data) -> Shown:
    """Show requests and request units of a tick, which is a minute."""
    rows = [
        (
            f"{tick.waiting:,}",
            f"{tick.finished:,}",
            f"{tick.found:,}",
            f"{tick.gets} + {tick.lists}",
            f"{tick.looks}",
            f"{tick.in_window}",
            f"{tick.request_units:,.1f}",
        )
        for tick in data.ticks
    ]
    head = ("waiting", "finished", "found", "requests: GET + list", "hourly looks", "most of them in 10 s", "RU")
    return Shown(table(head, rows), _aims(data), _plots(data))


def _aims(data: Data) -> list[Aim]:
    most = max(tick.in_window for tick in data.ticks)
    beyond = [(t.requests - t.looks, t.looks) for t in data.ticks if (t.waiting, t.finished) == (1000, 1)]
    pairs = [(tick, each) for each in data.beside for tick in data.ticks if _same(tick, each)]
    grown = max((each.request_units / tick.request_units for tick, each in pairs), default=1.0) - 1
    of_thousand = [
        Aim(
            "requests of a tick, 1,000 waiting, one finished, without the hourly looks",
            f"at most {MOST_WITH_ONE_FINISHED}",
            f"{requests}, and {looks} hourly looks",
            requests <= MOST_WITH_ONE_FINISHED,
        )
        for requests, looks in beyond
    ]
    return [
        Aim(
            f"requests to Speech, 10 to {WAITING[-1]:,} jobs waiting",
            f"at most {LIMIT} in 10 s",
            f"{most}",
            most <= LIMIT,
        ),
        *of_thousand,
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
