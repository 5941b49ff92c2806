"""Files that cannot be read: given up at once, after the last delivery, or not yet."""

import pytest

from shared.domain.documents import FAILURE_ID, HEAD_ID
from shared.domain.job import Status
from shared.domain.messages import FetchFile, decode_work
from shared.errors import ForbiddenUrl, ServiceRefused, Speech2CosmosError, Throttled, Transient
from shared.pipeline.ports import Refused
from shared.pipeline.throttle import unless_throttled
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.fakes import FakeClock
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, NONE_AT_ALL, World, fetch_message, large_result, list_message, report_file, result

BROKEN = large_result()[:-1] + b"!"


def test_a_file_that_is_no_result_is_given_up_at_once_and_nothing_else_is_harmed() -> None:
    world = World()
    world.put_job({"good": result("hello"), "bad": BROKEN}, report=report_file("Succeeded", "Succeeded"))
    job = world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.attempts, failure.name, failure.run) == ("InvalidResult", 1, "bad.json", 1)
    assert f"byte {len(BROKEN) - 1}" in failure.message
    assert world.file("bad").keys() == {FAILURE_ID}, "its parts are gone"
    assert world.script.counts()["write"] > 1, "there were some"
    assert failure.raw is not None
    assert world.archive.blobs[failure.raw] == BROKEN
    assert HEAD_ID in world.file("good")
    assert job.status is Status.COMPLETED_WITH_ERRORS
    assert (job.files.ingested, job.files.failed) == (1, 1)
    assert [(each.file_id, each.code) for each in job.files.failures] == [("bad", "InvalidResult")]


def test_without_an_archive_the_failure_of_a_bad_file_names_no_raw() -> None:
    world = World()
    world.archive.keeps = False
    world.put_job({"bad": b'{"recognizedPhrases": 1}'})
    world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.raw) == ("InvalidResult", None)


def test_a_bad_file_whose_bytes_were_harmed_on_their_way_is_not_given_up_for_that() -> None:
    world = World(patience=NONE_AT_ALL)
    world.contents.chunk = 10
    world.put_job({"bad": b'{"recognizedPhrases": 1}' + b" " * 1000})
    world.contents.cut.add(f"{CONTENT}/{JOB}/bad")  # noticed at the end, as a wrong hash is
    world.run()
    failure = world.failure("bad")
    assert failure is not None
    assert (failure.code, failure.attempts) == ("GivenUp", 5)


@pytest.mark.parametrize(
    ("size", "code", "attempts"), [(200, "GivenUp", 5), (30, "ResultCutShort", 1), (None, "ResultCutShort", 1)]
)
def test_a_file_cut_short_of_what_speech_says_is_asked_for_again(size: int | None, code: str, attempts: int) -> None:
    world = World(patience=NONE_AT_ALL)
    world.put_job({"short": b'{"recognizedPhrases": [       '})
    world.speech.sizes["short"] = size
    world.run()
    failure = world.failure("short")
    assert failure is not None
    assert (failure.code, failure.attempts) == (code, attempts)
    assert "the file ends in the middle" in failure.message


def test_a_file_that_is_a_result_is_one_whatever_speech_says_of_its_size() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.speech.sizes["a"] = 10**9
    assert world.run().status is Status.COMPLETED


def test_a_bad_report_is_a_failure_of_ours_that_does_not_count_as_a_file() -> None:
    world = World()
    world.put_job({"a": result("hello")}, report=b"[]")
    job = world.run()
    assert job.status is Status.COMPLETED_WITH_ERRORS
    assert (job.files.expected, job.files.ingested, job.files.failed) == (1, 1, 0)
    assert [each.file_id for each in job.files.failures] == ["report"]


def test_a_kind_that_we_do_not_know_is_named() -> None:
    world = World()
    world.put_job({"a": result("hello")}, report=report_file("Succeeded", "Succeeded"))
    world.speech.jobs[JOB].files.append(("x", "Subtitles"))
    job = world.run()
    failure = world.failure("x")
    assert failure is not None
    assert (failure.code, "'Subtitles'" in failure.message) == ("UnknownValue", True)
    assert job.status is Status.COMPLETED_WITH_ERRORS


def test_a_link_that_leads_where_we_do_not_go_fails_the_file_with_that_reason() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.script.before("open", fails(ForbiddenUrl("the host 'evil.example' is not listed in CONTENT_HOSTS")))
    world.run()
    failure = world.failure("a")
    assert failure is not None
    assert (failure.code, "CONTENT_HOSTS" in failure.message, failure.raw) == ("ForbiddenUrl", True, None)


@pytest.mark.parametrize("place", ["speech.file", "open", "write", "commit", "archive.commit", "put_failure"])
def test_throttled_is_no_attempt_the_message_is_sent_anew_after_waiting_as_told(place: str) -> None:
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
def test_throttled_without_a_time_or_for_long_waits_within_bounds(told: float | None, waits: float) -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    world.script.before("speech.files", fails(Throttled("429", told)))
    assert world.fetch(list_message(), 1) == [list_message()]
    assert world.clock.slept == [waits]


def test_without_patience_a_transient_error_is_recorded_with_its_words_on_the_last_attempt() -> None:
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


def test_what_was_given_up_can_be_sent_again_and_the_failure_goes_when_it_succeeds() -> None:
    world = World(patience=NONE_AT_ALL)
    world.put_job({"a": result("hello")})
    world.script.before("open", fails(Transient("503")))
    world.fetch(fetch_message("a"), 5)
    failure = world.failure("a")
    assert failure is not None
    assert failure.queue_message is not None
    again = decode_work(failure.queue_message.encode())
    assert isinstance(again, FetchFile)
    assert world.fetch(again, 1) == []
    assert world.failure("a") is None
    assert HEAD_ID in world.file("a")


def test_a_body_that_stops_early_leaves_no_raw_and_is_tried_again() -> None:
    world = World()
    world.put_job({"a": large_result()})
    world.contents.cut.add(f"{CONTENT}/{JOB}/a")
    with pytest.raises(Transient, match="stopped early"):
        world.fetch(fetch_message("a"), 1)
    assert world.archive.blobs == {}
    world.contents.cut.clear()
    world.fetch(fetch_message("a"), 2)
    assert HEAD_ID in world.file("a")


def test_a_refused_signature_is_asked_for_once_more() -> None:
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
def test_when_the_parts_of_a_bad_file_cannot_be_removed_the_reason_is_kept_all_the_same(
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


def test_a_bad_new_content_leaves_the_old_transcript_as_it_was() -> None:
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


def test_a_refusal_while_the_same_bytes_are_written_anew_leaves_what_readers_are_led_to() -> None:
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


def test_a_failure_is_not_written_over_a_transcript_that_another_worker_wrote_meanwhile() -> None:
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
    assert world.failure("a") is None, "cleared, though it was written after the head"


def _refuse() -> None:
    raise Refused("403")


def test_a_throttled_use_case_waits_as_told_and_has_its_message_sent_anew() -> None:
    clock = FakeClock()

    def throttled() -> None:
        raise Throttled("429", retry_after=7.0)

    assert not unless_throttled(clock, 1, throttled)
    assert clock.slept == [7.0]
    assert unless_throttled(clock, 1, lambda: None)
