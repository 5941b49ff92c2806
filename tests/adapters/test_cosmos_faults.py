"""Cosmos DB that is busy, refuses, or whose answers get lost."""

from collections.abc import Iterator

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from local.cosmos import Cosmos
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts, connect
from shared.domain.job import Job, Status
from shared.errors import Conflict, ServiceRefused, Speech2CosmosError, Throttled, Transient
from tests.adapters.documents import head, new_job, new_key, part
from tests.adapters.proxy import Fault, Proxy, proxying
from tests.adapters.servers import serving

AT_ONCE = {"x-ms-retry-after-ms": "1"}


@pytest.fixture(scope="module")
def between(cosmos: Cosmos) -> Iterator[Proxy]:
    with proxying(cosmos.endpoint) as running:
        yield running


@pytest.fixture(scope="module")
def through(between: Proxy, cosmos: Cosmos, database: DatabaseProxy) -> DatabaseProxy:
    """Return the module's database as it is reached through the proxy."""
    return connect(between.endpoint, cosmos.key, database.id)


@pytest.fixture
def proxy(between: Proxy) -> Proxy:
    """Return the proxy without faults and requests of earlier tests."""
    between.faults.clear()
    between.asked.clear()
    return between


@pytest.fixture
def jobs(through: DatabaseProxy, proxy: Proxy) -> CosmosJobs:
    assert proxy.faults == []
    return CosmosJobs(through, None)


def begin(job: Job) -> Job | None:
    """Let a pending job be ingested, as the poll does."""
    return msgspec.structs.replace(job, status=Status.INGESTING) if job.status is Status.PENDING else None


@pytest.mark.parametrize("status", [408, 449, 500, 503])
def test_a_busy_server_is_asked_again(jobs: CosmosJobs, proxy: Proxy, status: int) -> None:
    job = new_job()
    proxy.faults.append(Fault("POST", "/docs", status, AT_ONCE))
    jobs.create(job)
    assert jobs.get(job.id) == job


@pytest.mark.parametrize(
    ("status", "headers", "error"),
    [
        (449, AT_ONCE, Transient),
        (503, AT_ONCE, Transient),
        (403, {"x-ms-substatus": "5300"}, Transient),
        (401, {}, Transient),
        (400, {}, ServiceRefused),
        (413, {}, ServiceRefused),
    ],
)
def test_what_stays_is_raised_as_ours_with_the_services_words(
    jobs: CosmosJobs, proxy: Proxy, status: int, headers: dict[str, str], error: type[Speech2CosmosError]
) -> None:
    proxy.faults.append(Fault("POST", "/docs", status, headers, times=1000))
    with pytest.raises(error, match=f"Cosmos DB answered {status}: .*made up by the test") as raised:
        jobs.create(new_job())
    assert type(raised.value) is error


def test_throttling_that_stays_is_throttled_with_what_the_service_told(jobs: CosmosJobs, proxy: Proxy) -> None:
    proxy.faults.append(Fault("POST", "/docs", 429, {"x-ms-retry-after-ms": "30"}, times=1000))
    with pytest.raises(Throttled) as throttled:
        jobs.create(new_job())
    assert throttled.value.retry_after == pytest.approx(0.03)


def test_a_short_throttling_is_not_even_noticed(jobs: CosmosJobs, proxy: Proxy) -> None:
    proxy.faults.append(Fault("POST", "/docs", 429, AT_ONCE, times=3))
    jobs.create(new_job())


def test_an_update_whose_answer_is_lost_returns_what_it_wrote(jobs: CosmosJobs, proxy: Proxy) -> None:
    job = new_job()
    jobs.create(job)
    proxy.faults.append(Fault("PUT", f"/docs/{job.id}"))
    written = jobs.update(job.id, begin)
    assert proxy.faults[0].times == 0
    assert written is not None, "or the poll would send no message for a job that it moved to ingesting"
    assert written.status is Status.INGESTING
    assert jobs.get(job.id) == written


def test_an_update_whose_answer_is_lost_and_that_is_overwritten_begins_anew(jobs: CosmosJobs, proxy: Proxy) -> None:
    job = new_job()
    jobs.create(job)
    proxy.faults.append(Fault("PUT", f"/docs/{job.id}", 449, AT_ONCE, times=1))

    def change(current: Job) -> Job:
        if current.poll_count == 0:
            jobs.update(job.id, lambda other: msgspec.structs.replace(other, poll_count=5))
        return msgspec.structs.replace(current, poll_count=current.poll_count + 1)

    written = jobs.update(job.id, change)
    assert written is not None
    assert written.poll_count == 6


def test_a_creation_whose_answer_is_lost_is_a_conflict_with_the_job_in_place(jobs: CosmosJobs, proxy: Proxy) -> None:
    job = new_job()
    proxy.faults.append(Fault("POST", "/docs"))
    with pytest.raises(Conflict):
        jobs.create(job)
    assert jobs.get(job.id) == job


def test_a_commit_whose_answer_is_lost_is_made(through: DatabaseProxy, proxy: Proxy) -> None:
    transcripts = CosmosTranscripts(through, 86_400)
    key = new_key()
    proxy.faults.append(Fault("POST", "/docs"))
    transcripts.commit(key, [part(key, "r1", 0)], head(key, "r1"), None)
    assert proxy.faults[0].times == 0
    stored = transcripts.head(key)
    assert stored is not None
    proxy.faults.append(Fault("POST", "/docs"))
    transcripts.commit(key, [part(key, "r2", 0)], head(key, "r2"), stored.etag)
    assert proxy.faults[1].times == 0
    stored = transcripts.head(key)
    assert stored is not None
    assert stored.head.revision == "r2"


def test_a_batch_that_is_throttled_is_throttled(through: DatabaseProxy, proxy: Proxy) -> None:
    transcripts = CosmosTranscripts(through, None)
    key = new_key()
    proxy.faults.append(Fault("POST", "/docs", 429, AT_ONCE, times=1000))
    with pytest.raises(Throttled):
        transcripts.write(key, [part(key, "r1", 0), part(key, "r1", 1)])


def test_a_server_that_is_not_there_is_transient(cosmos: Cosmos) -> None:
    with serving() as gone:
        pass
    with pytest.raises(Transient, match="Cosmos DB"):
        connect(gone.origin, cosmos.key, "speech")
