"""The product's documents as the pipeline writes them take what their sizes say."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from benchmarks.cost.charges import create_charge
from benchmarks.cost.pipeline import START, Bench, bench
from benchmarks.cost.services import SpeechJob
from benchmarks.cost.workloads import SAMPLE
from benchmarks.shapes.layout import product
from benchmarks.shapes.recordings import split_by_command
from local.cosmos import Cosmos, start_cosmos
from shared.domain.containers import TRANSCRIPTS

JOB = str(uuid.UUID(int=0x4000_8000_0000_0000_0000))
MOST_TICKS = 100


@pytest.fixture(scope="module")
def cosmos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    running = start_cosmos(log=tmp_path_factory.mktemp("shapes") / "cosmos.log", port=0, partitions=1)
    yield running
    running.stop()


def test_the_stored_documents_of_a_recording_are_charged_as_computed(cosmos: Cosmos) -> None:
    contents = SAMPLE.contents()
    with bench(cosmos, SAMPLE) as made:
        made.speech.jobs[JOB] = SpeechJob(JOB, START, START + timedelta(minutes=1), contents)
        made.accept(JOB.encode())
        _fetch_all(made)
        stored = made.database.containers[TRANSCRIPTS.name].items
    files = {item["name"]: item["fileId"] for item in stored.values() if item["type"] == "transcript"}
    assert files.keys() == contents.keys() - {"report.json"}
    for name, file_id in files.items():
        written = sum(create_charge(item, TRANSCRIPTS.indexes) for key, item in stored.items() if key[1] == file_id)
        computed = product(split_by_command(name, "", contents[name])).write_request_units()
        assert written == pytest.approx(computed, rel=0.005)


def _fetch_all(made: Bench) -> None:
    work = next(found for _ in range(MOST_TICKS) if (found := made.tick()))
    while work:
        message, *work = work
        work += made.fetch(message, 1)
