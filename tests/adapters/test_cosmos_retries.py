"""Every repeated request to Cosmos DB is logged, whether the adapter or the SDK repeats it."""

import json
import threading
import time

import pytest
from azure.cosmos import DatabaseProxy

from local import faults
from local.cosmos import Cosmos
from local.faults import Exchange, FaultLayer, Front, Lost, Rule
from shared.adapters import retrying
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts, connect
from shared.adapters.cosmos.client import query
from shared.domain.documents import HEAD_ID
from shared.errors import Conflict, Throttled, Transient
from shared.pipeline.signals import about
from tests.adapters.documents import head, new_job, new_key, part
from tests.adapters.servers import nowhere
from tests.adapters.test_retries import WHOSE, retries
from tests.signals import signals

AT_ONCE = {"x-ms-retry-after-ms": "1"}


def documents_asked(front: Front) -> list[Exchange]:
    """Return the requests for documents. A thread of the SDK also requests the account, at any time."""
    return [each for each in front.asked if "/docs" in each.target]


@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("status", [408, 429, 449, 500, 502, 503, None])
@pytest.mark.parametrize("kind", ["read", "query", "create", "patch"])
def test_every_repeated_request_to_cosmos_db_is_logged(  # noqa: PLR0913, PLR0917 - every kind with every fault
    through: DatabaseProxy,
    front: Front,
    caplog: pytest.LogCaptureFixture,
    kind: str,
    status: int | None,
    times: int,
) -> None:
    headers = AT_ONCE if status in {429, 449} else {}
    jobs, job = CosmosJobs(through, None), new_job()
    container = through.get_container_client("jobs")
    if kind != "create":
        jobs.create(job)
    front.asked.clear()
    method = {"read": "GET", "patch": "PATCH"}.get(kind, "POST")
    fault = Lost() if status is None else faults.Answer(status, headers)
    front.rules.append(Rule(fault, method=method, target="/docs", times=times))
    with about(*WHOSE):
        match kind:
            case "read":
                assert jobs.get(job.id) == job
            case "query":
                assert query(container, "SELECT VALUE c.id FROM c", partition=[job.id]) == [job.id]
            case "patch":
                transcripts, key = CosmosTranscripts(through, None), new_key()
                front.rules[0].times = 0
                transcripts.write(key, [part(key, "r1", 0)])
                front.asked.clear()
                front.rules[0].times = times
                transcripts.retire(key, transcripts.parts(key, "r1"))
            case _ if status is None:
                with pytest.raises(Conflict):  # the document was created, and the answer was lost
                    jobs.create(job)
            case _:
                jobs.create(job)
                assert jobs.get(job.id) == job
    asked = [each for each in documents_asked(front) if each.method == method]
    told = retries(caplog, "Cosmos DB")
    assert len(told) >= 1
    assert len(asked) == 1 + len(told)


def test_a_throttled_request_is_repeated_after_the_given_wait_unless_it_is_long(
    through: DatabaseProxy, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    jobs = CosmosJobs(through, None)
    front.rules.append(Rule(faults.Answer(429, {"x-ms-retry-after-ms": "100"}), method="GET", target="/docs", times=2))
    begun = time.monotonic()
    with about(*WHOSE):
        jobs.get("nobody")
    assert time.monotonic() - begun >= 0.2
    assert [each["wait"] >= 0.1 for each in signals(caplog.records)] == [True, True]
    caplog.clear()
    front.rules.append(Rule(faults.Answer(429, {"x-ms-retry-after-ms": "11000"}), method="GET", target="/docs"))
    front.asked.clear()
    with pytest.raises(Throttled) as throttled:
        jobs.get("nobody")
    assert throttled.value.retry_after == 11
    assert (len(documents_asked(front)), signals(caplog.records)) == (1, [])


def test_throttling_with_a_given_wait_is_retried_as_often_as_the_sdk_would(
    through: DatabaseProxy, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    front.rules.append(Rule(faults.Answer(429, AT_ONCE), method="GET", target="/docs"))
    with about(*WHOSE), pytest.raises(Throttled):
        CosmosJobs(through, None).get("nobody")
    assert len(documents_asked(front)) == retrying.TOLD_ATTEMPTS
    assert retries(caplog, "Cosmos DB") == list(range(1, retrying.TOLD_ATTEMPTS))


def test_retries_that_the_sdk_handles_itself_are_logged(
    through: DatabaseProxy, front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    jobs, job = CosmosJobs(through, None), new_job()
    jobs.create(job)
    front.rules.append(
        Rule(faults.Answer(404, {"x-ms-substatus": "1002"}), method="GET", target=f"/docs/{job.id}", times=1)
    )
    with about(*WHOSE):
        assert jobs.get(job.id) == job, "a stale replica does not make the document missing"
        front.rules.append(
            Rule(faults.Answer(403, {"x-ms-substatus": "3"}), method="PUT", target=f"/docs/{job.id}", times=1)
        )
        assert jobs.update(job.id, lambda current: current) == job, "the write region moved"
    assert retries(caplog, "Cosmos DB") == [1, 1]


def test_a_repeated_commit_that_succeeded_the_first_time_succeeds(
    cosmos: Cosmos, database: DatabaseProxy, through: DatabaseProxy, front: Front
) -> None:
    key = new_key()
    there = CosmosTranscripts(connect(cosmos.endpoint, cosmos.key, database.id), None)
    there.commit(key, [], head(key, "r1"), None)  # the first try succeeds before its answer 503
    front.rules.append(Rule(faults.Answer(503, {}), method="POST", target="/docs", times=1))
    CosmosTranscripts(through, None).commit(key, [], head(key, "r1"), None)
    assert there.items(key.job_id)[0]["id"] == HEAD_ID


def test_a_failover_to_another_region_is_logged(
    cosmos: Cosmos, database: DatabaseProxy, caplog: pytest.LogCaptureFixture
) -> None:
    with FaultLayer() as layer:
        gone = layer.front("cosmos", cosmos.endpoint)
        regions = [("Gone", f"{gone.origin}/"), ("There", cosmos.endpoint)]
        locations = [{"name": name, "databaseAccountEndpoint": endpoint} for name, endpoint in regions]
        account = {"id": "two-regions", "writableLocations": locations, "readableLocations": locations}
        body = json.dumps({**account, "userConsistencyPolicy": {"defaultConsistencyLevel": "Session"}}).encode()
        gone.rules.append(Rule(faults.Answer(200, body=body), method="GET", target="^/$"))
        jobs = CosmosJobs(connect(gone.origin, cosmos.key, database.id), None)
        # Each new client checks its regions in a thread. If that check failed, the SDK would leave the region without a
        # log line.
        for thread in threading.enumerate():
            if thread.name == "cosmos-endpoint-refresh":
                thread.join()
        gone.refuse()
    with about(*WHOSE):
        assert jobs.get("nobody") is None
    assert retries(caplog, "Cosmos DB")


def test_an_unreachable_account_is_transient_and_its_retries_are_logged(
    cosmos: Cosmos, caplog: pytest.LogCaptureFixture
) -> None:
    gone = nowhere()
    with about(*WHOSE), pytest.raises(Transient, match="Cosmos DB"):
        connect(gone, cosmos.key, "speech")
    assert retries(caplog, "Cosmos DB")
