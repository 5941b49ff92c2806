"""When a job ends, when its files are listed again, and when orphaned parts are retired."""

from datetime import timedelta

import msgspec
import pytest
from msgspec import UNSET

from shared.domain.documents import HEAD_ID, Transcript
from shared.domain.job import Status
from shared.domain.messages import ListJobFiles
from shared.errors import Speech2CosmosError, Throttled, Transient
from shared.pipeline.settle import AGAIN_LIMIT, TIDY_AFTER
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.fake_transcripts import RETIRED_SECONDS
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World, fetch_message, large_result, report_file, result

OTHER = JOB.replace("1", "9")
FILE_A = f"{CONTENT}/{JOB}/a"


@pytest.fixture
def world() -> World:
    """Make a job of two files and a report, found by the poll."""
    world = World()
    world.put_job({"a": result("one"), "b": result("two")}, report=report_file("Succeeded", "Succeeded"))
    world.enqueue()
    world.tick()
    return world


def test_a_job_completes_only_when_it_is_listed_and_all_files_and_its_report_are_in(world: World) -> None:
    world.fetch(fetch_message("a"), 1)
    world.fetch(fetch_message("b"), 1)
    world.tick()
    assert (world.job().status, world.job().files.ingested) == (Status.INGESTING, 2)
    world.deliver()
    world.tick()
    assert world.job().status is Status.INGESTING, "its report is not in"
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED


def test_a_missing_file_keeps_the_job_from_ending(world: World) -> None:
    world.deliver()
    world.fetch(fetch_message("report", kind="TranscriptionReport"), 1)
    world.fetch(fetch_message("a"), 1)
    world.tick()
    assert (world.job().status, world.job().files.ingested) == (Status.INGESTING, 1)


def test_a_tick_lists_only_a_limited_number_of_jobs_without_progress_again(world: World) -> None:
    jobs = [f"11111111-2222-4333-8444-{number:012}" for number in range(AGAIN_LIMIT + 5)]
    for job_id in jobs:
        world.put_job({"a": result("one")}, job_id=job_id)
        world.enqueue(job_id)
    world.tick()
    world.queue.clear()
    world.clock.move(minutes=30)
    first, second = world.tick(), world.tick()
    assert len(first) == AGAIN_LIMIT
    assert {message.job_id for message in (*first, *second)} == {JOB, *jobs}


def test_a_slow_tally_leaves_the_other_jobs_to_the_next_tick(world: World) -> None:
    world.put_job({"a": result("one")}, job_id=OTHER)
    world.enqueue(OTHER)
    world.tick()
    world.drain()
    world.script.after("tally", lambda: world.clock.move(seconds=61))
    world.tick()
    assert {world.job().status, world.job(OTHER).status} == {Status.INGESTING, Status.COMPLETED}
    world.tick()
    assert {world.job().status, world.job(OTHER).status} == {Status.COMPLETED}


def test_a_job_without_progress_is_listed_again_every_half_hour(world: World) -> None:
    world.queue.clear()
    sent = []
    for minute in range(1, 65):
        world.clock.move(minutes=1)
        sent += [(minute, message) for message in world.tick()]
    assert sent == [(30, ListJobFiles(JOB, 1)), (60, ListJobFiles(JOB, 1))]


def test_a_job_that_moved_is_not_listed_again_for_half_an_hour(world: World) -> None:
    world.queue.clear()
    world.clock.move(minutes=20)
    world.fetch(fetch_message("a"), 1)
    assert world.tick() == []
    world.clock.move(minutes=20)
    assert world.tick() == []
    world.clock.move(minutes=10)
    assert world.tick() == [ListJobFiles(JOB, 1)]


def test_a_job_without_progress_while_the_app_was_off_is_retried_for_a_day_before_it_expires(world: World) -> None:
    world.deliver()
    world.queue.clear()
    world.clock.move(hours=73)
    assert world.tick() == [ListJobFiles(JOB, 1)], "the app may have been off"
    world.queue.clear()
    for _ in range(24 * 2):
        assert world.job().status is Status.INGESTING
        world.clock.move(minutes=30)
        world.tick()
        world.queue.clear()
    failure = world.job().failure
    assert world.job().status is Status.EXPIRED
    assert failure is not None
    assert "0 of 2 files" in failure.message


def test_a_tally_of_an_earlier_run_does_not_settle_the_job(world: World) -> None:
    world.drain()

    def start_over() -> None:
        job = world.job()
        world.jobs.put(msgspec.structs.replace(job, run=job.run + 1, status=Status.PENDING))

    world.script.after("tally", start_over)
    world.tick()
    assert (world.job().status, world.job().run) == (Status.PENDING, 2)


@pytest.mark.parametrize("error", [Transient("503"), Throttled("429")])
@pytest.mark.parametrize("effect", ["jobs.ingesting", "tally", "leftovers"])
def test_an_error_of_cosmos_db_while_settling_does_not_hold_back_the_messages_of_the_poll(
    effect: str, error: Speech2CosmosError
) -> None:
    world = World()
    world.put_job({"a": result("one")})
    world.run()
    world.put_job({"a": result("one")}, job_id=OTHER)
    world.enqueue(OTHER)
    world.clock.time += TIDY_AFTER
    world.script.before(effect, fails(error))
    assert world.tick() == [ListJobFiles(OTHER, 1)]


def test_a_job_whose_tally_fails_stops_no_other(world: World) -> None:
    world.put_job({"a": result("one")}, job_id=OTHER)
    world.enqueue(OTHER)
    world.tick()
    world.drain()
    world.script.before("tally", fails(Transient("503")))
    world.tick()
    assert {world.job().status, world.job(OTHER).status} == {Status.INGESTING, Status.COMPLETED}


def test_throttling_ends_the_counting_until_the_next_tick(world: World) -> None:
    world.put_job({"a": result("one")}, job_id=OTHER)
    world.enqueue(OTHER)
    world.tick()
    world.script.log.clear()
    world.script.before("tally", fails(Throttled("429")))
    assert list(world.settle()) == []
    assert world.script.counts()["tally"] == 1


def dies(world: World) -> set[str]:
    """Let a worker crash before it commits file `a`. Return the names of the orphaned parts."""
    world.contents.blobs[FILE_A] = large_result("died")
    world.script.before("commit", fails(Transient("killed")))
    with pytest.raises(Transient):
        world.fetch(fetch_message("a"), 1)
    left = set(world.file("a"))
    assert left
    return left


def test_orphaned_parts_of_a_file_that_is_in_are_retired_before_the_job_ends(world: World) -> None:
    left = dies(world)
    world.contents.blobs[FILE_A] = result("one")
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED
    documents = world.file("a")
    head = documents[HEAD_ID]
    assert isinstance(head, Transcript)
    assert {documents[name].ttl for name in left} == {RETIRED_SECONDS}
    assert {documents[name].ttl for name in head.parts()} == {UNSET}
    assert {each.ttl for each in world.file("report").values()} == {UNSET}


def test_replaced_parts_that_a_crash_left_unretired_are_retired_before_the_job_ends(
    world: World,
) -> None:
    world.drain()
    world.tick()
    old = set(world.file("a")) - {HEAD_ID}
    world.contents.blobs[FILE_A] = result("other")
    world.enqueue(reprocess=True)
    world.tick()
    world.script.before("retire", fails(Transient("killed")))
    world.drain()
    assert {world.file("a")[name].ttl for name in old} == {UNSET}
    world.tick()
    assert world.job().status is Status.COMPLETED
    assert {world.file("a")[name].ttl for name in old} == {RETIRED_SECONDS}


def test_a_job_whose_orphaned_parts_could_not_be_retired_ends_at_the_next_tick(world: World) -> None:
    left = dies(world)
    world.contents.blobs[FILE_A] = result("one")
    world.drain()
    world.script.before("retire", fails(Transient("down")))
    world.tick()
    assert world.job().status is Status.INGESTING
    world.tick()
    assert world.job().status is Status.COMPLETED
    assert {world.file("a")[name].ttl for name in left} == {RETIRED_SECONDS}


def test_orphaned_parts_of_a_file_that_is_not_in_are_retired_a_day_after_the_end(world: World) -> None:
    left = dies(world)
    del world.contents.blobs[FILE_A]
    world.drain()
    world.tick()
    assert world.job().status is Status.COMPLETED_WITH_ERRORS
    world.clock.time += TIDY_AFTER - timedelta(minutes=1)
    world.tick()
    assert {world.file("a")[name].ttl for name in left} == {UNSET}
    world.clock.move(minutes=2)
    world.tick()
    assert {world.file("a")[name].ttl for name in left} == {RETIRED_SECONDS}
    assert {each.ttl for each in world.file("b").values()} == {UNSET}
    assert world.job().tidied_at is not None
    world.script.log.clear()
    world.tick()
    assert "leftovers" not in world.script.log, "a job is tidied once"


def test_a_job_that_starts_over_while_it_is_tidied_is_not_marked_as_tidied(world: World) -> None:
    world.drain()
    world.tick()
    world.clock.time += TIDY_AFTER
    world.script.after("leftovers", lambda: world.enqueue(reprocess=True))
    world.tick()
    assert world.job().status is Status.PENDING
    assert world.job().tidied_at is None
