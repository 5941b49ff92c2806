"""Cosmos DB that is busy, refuses, or whose answers get lost."""

import json

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from local.cosmos import Cosmos
from local.faults import Answer, Front, Lost, Rule
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts, connect
from shared.domain.job import NO_RUN, Job, Status
from shared.domain.split import FileKey
from shared.errors import Conflict, Denied, ServiceRefused, Speech2CosmosError, Throttled, Transient
from tests.adapters.documents import head, new_job, new_key, part
from tests.adapters.servers import nowhere

AT_ONCE = {"x-ms-retry-after-ms": "1"}


@pytest.fixture
def jobs(through: DatabaseProxy, front: Front) -> CosmosJobs:
    assert front.rules == []
    return CosmosJobs(through, None)


def begin(job: Job) -> Job | None:
    """Move a pending job to ingesting, as the poll does."""
    return msgspec.structs.replace(job, status=Status.INGESTING) if job.status is Status.PENDING else None


@pytest.mark.parametrize("status", [408, 449, 500, 503])
def test_a_busy_server_is_asked_again(jobs: CosmosJobs, front: Front, status: int) -> None:
    job = new_job()
    front.rules.append(Rule(Answer(status, AT_ONCE), method="POST", target="/docs", times=1))
    jobs.create(job)
    assert jobs.get(job.id) == job


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (449, AT_ONCE, Transient),
        (503, AT_ONCE, Transient),
        (403, {"x-ms-substatus": "5300"}, Denied),
        (401, {}, Denied),
        (400, {}, ServiceRefused),
        (413, {}, ServiceRefused),
        (405, {}, Transient),
        (410, {}, Transient),
        (423, {}, Transient),
        (418, {}, Transient),
    ],
)
def test_what_stays_is_raised_as_ours_with_the_services_words(
    jobs: CosmosJobs, front: Front, status: int, headers: dict[str, str], error: type[Speech2CosmosError]
) -> None:
    front.rules.append(Rule(Answer(status, headers), method="POST", target="/docs"))
    with pytest.raises(error, match=f"Cosmos DB answered {status}: .*made up by the fault layer") as raised:
        jobs.create(new_job())
    assert type(raised.value) is error


def test_throttling_that_stays_is_throttled_with_what_the_service_told(jobs: CosmosJobs, front: Front) -> None:
    front.rules.append(Rule(Answer(429, {"x-ms-retry-after-ms": "30"}), method="POST", target="/docs"))
    with pytest.raises(Throttled) as throttled:
        jobs.create(new_job())
    assert throttled.value.retry_after == pytest.approx(0.03)


@pytest.mark.parametrize("odd", ["soon", "", "-1", "1.5 s"])
def test_an_odd_time_to_wait_is_none(jobs: CosmosJobs, front: Front, odd: str) -> None:
    front.rules.append(Rule(Answer(429, {"x-ms-retry-after-ms": odd}), method="POST", target="/docs"))
    with pytest.raises(Throttled) as throttled:
        jobs.create(new_job())
    assert throttled.value.retry_after is None


def test_a_short_throttling_is_not_even_noticed(jobs: CosmosJobs, front: Front) -> None:
    front.rules.append(Rule(Answer(429, AT_ONCE), method="POST", target="/docs", times=3))
    jobs.create(new_job())


def test_an_update_whose_answer_is_lost_returns_what_it_wrote(jobs: CosmosJobs, front: Front) -> None:
    job = new_job()
    jobs.create(job)
    front.rules.append(Rule(Lost(), method="PUT", target=f"/docs/{job.id}", times=1))
    written = jobs.update(job.id, begin)
    assert front.rules[0].met == 1
    assert written is not None, "or the poll would send no message for a job that it moved to ingesting"
    assert written.status is Status.INGESTING
    assert jobs.get(job.id) == written


def test_an_update_whose_answer_is_lost_and_that_a_stale_read_does_not_show_returns_what_it_wrote(
    jobs: CosmosJobs, front: Front, database: DatabaseProxy
) -> None:
    job = new_job()
    jobs.create(job)
    before = json.dumps(database.get_container_client("jobs").read_item(job.id, job.id)).encode()
    # A replica that lags behind answers the read before the write, and the one after it.
    front.rules.append(Rule(Answer(200, {}, before), method="GET", target=f"/docs/{job.id}", times=2))
    front.rules.append(Rule(Lost(), method="PUT", target=f"/docs/{job.id}", times=1))
    written = jobs.update(job.id, begin)
    assert [rule.met for rule in front.rules] == [2, 1]
    assert written is not None
    assert jobs.get(job.id) == written


def test_an_update_whose_answer_is_lost_and_that_is_overwritten_begins_anew(jobs: CosmosJobs, front: Front) -> None:
    job = new_job()
    jobs.create(job)
    front.rules.append(Rule(Answer(449, AT_ONCE), method="PUT", target=f"/docs/{job.id}", times=1))

    def change(current: Job) -> Job:
        if current.poll_count == 0:
            jobs.update(job.id, lambda other: msgspec.structs.replace(other, poll_count=5))
        return msgspec.structs.replace(current, poll_count=current.poll_count + 1)

    written = jobs.update(job.id, change)
    assert written is not None
    assert written.poll_count == 6


def test_a_creation_whose_answer_is_lost_is_a_conflict_with_the_job_in_place(jobs: CosmosJobs, front: Front) -> None:
    job = new_job()
    front.rules.append(Rule(Lost(), method="POST", target="/docs", times=1))
    with pytest.raises(Conflict):
        jobs.create(job)
    assert jobs.get(job.id) == job


def test_a_commit_whose_answer_is_lost_is_made(through: DatabaseProxy, front: Front) -> None:
    transcripts = CosmosTranscripts(through, 86_400)
    key = new_key()
    front.rules.append(Rule(Lost(), method="POST", target="/docs", times=1))
    transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1"), None)
    assert front.rules[0].met == 1
    stored = transcripts.head(key)
    assert stored is not None
    front.rules.append(Rule(Lost(), method="POST", target="/docs", times=1))
    transcripts.commit(key, [part(key, "r2", 0)], head(key, "r2"), stored.etag)
    assert front.rules[1].met == 1
    stored = transcripts.head(key)
    assert stored is not None
    assert stored.head.revision == "r2"


def test_a_discount_that_another_writer_made_first_is_made(through: DatabaseProxy) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    transcripts.commit(key, [], head(key, "r1"), None)
    stored = transcripts.head(key)
    assert stored is not None
    transcripts.discount(key, stored.etag)
    transcripts.discount(key, stored.etag)
    transcripts.commit(key, [], head(key, "r2"), _etag(transcripts, key))
    with pytest.raises(Conflict):
        transcripts.discount(key, stored.etag)


def test_a_discount_whose_answer_is_lost_is_made(through: DatabaseProxy, front: Front) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    transcripts.commit(key, [], head(key, "r1"), None)
    stored = transcripts.head(key)
    assert stored is not None
    front.rules.append(Rule(Lost(), method="PATCH", target="/docs/transcript", times=1))
    transcripts.discount(key, stored.etag)
    assert front.rules[0].met == 1
    stored = transcripts.head(key)
    assert stored is not None
    assert stored.head.run == NO_RUN


def test_retiring_whose_answer_is_lost_is_made(through: DatabaseProxy, front: Front) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    transcripts.write(key, [part(key, "r1", 0)])
    front.rules.append(Rule(Lost(), method="PATCH", target="/docs/", times=1))
    transcripts.retire(key, transcripts.parts(key, "r1"))
    assert front.rules[0].met == 1
    assert transcripts.parts(key, "r1") == {}


def test_a_batch_that_is_throttled_is_throttled(through: DatabaseProxy, front: Front) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    front.rules.append(Rule(Answer(429, AT_ONCE), method="POST", target="/docs"))
    with pytest.raises(Throttled):
        transcripts.write(key, [part(key, "r1", 0), part(key, "r1", 1)])


def test_a_server_that_is_not_there_is_transient(cosmos: Cosmos) -> None:
    gone = nowhere()
    with pytest.raises(Transient, match="Cosmos DB"):
        connect(gone, cosmos.key, "speech")


def _etag(transcripts: CosmosTranscripts, key: FileKey) -> str:
    stored = transcripts.head(key)
    assert stored is not None
    return stored.etag
