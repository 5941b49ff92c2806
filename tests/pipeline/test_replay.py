"""Replay: an ended job starts over. Given-up files are fetched again; files that are in stay."""

from shared.domain.job import Status
from shared.domain.speech_api import KIND_REPORT
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.late import given_up, kept_message
from tests.pipeline.world import JOB, fetch_message


def test_a_failed_message_of_an_earlier_run_leaves_the_failure_of_a_later_run() -> None:
    world = given_up("a")
    world.contents.blobs[f"{CONTENT}/{JOB}/a"] = b"{"
    world.run(replay=True)
    failure = world.failure("a")
    assert failure is not None
    assert failure.run == 2
    world.fetch(fetch_message("a"), 1)
    assert world.failure("a") == failure


def test_a_replay_fetches_given_up_files_again_and_only_checks_files_that_are_in() -> None:
    world = given_up("a")
    world.script.log.clear()
    requests = world.speech.requests.copy()
    job = world.run(replay=True)
    assert (job.status, job.run, job.files.ingested, job.files.failed) == (Status.COMPLETED, 2, 2, 0)
    assert world.speech.requests - requests == {"get": 1, "files": 2}
    assert world.script.counts()["commit"] == 1, "only the file that was given up is fetched"
    assert world.failure("a") is None


def test_a_late_file_of_an_earlier_run_is_counted_by_the_current_run() -> None:
    world = given_up("a")
    message = kept_message(world, "a")
    world.enqueue(replay=True)
    world.fetch(message, 1)
    assert (world.job().status, world.failure("a")) == (Status.PENDING, None)
    world.tick()
    world.drain()
    world.tick()
    assert (world.job().status, world.job().run, world.job().files.ingested) == (Status.COMPLETED, 2, 2)


def test_a_replay_does_not_write_a_report_that_is_in() -> None:
    world = given_up("a")
    parts = world.file("report")
    world.run(replay=True)
    assert world.file("report") == parts
    report = world.job().report
    assert report is not None
    assert report.run == 1
    assert world.fetch(fetch_message("report", kind=KIND_REPORT, run=2), 1) == []
