"""An ingesting job: listed, counted, completed or given up."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.domain.documents import ReportDetail, utc
from shared.domain.ingesting import FileTally, listed, reported, settle, vanished
from shared.domain.job import TIME_TO_LIVE_ENDED, FailedFile, Failure, FileCounts, Job, ReportSummary, Status
from shared.domain.patience import Patience, stalled
from shared.errors import NotFound

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PATIENCE = Patience(poll_min_seconds=60, not_found_minutes=10, max_pending_hours=72, requeue_minutes=30)
GIVEN_UP = FailedFile("f", "contenturl_0.json", "InvalidResult", "byte 5")


def at(**back: float) -> str:
    return utc(NOW - timedelta(**back))


def report(successful: int | None = 3, failed: int | None = 0, failures: int = 0, run: int = 1) -> ReportSummary:
    details = [ReportDetail("https://h/a.wav", "Failed")] * failures
    return ReportSummary(successful, failed, details, "r", "rev", ["p"], None, run)


def ingesting(expected: int | None = 3, reports: int = 1, **members: object) -> Job:
    plain = Job(
        id="a",
        status=Status.INGESTING,
        accepted_at=at(minutes=20),
        moved_at=at(minutes=1),
        files=FileCounts(expected=expected, reports=reports),
        report=report(),
    )
    return msgspec.structs.replace(plain, **members)


def tally(ingested: int, failed: int = 0, failed_reports: int = 0) -> FileTally:
    return FileTally(ingested, failed, failed_reports, [GIVEN_UP] * failed)


IN, ERRORS, OPEN = Status.COMPLETED, Status.COMPLETED_WITH_ERRORS, Status.INGESTING


@pytest.mark.parametrize(
    ("before", "counted", "status"),
    [
        (ingesting(3), tally(3), IN),
        (ingesting(3), tally(2), OPEN),
        (ingesting(3), tally(0), OPEN),
        (ingesting(3), tally(2, failed=1), ERRORS),
        (ingesting(3), tally(0, failed=3), ERRORS),
        (ingesting(3), tally(1, failed=1), OPEN),
        (ingesting(None), tally(3), OPEN),
        (ingesting(None), tally(0, failed=3), OPEN),
        (ingesting(0, report=report(0, failed=2)), tally(0), ERRORS),
        (ingesting(3, report=report(failed=1)), tally(3), ERRORS),
        (ingesting(3, report=report(failed=None, failures=1)), tally(3), ERRORS),
        (ingesting(3, report=report(failed=None)), tally(3), IN),
        (ingesting(3, report=report(None)), tally(3), IN),
        (ingesting(3, report=None), tally(3), OPEN),
        (ingesting(3, report=None), tally(3, failed_reports=1), ERRORS),
        (ingesting(3, run=2, reprocess_from=2), tally(3), OPEN),
        (ingesting(3, run=2, reprocess_from=2, report=report(run=2)), tally(3), IN),
        (ingesting(3, run=2, reprocess_from=1), tally(3), IN),
    ],
)
def test_a_job_ends_when_every_file_and_the_report_are_in_or_given_up(
    before: Job, counted: FileTally, status: Status
) -> None:
    found = settle(before, counted, PATIENCE, NOW)
    assert found.status is status
    assert (found.ended_at is not None) == (status is not OPEN)
    assert (found.files.ingested, found.files.failed) == (counted.ingested, counted.failed)
    assert found.files.failures == counted.failures
    assert (found.files.expected, found.files.reports) == (before.files.expected, before.files.reports)


def test_an_unchanged_tally_changes_nothing_and_a_greater_one_updates_moved_at() -> None:
    once = settle(ingesting(3), tally(1), PATIENCE, NOW)
    assert once.moved_at == utc(NOW)
    later = NOW + timedelta(minutes=5)
    assert settle(once, tally(1), PATIENCE, later) == once
    assert settle(once, tally(1, failed=1), PATIENCE, later).moved_at == utc(later)


@pytest.mark.parametrize(
    ("moved_at", "accepted_at", "expected"),
    [
        (at(minutes=29), at(hours=9), False),
        (at(minutes=30), at(hours=9), True),
        (at(hours=9), at(hours=9), True),
        (None, at(minutes=29), False),
        (None, at(minutes=31), True),
    ],
)
def test_a_job_is_stalled_when_it_has_not_moved_for_requeue_minutes(
    moved_at: str | None, accepted_at: str, *, expected: bool
) -> None:
    assert stalled(ingesting(moved_at=moved_at, accepted_at=accepted_at), PATIENCE, NOW) is expected


def test_a_complete_listing_sets_the_expected_files_and_clears_the_failure() -> None:
    before = ingesting(None, reports=0, failure=Failure("x", "y", "speech2cosmos"), moved_at=at(hours=1))
    found = listed(before, expected=55, reports=1, now=NOW)
    assert (found.files.expected, found.files.reports, found.moved_at, found.failure) == (55, 1, utc(NOW), None)
    assert found.status is OPEN


def test_a_job_that_speech_deleted_ends_as_not_found() -> None:
    found = vanished(ingesting(None), str(NotFound("404: gone")), NOW)
    assert (found.status, found.ended_at) == (Status.NOT_FOUND, utc(NOW))
    assert found.failure == Failure("NotFound", "404: gone", "speech2cosmos")


def test_a_report_updates_moved_at() -> None:
    found = reported(ingesting(report=None, moved_at=at(hours=1)), report(failed=2), NOW)
    assert (found.report, found.moved_at, found.status) == (report(failed=2), utc(NOW), OPEN)


def test_a_file_that_speech_deleted_before_it_was_fetched_sets_the_jobs_failure() -> None:
    late = FailedFile("f", "a.json", TIME_TO_LIVE_ENDED, "Speech kept the job until then")
    found = settle(ingesting(3), FileTally(2, 1, 0, [GIVEN_UP, late]), PATIENCE, NOW)
    assert (found.status, found.failure) == (ERRORS, Failure(TIME_TO_LIVE_ENDED, late.message, "speech2cosmos"))
