"""The meter's charge for a query that reads documents of other jobs, in each way in which a query can."""

from collections.abc import Iterator

import pytest

from benchmarks.cost.charges import read_charge
from benchmarks.cost.foreign import A_FILE, JOBS_A_FILE
from benchmarks.cost.pipeline import Bench, bench
from benchmarks.cost.queries import INDEX_ENTRY, QUERY_BASE
from local.cosmos import Cosmos

FILES = 5
ENDED = FILES * JOBS_A_FILE
ITEM = read_charge(1)
"""RU for loading one document of another job."""

COUNT = "SELECT VALUE COUNT(1) FROM c WHERE"
OF_JOB = "c.jobId = @job AND c.type = 'part'"


@pytest.fixture(scope="module")
def made(cosmos: Cosmos) -> Iterator[Bench]:
    with bench(cosmos, foreign=FILES * (A_FILE + JOBS_A_FILE)) as running:
        yield running


@pytest.mark.parametrize(
    ("container", "text", "levels", "read"),
    [
        ("transcripts", "SELECT * FROM c WHERE c.jobId = @job AND c.type = 'part'", 1, (A_FILE - 2) * ITEM),
        ("transcripts", "SELECT * FROM c WHERE c.type = 'part'", 1, FILES * (A_FILE - 2) * ITEM),
        ("transcripts", "SELECT * FROM c WHERE c.type = 'transcript'", 2, ITEM),
        ("transcripts", f"{COUNT} {OF_JOB}", 0, (A_FILE - 2) * INDEX_ENTRY),
        ("transcripts", f"{COUNT} {OF_JOB}", 1, (A_FILE - 2) * ITEM),
        ("transcripts", f"{COUNT} c.type = 'part'", 1, FILES * (A_FILE - 2) * ITEM),
        ("jobs", "SELECT * FROM c WHERE c.status = 'pending' ORDER BY c.status, c.nextPollAt", 0, 0),
        ("jobs", "SELECT * FROM c WHERE c.status = 'pending' ORDER BY c.nextPollAt", 0, ENDED * INDEX_ENTRY),
        ("jobs", "SELECT * FROM c WHERE c.retry.at <= '2026' ORDER BY c.retry.at", 0, 0),
        (
            "jobs",
            "SELECT * FROM c WHERE c.status = 'pending' AND c.pollCount > 0 ORDER BY c.status, c.nextPollAt",
            0,
            ENDED * INDEX_ENTRY,
        ),
    ],
)
def test_a_query_is_charged_for_the_documents_that_it_reads(
    made: Bench, container: str, text: str, levels: int, read: float
) -> None:
    metered = made.database.containers[container]
    job, file = next(iter(made.database.containers["transcripts"].items))[:2]
    before, answered = made.meter.request_units["outside"], made.meter.requests[f"outside: {container}: query"]
    parameters: list[dict[str, object]] = [{"name": "@job", "value": job}] if "@job" in text else []
    scope = {"partition_key": [job, file][:levels]} if levels else {"enable_cross_partition_query": True}
    metered.query_items(text, parameters=parameters, **scope)
    answered = made.meter.requests[f"outside: {container}: query"] - answered
    assert answered >= 1
    assert made.meter.request_units["outside"] - before == pytest.approx(answered * QUERY_BASE + read)
