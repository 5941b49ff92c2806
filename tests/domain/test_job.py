"""The table of a job's states and events, and the documents of container `jobs`."""

import json
from itertools import product

import jsonschema
import msgspec
import pytest

from shared.domain.documents import ReportDetail
from shared.domain.job import (
    END_STATES,
    LIFE,
    Event,
    FailedFile,
    Failure,
    FileCounts,
    Job,
    Rejected,
    ReportSummary,
    Status,
    next_status,
)
from shared.domain.poll_mark import PollMark
from shared.errors import UnknownValue
from tests.domain.reading import as_json

NEW, PENDING, INGESTING = None, Status.PENDING, Status.INGESTING
COMPLETED, WITH_ERRORS = Status.COMPLETED, Status.COMPLETED_WITH_ERRORS
FAILED, NOT_FOUND, EXPIRED = Status.FAILED, Status.NOT_FOUND, Status.EXPIRED
FORGOTTEN = Status.FORGOTTEN

ROWS: dict[tuple[Status | None, Event], Status] = {
    (NEW, Event.ENQUEUED): PENDING,
    (NEW, Event.REPROCESS): PENDING,
    (NEW, Event.REPLAY): PENDING,
    (PENDING, Event.NOT_ENDED): PENDING,
    (PENDING, Event.SUCCEEDED): INGESTING,
    (PENDING, Event.SPEECH_FAILED): FAILED,
    (PENDING, Event.MISSING): PENDING,
    (PENDING, Event.STILL_MISSING): NOT_FOUND,
    (PENDING, Event.TOO_OLD): EXPIRED,
    (INGESTING, Event.ALL_IN): COMPLETED,
    (INGESTING, Event.ALL_IN_WITH_ERRORS): WITH_ERRORS,
    # Enqueueing does not change a pending or ingesting job.
    (PENDING, Event.ENQUEUED): PENDING,
    (PENDING, Event.REPROCESS): PENDING,
    (PENDING, Event.REPLAY): PENDING,
    (INGESTING, Event.ENQUEUED): INGESTING,
    (INGESTING, Event.REPROCESS): INGESTING,
    (INGESTING, Event.REPLAY): INGESTING,
    # It restarts a completed job only with reprocess or replay.
    (COMPLETED, Event.ENQUEUED): COMPLETED,
    (COMPLETED, Event.REPROCESS): PENDING,
    (COMPLETED, Event.REPLAY): PENDING,
    (WITH_ERRORS, Event.ENQUEUED): WITH_ERRORS,
    (WITH_ERRORS, Event.REPROCESS): PENDING,
    (WITH_ERRORS, Event.REPLAY): PENDING,
    # It restarts a failed, expired or notFound job.
    **{
        (state, event): PENDING
        for state in (FAILED, EXPIRED, NOT_FOUND)
        for event in (Event.ENQUEUED, Event.REPROCESS, Event.REPLAY)
    },
    # A late file makes its job count again.
    (INGESTING, Event.CAME_IN_LATE): INGESTING,
    (WITH_ERRORS, Event.CAME_IN_LATE): INGESTING,
    (EXPIRED, Event.CAME_IN_LATE): INGESTING,
    # Speech may delete a job that succeeded, or its files may never come in: it must not wait for ever.
    (INGESTING, Event.STILL_MISSING): NOT_FOUND,
    (INGESTING, Event.GIVEN_UP): EXPIRED,
    # An ended job may be erased. Then only a reprocess brings it back.
    **{(state, Event.ERASED): FORGOTTEN for state in (COMPLETED, WITH_ERRORS, FAILED, NOT_FOUND, EXPIRED)},
    (FORGOTTEN, Event.ENQUEUED): FORGOTTEN,
    (FORGOTTEN, Event.REPLAY): FORGOTTEN,
    (FORGOTTEN, Event.REPROCESS): PENDING,
}


@pytest.mark.parametrize(("state", "event"), list(product([None, *Status], Event)))
def test_every_pair_of_state_and_event_is_in_the_table_or_raises(state: Status | None, event: Event) -> None:
    if (state, event) in ROWS:
        assert next_status(state, event) is ROWS[state, event]
        return
    with pytest.raises(UnknownValue) as caught:
        next_status(state, event)
    assert str(event) in str(caught.value)
    assert f"a job that is {state or 'new'} cannot" in str(caught.value)


def test_the_table_of_states_has_exactly_these_rows() -> None:
    assert set(LIFE) == {None, *Status}
    assert {(state, event): to for state, row in LIFE.items() for event, to in row.items()} == ROWS


def test_the_states_have_the_names_of_the_contract_and_five_are_end_states() -> None:
    assert {str(status) for status in Status} == {
        *("pending", "ingesting", "completed", "completedWithErrors", "failed", "notFound", "expired", "forgotten")
    }
    assert {COMPLETED, WITH_ERRORS, FAILED, NOT_FOUND, EXPIRED} == END_STATES


FULL = Job(
    id="637d9333-6559-47a6-b8de-c7d732c1ddf3",
    status=Status.COMPLETED_WITH_ERRORS,
    self_url="https://h/speechtotext/transcriptions/1",
    accepted_at="2026-11-22T17:00:00.000000Z",
    properties={"channels": [0, 1]},
    custom_properties={"queue": "support"},
    files=FileCounts(3, 2, 1, [FailedFile("f1", "contenturl_0.json", "InvalidResult", "byte 5")], 1),
    report=ReportSummary(2, 1, [ReportDetail("s", "Failed", "Kind", "words")], "r1", "rev", ["p"], None, 1),
    failure=Failure("Code", "words", "Speech"),
)


@pytest.mark.parametrize(
    "document",
    [
        FULL,
        Job(id="a", status=Status.PENDING, accepted_at="2026-11-22T17:00:00.000000Z"),
        Rejected(id="rejected_1", queue="q", message="m", code="c", reason="why", rejected_at="2026-11-22T17:00:00Z"),
        PollMark(id="_poll"),
    ],
    ids=["full", "new", "rejected", "poll"],
)
def test_documents_of_jobs_follow_their_schema_and_decode_unchanged(document: msgspec.Struct) -> None:
    written = msgspec.json.encode(document)
    jsonschema.validate(json.loads(written), msgspec.json.schema(type(document)), jsonschema.Draft202012Validator)
    assert msgspec.json.decode(written, type=type(document)) == document


def test_a_job_has_the_properties_of_the_contract() -> None:
    document = as_json(FULL)
    named = {
        *("id", "type", "status", "speechStatus", "displayName", "locale", "createdDateTime", "lastActionDateTime"),
        *("properties", "customProperties", "acceptedAt", "polledAt", "nextPollAt", "pollCount", "endedAt", "files"),
        *("report", "failure", "schemaVersion"),
    }
    assert named <= set(document)
    assert (document["type"], document["schemaVersion"]) == ("job", 1)
    assert {"expected", "ingested", "failed"} <= set(document["files"])
    assert {"successfulTranscriptionsCount", "failedTranscriptionsCount", "failures"} <= set(document["report"])
    assert {"code", "message"} <= set(document["failure"])
    assert "ttl" not in document
