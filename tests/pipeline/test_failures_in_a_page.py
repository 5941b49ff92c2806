"""A page of files when a file fails, a service throttles or fails, or a process crashes."""

import pytest

from shared.domain.documents import FAILURE_ID
from shared.domain.job import Status
from shared.domain.messages import RESULTS_QUEUE, FetchFile, FetchPage, PageFile, encode
from shared.domain.speech_api import KIND_TRANSCRIPTION
from shared.errors import Denied, Throttled, Transient
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.pages import FILES, are_in, fails_with_refused, file_of, page_of, polled_job
from tests.pipeline.script import Action, fails
from tests.pipeline.world import ATTEMPTS, JOB, World, large_result, list_message, result


@pytest.fixture
def world() -> World:
    return polled_job()


def raises_unexpectedly() -> None:
    raise RuntimeError("sig=secret")


def test_a_file_whose_link_is_refused_twice_continues_in_its_own_message(world: World) -> None:
    world.script.before("open", lambda: None, fails_with_refused, fails_with_refused)
    assert [file_of(each) for each in world.fetch(page_of(*FILES), 1)] == ["b"]
    assert are_in(world) == "acde"


def test_each_file_of_a_job_that_speech_deleted_is_given_up_as_not_found(world: World) -> None:
    world.speech.jobs.clear()
    assert world.fetch(page_of("a", "b"), 1) == []
    failures = [world.failure(name) for name in ("a", "b")]
    assert [failure and failure.code for failure in failures] == ["NotFound", "NotFound"]


@pytest.mark.parametrize(
    "action",
    [
        fails(Transient("503")),
        fails(Denied("403")),
        raises_unexpectedly,
    ],
    ids=["Transient", "Denied", "an unexpected exception"],
)
@pytest.mark.parametrize("place", ["open", "archive.commit", "commit"])
def test_a_file_that_fails_continues_in_its_own_message_and_the_others_are_not_affected(
    world: World, place: str, action: Action, caplog: pytest.LogCaptureFixture
) -> None:
    world.script.before(place, lambda: None, action)
    sent = world.fetch(page_of(*FILES), 1)
    assert sent == [FetchFile(JOB, "b", KIND_TRANSCRIPTION, 1, 0, "b.json")]
    assert are_in(world) == "acde"
    assert world.failure("b") is None
    assert f"job {JOB} file b: failed in its page, will be retried in a message of its own: " in caplog.text
    assert "secret" not in caplog.text
    world.send(sent)
    world.drain()
    assert are_in(world) == "abcde"


def test_an_invalid_file_of_a_page_is_recorded_and_the_others_are_not_affected(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = large_result()[:-1] + b"!"
    assert world.fetch(page_of("report", *FILES), 1) == []
    failure = world.failure("b")
    assert failure is not None
    assert (failure.code, failure.attempts, failure.name) == ("InvalidResult", 1, "b.json")
    assert world.file("b").keys() == {FAILURE_ID}
    assert are_in(world) == "acde"
    kept = failure.queue_message
    assert kept is not None
    assert kept == encode(FetchFile(JOB, "b", KIND_TRANSCRIPTION, 1, 0, "b.json"))


def test_a_file_whose_failure_cannot_be_recorded_continues_in_its_own_message(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = b"[]"
    world.script.before("put_failure", fails(Transient("503")))
    assert [file_of(each) for each in world.fetch(page_of(*FILES), 1)] == ["b"]
    assert are_in(world) == "acde"


def test_a_file_that_was_given_up_is_fetched_again_only_in_the_next_run(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = b"[]"
    world.fetch(page_of("b"), 1)
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = result("after all")
    world.script.log.clear()
    assert world.fetch(page_of("b"), 1) == []
    assert world.script.log == ["outcomes"]
    world.fetch(page_of("b", run=2), 1)
    assert are_in(world) == "b"
    assert world.failure("b") is None


def test_the_failure_of_a_file_that_is_in_is_deleted(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = b"[]"
    world.fetch(page_of("b"), 1)
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = result("after all")
    world.script.before("clear_failure", fails(Transient("killed")))
    with pytest.raises(Transient):
        world.fetch(page_of("b").alone()[0], 1)
    assert world.failure("b") is not None
    assert world.fetch(page_of("b"), 1) == []
    assert world.failure("b") is None


def test_a_throttled_page_continues_with_the_remaining_files_and_loses_no_delivery(world: World) -> None:
    world.script.before("open", lambda: None, lambda: None, fails(Throttled("429", 12.5)))
    (rest,) = world.fetch(page_of("report", *FILES), 4)
    assert world.clock.slept == [12.5]
    assert isinstance(rest, FetchPage)
    assert [file.id for file in rest.files] == ["c", "d", "e", "b"], "the throttled file comes last"
    assert rest.files[0] == PageFile("c", KIND_TRANSCRIPTION, "c.json")
    assert world.fetch(rest, 1) == []
    assert are_in(world) == "abcde"


@pytest.mark.parametrize("place", ["outcomes", "speech.files"])
def test_throttling_before_the_first_file_sends_the_whole_message_again(world: World, place: str) -> None:
    world.script.before(place, fails(Throttled("429", 3.0)))
    message = page_of(*FILES)
    assert world.fetch(message, 4) == [message]
    assert world.clock.slept == [3.0]


def test_a_file_that_failed_before_the_throttling_continues_in_its_own_message(world: World) -> None:
    world.script.before("open", fails(Transient("503")), lambda: None, fails(Throttled("429", 1.0)))
    alone, rest = world.fetch(page_of(*FILES), 1)
    assert file_of(alone) == "a"
    assert isinstance(rest, FetchPage)
    assert [file.id for file in rest.files] == ["d", "e", "c"]


class Killed(BaseException):
    """A crash of the process, which the app does not handle."""


@pytest.mark.parametrize("effect", ["open", "commit", "archive.commit", "failure_run", "speech.files", "outcomes"])
def test_a_page_redelivered_after_a_crash_continues_with_the_files_that_are_not_in(world: World, effect: str) -> None:
    def killed() -> None:
        raise Killed

    once = effect in {"speech.files", "outcomes"}
    world.script.after(effect, *([] if once else [lambda: None]), killed)
    with pytest.raises(Killed):
        world.fetch(page_of(*FILES), 1)
    before = are_in(world)
    world.script.log.clear()
    assert world.fetch(page_of(*FILES), 2) == []
    assert are_in(world) == "abcde"
    assert world.script.counts()["commit"] == 5 - len(before)


@pytest.mark.parametrize("place", ["outcomes", "speech.files"])
def test_an_outage_before_the_first_file_is_a_failed_delivery_of_the_page(world: World, place: str) -> None:
    world.script.before(place, fails(Transient("503")))
    with pytest.raises(Transient, match="503"):
        world.fetch(page_of(*FILES), 1)
    assert world.fetch(page_of(*FILES), 2) == []


def test_the_last_delivery_of_a_page_only_sends_each_missing_file_in_its_own_message(world: World) -> None:
    world.fetch(page_of("a"), 1)
    world.speech.requests.clear()
    sent = world.fetch(page_of(*FILES), ATTEMPTS)
    assert [file_of(each) for each in sent] == ["b", "c", "d", "e"]
    assert world.script.counts()["commit"] == 1, "only the first message fetched a file"
    world.send(sent)
    world.drain()
    assert are_in(world) == "abcde"


def test_a_page_that_fails_through_an_outage_of_speech_waits_for_the_next_listing_of_its_job(
    world: World,
) -> None:
    world.script.before("speech.files", *[fails(Transient("503"))] * ATTEMPTS)
    world.send([page_of("report", *FILES)])
    world.drain()
    assert world.script.counts()["speech.files"] == ATTEMPTS, "no file is requested by itself"
    retry = world.job().retry
    assert retry is not None
    assert (retry.code, retry.message, are_in(world)) == ("FetchFailed", "503", "")
    world.clock.move(minutes=2)
    world.tick()
    world.drain()
    world.tick()
    assert (world.job().status, are_in(world)) == (Status.COMPLETED, "abcde")


def test_a_page_in_the_poison_queue_has_its_missing_files_listed_again_and_given_up_after_a_day(world: World) -> None:
    world.fetch(page_of("a"), 1)
    world.queue.clear()
    assert world.poison(RESULTS_QUEUE, encode(page_of("a", "b", "report")).encode())
    assert (are_in(world), [world.failure(name) for name in ("a", "b", "report")]) == ("a", [None] * 3)
    world.clock.move(minutes=1)
    assert world.tick() == [list_message()]
    world.clock.move(hours=24)
    assert world.poison(RESULTS_QUEUE, encode(page_of("a", "b", "report")).encode())
    assert (world.failure("a"), are_in(world)) == (None, "a")
    failures = [world.failure(name) for name in ("b", "report")]
    assert [failure and failure.code for failure in failures] == ["GivenUp", "GivenUp"]
