"""Unreadable documents in a Cosmos server: the timer skips and logs them, and serves all other jobs."""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from shared.adapters.cosmos.job_lists import JobLists
from shared.domain.documents import HEAD_ID, FileKey, utc
from shared.domain.job import NO_RUN, Status
from shared.domain.poll_mark import POLL_ID, PollMark
from shared.errors import Unreadable
from tests.adapters.documents import head, new_job, new_key, part
from tests.adapters.timer import GET_LIMIT, Timer

Item = dict[str, Any]

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
def timer(database: DatabaseProxy) -> Timer:
    return Timer(database)


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


def test_the_list_for_people_reports_every_unreadable_job(timer: Timer, database: DatabaseProxy) -> None:
    good, told = timer.pending(), list[str]()
    for change in ODD_JOBS.values():
        timer.container.create_item(change(msgspec.to_builtins(new_job())))
    assert JobLists(database, lambda error: told.append(str(error))).newest(10) == [good]
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
    container.create_item({"id": HEAD_ID, "jobId": key.job_id, "fileId": key.file_id, **later, "type": "added-later"})
    with pytest.raises(Unreadable, match=key.file_id):
        timer.transcripts.head(key)
