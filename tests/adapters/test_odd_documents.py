"""Unreadable documents in a Cosmos server: the timer skips and logs them, and serves all other jobs."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.domain.documents import HEAD_ID, utc
from shared.domain.job import NO_RUN, FileCounts, Job, ReportSummary, Status
from shared.domain.patience import Patience
from shared.domain.poll_mark import POLL_ID, PollMark
from shared.domain.polling import STRAYS_LIMIT
from shared.domain.split import FileKey
from shared.errors import Unreadable
from shared.pipeline.poll import PollJobs
from shared.pipeline.settle import SettleJobs
from tests.adapters.documents import head, new_job, new_key, part
from tests.pipeline.fake_speech import FakeSpeech, SpeechJob
from tests.pipeline.fakes import FakeClock
from tests.pipeline.script import Script

Item = dict[str, Any]

GET_LIMIT = 3

REPORT = ReportSummary(1, 0, [], "report", "r1", [], None, 1)
"""The report counts one transcription, so a job with one file is complete."""

ODD_JOBS: dict[str, Callable[[Item], Item]] = {
    "only the properties that queries read": lambda job: {
        name: job[name] for name in ("id", "type", "status", "pollCount", "nextPollAt", "polledAt", "movedAt")
    },
    "numbers in place of texts": lambda job: {**job, "acceptedAt": 5, "movedAt": 6, "nextPollAt": 7, "polledAt": 8},
    "texts in place of numbers and objects": lambda job: {**job, "pollCount": "0", "run": "1", "files": "many"},
    "null everywhere": lambda job: {
        **dict.fromkeys(job),
        **{name: job[name] for name in ("id", "type", "status")},
    },
    "an unknown status": lambda job: {**job, "status": "zombie"},
    "invalid times": lambda job: {**job, "acceptedAt": "0 o'clock", "movedAt": "0", "nextPollAt": "0"},
    "an invalid day": lambda job: {**job, "acceptedAt": "2026-02-30T00:00:00Z", "movedAt": "2026-02-30T00:00:00Z"},
    "of a later version": lambda job: {**job, "schemaVersion": 9, "files": {"count": 1}},
    "a run below one": lambda job: {**job, "run": 0},
    "counts below zero": lambda job: {**job, "pollCount": -1, "files": {"expected": -1, "ingested": -1, "failed": -1}},
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


class Timer:
    """The timer over a real database, with Speech in memory."""

    def __init__(self, database: DatabaseProxy, clock: FakeClock) -> None:
        self.clock = clock
        self.container = database.get_container_client("jobs")
        for item in self.container.query_items("SELECT c.id FROM c", enable_cross_partition_query=True):
            self.container.delete_item(item["id"], item["id"])
        self.jobs, self.transcripts = CosmosJobs(database, None), CosmosTranscripts(database, None)
        self.speech = FakeSpeech(Script())
        self.poll = PollJobs(self.jobs, self.speech, clock, Patience(), GET_LIMIT)
        self.settle = SettleJobs(self.jobs, self.transcripts, clock, Patience())

    def tick(self) -> set[str]:
        """Run the timer once; return the ids of the jobs that it lists."""
        return {message.job_id for message in (*self.poll(), *self.settle())}

    def pending(self, status: str = "Succeeded", **changes: object) -> Job:
        """Add a due job that has this status at Speech."""
        early = utc(self.clock.now())
        times = {"accepted_at": early, "polled_at": early, "next_poll_at": early}
        job = new_job(**{"poll_count": 1, **times, **changes})
        self.jobs.create(job)
        self.speech.add(SpeechJob(job.id, [status], ended=self.clock.now()))
        return job

    def whole(self) -> Job:
        """Add a job whose only file is in."""
        early = utc(self.clock.now())
        job = new_job(
            status=Status.INGESTING, accepted_at=early, moved_at=early, files=FileCounts(expected=1), report=REPORT
        )
        self.jobs.create(job)
        key = new_key(job)
        self.transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1", parts=1), None)
        return job

    def status(self, job: Job) -> Status:
        """Return the job's status."""
        found = self.jobs.get(job.id)
        assert found is not None
        return found.status


@pytest.fixture
def timer(database: DatabaseProxy, clock: FakeClock) -> Timer:
    return Timer(database, clock)


@pytest.mark.parametrize("odd", ODD_JOBS)
@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING, Status.COMPLETED])
def test_any_number_of_unreadable_jobs_stops_no_other(
    timer: Timer, odd: str, status: Status, caplog: pytest.LogCaptureFixture
) -> None:
    early = utc(timer.clock.now())
    strange = []
    for number in range(2 * (GET_LIMIT + 1)):
        job = new_job(
            status=status,
            accepted_at=early,
            polled_at=early,
            next_poll_at=early,
            moved_at=early,
            ended_at=early if status is Status.COMPLETED else None,
            poll_count=number % 2,
        )
        strange.append(ODD_JOBS[odd](msgspec.to_builtins(job)))
        timer.container.create_item(strange[-1])
    timer.clock.move(hours=25)
    waiting, new, whole = timer.pending(), timer.pending(poll_count=0, next_poll_at=None, polled_at=None), timer.whole()
    timer.clock.move(minutes=2)
    assert {waiting.id, new.id} <= timer.tick()
    assert timer.status(whole) is Status.COMPLETED
    assert not [line for line in caplog.records if "tick: " in line.message and line.levelno >= logging.ERROR]
    for item in strange:
        stored = timer.container.read_item(item["id"], item["id"])
        assert {name: stored[name] for name in item} == item, "it is not changed"


def test_an_unreadable_job_is_logged_with_the_reason(timer: Timer, caplog: pytest.LogCaptureFixture) -> None:
    job = msgspec.to_builtins(timer.pending())
    timer.container.upsert_item({**job, "properties": ["none"]})
    timer.tick()
    (line, *_) = [line.message for line in caplog.records if line.message.startswith("set aside: ")]
    assert f"set aside: document {job['id']} in jobs is no Job that this version can read: Expected `object`" in line
    assert '{"signal":"troubled"' in line
    with pytest.raises(Unreadable, match=job["id"]):
        timer.jobs.get(job["id"])


def test_the_list_for_people_reports_every_unreadable_job(timer: Timer) -> None:
    good, told = timer.pending(), list[str]()
    for change in ODD_JOBS.values():
        timer.container.create_item(change(msgspec.to_builtins(new_job())))
    assert timer.jobs.listed(None, 10, lambda error: told.append(str(error))) == [good]
    assert len(told) == len(ODD_JOBS)


@pytest.mark.parametrize(
    "odd",
    [
        {"watermark": ["odd"], "unknown": 1},
        {"watermark": "soon"},
        {"watermark": "2026-02-30T00:00:00Z"},
        {"ended": {"beganAt": "2026-01-01T00:00:00Z", "since": "2026-02-30T00:00:00Z"}},
        {"watermark": "2099-01-01T00:00:00Z"},
        {"ended": {"beganAt": "2099-01-01T00:00:00Z"}, "all": {"page": "a b"}},
        {"ended": {"beganAt": "2026-01-01T00:00:00Z", "page": "skip=100000"}},
        {"moved": {"moment": "9999", "job": ""}, "waiting": {"moment": "9999", "job": ""}},
        {"moved": 5, "tidied": "x"},
    ],
)
def test_an_invalid_poll_mark_loses_no_job(timer: Timer, odd: Item) -> None:
    timer.container.create_item({"id": POLL_ID, "type": "poll", "schemaVersion": 1, **odd})
    jobs, whole = [timer.pending() for _ in range(GET_LIMIT + 1)], timer.whole()
    found = set()
    for _ in range(3):
        timer.clock.move(minutes=2)
        found |= timer.tick()
    assert {job.id for job in jobs} <= found
    assert timer.status(whole) is Status.COMPLETED
    assert timer.jobs.poll_mark() != PollMark(id=POLL_ID)


@pytest.mark.parametrize(
    "odd",
    [
        {"tracks": None},
        {"turns": {"count": 1}},
        {"combined": [{"channel": 0}]},
        {"revision": 7},
        {"run": "one"},
    ],
)
def test_an_unreadable_head_keeps_only_its_own_job_open_until_it_is_rewritten(
    timer: Timer, database: DatabaseProxy, odd: Item
) -> None:
    job, whole = timer.whole(), timer.whole()
    container = database.get_container_client("transcripts")
    (item,) = [each for each in timer.transcripts.items(job.id) if each["id"] == HEAD_ID]
    container.upsert_item({**item, **odd})
    timer.clock.move(minutes=31)
    again = {job_id for _ in range(3) for job_id in timer.tick()}
    assert (timer.status(job), timer.status(whole)) == (Status.INGESTING, Status.COMPLETED)
    assert job.id in again
    key = FileKey(job.id, item["fileId"])
    stored = timer.transcripts.head(key)
    assert stored is not None
    timer.transcripts.commit(key, [part(key, "r2", 0)], head(key, "r2", parts=1), stored.etag)
    timer.clock.move(minutes=2)
    timer.tick()
    assert timer.status(job) is Status.COMPLETED


def test_a_rewrite_reads_only_revision_and_run_of_a_head_and_replaces_nothing_else(
    timer: Timer, database: DatabaseProxy
) -> None:
    container = database.get_container_client("transcripts")
    later = {"type": "transcript", "schemaVersion": 9, "revision": "r9", "run": 4, "shape": {"new": True}}
    found = {}
    for name, item in {
        "later": later,
        "no run": {**later, "run": None},
        "no revision": {**later, "revision": None},
    }.items():
        key = new_key()
        container.create_item({"id": HEAD_ID, "jobId": key.job_id, "fileId": key.file_id, **item})
        stored = timer.transcripts.head(key)
        assert stored is not None
        found[name] = (stored.head.revision, stored.head.run)
        timer.transcripts.commit(key, [], head(key, "r1"), stored.etag)
    assert found == {"later": ("r9", 4), "no run": ("", NO_RUN), "no revision": ("", NO_RUN)}
    key = new_key()
    container.create_item({"id": HEAD_ID, "jobId": key.job_id, "fileId": key.file_id, **later, "type": "forgotten"})
    with pytest.raises(Unreadable, match=key.file_id):
        timer.transcripts.head(key)


UNFOUND: dict[str, Callable[[Item], Item]] = {
    "null in each time": lambda job: {**job, "polledAt": None, "nextPollAt": None, "movedAt": None},
    "no times": lambda job: {k: v for k, v in job.items() if k not in {"polledAt", "nextPollAt", "movedAt"}},
    "null in each property": lambda job: {**dict.fromkeys(job), **{name: job[name] for name in ("id", "status")}},
    "numbers in place of texts": lambda job: {**job, "polledAt": 8, "nextPollAt": 7, "movedAt": 6, "acceptedAt": 5},
    "words in place of times": lambda job: {**job, "polledAt": "soon", "nextPollAt": "soon", "movedAt": None},
    "no count of polls": lambda job: {**job, "pollCount": None, "polledAt": None, "nextPollAt": None, "movedAt": 1},
}


@pytest.mark.parametrize("odd", UNFOUND)
@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_a_job_that_no_query_finds_is_taken_up_again_or_named(
    timer: Timer, odd: str, status: Status, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = [timer.whole() if status is Status.INGESTING else timer.pending() for _ in range(2)]
    for job in jobs:
        timer.container.upsert_item(UNFOUND[odd](msgspec.to_builtins(job)))
    other = timer.whole()
    found = timer.tick()
    assert timer.status(other) is Status.COMPLETED
    named = {
        job.id for job in jobs for line in caplog.records if job.id in line.message and "set aside" in line.message
    }
    readable = odd in {"null in each time", "no times"}
    assert named == (set() if readable else {job.id for job in jobs})
    if readable and status is Status.PENDING:
        assert {job.id for job in jobs} <= found
    elif readable:
        assert [timer.status(job) for job in jobs] == [Status.COMPLETED] * 2


def test_jobs_that_no_query_finds_are_looked_for_after_a_while_again(timer: Timer) -> None:
    timer.tick()
    for minutes, found in ((29, False), (2, True), (29, False), (2, True)):
        timer.clock.move(minutes=minutes)
        job = timer.pending(next_poll_at=None, polled_at=None)
        assert (job.id in timer.tick()) is found
        timer.container.delete_item(job.id, job.id)


def test_more_odd_jobs_than_a_tick_takes_up_hide_none_that_can_be_read(timer: Timer) -> None:
    for number in range(2 * STRAYS_LIMIT):
        item = msgspec.to_builtins(new_job(poll_count=1))
        timer.container.create_item({**item, "acceptedAt": number, "polledAt": None})
    jobs = [timer.pending(next_poll_at=None, polled_at=None) for _ in range(STRAYS_LIMIT + 1)]
    assert {job.id for job in jobs} == {job_id for _ in range(2) for job_id in timer.tick()}
