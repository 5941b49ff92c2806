"""A job completes when Speech's list and report agree. They have two hours to do so."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.ingesting import FileTally, listed, settle
from shared.domain.job import Failure, FileCounts, Job, ReportSummary, Retry, RetryCode, Status
from shared.domain.patience import Patience, listed_again, put_off, stands_still

BEGIN = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
PATIENCE = Patience()

Lists = list[tuple[int, int]]
"""Numbers of files and reports that each listing names. The last pair repeats."""


def job(report: int | None, expected: int = 0, reports: int = 0) -> Job:
    summary = None if report is None else ReportSummary(report, 0, [], "r", "rev", ["p"], None, 1)
    files = FileCounts(expected, reports=reports)
    now = utc(BEGIN)
    return Job(id="a", status=Status.INGESTING, accepted_at=now, moved_at=now, files=files, report=summary)


def lived(lists: Lists, *, reports: list[int | None], done: list[int] | None = None) -> tuple[Job, float, int]:
    """Run a job with one tick a minute until it ends. After each listing, the files and the report it names are in.

    `reports` has the files that the report counts at each listing, or None if there is no report. `done` has the files
    that are in after each listing, if not all. Return the ended job, the hours until then, and the number of listings.
    """
    now, current, listings = BEGIN, job(None), 0

    def listing() -> Job:
        nonlocal listings
        at = min(listings, len(lists) - 1)
        expected, number = lists[at]
        counted = reports[min(listings, len(reports) - 1)]
        listings += 1
        summary = None if counted is None else ReportSummary(counted, 0, [], "r", "rev", ["p"], None, 1)
        return msgspec.structs.replace(listed(current, expected, number, now), report=summary or current.report)

    current = listing()
    while current.status is Status.INGESTING:
        now += timedelta(minutes=1)
        known = done or [expected for expected, _ in lists]
        tally = FileTally(known[min(listings, len(known)) - 1], 0, 0, [])
        current = stands_still(current, PATIENCE, now) or current
        current = settle(current, tally, PATIENCE, now)
        again = listed_again(current, PATIENCE, now)
        if again is not None:
            current = again
            current = listing()
        assert now < BEGIN + timedelta(hours=30), "every job ends"
    return current, (now - BEGIN) / timedelta(hours=1), listings


def test_a_list_that_agrees_with_its_report_is_listed_once() -> None:
    ended, hours, listings = lived([(3, 1)], reports=[3])
    assert (ended.status, ended.failure, ended.retry, listings) == (Status.COMPLETED, None, None, 1)
    assert hours < 0.1


def test_a_job_without_a_report_is_listed_with_growing_pauses_for_two_hours() -> None:
    ended, hours, listings = lived([(3, 0)], reports=[None])
    assert ended.status is Status.COMPLETED_WITH_ERRORS
    words = "Speech lists 3 files and no report, so nothing says whether these are all"
    assert ended.failure == Failure("ReportMissing", words, "speech2cosmos")
    assert 2 <= hours < 3
    assert listings < 12


def test_a_late_report_completes_the_job() -> None:
    ended, hours, _ = lived([(3, 0), (3, 0), (3, 1)], reports=[None, None, 3])
    assert (ended.status, ended.failure, ended.retry) == (Status.COMPLETED, None, None)
    assert hours < 0.2


def test_a_list_that_was_short_once_completes_the_job_when_it_is_complete() -> None:
    ended, hours, _ = lived([(9, 1), (10, 1)], reports=[10])
    assert (ended.status, ended.failure, ended.files.ingested) == (Status.COMPLETED, None, 10)
    assert hours < 0.2


@pytest.mark.parametrize("counted", [11, 9])
def test_a_report_and_a_list_that_disagree_end_the_job_with_both_numbers(counted: int) -> None:
    ended, hours, _ = lived([(10, 1)], reports=[counted])
    assert ended.status is Status.COMPLETED_WITH_ERRORS
    words = f"the report counts {counted} transcribed files, the list names 10, 10 are done"
    assert ended.failure == Failure("FilesMissing", words, "speech2cosmos")
    assert 2 <= hours < 3


def test_a_job_without_files_and_with_an_empty_report_ends_at_once_as_nothing_transcribed() -> None:
    ended, hours, listings = lived([(0, 1)], reports=[0])
    assert ended.status is Status.COMPLETED_WITH_ERRORS
    assert ended.failure is not None
    assert (ended.failure.code, listings) == ("NothingTranscribed", 1)
    assert hours < 0.1


def test_a_list_with_too_many_files_ends_when_report_and_documents_agree() -> None:
    ended, hours, _ = lived([(4, 1)], reports=[3], done=[3])
    assert (ended.status, ended.failure) == (Status.COMPLETED, None)
    assert 2 <= hours < 5, "a slow file had time to come in"


def test_a_file_that_a_later_list_no_longer_names_still_counts() -> None:
    ended, hours, _ = lived([(10, 1), (9, 1)], reports=[10], done=[9, 10])
    assert (ended.status, ended.failure, ended.files.ingested) == (Status.COMPLETED, None, 10)
    assert hours < 5


def test_listed_files_that_are_not_in_keep_the_job_open_whatever_the_report_counts() -> None:
    before = job(3, expected=4, reports=1)
    assert settle(before, FileTally(3, 0, 0, []), PATIENCE, BEGIN).status is Status.INGESTING


def test_a_list_that_loops_ends_the_job_with_its_own_code() -> None:
    current, now = listed(job(3), 3, 1, BEGIN, loops="page 3 leads back to page 1"), BEGIN
    while current.status is Status.INGESTING:
        now += timedelta(minutes=1)
        current = settle(current, FileTally(3, 0, 0, []), PATIENCE, now)
        if (again := listed_again(current, PATIENCE, now)) is not None:
            current = listed(again, 3, 1, now, loops="page 3 leads back to page 1")
    assert current.status is Status.COMPLETED_WITH_ERRORS
    assert current.failure == Failure("ListingLoops", "page 3 leads back to page 1", "speech2cosmos")


def test_an_outage_does_not_use_up_the_two_hours_for_a_missing_report() -> None:
    current = put_off(job(None, expected=3), RetryCode.REPORT_MISSING, "no report", PATIENCE, BEGIN)
    later = BEGIN + timedelta(hours=12)
    current = put_off(current, RetryCode.LISTING_FAILED, "503", PATIENCE, later)
    assert current.retry == Retry(utc(later), utc(later + timedelta(minutes=1)), RetryCode.LISTING_FAILED, "503")
    current = listed(current, 3, 0, later + timedelta(minutes=1))
    settled = settle(current, FileTally(3, 0, 0, []), PATIENCE, later + timedelta(minutes=2))
    assert settled.status is Status.INGESTING
    assert settled.retry is not None
    assert settled.retry.code == "ReportMissing"
    assert settled.retry.since == utc(later + timedelta(minutes=2))


def test_the_two_hours_for_a_missing_report_begin_after_the_outage() -> None:
    after = BEGIN + timedelta(hours=12)
    failing = put_off(job(None, expected=3), RetryCode.LISTING_FAILED, "503", PATIENCE, BEGIN)
    current = listed(failing, 3, 0, after)
    settled = settle(current, FileTally(3, 0, 0, []), PATIENCE, after)
    assert settled.status is Status.INGESTING
    assert settled.retry is not None
    assert (settled.retry.code, settled.retry.since) == ("ReportMissing", utc(after))
