"""Files that fail: given up at once, retried, or given up at the last delivery."""

import pytest

from shared.domain.documents import FAILURE_ID, HEAD_ID
from shared.domain.job import Status
from shared.domain.messages import decode_work
from shared.errors import ForbiddenUrl, ServiceRefused, Speech2CosmosError, Throttled, Transient
from shared.pipeline.ports import Refused
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, NONE_AT_ALL, World, fetch_message, large_result, list_message, report_file, result

BROKEN = large_result()[:-1] + b"!"


def test_an_invalid_file_is_given_up_at_once_and_other_files_are_not_affected() -> None:
    world = World()
    world.put_job({"good": result("hello"), "bad": BROKEN}, report=report_file("Succeeded", "Succeeded"))
    job = world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.attempts, failure.name, failure.run) == ("InvalidResult", 1, "bad.json", 1)
    assert f"byte {len(BROKEN) - 1}" in failure.message
    assert world.file("bad").keys() == {FAILURE_ID}, "its parts are deleted"
    assert world.script.counts()["write"] > 1, "parts were written before"
    assert failure.raw is not None
    assert world.archive.blobs[failure.raw] == BROKEN
    assert HEAD_ID in world.file("good")
    assert job.status is Status.COMPLETED_WITH_ERRORS
    assert (job.files.ingested, job.files.failed) == (1, 1)
    assert [(each.file_id, each.code) for each in job.files.failures] == [("bad", "InvalidResult")]


def test_without_an_archive_the_failure_of_an_invalid_file_names_no_raw_blob() -> None:
    world = World()
    world.archive.keeps = False
    world.put_job({"bad": b'{"recognizedPhrases": 1}'})
    world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.raw) == ("InvalidResult", None)


def test_an_invalid_file_whose_body_was_truncated_is_retried_until_the_last_delivery() -> None:
    world = World(patience=NONE_AT_ALL)
    world.contents.chunk = 10
    world.put_job({"bad": b'{"recognizedPhrases": 1}' + b" " * 1000})
    world.contents.cut.add(f"{CONTENT}/{JOB}/bad")  # found at the end of the body, as a wrong hash is
    world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.attempts) == ("GivenUp", 5)


@pytest.mark.parametrize(
    ("size", "code", "attempts"), [(200, "GivenUp", 5), (30, "ResultCutShort", 1), (None, "ResultCutShort", 1)]
)
def test_a_file_shorter_than_the_size_that_speech_gives_is_downloaded_again(
    size: int | None, code: str, attempts: int
) -> None:
    world = World(patience=NONE_AT_ALL)
    world.put_job({"short": b'{"recognizedPhrases": [       '})
    world.speech.sizes["short"] = size
    world.run()
    failure = world.failure("short")
    assert failure is not None
    assert (failure.code, failure.attempts) == (code, attempts)
    assert "the file ends in the middle" in failure.message


def test_a_valid_file_is_accepted_whatever_size_speech_gives() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.speech.sizes["a"] = 10**9
    assert world.run().status is Status.COMPLETED


def test_an_invalid_report_is_a_failure_of_the_app_and_not_counted_as_a_file() -> None:
    world = World()
    world.put_job({"a": result("hello")}, report=b"[]")
    job = world.run()
    assert job.status is Status.COMPLETED_WITH_ERRORS
    assert (job.files.expected, job.files.ingested, job.files.failed) == (1, 1, 0)
    assert [each.file_id for each in job.files.failures] == ["report"]


def test_a_file_of_an_unknown_kind_fails_with_the_kind_named() -> None:
    world = World()
    world.put_job({"a": result("hello")}, report=report_file("Succeeded", "Succeeded"))
    world.speech.jobs[JOB].files.append(("x", "Subtitles"))
    job = world.run()
    failure = world.failure("x")
    assert failure is not None
    assert (failure.code, "'Subtitles'" in failure.message) == ("UnknownValue", True)
    assert job.status is Status.COMPLETED_WITH_ERRORS


def test_a_forbidden_link_fails_its_file_with_the_reason() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.script.before("open", fails(ForbiddenUrl("the host 'evil.example' is not listed in CONTENT_HOSTS")))
    world.run()
    failure = world.failure("a")
    assert failure is not None
    assert (failure.code, "CONTENT_HOSTS" in failure.message, failure.raw) == ("ForbiddenUrl", True, None)


@pytest.mark.parametrize("place", ["speech.file", "open", "write", "commit", "archive.commit", "put_failure"])
def test_throttling_costs_no_attempt_and_the_message_is_sent_again_after_the_wait(place: str) -> None:
    world = World()
    world.put_job({"a": BROKEN if place == "put_failure" else large_result()})
    world.script.before(place, fails(Throttled("429", 12.5)))
    message = fetch_message("a")
    assert world.fetch(message, 5) == [message]
    assert world.clock.slept == [12.5]
    assert world.failure("a") is None
    assert world.fetch(message, 1) == []
    assert world.file("a").keys() & {HEAD_ID, FAILURE_ID}


@pytest.mark.parametrize(("told", "waits"), [(None, 5.0), (3600.0, 60.0), (0.0, 5.0)])
def test_the_wait_after_throttling_is_between_5_and_60_seconds(told: float | None, waits: float) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    world.script.before("speech.files", fails(Throttled("429", told)))
    assert world.fetch(list_message(), 1) == [list_message()]
    assert world.clock.slept == [waits]


def test_without_retries_a_transient_error_is_recorded_with_its_message_at_the_last_delivery() -> None:
    world = World(patience=NONE_AT_ALL)
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    for attempt in range(1, 5):
        world.script.before("open", fails(Transient("the store answered 503")))
        with pytest.raises(Transient, match="503"):
            world.fetch(fetch_message("a"), attempt)
        assert world.failure("a") is None
    world.script.before("open", fails(Transient("the store answered 503")))
    assert world.fetch(fetch_message("a"), 5) == []
    failure = world.failure("a")
    assert failure is not None
    assert (failure.code, failure.message, failure.attempts) == ("GivenUp", "the store answered 503", 5)
    assert failure.queue_message is not None
    assert decode_work(failure.queue_message.encode()) == fetch_message("a"), "it can be sent again"


def test_a_truncated_body_leaves_no_raw_blob_and_is_retried() -> None:
    world = World()
    world.put_job({"a": large_result()})
    world.contents.cut.add(f"{CONTENT}/{JOB}/a")
    with pytest.raises(Transient, match="stopped early"):
        world.fetch(fetch_message("a"), 1)
    assert world.archive.blobs == {}
    world.contents.cut.clear()
    world.fetch(fetch_message("a"), 2)
    assert HEAD_ID in world.file("a")


def test_a_refused_link_is_requested_anew_once_and_then_retried() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.script.before("open", _refuse)
    world.fetch(fetch_message("a"), 1)
    assert HEAD_ID in world.file("a")
    assert world.speech.requests["file"] == 2
    world.script.before("open", _refuse, _refuse)
    with pytest.raises(Transient, match="refused twice"):
        world.fetch(fetch_message("a", reprocess_from=2, run=2), 1)


@pytest.mark.parametrize("error", [Transient("503"), ServiceRefused("400")])
def test_the_failure_of_an_invalid_file_is_recorded_even_if_its_parts_cannot_be_removed(
    error: Speech2CosmosError,
) -> None:
    world = World()
    world.put_job({"bad": BROKEN})
    world.script.before("remove", fails(error))
    with pytest.raises(type(error)):
        world.fetch(fetch_message("bad"), 5)
    failure = world.failure("bad")
    assert failure is not None
    assert failure.code == "InvalidResult"
    world.fetch(fetch_message("bad"), 1)
    assert world.file("bad").keys() == {FAILURE_ID}


def test_an_invalid_new_content_leaves_the_old_transcript_unchanged() -> None:
    world = World()
    world.put_job({"a": large_result()})
    world.run()
    before = world.file("a")
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = BROKEN
    job = world.run(reprocess=True)
    assert job.status is Status.COMPLETED_WITH_ERRORS
    after = world.file("a")
    failure = after.pop(FAILURE_ID)
    assert after == before
    assert failure is not None


def test_a_refused_rewrite_of_the_same_bytes_leaves_the_parts_that_heads_name() -> None:
    world = World()
    world.put_job({"a": large_result()}, report=report_file("Succeeded"))
    world.run()
    before, report = world.file("a"), world.file("report")
    assert report
    world.script.before("commit", fails(ServiceRefused("400")))
    world.enqueue(reprocess=True)
    world.tick()
    world.deliver()
    world.script.before("jobs.update", fails(ServiceRefused("400")))
    world.drain()
    after = world.file("a")
    assert after.pop(FAILURE_ID)
    assert after == before
    assert world.file("report").keys() == {*report, FAILURE_ID}


def test_a_failure_does_not_outlive_a_transcript_that_another_worker_writes_at_the_same_time() -> None:
    world = World()
    world.put_job({"a": result("hello")})

    def other_worker() -> None:
        world.fetch(fetch_message("a"), 1)

    def slow_failure() -> None:
        other_worker()
        raise Transient("503")

    world.script.before("open", slow_failure)
    world.fetch(fetch_message("a"), 5)
    assert HEAD_ID in world.file("a")
    assert world.failure("a") is None

    world.script.before("open", fails(Transient("503")))
    world.script.before("put_failure", lambda: world.fetch(fetch_message("a", run=2, reprocess_from=2), 1))
    world.fetch(fetch_message("a", run=2, reprocess_from=2), 5)
    assert world.failure("a") is None, "cleared, although it was written after the head"


def _refuse() -> None:
    raise Refused("403")
