"""The files of a page, fetched by one message: what each costs, and what becomes of it when something fails."""

from datetime import timedelta
from itertools import pairwise

import pytest

from shared.domain.documents import FAILURE_ID, HEAD_ID
from shared.domain.job import Status
from shared.domain.messages import FILES_A_MESSAGE, RESULTS_QUEUE, FetchFile, FetchPage, PageFile, Work, encode
from shared.domain.speech_api import KIND_REPORT, KIND_TRANSCRIPTION
from shared.errors import Denied, ForbiddenUrl, ServiceRefused, Throttled, Transient
from shared.pipeline.fetch_page import FETCH_FOR
from shared.pipeline.ports import Refused
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.script import Action, fails
from tests.pipeline.world import ATTEMPTS, JOB, World, large_result, list_message, report_file, result

FILES = ("a", "b", "c", "d", "e")


def page_of(*file_ids: str, run: int = 1, reprocess_from: int = 0, page: str | None = None) -> FetchPage:
    """Return the message of some files of JOB; `report` is its report."""
    kinds = [KIND_REPORT if file_id == "report" else KIND_TRANSCRIPTION for file_id in file_ids]
    files = [PageFile(each, kind, f"{each}.json") for each, kind in zip(file_ids, kinds, strict=True)]
    return FetchPage(JOB, run, files, reprocess_from, page)


@pytest.fixture
def world() -> World:
    """Make a job of five files and a report, found by the poll and not listed yet."""
    world = World()
    world.put_job({name: result(f"hello {name}") for name in FILES}, report=report_file(*["Succeeded"] * 5))
    world.enqueue()
    world.tick()
    world.queue.clear()
    world.speech.requests.clear()
    world.script.log.clear()
    return world


def are_in(world: World) -> str:
    """Return the names of the files that are in."""
    return "".join(name for name in FILES if HEAD_ID in world.file(name))


def raises_unexpectedly() -> None:
    raise RuntimeError("sig=secret")


def test_a_page_is_listed_once_and_gives_the_link_of_each_file(world: World) -> None:
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.job().report is not None
    assert world.speech.requests == {"files": 1}
    assert world.script.counts()["outcomes"] == 1


def test_files_that_are_in_cost_one_query_and_no_request_to_speech(world: World) -> None:
    world.fetch(page_of("report", *FILES), 1)
    before = world.state()
    world.speech.requests.clear()
    world.script.log.clear()
    assert world.fetch(page_of(*FILES), 1) == []
    assert (world.script.log, world.speech.requests) == (["outcomes"], {})
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert world.speech.requests == {}
    assert world.state() == before


def test_only_what_is_not_in_is_fetched(world: World) -> None:
    world.fetch(page_of("a", "c"), 1)
    world.speech.requests.clear()
    world.script.log.clear()
    world.fetch(page_of(*FILES), 1)
    assert world.script.counts()["commit"] == 3
    assert are_in(world) == "abcde"


def test_a_reprocess_writes_what_is_in_anew(world: World) -> None:
    world.fetch(page_of("report", *FILES), 1)
    world.script.log.clear()
    world.fetch(page_of("report", *FILES, run=2, reprocess_from=2), 1)
    assert world.script.counts()["commit"] == 5
    assert world.script.counts()["open"] == 6


def test_a_page_that_comes_back_in_another_order_gives_each_file_its_own_link(world: World) -> None:
    world.speech.jobs[JOB].files.reverse()
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1}
    assert world.contents.opened[1:] == [f"{CONTENT}/{JOB}/{name}" for name in FILES]


def test_a_file_that_the_page_lost_is_asked_for_by_itself(world: World) -> None:
    world.speech.lost = {"b", "report"}
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.job().report is not None
    assert world.speech.requests == {"files": 1, "file": 2}


def test_ids_that_are_new_on_the_page_are_left_to_the_message_that_names_them(world: World) -> None:
    assert world.fetch(page_of("b", "d"), 1) == []
    assert are_in(world) == "bd"


def test_an_entry_without_an_id_or_without_a_link_does_not_keep_the_others(world: World) -> None:
    world.speech.jobs[JOB].files.insert(0, ("no/../id!", KIND_TRANSCRIPTION))
    world.speech.unlinked = {"c"}
    assert world.fetch(page_of(*FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1, "file": 1}


def test_a_link_that_is_refused_is_asked_for_anew_and_only_that_one(world: World) -> None:
    world.script.before("open", lambda: None, fails_with_refused)
    assert world.fetch(page_of(*FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1, "file": 1}


def test_a_link_that_is_refused_twice_sends_the_file_on_alone(world: World) -> None:
    world.script.before("open", lambda: None, fails_with_refused, fails_with_refused)
    assert [_name(each) for each in world.fetch(page_of(*FILES), 1)] == ["b"]
    assert are_in(world) == "acde"


def fails_with_refused() -> None:
    raise Refused("403")


@pytest.mark.parametrize("error", [ServiceRefused("400"), ForbiddenUrl("elsewhere")])
def test_a_page_that_is_gone_has_its_files_asked_for_one_by_one(
    world: World, error: ServiceRefused | ForbiddenUrl
) -> None:
    world.script.before("speech.files", fails(error))
    assert world.fetch(page_of(*FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1, "file": 5}


def test_of_a_job_that_speech_deleted_each_file_is_given_up_with_that_reason(world: World) -> None:
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
    ids=["Transient", "Denied", "an exception that nobody foresaw"],
)
@pytest.mark.parametrize("place", ["head", "open", "archive.commit", "commit"])
def test_a_file_that_fails_goes_on_alone_and_the_others_are_not_affected(
    world: World, place: str, action: Action, caplog: pytest.LogCaptureFixture
) -> None:
    world.script.before(place, lambda: None, action)
    sent = world.fetch(page_of(*FILES), 1)
    assert sent == [FetchFile(JOB, "b", KIND_TRANSCRIPTION, 1, 0, "b.json")]
    assert are_in(world) == "acde"
    assert world.failure("b") is None
    assert f"job {JOB} file b: failed in its page, goes on by itself: " in caplog.text
    assert "secret" not in caplog.text
    world.send(sent)
    world.drain()
    assert are_in(world) == "abcde"


def test_a_file_that_can_never_be_read_is_recorded_and_the_others_are_not_affected(world: World) -> None:
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


def test_when_a_failure_cannot_be_recorded_its_file_goes_on_alone(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/b"] = b"[]"
    world.script.before("put_failure", fails(Transient("503")))
    assert [_name(each) for each in world.fetch(page_of(*FILES), 1)] == ["b"]
    assert are_in(world) == "acde"


def test_a_file_that_this_run_gave_up_is_not_fetched_again_but_in_the_next_run_it_is(world: World) -> None:
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


def test_a_throttled_page_goes_on_later_with_what_is_left_and_loses_no_try(world: World) -> None:
    world.script.before("open", lambda: None, lambda: None, fails(Throttled("429", 12.5)))
    (rest,) = world.fetch(page_of("report", *FILES), 4)
    assert world.clock.slept == [12.5]
    assert isinstance(rest, FetchPage)
    assert [file.id for file in rest.files] == ["c", "d", "e", "b"], "what was throttled comes last"
    assert rest.files[0] == PageFile("c", KIND_TRANSCRIPTION, "c.json")
    assert world.fetch(rest, 1) == []
    assert are_in(world) == "abcde"


@pytest.mark.parametrize("place", ["outcomes", "speech.files"])
def test_throttling_before_the_first_file_sends_the_whole_message_anew(world: World, place: str) -> None:
    world.script.before(place, fails(Throttled("429", 3.0)))
    message = page_of(*FILES)
    assert world.fetch(message, 4) == [message]
    assert world.clock.slept == [3.0]


def test_what_failed_before_the_throttling_goes_on_alone(world: World) -> None:
    world.script.before("open", fails(Transient("503")), lambda: None, fails(Throttled("429", 1.0)))
    alone, rest = world.fetch(page_of(*FILES), 1)
    assert _name(alone) == "a"
    assert isinstance(rest, FetchPage)
    assert [file.id for file in rest.files] == ["d", "e", "c"]


def test_after_five_minutes_the_rest_of_a_page_is_a_new_message(world: World) -> None:
    slow: list[Action] = [lambda: world.clock.move(minutes=2)] * 3
    world.script.before("open", *slow)
    (rest,) = world.fetch(page_of(*FILES, page="skip=0"), 1)
    assert rest == page_of("d", "e", page="skip=0")
    assert are_in(world) == "abc"
    assert world.fetch(rest, 1) == []
    assert are_in(world) == "abcde"


def test_a_single_file_that_takes_longer_than_that_is_not_sent_anew_for_ever(world: World) -> None:
    world.script.before("open", lambda: world.clock.move(minutes=20))
    (rest,) = world.fetch(page_of("a", "b"), 1)
    assert rest == page_of("b")
    assert timedelta(minutes=30) > FETCH_FOR + timedelta(minutes=20), "host.json ends an invocation after 30 minutes"


def test_a_message_delivered_twice_at_once_writes_the_same_documents(world: World) -> None:
    alone = World()
    alone.put_job({name: result(f"hello {name}") for name in FILES}, report=report_file(*["Succeeded"] * 5))
    alone.run()
    message = page_of("report", *FILES)
    for effect in ("open", "commit", "jobs.update"):
        world.script.before(effect, lambda: world.send(world.fetch(message, 1)))
    world.send(world.fetch(message, 1))
    world.drain()
    world.send([list_message()])
    world.drain()
    world.tick()
    assert world.state() == alone.state()


class Killed(BaseException):
    """The process dies: nothing of ours handles it."""


@pytest.mark.parametrize("effect", ["open", "commit", "archive.commit", "failure_run", "speech.files", "outcomes"])
def test_killed_halfway_and_delivered_again_goes_on_with_what_is_not_in(world: World, effect: str) -> None:
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
def test_an_outage_before_the_first_file_is_a_failed_try_of_the_page(world: World, place: str) -> None:
    world.script.before(place, fails(Transient("503")))
    with pytest.raises(Transient, match="503"):
        world.fetch(page_of(*FILES), 1)
    assert world.fetch(page_of(*FILES), 2) == []


def test_the_last_delivery_of_a_page_sends_each_file_on_alone_so_that_one_cannot_kill_them_all(world: World) -> None:
    world.fetch(page_of("a"), 1)
    world.speech.requests.clear()
    sent = world.fetch(page_of(*FILES), ATTEMPTS)
    assert [_name(each) for each in sent] == ["b", "c", "d", "e"]
    assert world.script.counts()["commit"] == 1, "it fetches nothing itself"
    world.send(sent)
    world.drain()
    assert are_in(world) == "abcde"


def test_a_page_whose_last_delivery_meets_an_outage_of_speech_is_put_off_until_its_job_is_listed_again(
    world: World,
) -> None:
    world.script.before("speech.files", *[fails(Transient("503"))] * ATTEMPTS)
    world.send([page_of("report", *FILES)])
    world.drain()
    assert world.script.counts()["speech.files"] == ATTEMPTS, "no file asks by itself"
    retry = world.job().retry
    assert retry is not None
    assert (retry.code, retry.message, are_in(world)) == ("FetchFailed", "503", "")
    world.clock.move(minutes=2)
    world.tick()
    world.drain()
    world.tick()
    assert (world.job().status, are_in(world)) == (Status.COMPLETED, "abcde")


def test_a_page_that_went_to_poison_without_a_word_has_its_missing_files_listed_again(world: World) -> None:
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


def test_the_report_within_a_page_is_recorded_like_any_other(world: World) -> None:
    world.contents.blobs[f"{CONTENT}/{JOB}/report"] = b"[]"
    assert world.fetch(page_of("report", "a"), 1) == []
    failure = world.failure("report")
    assert failure is not None
    assert failure.kind == KIND_REPORT
    assert are_in(world) == "a"


@pytest.mark.parametrize("size", [100, 50])
def test_a_job_of_two_hundred_files_takes_a_tenth_of_the_requests_and_messages(size: int) -> None:
    world = World()
    world.put_job({str(number): result("hello") for number in range(200)})
    world.speech.page = size
    world.enqueue()
    world.tick()
    world.speech.requests.clear()
    executions = 0
    while world.queue:
        world.deliver()
        executions += 1
    world.tick()
    assert world.job().status is Status.COMPLETED
    assert sum(world.speech.requests.values()) <= 0.1 * 201
    assert executions <= 0.1 * (1 + 201)


def test_messages_are_cut_from_a_page_in_its_order(world: World) -> None:
    world.put_job({f"f{number:03}": b"" for number in range(60)}, reported=False)
    sent = world.fetch(list_message(), 1)
    pages = [each for each in sent if isinstance(each, FetchPage)]
    assert [len(each.files) for each in pages] == [FILES_A_MESSAGE, FILES_A_MESSAGE, 10]
    ids = [file.id for each in pages for file in each.files]
    assert all(one < next_ for one, next_ in pairwise(ids))


def _name(message: Work) -> str:
    assert isinstance(message, FetchFile)
    return message.file_id
