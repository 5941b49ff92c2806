"""The containers' partition keys, indexes and time to live."""

from shared.domain.containers import CONTAINERS, JOBS, TIME_TO_LIVE, TRANSCRIPTS
from shared.domain.documents import FileFailure, ReportPart, ResultPart, Transcript
from shared.domain.job import Job, Rejected, Retry


def properties_of(*shapes: type) -> set[str]:
    return {name for shape in shapes for name in shape.__struct_encode_fields__}  # type: ignore[attr-defined]  # msgspec's


def test_jobs_are_found_by_id_and_transcripts_by_job_and_file() -> None:
    assert [(container.name, container.partition_key) for container in CONTAINERS] == [
        ("jobs", ("/id",)),
        ("transcripts", ("/jobId", "/fileId")),
    ]


def test_only_listed_properties_are_indexed_and_no_long_text_is() -> None:
    for container in CONTAINERS:
        policy = container.indexing_policy()
        assert policy["indexingMode"] == "consistent"
        assert policy["excludedPaths"] == [{"path": "/*"}]
        assert policy["includedPaths"] == [{"path": f"/{name}/?"} for name in container.indexed]
        texts = {"phrases", "turns", "display", "lexical", "itn", "maskedITN", "details", "properties", "message"}
        assert not texts & set(container.indexed)


def test_every_indexed_property_exists_in_the_documents() -> None:
    within = {f"retry/{name}" for name in properties_of(Retry)}
    assert set(JOBS.indexed) <= properties_of(Job, Rejected) | within
    assert set(TRANSCRIPTS.indexed) <= properties_of(Transcript, ResultPart, ReportPart, FileFailure)


def test_time_to_live_is_on_and_no_document_expires_by_default() -> None:
    assert TIME_TO_LIVE == -1
