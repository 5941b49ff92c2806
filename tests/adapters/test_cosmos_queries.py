"""Queries of a job on two physical partitions, when any one of their requests fails."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from azure.cosmos import ContainerProxy, PartitionKey
from azure.cosmos.exceptions import CosmosHttpResponseError

from local.cosmos import Cosmos, start_cosmos
from local.faults import Answer, CutShort, Fault, Front, Rule
from local.provision import provision_cosmos
from shared.adapters.cosmos import CosmosJobs, connect
from shared.adapters.cosmos.client import ROWS_A_PAGE, query
from shared.adapters.cosmos.job_lists import JobLists
from shared.adapters.cosmos.of_job import count_of, rows_of
from shared.domain.containers import TRANSCRIPTS
from shared.domain.job import Retry, RetryCode, Status
from shared.pipeline.signals import Signal, counts
from tests.adapters.documents import new_job

PLAN = "x-ms-cosmos-is-query-plan-request"
AT_ONCE = {"x-ms-retry-after-ms": "1"}

FILES = 30
A_FILE = 100
"""Documents of a file: as many as a batch takes."""
DOCUMENTS = FILES * A_FILE
assert DOCUMENTS > 2 * ROWS_A_PAGE, "at least one of the two partitions has more rows than a page"


def _hashed(job_id: str) -> str:
    return str(PartitionKey(["/jobId", "/fileId"])._get_effective_partition_key_string([job_id]))  # noqa: SLF001 - no public way


JOB = next(job for job in (str(uuid.UUID(int=number)) for number in count()) if _hashed(job).startswith("1F"))
"""A job whose hash is in the middle, so that other jobs have lower and higher ones."""


@pytest.fixture(scope="module", params=["refuses", "serves"])
def cosmos(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    """Give a server that splits JOB over two partitions. Its gateway refuses or serves queries that need merging."""
    running = start_cosmos(
        log=tmp_path_factory.mktemp("split") / "cosmos.log",
        port=0,
        partitions=[f"{_hashed(JOB)}{'20':0<32}"],
        gateway=request.param,
        aggregate_page=1000,
    )
    yield running
    running.stop()


@pytest.fixture(scope="module")
def transcripts(cosmos: Cosmos, between: Front) -> ContainerProxy:
    """Return the container through the fault layer, with DOCUMENTS of JOB and some of other jobs."""
    provision_cosmos(cosmos.endpoint, cosmos.key, "split")
    container = connect(between.origin, cosmos.key, "split").get_container_client(TRANSCRIPTS.name)
    for file in range(FILES):
        key = {"jobId": JOB, "fileId": f"file{file:02}"}
        items = [{"id": f"{number:02}", "type": "part", "run": file, **key} for number in range(A_FILE)]
        container.execute_item_batch([("create", (item,)) for item in items], list(key.values()))
        container.create_item({"id": "00", "jobId": str(uuid.uuid4()), "fileId": "other", "type": "part", "run": 0})
    return container


def minute(number: int) -> str:
    """Return a time of day."""
    return f"2026-11-02T09:{number:02}:00.000000Z"


def of_the_job(container: ContainerProxy) -> list[Any]:
    return rows_of(container, JOB, select="c.fileId, c.id", where="c.type = 'part'")


def without_a_key(container: ContainerProxy) -> list[Any]:
    return query(container, "SELECT c.fileId, c.id FROM c WHERE c.jobId = @job", {"job": JOB})


def sorted_without_a_key(container: ContainerProxy) -> list[Any]:
    text = "SELECT c.fileId, c.id FROM c WHERE c.jobId = @job ORDER BY c.fileId"
    rows = query(container, text, {"job": JOB})
    assert [row["fileId"] for row in rows] == sorted(row["fileId"] for row in rows)
    return rows


FAULTS = (Answer(429, AT_ONCE), CutShort())
"""A response without rows, and one with some of its rows."""


def failing(between: Front, number: int, fault: Fault) -> Rule:
    """Let one request of the query fail; `number` counts requests for a plan too."""
    seen = count(1)
    rule = Rule(fault, method="POST", target="/docs", when=lambda _: next(seen) == number, times=1)
    between.rules[:] = [rule]
    return rule


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("ask", [of_the_job, without_a_key, sorted_without_a_key])
def test_no_row_is_lost_or_repeated_whichever_request_of_a_query_fails(
    transcripts: ContainerProxy, between: Front, ask: Callable[[ContainerProxy], list[Any]], fault: Fault
) -> None:
    for number in count(1):
        rule = failing(between, number, fault)
        rows = [(row["fileId"], row["id"]) for row in ask(transcripts)]
        assert len(rows) == DOCUMENTS
        assert len(set(rows)) == DOCUMENTS
        if not rule.met:
            break
    assert number > DOCUMENTS // ROWS_A_PAGE, "each page's request failed once"


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
def test_a_count_is_right_whichever_of_its_requests_fails(
    transcripts: ContainerProxy, between: Front, fault: Fault
) -> None:
    for number in count(1):
        rule = failing(between, number, fault)
        assert count_of(transcripts, JOB, "c.run < @run", {"run": FILES - 1}) == DOCUMENTS - A_FILE
        if not rule.met:
            break
    assert number > 1


def test_a_count_is_not_sent_as_a_range_of_keys(transcripts: ContainerProxy, between: Front) -> None:
    between.asked.clear()
    assert count_of(transcripts, JOB, "c.type = 'part'") == DOCUMENTS
    assert between.asked
    assert not any("x-ms-start-epk" in each.headers for each in between.asked)


def test_a_query_that_needs_a_plan_logs_no_retry(transcripts: ContainerProxy) -> None:
    before = counts()[Signal.RETRY]
    assert len(sorted_without_a_key(transcripts)) == DOCUMENTS
    assert counts()[Signal.RETRY] == before


def test_a_ticks_queries_merge_both_partitions_in_order_with_and_without_a_plan(cosmos: Cosmos, between: Front) -> None:
    between.rules.clear()
    provision_cosmos(cosmos.endpoint, cosmos.key, "ticks")
    database = connect(between.origin, cosmos.key, "ticks")
    jobs = CosmosJobs(database, None)
    waiting = [new_job(poll_count=1, accepted_at=at, polled_at=at, next_poll_at=at) for at in map(minute, range(20))]
    reason = RetryCode.FETCH_FAILED
    moved = [
        new_job(status=Status.INGESTING, moved_at=at, retry=Retry(at, at, reason, "503"))
        for at in map(minute, range(20))
    ]
    ended = [new_job(status=Status.FAILED, accepted_at=at, ended_at=at) for at in map(minute, range(20))]
    fresh = [new_job(accepted_at=at) for at in map(minute, range(20, 40))]
    for job in (*waiting, *moved, *ended, *fresh):
        jobs.create(job)
    between.asked.clear()
    assert jobs.new(5) == fresh[:5]
    assert jobs.due(minute(10), 5) == waiting[:5]
    assert jobs.unseen(minute(2), 5) == waiting[:3]
    assert jobs.ingesting(None, 20) == moved
    assert jobs.to_list_again(minute(10), 5) == moved[:5]
    assert jobs.untidied(minute(10), None, 20) == ended[:11]
    assert jobs.oldest_pending() == waiting[0]
    assert JobLists(database).newest(5, [Status.FAILED]) == ended[:-6:-1]
    asked = [each for each in between.asked if each.target.rstrip("/").endswith("/docs")]
    planned = sum(PLAN in each.headers for each in asked)
    # With a plan, each query takes a refusal, the plan, and a request to each of the two partitions. Without one, the
    # gateway merges them. `listed` takes one request more, without a plan, for jobs without a time to sort by.
    assert (planned, len(asked)) in {(8, 8 * 4 + 1), (0, 8 + 1)}


@pytest.mark.parametrize("cosmos", ["refuses"], indirect=True)
def test_the_sdk_still_loses_rows_if_a_query_without_a_key_continues_after_a_failed_page(
    transcripts: ContainerProxy, between: Front
) -> None:
    """If this fails, the SDK was fixed: client.query may then continue such queries at the failed page."""
    between.rules.clear()
    text = "SELECT c.fileId, c.id FROM c ORDER BY c.fileId"
    pages = transcripts.query_items(text, enable_cross_partition_query=True, max_item_count=50).by_page()
    rows = [row["id"] for _ in range(2) for row in next(pages)]
    between.rules.append(Rule(Answer(429), method="POST", target="/docs", times=1))
    with suppress(CosmosHttpResponseError):
        for page in pages:
            rows += [row["id"] for row in page]
    assert between.rules[0].met == 1
    for page in pages:
        rows += [row["id"] for row in page]
    assert len(rows) < DOCUMENTS + FILES
