"""The requests of the real pipeline for a small job, against the measurements behind docs/cost.md."""

from collections.abc import Iterator

import msgspec
import pytest

from benchmarks.cost.measure import measure_job, measure_waiting
from benchmarks.cost.measured import JobUsage, load
from benchmarks.cost.queries import QUERY_BASE
from benchmarks.cost.workloads import ALONE, CALLS, MEDIA, SAMPLE, WORKLOADS
from local.cosmos import Cosmos, start_cosmos


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cosmos]:
    """Give a server with one physical partition per container, as the page assumes."""
    running = start_cosmos(log=tmp_path_factory.mktemp("single") / "cosmos.log", port=0, partitions=1)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def again(single: Cosmos) -> JobUsage:
    return measure_job(single, SAMPLE)


def test_the_pipeline_still_sends_the_measured_requests(again: JobUsage) -> None:
    """If this fails, the pipeline's steps have changed: `make cost` measures them again."""
    kept = load().job(SAMPLE.name)
    assert again.requests == kept.requests
    assert again.speech_requests == kept.speech_requests
    assert again.runs == kept.runs
    assert (again.messages, again.log_lines, again.blob_writes) == (kept.messages, kept.log_lines, kept.blob_writes)


def test_its_documents_still_have_the_measured_sizes_and_charges(again: JobUsage) -> None:
    kept = load().job(SAMPLE.name)
    assert (again.documents, again.document_bytes) == (kept.documents, kept.document_bytes)
    assert again.request_units == pytest.approx(kept.request_units)
    assert again.expiry_request_units == pytest.approx(kept.expiry_request_units)
    assert again.blob_bytes == pytest.approx(kept.blob_bytes, rel=0.1)  # zlib versions compress differently


def test_costs_that_grow_with_the_stored_documents_are_named() -> None:
    measured = load()
    more = measured.beside_foreign | {"tick": measured.beside_foreign["tick"] * 1.03}
    assert measured.grown() == []
    (grown,) = msgspec.structs.replace(measured, beside_foreign=more).grown()
    assert grown.startswith("tick: ")


def test_a_short_recording_takes_two_requests_to_cosmos_db_and_its_page_one_query(again: JobUsage) -> None:
    mine = {name: number for name, number in again.requests.items() if name.startswith("page: transcripts")}
    assert mine == {
        "page: transcripts: query": 1,
        # A possible failure of each of the two files.
        "page: transcripts: read, not there": SAMPLE.recordings + 1,
        "page: transcripts: batch": SAMPLE.recordings,
        "page: transcripts: upsert": 1,
    }


def test_messages_of_pages_cost_a_tenth_of_messages_of_files() -> None:
    measured = load()
    page, alone = measured.job(CALLS.name), measured.job(ALONE.format(CALLS.name))
    assert page.files == alone.files == CALLS.recordings + 1
    assert page.file_requests <= 0.1 * page.files <= 0.1 * alone.file_requests
    assert page.executions <= 0.1 * alone.executions
    assert page.messages <= 0.1 * alone.messages


def test_the_workloads_of_the_page_were_measured() -> None:
    kept = load()
    assert [job.name for job in kept.jobs] == [workload.name for workload in WORKLOADS]
    for workload in (CALLS, MEDIA):
        assert kept.job(workload.name).hours == workload.hours
        assert kept.job(workload.name).largest_document_bytes <= 64 * 1024


def test_a_tick_without_jobs_takes_a_quarter_of_one_with_all_its_queries(single: Cosmos) -> None:
    again, kept = measure_waiting(single, 0), load()
    assert again == kept.idle
    # A read of the timer's memory, and two queries that load nothing.
    assert again.request_units == pytest.approx(60 * (1 + 2 * QUERY_BASE))
    assert again.request_units / 60 <= kept.full_tick_request_units / 3.5


def test_waiting_jobs_cost_a_request_an_hour_each_and_one_list_a_minute() -> None:
    many = load().waiting[-1]
    assert many.jobs == 1000
    assert many.speech_requests == {"list jobs": 60, "get job": 1000}
    assert load().idle.speech_requests == {}
