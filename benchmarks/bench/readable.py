"""Seconds from the end of a job at Speech to its head in Cosmos DB, over many jobs, and where they go.

Jobs run on the local stack in real time, with the timer and the queues as the settings and host.json have them by
default. Longer jobs are found later, so for them the ticks run on a simulated clock.
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import msgspec

from benchmarks.bench.files import FIVE_MINUTES, result_file
from benchmarks.bench.hostlog import Invocation, files_in, invocations
from benchmarks.bench.stack import Bench, Host, bench
from benchmarks.cost.pipeline import START, TICK
from benchmarks.cost.pipeline import bench as simulated
from benchmarks.cost.services import SpeechJob
from local.cosmos import Cosmos, start_cosmos
from local.host.settings import OVERRIDE
from local.speech import FileSpec, JobSpec
from local.speech.spec import LoggedRequest
from local.stack import REPOSITORY
from shared.cli.enqueue import enqueue
from shared.domain.messages import ListJobFiles
from shared.domain.patience import Patience
from shared.pipeline.poll import PollJobs
from shared.settings import Settings

JOBS = 50
SPREAD_SECONDS = 60.0
"""The jobs end one after the other within this time."""

_AFTER_TICK_SECONDS = 20.0
"""The first job ends so long after the tick that sees all of them running, which takes up to that."""

_BEFORE_TICK_SECONDS = 10.0
"""Time for the jobs to be accepted before that tick."""

_MINUTE = 60

STAGES = (
    "waits for the tick",
    "the tick asks Speech",
    "the tick ends, its message waits, the files are listed",
    "the page's message waits, and gets links",
    "fetch: content, archive, split, documents",
)


class Job(msgspec.Struct, frozen=True):
    """A job: the seconds of each of STAGES."""

    stages: list[float]

    @property
    def seconds(self) -> float:
        """Seconds from the job's end to its head."""
        return sum(self.stages)


class Found(msgspec.Struct, frozen=True):
    """Simulated: seconds from the ends of jobs of so many minutes to the tick that found each."""

    minutes: int
    get_limit: int
    seconds: list[float]


class Data(msgspec.Struct, frozen=True):
    """`schedule`, `polling`: the timer's schedule and the greatest interval of the queues' polling."""

    schedule: str
    polling: str
    jobs: list[Job]
    found: list[Found] = []


LONG_MINUTES = (5, 30, 120)
GET_LIMITS = (10, 0)
"""The default of POLL_GET_LIMIT, and the value with which one due job is enough for a list."""


def measure() -> Iterator[Data]:
    """Run the jobs on the stack, then simulate longer ones. Yield what is measured so far."""
    schedule = str(Settings.model_fields["poll_schedule"].default)
    polling = msgspec.json.decode((REPOSITORY / "host.json").read_bytes())["extensions"]["queues"]["maxPollingInterval"]
    settings = {"POLL_SCHEDULE": schedule, f"{OVERRIDE}extensions__queues__maxPollingInterval": polling}
    with bench(settings) as made, made.host({}) as host:
        data = Data(schedule, polling, _run(made, host))
    yield data
    with tempfile.TemporaryDirectory() as folder:
        cosmos = start_cosmos(log=Path(folder) / "cosmos.log", port=0, partitions=1)
        try:
            found = [simulate(cosmos, minutes, limit) for minutes in LONG_MINUTES for limit in GET_LIMITS]
        finally:
            cosmos.stop()
    yield msgspec.structs.replace(data, found=found)


def _run(made: Bench, host: Host) -> list[Job]:
    now = time.time()
    tick = (now + _BEFORE_TICK_SECONDS) // _MINUTE * _MINUTE + _MINUTE
    ends = {str(uuid4()): tick + _AFTER_TICK_SECONDS + number * SPREAD_SECONDS / JOBS for number in range(JOBS)}
    _put(made, ends)
    host.forget()
    app = made.app()
    tuple(enqueue(app.settings, app.settings.jobs_queue, ends))
    lines = host.until(lambda lines: len(files_in(lines)) == len(ends), "all files are in", seconds=6 * _MINUTE)
    heads = {each.job: each.at for each in files_in(lines)}
    ticks, asked = invocations(lines, "poll_jobs"), made.speech.requests().log
    return [Job(stages(job, end, heads[job], ticks, asked)) for job, end in ends.items()]


def _put(made: Bench, ends: dict[str, float]) -> None:
    """Let Speech have jobs of one file each, which run until the given times."""
    content = result_file(FIVE_MINUTES).read_bytes()
    first, blob, now = str(uuid4()), "TranscriptionData/readable.json", datetime.now(UTC)
    made.speech.put_job(JobSpec(id=first, files=(FileSpec.of(first, "contenturl_0.json", blob),)), {blob: content})
    made.speech.delete_job(first)
    specs = []
    for job, end in ends.items():
        file = msgspec.structs.replace(FileSpec.of(job, "contenturl_0.json", blob), size=len(content))
        runs = end - now.timestamp()
        specs.append(JobSpec(id=job, files=(file,), created_date_time=now, run_seconds=runs))
    made.speech.put_jobs(specs)


def stages(job: str, end: float, head: float, ticks: list[Invocation], asked: list[LoggedRequest]) -> list[float]:
    """Return the seconds of each of STAGES, from what the host and Speech have logged.

    Speech logs a request when it has answered. The first answer after the end that mentions the job is a GET of it or a
    list. The files are listed twice: by the job's message, and by the page's message for its links.
    """
    after = [(each, each.at.timestamp()) for each in asked if each.at.timestamp() >= end]
    told = next(at for each, at in after if each.operation == "list" or _is_of(each, "get", job))
    listed, linked, *_ = (at for each, at in after if _is_of(each, "listFiles", job))
    tick = max(each.began for each in ticks if each.began <= told)
    moments = [end, max(end, tick), told, listed, linked, head]
    return [later - earlier for earlier, later in pairwise(moments)]


def _is_of(request: LoggedRequest, operation: str, job: str) -> bool:
    return request.operation == operation and job in request.target


def simulate(cosmos: Cosmos, minutes: int, get_limit: int) -> Found:
    """Let jobs of this length be accepted one after the other within ten minutes, and tick until all are found."""
    with simulated(cosmos) as made:
        poll = PollJobs(made.accept.jobs, made.speech, made.clock, Patience(), get_limit)
        ticking = replace(made, timer=replace(made.timer, poll=poll))
        gap, length = timedelta(minutes=10) / JOBS, timedelta(minutes=minutes)
        new = [_job(number, START + number * gap, length) for number in range(JOBS)]
        ends = {job.id: job.ends for job in new}
        found: list[float] = []
        while len(found) < JOBS:
            while new and new[0].created <= made.clock.now() + TICK:
                job = new.pop(0)
                made.speech.jobs[job.id] = job
                made.accept(job.id.encode(), 1, None)
            for sent in ticking.tick():
                assert isinstance(sent, ListJobFiles), "a tick sends nothing else"  # noqa: S101 - narrows the type
                found.append((made.clock.now() - ends[sent.job_id]).total_seconds())
        return Found(minutes, get_limit, found)


def _job(number: int, created: datetime, length: timedelta) -> SpeechJob:
    return SpeechJob(str(UUID(int=0x4000_8000_0000_0000_0000 + number)), created, created + length)
