"""A job when a late file comes in: a file that was given up before."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.ingesting import FileTally, came_in_late, settle
from shared.domain.job import END_STATES, LISTING_GIVEN_UP, FailedFile, Failure, FileCounts, Job, ReportSummary, Status
from shared.domain.patience import Patience

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
BEFORE = utc(NOW - timedelta(hours=1))
EXPIRED = Failure("Expired", "only 1 of 3 files are in", "speech2cosmos")
LOST = FailedFile("f", "contenturl_0.json", "GivenUp", "503")
COUNTED = FileCounts(3, 2, 1, [LOST])


def job(status: Status, **members: object) -> Job:
    plain = Job(
        id="a",
        status=status,
        accepted_at=BEFORE,
        moved_at=BEFORE,
        ended_at=BEFORE if status in END_STATES else None,
        tidied_at=BEFORE if status in END_STATES else None,
        files=COUNTED,
        report=ReportSummary(3, 0, [], "r", "rev", ["p"], None, 2),
        run=2,
    )
    return msgspec.structs.replace(plain, **members)


@pytest.mark.parametrize("status", [Status.COMPLETED_WITH_ERRORS, Status.EXPIRED])
def test_a_late_file_sends_an_ended_job_back_to_ingesting_and_has_it_tidied_again(status: Status) -> None:
    found = came_in_late(job(status, failure=EXPIRED), 2, 1, NOW)
    assert found is not None
    assert (found.status, found.ended_at, found.moved_at) == (Status.INGESTING, None, utc(NOW))
    assert (found.failure, found.tidied_at, found.files) == (None, None, COUNTED)
    whole = settle(found, FileTally(3, 0, 0, []), Patience(), NOW)
    assert (whole.status, whole.files) == (Status.COMPLETED, FileCounts(3, 3, 0, []))
    another = settle(found, FileTally(2, 1, 0, [LOST]), Patience(), NOW)
    assert another.status is Status.COMPLETED_WITH_ERRORS


def test_a_late_file_updates_an_ingesting_job_so_that_an_older_tally_cannot_end_it() -> None:
    stuck = Failure(LISTING_GIVEN_UP, "503", "speech2cosmos")
    found = came_in_late(job(Status.INGESTING, failure=stuck), 2, 2, NOW)
    assert found == job(Status.INGESTING, failure=stuck, moved_at=utc(NOW))


@pytest.mark.parametrize("status", [Status.PENDING, Status.COMPLETED, Status.FAILED, Status.NOT_FOUND])
def test_a_late_file_does_not_change_a_job_in_any_other_state(status: Status) -> None:
    assert came_in_late(job(status), 2, 2, NOW) is None


@pytest.mark.parametrize("status", list(Status))
def test_a_failure_of_another_run_does_not_change_the_job(status: Status) -> None:
    assert came_in_late(job(status), 1, 2, NOW) is None


@pytest.mark.parametrize("status", list(Status))
def test_a_head_written_before_a_reprocess_does_not_change_the_job(status: Status) -> None:
    assert came_in_late(job(status, reprocess_from=2), 2, 1, NOW) is None


@pytest.mark.parametrize(("failed", "status"), [(0, Status.COMPLETED), (1, Status.COMPLETED_WITH_ERRORS)])
def test_the_failure_of_a_job_is_cleared_when_all_its_files_are_in_or_given_up(failed: int, status: Status) -> None:
    before = job(Status.INGESTING, failure=Failure(LISTING_GIVEN_UP, "503", "speech2cosmos"))
    found = settle(before, FileTally(3 - failed, failed, 0, [LOST] * failed), Patience(), NOW)
    assert (found.status, found.failure) == (status, None)
