"""Which messages try something again: decided from documents alone."""

import json

import msgspec
import pytest

from shared.cli.repair.plan import Plan, Queues, plan_files, plan_job, plan_listing, plan_rewrite
from shared.domain.documents import FAILURE_ID, FileFailure
from shared.domain.job import (
    LISTING_GIVEN_UP,
    Failure,
    FileCounts,
    Job,
    ReportSummary,
    Status,
)
from shared.domain.speech_api import KIND_TRANSCRIPTION

JOB = "00000000-0000-4000-8000-0000000000a1"
AT = "2026-11-02T12:00:00.000000Z"
QUEUES = Queues("jobs", "results")
OVER = ("jobs", {"id": JOB, "replay": True})

STUCK = Failure(LISTING_GIVEN_UP, "Speech answered 503", "speech2cosmos")
LOST = ReportSummary(1, 2, [], "r", "rev", [], None, 1)


def job(status: Status, run: int = 1, **members: object) -> Job:
    return msgspec.structs.replace(Job(id=JOB, status=status, accepted_at=AT, run=run), **members)


def failure(file_id: str, run: int = 1, queue_message: str | None = "") -> FileFailure:
    return FileFailure(
        id=FAILURE_ID,
        job_id=JOB,
        file_id=file_id,
        run=run,
        kind=KIND_TRANSCRIPTION,
        name=None,
        code="GivenUp",
        message="503",
        attempts=5,
        raw=None,
        failed_at=AT,
        queue_message=f"fetch {file_id}" if queue_message == "" else queue_message,
    )


def sent(plan: Plan) -> list[tuple[str, object]]:
    return [(each.queue, json.loads(each.text) if each.text.startswith("{") else each.text) for each in plan.messages]


def test_files_that_were_given_up_in_the_jobs_run_are_sent_by_their_own_messages() -> None:
    plan = plan_job(job(Status.COMPLETED_WITH_ERRORS), [failure("f1"), failure("f2")], (), QUEUES)
    assert sent(plan) == [("results", "fetch f1"), ("results", "fetch f2")]


@pytest.mark.parametrize(
    ("ended", "failures", "missing"),
    [
        (job(Status.FAILED), [], ()),
        (job(Status.NOT_FOUND), [], ()),
        (job(Status.EXPIRED, failure=STUCK), [failure("f1")], ()),
        (job(Status.COMPLETED), [], ("f1",)),
        (job(Status.COMPLETED_WITH_ERRORS, failure=Failure("ReportMissing", "", "speech2cosmos")), [], ()),
        (job(Status.COMPLETED_WITH_ERRORS, run=2), [failure("f1"), failure("f2", run=2)], ()),
        (job(Status.COMPLETED_WITH_ERRORS), [failure("f1", queue_message=None), failure("f2")], ()),
        (job(Status.COMPLETED_WITH_ERRORS, files=FileCounts(expected=2, failed=1)), [], ()),
    ],
    ids=["failed", "not found", "listing", "missing parts", "report", "earlier run", "no message", "no failure"],
)
def test_an_ended_job_starts_over_where_no_message_of_a_file_is_enough(
    ended: Job, failures: list[FileFailure], missing: tuple[str, ...]
) -> None:
    plan = plan_job(ended, failures, missing, QUEUES)
    assert (sent(plan), plan.notes, plan.refused) == ([OVER], [], [])
    assert plan.messages[0].words.startswith(f"job {JOB} starts over: ")


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (job(Status.COMPLETED), "all of its files are in"),
        (job(Status.COMPLETED_WITH_ERRORS, report=LOST), "2 recordings failed at Speech"),
    ],
)
def test_a_job_whose_files_are_in_needs_nothing(ended: Job, words: str) -> None:
    plan = plan_job(ended, [], (), QUEUES)
    assert (plan.messages, plan.refused) == ([], [])
    assert words in plan.notes[0]


@pytest.mark.parametrize("status", [Status.PENDING, Status.INGESTING])
def test_a_job_that_is_under_way_goes_on_by_itself_but_files_of_its_run_are_sent(status: Status) -> None:
    plan = plan_job(job(status, run=2), [failure("f1", run=1)], (), QUEUES)
    assert (plan.messages, plan.refused) == ([], [])
    assert "run 2 tries it by itself" in plan.notes[0]
    plan = plan_job(job(status, run=2), [failure("f1", run=2)], (), QUEUES)
    assert (sent(plan), plan.notes) == ([("results", "fetch f1")], [])


def test_a_file_of_a_job_that_is_under_way_and_has_no_message_is_refused() -> None:
    plan = plan_files(job(Status.INGESTING), [failure("f1", queue_message=None)], QUEUES)
    assert plan.messages == []
    assert "when its job has ended" in plan.refused[0].words


def test_files_of_a_job_without_a_document_are_sent_if_their_messages_were_kept() -> None:
    plan = plan_files(None, [failure("f1", run=7), failure("f2", queue_message=None)], QUEUES)
    assert sent(plan) == [("results", "fetch f1")]
    assert "file f2" in plan.refused[0].words


def test_a_listing_that_was_given_up_starts_its_job_over_once_that_has_ended() -> None:
    assert sent(plan_listing(job(Status.EXPIRED, failure=STUCK), QUEUES)) == [OVER]
    plan = plan_listing(job(Status.INGESTING, failure=STUCK), QUEUES)
    assert (plan.messages, len(plan.notes)) == ([], 1)
    plan = plan_job(job(Status.INGESTING, failure=STUCK), [failure("f1")], (), QUEUES)
    assert (sent(plan), len(plan.notes)) == ([("results", "fetch f1")], 1)


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.FORGOTTEN}))  # a forgotten job is a tombstone
def test_only_a_job_that_has_ended_is_written_anew(status: Status) -> None:
    plan = plan_rewrite(job(status), QUEUES)
    if status in {Status.PENDING, Status.INGESTING}:
        assert (plan.messages, len(plan.refused)) == ([], 1)
    else:
        assert sent(plan) == [("jobs", {"id": JOB, "reprocess": True})]
