"""Words of states, and pages of jobs, as text: no browser is needed."""

import re
from datetime import datetime
from html import unescape
from typing import Any

import msgspec
import pytest

from shared.domain.documents import FileFailure, ReportDetail
from shared.domain.job import FailedFile, Failure, FileCounts, Job, ReportSummary, Retry, RetryCode, Status
from shared.rendering.page.ages import age
from shared.rendering.page.frame import Live
from shared.rendering.page.job import Recordings, given_up_notice, job_page, waiting_page
from shared.rendering.page.jobs import jobs_page
from shared.rendering.page.states import WORDS, meaning

JOB, FILE = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-00000000000f"
NOON = "2026-11-02T12:00:00Z"
NOW = datetime.fromisoformat("2026-11-02T12:05:30Z")
LIVE = Live("/state", "job", "1", 5)
FAILURE = FileFailure(
    id="failure",
    job_id=JOB,
    file_id=FILE,
    run=2,
    kind="Transcription",
    name="contenturl_0.json",
    code="GivenUp",
    message="It did not answer.",
    attempts=5,
    raw=None,
    failed_at=NOON,
    queue_message=None,
)


def job(status: Status, **more: Any) -> Job:  # noqa: ANN401 - a job's own properties
    """Return a job in a state."""
    return Job(id=JOB, status=status, accepted_at=NOON, **more)


def report(failed: int, listed: int) -> ReportSummary:
    """Return a report in which so many sources failed, of which the job lists some."""
    failure = ReportDetail("https://calls.example/1.wav", "Failed", "InvalidAudio", "Noise.")
    return ReportSummary(
        successful_transcriptions_count=1,
        failed_transcriptions_count=failed,
        failures=[failure] * listed,
        file_id=FILE,
        revision="0123456789ab",
        parts=[],
        raw=None,
        run=1,
    )


def words(html: str) -> str:
    """Return the text of a page, without its head, style and script."""
    body = re.sub(r"<script.*?</script>", "", html.partition("<body>")[2], flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", body)))


def test_every_state_has_a_word_and_a_headline() -> None:
    headlines = {status: meaning(job(status)).headline for status in Status if status is not Status.FORGOTTEN}
    assert headlines.keys() == WORDS.keys()
    assert len({word for word, _ in WORDS.values()}) == len(headlines)


@pytest.mark.parametrize(
    ("known", "headline"),
    [
        (job(Status.INGESTING), "Speech has finished; its files are being listed"),
        (job(Status.INGESTING, files=FileCounts(expected=5, ingested=3)), "3 of 5 files are in"),
        (job(Status.INGESTING, files=FileCounts(expected=1)), "0 of 1 file is in"),
        (job(Status.COMPLETED, files=FileCounts(expected=1, ingested=1)), "The file is in"),
        (job(Status.COMPLETED, files=FileCounts(expected=1200, ingested=1200)), "All 1,200 files are in"),
        (job(Status.FAILED, failure=Failure("c", "m", "Speech")), "Speech could not transcribe this job"),
        (job(Status.FAILED, failure=Failure("c", "m", "speech2cosmos")), "speech2cosmos could not follow this job"),
        (job(Status.EXPIRED), "speech2cosmos gave this job up"),
    ],
)
def test_the_headline_says_how_far_a_job_is(known: Job, headline: str) -> None:
    assert meaning(known).headline == headline


@pytest.mark.parametrize(
    ("known", "command"),
    [
        (job(Status.PENDING), None),
        (job(Status.INGESTING), None),
        (job(Status.COMPLETED), None),
        (
            job(Status.COMPLETED_WITH_ERRORS, files=FileCounts(failed=1), report=report(0, 0)),
            f"speech2cosmos retry {JOB}",
        ),
        (job(Status.COMPLETED_WITH_ERRORS, report=report(2, 2)), None),
        (job(Status.FAILED, failure=Failure("c", "m", "Speech")), f"speech2cosmos speech status {JOB}"),
        (job(Status.NOT_FOUND), f"speech2cosmos retry {JOB}"),
        (job(Status.EXPIRED), f"speech2cosmos retry {JOB}"),
    ],
)
def test_a_command_is_offered_only_where_it_helps(known: Job, command: str | None) -> None:
    advice = meaning(known).advice
    assert (advice and advice.command) == command


def test_a_job_says_why_its_files_are_listed_again_and_how_many_failures_it_does_not_list() -> None:
    lost = [FailedFile(FILE, None, "InvalidResult", "No JSON.")]
    known = job(
        Status.INGESTING,
        files=FileCounts(expected=40, ingested=3, failed=21, failures=lost),
        report=report(30, 20),
        retry=Retry(NOON, NOON, RetryCode.FETCH_FAILED, "One did not answer."),
    )
    said = words(job_page(known, Recordings([], more=True), now=NOW, live=LIVE))
    assert f"Listed again at {NOON} , because: FetchFailed One did not answer." in said
    assert "21 were given up by speech2cosmos. Speech could not transcribe 30 of its sources." in said
    assert "and 20 more: " in said
    assert "and 10 more: " in said
    assert f"speech2cosmos retry {JOB} {FILE}" in said
    assert "accepted 5 min ago" in said


def test_a_job_that_is_missing_at_speech_may_just_be_new() -> None:
    assert "does not know the job yet" in " ".join(meaning(job(Status.PENDING, missing_since=NOON)).sentences)


def test_a_recording_that_is_not_in_shows_the_jobs_state_and_one_that_was_given_up_its_own() -> None:
    going = job(Status.INGESTING, files=FileCounts(expected=5, ingested=3))
    assert "This recording is not in yet." in words(waiting_page(going, FILE, None, now=NOW, live=LIVE))
    said = words(waiting_page(going, FILE, FAILURE, now=NOW, live=LIVE))
    assert "given up 5 min ago This recording was given up" in said
    assert "Run 2 of the job tried it, and gave it up after 5 attempts." in said
    assert "Who failed speech2cosmos Why GivenUp It did not answer." in said


def test_a_recording_that_a_later_run_gave_up_says_so() -> None:
    said = words(f"<body>{given_up_notice(FAILURE)}")
    assert "Run 2 of the job could not write this recording anew" in said
    assert f"speech2cosmos retry {JOB} {FILE}" in said


def test_an_empty_list_says_how_to_begin_and_the_last_page_that_it_is_the_last() -> None:
    common: dict[str, Any] = {"store": "database d", "unread": [], "older": None, "now": NOW, "live": LIVE}
    assert "There is no job yet. speech2cosmos submit ID" in words(jobs_page([], before=None, **common))
    assert "There are no older jobs." in words(jobs_page([], before=NOON, **common))
    many = {**common, "unread": [f"document {number}" for number in range(50)]}
    said = words(jobs_page([job(Status.PENDING)], before=None, **many))
    assert "50 documents cannot be read" in said
    assert "document 19 and 30 more" in said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (172_799, "47 h"), (172_800, "2 d")],
)
def test_an_age_is_in_its_largest_unit(seconds: int, said: str) -> None:
    then = datetime.fromtimestamp(NOW.timestamp() - seconds, NOW.tzinfo)
    assert age(then.isoformat(), NOW) == said


def test_what_the_script_reads_cannot_end_its_element() -> None:
    live = msgspec.structs.replace(LIVE, state="/state/</script><script>ran()</script>")
    html = job_page(job(Status.PENDING), Recordings([]), now=NOW, live=live)
    assert html.count("<script") == 2
