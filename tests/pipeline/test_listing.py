"""Listing a job's files, one page per invocation."""

from datetime import timedelta

import msgspec
import pytest

from shared.domain.job import Job, Status
from shared.domain.messages import FetchPage, ListJobFiles, encode
from shared.domain.seen import LONGEST_SEEN, packed, short_hash
from shared.domain.speech_api import KIND_TRANSCRIPTION
from shared.errors import ForbiddenUrl, Transient
from shared.pipeline.list_files import MOST_PAGES
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, list_message, report_file, result


@pytest.fixture
def world() -> World:
    """Make a job of 10,000 files and its report, found by the poll and not listed yet."""
    world = World()
    world.put_job({}, report=b"")
    world.speech.jobs[JOB].files += [(f"f{number}", KIND_TRANSCRIPTION) for number in range(10_000)]
    world.enqueue()
    world.queue.extend((message, 1) for message in [*world.poll()])
    return world


def test_each_invocation_lists_one_page_of_ten_thousand_files(world: World) -> None:
    message, fetched, invocations = list_message(), [], 0
    while True:
        before = world.speech.requests.copy()
        sent = world.fetch(message, 1)
        invocations += 1
        assert world.speech.requests - before == {"files": 1}
        fetched += [file for each in sent if isinstance(each, FetchPage) for file in each.alone()]
        following = [each for each in sent if isinstance(each, ListJobFiles)]
        assert len(sent) <= 5
        assert max(len(encode(each)) for each in sent) < 64 * 1024
        if not following:
            break
        (message,) = following
    assert invocations == 101
    assert len({each.file_id for each in fetched}) == 10_001
    assert world.job().files.expected == 10_000
    assert world.job().files.reports == 1


def test_the_number_of_files_is_right_even_if_list_messages_are_delivered_twice(world: World) -> None:
    world.speech.page = 1000
    delivered = 0
    messages = [list_message()]
    while messages:
        message = messages.pop()
        for _ in range(2 if delivered < 6 else 1):
            sent = world.fetch(message, 1)
            delivered += 1
            messages += [each for each in sent if isinstance(each, ListJobFiles)]
    assert delivered > 20
    assert (world.job().files.expected, world.job().files.reports) == (10_000, 1)


def test_a_job_does_not_end_before_its_last_page_is_listed() -> None:
    world = World()
    world.speech.page = 1
    world.put_job({"a": result("one"), "b": result("two")})
    world.enqueue()
    world.tick()
    world.deliver()
    world.deliver(1)
    assert "transcript" in world.file("a")
    world.tick()
    assert world.job().status is Status.INGESTING
    assert world.job().files.expected is None
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED


def test_a_list_message_of_an_earlier_run_or_an_ended_job_does_nothing() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.run()
    ended = world.job()
    assert world.fetch(list_message(), 1) == []
    world.enqueue(reprocess=True)
    world.tick()
    assert world.fetch(list_message(run=1), 1) == []
    assert ended.status is Status.COMPLETED


def test_a_list_message_is_retried_while_a_stale_read_does_not_show_its_run() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    for early in (ListJobFiles("not-there-yet", 1), list_message(run=1), list_message(run=2)):
        with pytest.raises(Transient, match="not to be seen in Cosmos DB yet"):
            world.fetch(early, 1)


def test_listing_does_not_change_a_job_that_ends_meanwhile() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()

    def end() -> None:
        world.jobs.put(msgspec.structs.replace(world.job(), status=Status.EXPIRED))

    world.script.before("speech.files", end)
    world.drain()
    assert (world.job().status, world.job().files.expected) == (Status.EXPIRED, None)


def test_a_job_that_speech_deleted_before_it_was_listed_ends_as_not_found() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    world.speech.jobs.clear()
    world.drain()
    assert world.job().status is Status.NOT_FOUND
    assert world.job().failure is not None


def test_a_forbidden_list_link_is_recorded_in_the_job_and_retried_later() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    world.script.before("speech.files", fails(ForbiddenUrl("the host 'evil.example' is not listed")))
    world.drain()
    failure = world.job().failure
    assert world.job().status is Status.INGESTING
    assert failure is not None
    assert (failure.code, "evil.example" in failure.message) == ("ForbiddenUrl", True)
    world.clock.move(minutes=30)
    world.tick()
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED
    assert world.job().failure is None


def test_a_file_link_without_an_id_is_recorded_in_the_job() -> None:
    world = World()
    world.put_job({})
    world.speech.add(SpeechJob(JOB, files=[("no/../id!", KIND_TRANSCRIPTION)]))
    world.enqueue()
    world.tick()
    world.drain()
    assert "no file id" in _failure(world.job())


def test_a_listing_that_failed_five_times_is_recorded_and_started_again_after_a_minute() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    world.enqueue()
    world.tick()
    world.script.before("speech.files", *[fails(Transient("503"))] * 5)
    world.drain()
    retry = world.job().retry
    assert retry is not None
    assert (retry.code, retry.message) == ("ListingFailed", "listing its files failed 5 times: 503")
    assert world.tick() == []
    world.clock.time += timedelta(minutes=1)
    assert world.tick() == [list_message()]


def _failure(job: Job) -> str:
    assert job.failure is not None
    return job.failure.message


@pytest.mark.parametrize("back_to", [None, "skip=2", "skip=4", "skip=6", "skip=8"])
def test_a_list_that_loops_ends_where_it_repeats_and_counts_each_file_once(back_to: str | None) -> None:
    world = World()
    world.put_job({str(number): result("hello") for number in range(10)})
    world.speech.page = 2
    world.speech.back = {"skip=8": back_to or "skip=0"}
    world.enqueue()
    world.tick()
    world.drain()
    failure = world.job().failure
    assert failure is not None
    assert (failure.code, world.job().files.expected) == ("ListingLoops", 10)
    assert world.script.counts()["speech.files"] <= 7 + 7, "each page is listed at most once more, to fetch its files"
    assert world.transcripts.tally(world.job()).ingested == 10, "the files of the listed pages are in"


def test_a_list_of_more_than_10000_pages_is_treated_as_a_loop() -> None:
    world = World()
    world.put_job({"a": result("one"), "b": result("two")})
    world.speech.page = 1
    world.enqueue()
    world.tick()
    (page,) = world.fetch(msgspec.structs.replace(list_message(), pages=MOST_PAGES - 1), 1)
    assert isinstance(page, FetchPage)
    failure = world.job().failure
    assert failure is not None
    assert (failure.code, "more than 10000 pages" in failure.message) == ("ListingLoops", True)


def test_a_file_listed_twice_counts_once() -> None:
    world = World()
    job = world.put_job(
        {"a": result("one"), "b": result("two"), "c": result("three")}, report=report_file(*["Succeeded"] * 3)
    )
    job.files += [job.files[1], job.files[0], job.files[2], job.files[3]]
    world.speech.page = 3
    assert world.run().status is Status.COMPLETED
    assert (world.job().files.expected, world.job().files.reports, world.job().files.ingested) == (3, 1, 3)


def test_a_listing_whose_hashes_no_longer_fit_into_the_message_goes_on_and_counts_every_file() -> None:
    hashes = [short_hash(str(number)) for number in range(10_500)]
    while len(known := packed(hashes)) > LONGEST_SEEN:
        hashes.pop()
    assert len(hashes) > 10_300
    world = World()
    world.put_job({"a": result("one"), "b": result("two")})
    world.speech.page = 1
    world.enqueue()
    world.tick()
    message = msgspec.structs.replace(list_message(), expected=10_400, pages=104, seen=known)
    assert len(encode(message)) < 64 * 1024
    following, _ = world.fetch(message, 1)
    assert following == msgspec.structs.replace(message, page="skip=1", expected=10_401, pages=105)
