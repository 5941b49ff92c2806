"""A pending job: what each poll makes of it. test_settling.py has the later states."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from shared.domain.documents import utc
from shared.domain.job import END_STATES, Failure, Job, Status
from shared.domain.patience import Patience
from shared.domain.speech_api import Transcription
from shared.domain.speech_urls import SpeechResource
from shared.domain.transitions import observe, unasked
from shared.errors import ForbiddenUrl

ID = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
SELF = f"https://h.example/speechtotext/v3.1/transcriptions/{ID}"
NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
RESOURCE = SpeechResource("https://contoso.cognitiveservices.azure.com", "2025-10-15")
PATIENCE = Patience(poll_min_seconds=60, not_found_minutes=10, max_pending_hours=72, requeue_minutes=30)


def at(**back: float) -> str:
    return utc(NOW - timedelta(**back))


def job(status: Status = Status.PENDING, **members: object) -> Job:
    plain = Job(id=ID, status=status, accepted_at=at(minutes=5))
    return msgspec.structs.replace(plain, **members)


def seen(status: str = "Running", **members: object) -> Transcription:
    return msgspec.convert({"self": SELF, "status": status} | members, Transcription)


def wait_of(found: Job) -> float:
    assert found.next_poll_at is not None
    return (datetime.fromisoformat(found.next_poll_at) - NOW).total_seconds()


@pytest.mark.parametrize("status", ["NotStarted", "Running"])
def test_a_job_that_has_not_ended_stays_pending(status: str) -> None:
    found = observe(job(failure=Failure("old", "words", "Speech")), seen(status), PATIENCE, NOW, RESOURCE)
    assert (found.status, found.speech_status, found.failure, found.ended_at) == (Status.PENDING, status, None, None)
    assert (found.polled_at, found.poll_count, found.missing_since) == (utc(NOW), 1, None)


@pytest.mark.parametrize(
    ("polls", "seconds"), [(0, 60), (1, 120), (2, 240), (3, 480), (4, 600), (5, 600), (50, 600), (100_000, 600)]
)
def test_polls_back_off_from_one_minute_to_ten(polls: int, seconds: int) -> None:
    assert wait_of(observe(job(poll_count=polls), seen(), PATIENCE, NOW, RESOURCE)) == seconds


def test_poll_min_seconds_may_be_0() -> None:
    quick = msgspec.structs.replace(PATIENCE, poll_min_seconds=0)
    assert wait_of(observe(job(poll_count=7), seen(), quick, NOW, RESOURCE)) == 0


def test_urls_in_what_speech_says_of_a_job_are_stored_without_query() -> None:
    said = seen(
        "Succeeded",
        displayName="Call",
        locale="de-DE",
        createdDateTime="c",
        lastActionDateTime="l",
        links={"files": f"{SELF}/files?x=1"},
        properties={
            "destinationContainerUrl": "https://h/c?sig=x",
            "channels": [0],
            "deep": [{"u": "http://h/?sig=x"}],
        },
        customProperties={"audio": "https://h/a.wav?sig=x"},
    )
    found = observe(job(), said, PATIENCE, NOW, RESOURCE)
    assert (found.status, found.moved_at, found.next_poll_at) == (Status.INGESTING, utc(NOW), None)
    assert (found.display_name, found.locale, found.created_date_time, found.last_action_date_time) == (
        *("Call", "de-DE", "c", "l"),
    )
    assert (found.self_url, found.files_url) == (SELF, f"{SELF}/files")
    assert found.properties == {"destinationContainerUrl": "https://h/c", "channels": [0], "deep": [{"u": "http://h/"}]}
    assert found.custom_properties == {"audio": "https://h/a.wav"}


def test_a_job_that_failed_at_speech_keeps_speechs_code_and_message() -> None:
    said = seen("Failed", properties={"error": {"code": "InvalidAudio", "message": "Not decoded."}})
    found = observe(job(), said, PATIENCE, NOW, RESOURCE)
    assert (found.status, found.failure) == (Status.FAILED, Failure("InvalidAudio", "Not decoded.", "Speech"))
    assert (found.ended_at, found.next_poll_at) == (utc(NOW), None)


@pytest.mark.parametrize("status", ["Completed", "succeeded", "", "Paused"])
def test_an_unknown_status_is_reported_and_never_counts_as_success(status: str) -> None:
    found = observe(job(), seen(status), PATIENCE, NOW, RESOURCE)
    assert (found.status, found.speech_status) == (Status.PENDING, status)
    assert found.failure is not None
    assert (found.failure.code, found.failure.origin) == ("UnknownValue", "speech2cosmos")
    assert repr(status) in found.failure.message
    later = observe(msgspec.structs.replace(found, accepted_at=at(hours=73)), seen(status), PATIENCE, NOW, RESOURCE)
    assert later.status is Status.EXPIRED
    assert later.failure == found.failure, "the reason is not overwritten"


@pytest.mark.parametrize(
    ("missing_since", "status"),
    [
        (None, Status.PENDING),
        (at(minutes=1), Status.PENDING),
        (at(minutes=9, seconds=59), Status.PENDING),
        (at(minutes=10), Status.NOT_FOUND),
        (at(hours=5), Status.NOT_FOUND),
    ],
)
def test_a_job_is_not_found_only_when_it_is_still_missing_ten_minutes_later(
    missing_since: str | None, status: Status
) -> None:
    found = observe(job(missing_since=missing_since), None, PATIENCE, NOW, RESOURCE)
    assert (found.status, found.missing_since) == (status, missing_since or utc(NOW))
    assert found.failure is not None
    assert (found.failure.code, found.failure.origin) == ("NotFound", "speech2cosmos")
    assert (found.ended_at is not None) == (status is Status.NOT_FOUND)
    if status is Status.PENDING:
        assert 60 <= wait_of(found) <= 600


def test_a_job_that_speech_knows_again_is_no_longer_missing() -> None:
    found = observe(
        job(missing_since=at(minutes=9), failure=Failure("NotFound", "", "speech2cosmos")),
        seen(),
        PATIENCE,
        NOW,
        RESOURCE,
    )
    assert (found.status, found.missing_since, found.failure) == (Status.PENDING, None, None)


def test_a_missing_job_is_polled_again_after_not_found_minutes() -> None:
    found = observe(job(poll_count=20), None, msgspec.structs.replace(PATIENCE, not_found_minutes=2), NOW, RESOURCE)
    assert wait_of(found) == 120


@pytest.mark.parametrize(("hours", "status"), [(71.9, Status.PENDING), (72.1, Status.EXPIRED), (1_000, Status.EXPIRED)])
@pytest.mark.parametrize("speech_status", ["Running", "NotStarted", None])
def test_a_pending_job_expires_when_it_is_older_than_max_pending_hours(
    hours: float, status: Status, speech_status: str | None
) -> None:
    said = None if speech_status is None else seen(speech_status)
    found = observe(job(accepted_at=at(hours=hours)), said, PATIENCE, NOW, RESOURCE)
    assert found.status is status
    if status is Status.EXPIRED:
        assert found.ended_at == utc(NOW)
        assert found.failure is not None
        assert found.failure.origin == "speech2cosmos"
        if speech_status:
            assert found.failure.code == "Expired"
            assert speech_status in found.failure.message
            assert "72 h (MAX_PENDING_HOURS)" in found.failure.message


@pytest.mark.parametrize(("status", "to"), [("Succeeded", Status.INGESTING), ("Failed", Status.FAILED)])
def test_an_ended_job_is_accepted_however_old_it_is(status: str, to: Status) -> None:
    assert observe(job(accepted_at=at(hours=1_000)), seen(status), PATIENCE, NOW, RESOURCE).status is to


def test_a_job_whose_poll_fails_keeps_the_reason_is_polled_again_and_expires() -> None:
    error = ForbiddenUrl("the host is not listed")
    found = unasked(job(poll_count=1), error, PATIENCE, NOW)
    assert (found.status, found.failure) == (Status.PENDING, Failure("ForbiddenUrl", str(error), "speech2cosmos"))
    assert (found.polled_at, found.poll_count, wait_of(found)) == (utc(NOW), 2, 120)
    expired = unasked(job(accepted_at=at(hours=73)), error, PATIENCE, NOW)
    assert (expired.status, expired.ended_at) == (Status.EXPIRED, utc(NOW))
    assert expired.failure == found.failure


@pytest.mark.parametrize("said", [seen("Running"), seen("Succeeded"), seen("Failed"), seen("New"), None])
@pytest.mark.parametrize("hours", [0.1, 100])
@pytest.mark.parametrize("missing_since", [None, at(hours=1)])
def test_ended_at_is_set_in_every_end_state_and_in_no_other(
    said: Transcription | None, hours: float, missing_since: str | None
) -> None:
    found = observe(job(accepted_at=at(hours=hours), missing_since=missing_since), said, PATIENCE, NOW, RESOURCE)
    assert (found.ended_at is not None) == (found.status in END_STATES)
    assert (found.next_poll_at is not None) == (found.status is Status.PENDING)
    assert (found.moved_at is not None) == (found.status is Status.INGESTING)
