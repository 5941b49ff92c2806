"""Tombstones of erased jobs and recordings."""

from datetime import timedelta

import msgspec
import pytest
from msgspec import UNSET

from shared.domain.documents import FileKey, ReportDetail, utc
from shared.domain.enqueued import Enqueued
from shared.domain.forgotten import ForgottenFile, ForgottenJob, forgotten, forgotten_file, without_file
from shared.domain.job import END_STATES, FailedFile, FileCounts, Job, ReportSummary, Status
from shared.domain.transitions import enqueue
from shared.errors import UnknownValue
from tests.domain.test_transitions import ID, NOW, at, job

LATER = NOW + timedelta(hours=1)
SOURCE = "https://audio.example/one.wav"
FAILED = [ReportDetail(SOURCE, "Failed"), ReportDetail("https://audio.example/two.wav", "Failed")]
REPORT = ReportSummary(1, 2, FAILED, "r", "rev", ["p"], None, 1)
FILES = [FailedFile("f1", "one", "GivenUp", "m"), FailedFile("f2", "two", "GivenUp", "m")]


@pytest.mark.parametrize("status", sorted(END_STATES))
def test_a_tombstone_holds_ids_run_and_time_and_nothing_else(status: Status) -> None:
    tombstone = forgotten(job(status, run=3, ended_at=at(), report=REPORT, display_name="a name"), LATER)
    assert msgspec.to_builtins(tombstone) == {
        "id": ID,
        "type": "forgotten",
        "schemaVersion": 1,
        "status": "forgotten",
        "run": 3,
        "forgottenAt": utc(LATER),
    }
    assert msgspec.to_builtins(forgotten_file(FileKey(ID, "f1"), 3, LATER)) == {
        "id": "transcript",
        "type": "forgotten",
        "schemaVersion": 1,
        "jobId": ID,
        "fileId": "f1",
        "run": 3,
        "forgottenAt": utc(LATER),
    }


@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_a_job_that_has_not_ended_cannot_be_erased(status: Status) -> None:
    with pytest.raises(UnknownValue):
        forgotten(job(status), LATER)
    with pytest.raises(UnknownValue):
        without_file(job(status), "f1", None, LATER)


@pytest.mark.parametrize("wish", [Enqueued(ID), Enqueued(ID, replay=True)])
@pytest.mark.parametrize("sent_at", [None, LATER + timedelta(hours=1)])
def test_neither_enqueueing_nor_a_replay_brings_a_forgotten_job_back(wish: Enqueued, sent_at: object) -> None:
    tombstone = forgotten(job(Status.EXPIRED), NOW)
    assert enqueue(tombstone, wish, LATER, sent_at) is None  # type: ignore[arg-type] # the parameter's type is datetime


def test_a_reprocess_goes_on_with_the_next_run_and_counts_no_tombstone() -> None:
    tombstone = forgotten(job(Status.COMPLETED, run=3, report=REPORT), NOW)
    again = enqueue(tombstone, Enqueued(ID, reprocess=True), LATER, LATER)
    assert again == Job(id=ID, status=Status.PENDING, accepted_at=utc(LATER), run=4, reprocess_from=4)


@pytest.mark.parametrize(
    ("sent_at", "starts"),
    [
        (None, False),  # it waited in a poison queue
        (NOW - timedelta(seconds=1), False),
        (NOW - timedelta(milliseconds=999), True),  # Storage truncates to a second
        (LATER, True),
    ],
)
def test_a_reprocess_that_was_sent_before_the_erasure_does_not_undo_it(sent_at: object, *, starts: bool) -> None:
    whole, file = forgotten(job(Status.COMPLETED), NOW), without_file(job(Status.COMPLETED), "f1", None, NOW)
    for erased in (whole, file):
        again = enqueue(erased, Enqueued(ID, reprocess=True), LATER, sent_at)  # type: ignore[arg-type] # as above
        assert (again is not None) is starts


def test_a_job_that_lives_on_names_neither_the_erased_file_nor_its_source() -> None:
    before = job(
        Status.COMPLETED_WITH_ERRORS, report=REPORT, files=FileCounts(2, 0, 2, FILES), ended_at=at(), tidied_at=at()
    )
    left = without_file(before, "f1", SOURCE, LATER)
    assert left.files == FileCounts(2, 0, 2, FILES[1:])
    assert left.report == msgspec.structs.replace(REPORT, failures=FAILED[1:])
    assert (left.status, left.forgotten_at, left.tidied_at) == (Status.COMPLETED_WITH_ERRORS, utc(LATER), None)
    assert b"one" not in msgspec.json.encode(left)


def test_a_file_that_no_head_named_takes_no_row_of_the_report() -> None:
    before = job(Status.FAILED, report=msgspec.structs.replace(REPORT, failures=[ReportDetail(None, "Failed")]))
    assert without_file(before, "f1", None, LATER).report == before.report


def test_what_was_erased_is_remembered_by_a_replay_and_not_by_a_reprocess() -> None:
    left = without_file(job(Status.COMPLETED), "f1", None, NOW)
    replayed = enqueue(left, Enqueued(ID, replay=True), LATER)
    reprocessed = enqueue(left, Enqueued(ID, reprocess=True), LATER, LATER)
    assert replayed is not None
    assert reprocessed is not None
    assert (replayed.forgotten_at, reprocessed.forgotten_at) == (utc(NOW), UNSET)


def test_both_tombstones_survive_a_round_trip() -> None:
    for tombstone in (forgotten(job(Status.FAILED), NOW), forgotten_file(FileKey(ID, "f1"), 2, NOW)):
        shape = type(tombstone)
        assert shape in {ForgottenJob, ForgottenFile}
        assert msgspec.json.decode(msgspec.json.encode(tombstone), type=shape) == tombstone
