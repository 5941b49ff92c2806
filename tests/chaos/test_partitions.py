"""Cosmos DB with several physical partitions, and with one job on two of them, as after a split."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from azure.cosmos import PartitionKey

from local.cosmos import start_cosmos
from tests.chaos.bench import Bench, started
from tests.chaos.judge import State
from tests.chaos.kinds import light, of_files, result
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
KINDS = (of_files("forty files", *(result(seed, 0.01) for seed in range(40))), *light())


def in_the_middle_of_the_job() -> list[str]:
    """Return the effective partition key at which a second partition begins: half of the job's files lie behind it."""
    key = PartitionKey(["/jobId", "/fileId"])._get_effective_partition_key_string([JOB])  # noqa: SLF001 - no public way
    return [f"{key}20000000000000000000000000000000"]


@contextmanager
def on(partitions: int | list[str], gateway: Literal["refuses", "serves"]) -> Iterator[Bench]:
    """Start a stack whose Cosmos DB has these physical partitions; each counts two documents a row at most."""
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        log = Path(folder) / "cosmos.log"
        cosmos = start_cosmos(log=log, port=0, partitions=partitions, gateway=gateway, aggregate_page=2)
        try:
            with started({"COSMOS_ENDPOINT": cosmos.endpoint, "COSMOS_KEY": cosmos.key}) as bench:
                yield bench
        finally:
            cosmos.stop()


@pytest.fixture(scope="module")
def expected() -> dict[str, State]:
    """Give what jobs store when all documents lie on one physical partition."""
    with on(1, "refuses") as bench:
        bench.undisturbed(*KINDS)
        return bench.expected


PARTITIONS: dict[str, int | list[str]] = {"2, a job on both": in_the_middle_of_the_job(), "3": 3, "16": 16}


@pytest.mark.parametrize("gateway", ["refuses", "serves"])
@pytest.mark.parametrize("partitions", PARTITIONS)
def test_physical_partitions(
    expected: dict[str, State], row: Row, partitions: str, gateway: Literal["refuses", "serves"]
) -> None:
    with on(PARTITIONS[partitions], gateway) as bench:
        bench.expected.update(expected)
        jobs = [(KINDS[0], bench.put(KINDS[0], id=JOB)), *bench.puts(KINDS[1:], len(KINDS) - 1)]
        specs = [spec for _, spec in jobs]
        with bench.reader(specs) as reader:
            bench.enqueue(*specs)
            bench.ended(*specs)
            # A part that is missing is found, and the files of the job are counted, on all partitions.
            bench.enqueue(f'{{"id": "{JOB}", "reprocess": true}}')
            bench.until(lambda: (job := bench.job(specs[0])) is not None and job.run > 1, "the job is taken up again")
            bench.ended(*specs)
        row.cases = len(jobs) + 1
        row.judge(bench.verdict(jobs, again=True), reader.seen)
    row.notes.append(f"the gateway {gateway} queries across partitions; {len(specs[0].files)} files of one job")
