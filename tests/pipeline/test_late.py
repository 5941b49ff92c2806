"""A late file: it was given up, and comes in later. Its job counts it, whatever happens in between."""

from collections.abc import Callable

import pytest

from shared.domain.documents import FAILURE_ID, HEAD_ID
from shared.domain.job import Job, Status
from shared.domain.messages import RESULTS_QUEUE, FetchFile, encode
from shared.domain.speech_api import KIND_REPORT
from shared.errors import Transient
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.late import CONTENTS, documents, given_up, kept_message
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, NONE_AT_ALL, World, fetch_message


@pytest.mark.parametrize("lost", ["a", "report"])
def test_a_given_up_file_that_is_sent_again_and_succeeds_completes_its_job(lost: str) -> None:
    world = given_up(lost)
    before = world.job()
    world.clock.move(hours=1)
    assert world.fetch(kept_message(world, lost), 1) == []
    assert (world.job().status, world.job().ended_at, world.failure(lost)) == (Status.INGESTING, None, None)
    assert world.tick() == []
    job = world.job()
    assert (job.status, job.files.ingested, job.files.failed, job.files.failures) == (Status.COMPLETED, 2, 0, [])
    assert job.ended_at is not None
    assert before.ended_at is not None
    assert job.ended_at > before.ended_at
    assert documents(world) == documents(given_up())


def test_if_one_of_two_given_up_files_succeeds_the_job_ends_again_with_the_other_as_its_failure() -> None:
    world = given_up("a", "b")
    world.fetch(kept_message(world, "a"), 1)
    world.tick()
    job = world.job()
    assert (job.status, job.files.ingested, job.files.failed) == (Status.COMPLETED_WITH_ERRORS, 1, 1)
    assert [each.file_id for each in job.files.failures] == ["b"]


def test_a_given_up_file_that_fails_again_does_not_change_its_job() -> None:
    world = given_up("a")
    before = world.job()
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"{"
    world.fetch(kept_message(world, "a"), 1)
    world.tick()
    assert world.job() == before
    failure = world.failure("a")
    assert failure is not None
    assert failure.code == "ResultCutShort"


@pytest.mark.parametrize("lost", ["a", "report"])
@pytest.mark.parametrize("effect", ["failure_run", "jobs.update", "clear_failure"])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("ticks", [0, 1])
def test_a_late_file_redelivered_after_a_crash_at_any_step_completes_its_job(
    lost: str, effect: str, moment: str, ticks: int
) -> None:
    world = given_up(lost)
    message = kept_message(world, lost)
    at: Callable[..., None] = getattr(world.script, moment)
    at(effect, fails(Transient("killed")))
    with pytest.raises(Transient):
        world.fetch(message, 1)
    for _ in range(ticks):
        world.tick()
    world.fetch(message, 2)
    world.tick()
    assert documents(world) == documents(given_up())


@pytest.mark.parametrize("effect", ["failure_run", "jobs.update", "clear_failure"])
def test_a_late_file_whose_last_delivery_crashes_is_counted_from_the_poison_queue(effect: str) -> None:
    world = given_up("a")
    message = kept_message(world, "a")
    world.script.before(effect, *[fails(Transient("killed"))] * 2)
    with pytest.raises(Transient):
        world.fetch(message, 5)
    world.poison(RESULTS_QUEUE, encode(message).encode())
    world.tick()
    assert documents(world) == documents(given_up())


def test_a_file_that_never_failed_costs_one_read_of_its_failure_and_no_write() -> None:
    world = World()
    world.put_job({"a": CONTENTS["a"]})
    world.run()
    counts = world.script.counts()
    assert (counts["failure_run"], counts["clear_failure"]) == (2, 0), "once for the file, once for the report"


def readable_after_all() -> tuple[World, FetchFile]:
    """Return a world whose job has not counted a given-up file yet, and the message that now brings the file in."""
    world = World()
    world.put_job({"a": CONTENTS["a"]})
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"[]"
    world.enqueue()
    world.tick()
    world.drain()
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = CONTENTS["a"]
    return world, kept_message(world, "a")


def test_a_tally_from_before_the_file_was_written_does_not_end_the_job() -> None:
    world, message = readable_after_all()
    world.clock.move(seconds=1)
    world.script.after("tally", lambda: world.fetch(message, 1))
    world.tick()
    assert (world.job().status, world.failure("a")) == (Status.INGESTING, None)
    world.tick()
    assert (world.job().status, world.job().files.failed) == (Status.COMPLETED, 0)


def test_a_job_that_ends_while_its_late_file_is_written_goes_back_to_ingesting() -> None:
    world, message = readable_after_all()
    # The timer counts before the file is in. It writes the end of the job just before the worker writes the file.
    counted: list[Job] = []

    def timer_counts() -> None:
        world.tick()
        counted.append(world.job())

    world.script.before("archive.commit", timer_counts)
    world.fetch(message, 1)
    assert [job.status for job in counted] == [Status.COMPLETED_WITH_ERRORS]
    world.tick()
    assert (world.job().status, world.job().files.failed) == (Status.COMPLETED, 0)


def test_two_late_files_written_at_once_are_both_counted() -> None:
    world = given_up("a", "b")
    first, second = kept_message(world, "a"), kept_message(world, "b")
    world.script.before("jobs.update", lambda: world.fetch(second, 1))
    world.fetch(first, 1)
    world.tick()
    assert documents(world) == documents(given_up())


def test_a_file_that_another_delivery_writes_while_its_failure_is_recorded_is_counted() -> None:
    world = World(patience=NONE_AT_ALL)
    world.put_job({"a": CONTENTS["a"]})
    world.enqueue()
    world.tick()
    world.deliver()
    world.queue.clear()
    world.fetch(fetch_message("report", kind=KIND_REPORT), 1)
    message = fetch_message("a")

    def meanwhile() -> None:
        world.tick()
        assert world.job().status is Status.COMPLETED_WITH_ERRORS
        world.fetch(message, 1)

    world.script.before("open", fails(Transient("503")))
    world.script.after("put_failure", meanwhile)
    world.fetch(message, 5)
    assert world.file("a").keys() >= {HEAD_ID}
    assert FAILURE_ID not in world.file("a")
    world.tick()
    assert world.job().status is Status.COMPLETED


def test_a_late_file_reopens_an_expired_job_which_expires_again_if_other_files_are_missing() -> None:
    world = World()
    world.put_job({"a": CONTENTS["a"], "b": CONTENTS["b"]})
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"[]"
    world.enqueue()
    world.tick()
    world.deliver()
    world.apart()
    world.deliver()
    _stands_still(world)
    assert world.job().status is Status.EXPIRED
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = CONTENTS["a"]
    world.fetch(kept_message(world, "a"), 1)
    world.tick()
    assert (world.job().status, world.job().files.ingested) == (Status.INGESTING, 1)
    _stands_still(world)
    failure = world.job().failure
    assert failure is not None
    assert world.job().status is Status.EXPIRED
    assert failure.message.startswith("only 1 of 2 files are in: ")


def _stands_still(world: World) -> None:
    for _ in range(50):
        world.queue.clear()
        world.clock.move(minutes=30)
        world.tick()
    world.queue.clear()


def test_a_message_from_before_a_reprocess_leaves_the_failure_of_the_reprocess() -> None:
    world = given_up()
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"[]"
    assert world.run(reprocess=True).status is Status.COMPLETED_WITH_ERRORS
    before = documents(world)
    world.fetch(fetch_message("a"), 1)
    world.tick()
    assert documents(world) == before


def test_a_late_file_is_retried_while_a_stale_read_shows_the_previous_run_of_its_job() -> None:
    world = given_up("a")
    old = world.job()
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"{"
    world.run(replay=True)
    message = kept_message(world, "a")
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = CONTENTS["a"]
    now = world.job()
    world.jobs.put(old)
    with pytest.raises(Transient, match="run 2 is not to be seen"):
        world.fetch(message, 1)
    assert world.failure("a") is not None
    world.jobs.put(now)
    world.fetch(message, 2)
    world.tick()
    assert world.job().status is Status.COMPLETED
