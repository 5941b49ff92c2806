"""Replay: an ended job starts over; what was given up is tried again, and files that are in stay."""

from shared.domain.job import Status
from shared.domain.speech_api import KIND_REPORT
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.late import given_up, kept_message
from tests.pipeline.world import JOB, fetch_message


def test_a_failed_delivery_from_an_earlier_run_leaves_the_failure_of_a_later_one() -> None:
    world = given_up("a")
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"{"
    world.run(replay=True)
    failure = world.failure("a")
    assert failure is not None
    assert failure.run == 2
    world.fetch(fetch_message("a"), 1)
    assert world.failure("a") == failure


def test_a_replay_tries_what_was_given_up_again_and_what_is_in_is_only_looked_at() -> None:
    world = given_up("a")
    world.script.log.clear()
    requests = world.speech.requests.copy()
    job = world.run(replay=True)
    assert (job.status, job.run, job.files.ingested, job.files.failed) == (Status.COMPLETED, 2, 2, 0)
    assert world.speech.requests - requests == {"get": 1, "files": 2}
    assert world.script.counts()["commit"] == 1, "only the file that was given up is fetched"
    assert world.failure("a") is None


def test_a_replay_does_nothing_to_a_job_that_is_under_way_and_a_plain_message_nothing_to_one_that_ended() -> None:
    world = given_up("a")
    before = world.job()
    world.enqueue()
    assert world.job() == before
    world.enqueue(replay=True)
    pending = world.job()
    world.enqueue(replay=True)
    assert world.job() == pending
    world.tick()
    ingesting = world.job()
    world.enqueue(replay=True)
    assert world.job() == ingesting


def test_a_late_file_of_a_job_that_started_over_is_counted_by_the_run_that_is_under_way() -> None:
    world = given_up("a")
    message = kept_message(world, "a")
    world.enqueue(replay=True)
    world.fetch(message, 1)
    assert (world.job().status, world.failure("a")) == (Status.PENDING, None)
    world.tick()
    world.drain()
    world.tick()
    assert (world.job().status, world.job().run, world.job().files.ingested) == (Status.COMPLETED, 2, 2)


def test_a_report_of_a_replayed_job_that_is_in_is_not_written_again() -> None:
    world = given_up("a")
    parts = world.file("report")
    world.run(replay=True)
    assert world.file("report") == parts
    report = world.job().report
    assert report is not None
    assert report.run == 1
    assert world.fetch(fetch_message("report", kind=KIND_REPORT, run=2), 1) == []
