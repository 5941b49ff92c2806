"""Lost messages and documents: the job lists its files again, or expires with the reason, and can start over."""

import logging
from datetime import timedelta

import pytest

from shared.domain.documents import HEAD_ID, FileKey, Transcript
from shared.domain.job import Status
from shared.domain.messages import ListJobFiles
from shared.pipeline.settle import TIDY_AFTER
from tests.pipeline.world import JOB, World, large_result, report_file, result

KEY = FileKey(JOB, "a")


def found() -> World:
    """Return a world in which the poll has found that a job succeeded."""
    world = World()
    world.put_job({"a": large_result(), "b": result("two")}, report=report_file("Succeeded", "Succeeded"))
    world.enqueue()
    world.tick()
    return world


@pytest.mark.parametrize("lost", ["the message of a file", "the head", "the whole file", "the message that lists"])
def test_a_lost_message_or_document_is_replaced_by_a_new_listing_after_half_an_hour(lost: str) -> None:
    world = found()
    if lost != "the message that lists":
        world.deliver()
    if lost.startswith("the message"):
        world.queue.popleft()
    world.drain()
    if lost == "the head":
        del world.transcripts.partitions[KEY][HEAD_ID]
    if lost == "the whole file":
        world.transcripts.partitions[KEY].clear()
    assert world.tick() == []
    assert world.job().status is Status.INGESTING
    world.clock.move(minutes=30)
    assert world.tick() == [ListJobFiles(JOB, 1)]
    assert _ended(world).state() == _ended(found()).state()


def test_a_job_that_never_ends_at_speech_expires_and_can_be_enqueued_again() -> None:
    world = World()
    job = world.put_job({"a": result("one")})
    job.statuses = ["Running"]
    world.enqueue()
    world.tick()
    world.clock.move(hours=73)
    world.tick()
    expired = world.job()
    assert (expired.status, expired.failure and expired.failure.code) == (Status.EXPIRED, "Expired")
    assert expired.failure is not None
    assert "Running after 72 h (MAX_PENDING_HOURS)" in expired.failure.message
    world.enqueue()
    world.tick()
    assert world.job().status is Status.PENDING, "MAX_PENDING_HOURS begins again"
    job.statuses = ["Succeeded"]
    world.clock.move(minutes=10)
    world.tick()
    assert _ended(world).job().status is Status.COMPLETED


def _ended(world: World) -> World:
    world.drain()
    world.tick()
    return world


@pytest.mark.parametrize(
    ("delivered", "words"),
    [
        (0, "its files are not listed"),
        (1, "only 0 of 2 files are in"),
        (3, "only 1 of 2 files are in"),
        ("files", "its report is not in"),
    ],
)
def test_a_job_without_progress_expires_and_says_what_is_missing(delivered: int | str, words: str) -> None:
    world = found()
    for _ in range(1 if isinstance(delivered, str) else delivered):
        world.deliver()
        world.apart()
    if isinstance(delivered, str):
        world.queue.popleft()
        world.drain()
    for _ in range(50):
        world.queue.clear()
        world.clock.time += timedelta(minutes=30)
        world.tick()
    failure = world.job().failure
    assert world.job().status is Status.EXPIRED
    assert failure is not None
    assert failure.message.startswith(f"{words}: nothing moved since 2026-11-02T09")


def test_a_part_deleted_after_the_end_is_logged_a_day_later_with_the_command_that_repairs_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = _ended(found())
    _delete_a_part(world)
    world.clock.time += TIDY_AFTER + timedelta(minutes=1)
    with caplog.at_level(logging.ERROR):
        world.tick()
    assert f"job {JOB} file a: 1 parts are missing since it ended: speech2cosmos retry {JOB}" in caplog.text
    assert world.job().tidied_at is not None


def test_a_replay_writes_a_part_that_was_deleted_after_the_end() -> None:
    world = _ended(found())
    before = world.file("a")
    _delete_a_part(world)
    assert world.run(replay=True).status is Status.INGESTING
    world.tick()
    assert (world.job().status, world.job().run) == (Status.COMPLETED, 2)
    assert {name: each for name, each in world.file("a").items() if name != HEAD_ID} == {
        name: each for name, each in before.items() if name != HEAD_ID
    }


def _delete_a_part(world: World) -> None:
    head = world.file("a")[HEAD_ID]
    assert isinstance(head, Transcript)
    del world.transcripts.partitions[KEY][head.parts()[0]]
