"""Cosmos DB throttles, refuses, or its responses get lost."""

import json

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from local.faults import Answer, Front, Lost, Rule
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts
from shared.domain.documents import FileKey
from shared.domain.job import NO_RUN, Job, Status
from shared.errors import Conflict, Denied, ServiceRefused, Speech2CosmosError, Throttled, Transient
from tests.adapters.documents import head, new_job, new_key, part

AT_ONCE = {"x-ms-retry-after-ms": "1"}


@pytest.fixture
def jobs(through: DatabaseProxy, front: Front) -> CosmosJobs:
    assert front.rules == []
    return CosmosJobs(through, None)


def begin(job: Job) -> Job | None:
    """Move a pending job to ingesting, as the poll does."""
    return msgspec.structs.replace(job, status=Status.INGESTING) if job.status is Status.PENDING else None


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
def test_a_persistent_error_is_raised_with_the_services_message(
    jobs: CosmosJobs, front: Front, status: int, headers: dict[str, str], error: type[Speech2CosmosError]
) -> None:
    front.rules.append(Rule(Answer(status, headers), method="POST", target="/docs"))
    with pytest.raises(error, match=f"Cosmos DB answered {status}: .*made up by the fault layer") as raised:
        jobs.create(new_job())
    assert type(raised.value) is error


def test_persistent_throttling_raises_throttled_with_the_services_wait(jobs: CosmosJobs, front: Front) -> None:
    front.rules.append(Rule(Answer(429, {"x-ms-retry-after-ms": "30"}), method="POST", target="/docs"))
    with pytest.raises(Throttled) as throttled:
        jobs.create(new_job())
    assert throttled.value.retry_after == pytest.approx(0.03)


@pytest.mark.parametrize("odd", ["soon", "", "-1", "1.5 s"])
def test_an_invalid_wait_is_ignored(jobs: CosmosJobs, front: Front, odd: str) -> None:
    front.rules.append(Rule(Answer(429, {"x-ms-retry-after-ms": odd}), method="POST", target="/docs"))
    with pytest.raises(Throttled) as throttled:
        jobs.create(new_job())
    assert throttled.value.retry_after is None


def test_an_update_whose_response_is_lost_returns_what_it_wrote(jobs: CosmosJobs, front: Front) -> None:
    job = new_job()
    jobs.create(job)
    front.rules.append(Rule(Lost(), method="PUT", target=f"/docs/{job.id}", times=1))
    written = jobs.update(job.id, begin)
    assert front.rules[0].met == 1
    assert written is not None, "otherwise the poll would send no message for a job that it moved to ingesting"
    assert written.status is Status.INGESTING
    assert jobs.get(job.id) == written


def test_an_update_whose_response_is_lost_returns_what_it_wrote_in_spite_of_stale_reads(
    jobs: CosmosJobs, front: Front, database: DatabaseProxy
) -> None:
    job = new_job()
    jobs.create(job)
    before = json.dumps(database.get_container_client("jobs").read_item(job.id, job.id)).encode()
    # A stale replica answers the read before the write and the read after it.
    front.rules.append(Rule(Answer(200, {}, before), method="GET", target=f"/docs/{job.id}", times=2))
    front.rules.append(Rule(Lost(), method="PUT", target=f"/docs/{job.id}", times=1))
    written = jobs.update(job.id, begin)
    assert [rule.met for rule in front.rules] == [2, 1]
    assert written is not None
    assert jobs.get(job.id) == written


def test_an_update_that_is_overwritten_before_its_retry_is_applied_to_the_new_document(
    jobs: CosmosJobs, front: Front
) -> None:
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


def test_a_creation_whose_response_is_lost_is_a_conflict_and_the_job_exists(jobs: CosmosJobs, front: Front) -> None:
    job = new_job()
    front.rules.append(Rule(Lost(), method="POST", target="/docs", times=1))
    with pytest.raises(Conflict):
        jobs.create(job)
    assert jobs.get(job.id) == job


def test_a_commit_whose_response_is_lost_succeeds(through: DatabaseProxy, front: Front) -> None:
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


def test_a_discount_that_another_writer_made_first_succeeds(through: DatabaseProxy) -> None:
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


def test_a_discount_whose_response_is_lost_succeeds(through: DatabaseProxy, front: Front) -> None:
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


def test_retiring_whose_response_is_lost_succeeds(through: DatabaseProxy, front: Front) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    transcripts.write(key, [part(key, "r1", 0)])
    front.rules.append(Rule(Lost(), method="PATCH", target="/docs/", times=1))
    transcripts.retire(key, transcripts.parts(key, "r1"))
    assert front.rules[0].met == 1
    assert transcripts.parts(key, "r1") == {}


def test_a_throttled_batch_raises_throttled(through: DatabaseProxy, front: Front) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    front.rules.append(Rule(Answer(429, AT_ONCE), method="POST", target="/docs"))
    with pytest.raises(Throttled):
        transcripts.write(key, [part(key, "r1", 0), part(key, "r1", 1)])


def _etag(transcripts: CosmosTranscripts, key: FileKey) -> str:
    stored = transcripts.head(key)
    assert stored is not None
    return stored.etag
