"""A job that is enqueued: it is created, starts over, or does not change."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.enqueued import Enqueued
from shared.domain.job import END_STATES, Failure, FileCounts, Job, ReportSummary, Status
from shared.domain.transitions import enqueue
from tests.domain.test_transitions import ID, NOW, SELF, at, job

REPORT = ReportSummary(1, 0, [], "r", "rev", ["p"], None, 1)


def test_a_new_job_is_pending_and_in_its_first_run() -> None:
    found = enqueue(None, Enqueued(ID, SELF), NOW)
    assert found == Job(id=ID, status=Status.PENDING, self_url=SELF, enqueued_host="h.example", accepted_at=utc(NOW))
    assert (found.run, found.poll_count, found.reprocess_from) == (1, 0, 0)


@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
@pytest.mark.parametrize("reprocess", [False, True])
@pytest.mark.parametrize("replay", [False, True])
def test_enqueueing_does_not_change_a_pending_or_ingesting_job(
    status: Status, *, reprocess: bool, replay: bool
) -> None:
    assert enqueue(job(status), Enqueued(ID, SELF, reprocess, replay), NOW) is None


@pytest.mark.parametrize("status", sorted(END_STATES))
def test_a_replay_restarts_any_ended_job_and_keeps_files_that_are_in(status: Status) -> None:
    ended = job(status, run=3, reprocess_from=2, self_url=SELF, ended_at=at(hours=1), report=REPORT)
    again = enqueue(ended, Enqueued(ID, replay=True), NOW)
    assert again is not None
    assert (again.status, again.run, again.reprocess_from) == (Status.PENDING, 4, 2)
    assert (again.self_url, again.report, again.files, again.ended_at) == (SELF, REPORT, FileCounts(), None)
    both = enqueue(ended, Enqueued(ID, reprocess=True, replay=True), NOW)
    assert both is not None
    assert both.reprocess_from == 4, "a reprocess includes a replay"


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.COMPLETED_WITH_ERRORS])
def test_a_completed_job_starts_over_only_for_a_reprocess(status: Status) -> None:
    done = job(status, run=2, files=FileCounts(3, 2, 1), ended_at=at(hours=1), failure=Failure("c", "m", "Speech"))
    assert enqueue(done, Enqueued(ID), NOW) is None
    again = enqueue(done, Enqueued(ID, reprocess=True), NOW)
    assert again is not None
    assert (again.status, again.run, again.reprocess_from) == (Status.PENDING, 3, 3)
    assert (again.files, again.failure, again.ended_at, again.poll_count) == (FileCounts(), None, None, 0)


@pytest.mark.parametrize("status", [Status.FAILED, Status.EXPIRED, Status.NOT_FOUND])
def test_a_failed_expired_or_not_found_job_starts_over_and_keeps_files_that_are_in(status: Status) -> None:
    gone = job(status, run=2, reprocess_from=2, self_url=SELF, ended_at=at(hours=1), report=REPORT)
    again = enqueue(gone, Enqueued(ID), NOW)
    assert again is not None
    assert (again.status, again.run, again.reprocess_from) == (Status.PENDING, 3, 2)
    assert (again.self_url, again.accepted_at, again.next_poll_at) == (SELF, utc(NOW), None)
    assert (again.report, again.ended_at) == (REPORT, None)
    reprocessed = enqueue(gone, Enqueued(ID, reprocess=True), NOW)
    assert reprocessed is not None
    assert reprocessed.reprocess_from == 3


def test_a_message_sent_before_the_job_was_accepted_does_not_start_it_over() -> None:
    failed = job(Status.FAILED, accepted_at=utc(NOW), ended_at=utc(NOW + timedelta(minutes=5)))
    for replay in (False, True):
        assert enqueue(failed, Enqueued(ID, replay=replay), NOW, sent_at=NOW - timedelta(seconds=1)) is None
        assert enqueue(failed, Enqueued(ID, replay=replay), NOW, sent_at=NOW + timedelta(seconds=1)) is not None


def test_a_reprocess_sent_before_the_run_is_done_unless_that_run_reprocesses() -> None:
    asked = Enqueued(ID, reprocess=True)
    before = NOW - timedelta(seconds=1)
    kept = job(
        Status.COMPLETED, accepted_at=utc(NOW), ended_at=utc(NOW + timedelta(minutes=5)), run=2, reprocess_from=1
    )
    assert enqueue(kept, asked, NOW, sent_at=before) is not None
    rewritten = msgspec.structs.replace(kept, reprocess_from=2)
    assert enqueue(rewritten, asked, NOW, sent_at=before) is None


def test_a_message_sent_in_the_second_of_the_jobs_end_is_a_new_request() -> None:
    accepted, ended = NOW + timedelta(seconds=0.2), NOW + timedelta(seconds=0.7)
    failed = job(Status.FAILED, accepted_at=utc(accepted), ended_at=utc(ended))
    assert enqueue(failed, Enqueued(ID), NOW, sent_at=NOW) is not None
