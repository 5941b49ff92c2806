"""A job that failed at Speech: its report is fetched, and the job stays failed."""

from shared.domain.job import Status
from shared.errors import Transient
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.outages import SPEECH, Platform, broken, wait
from tests.pipeline.world import JOB, World, report_file, result


def test_the_report_of_a_failed_job_is_fetched_by_one_list_and_the_job_stays_failed() -> None:
    world = World()
    error = {"code": "InvalidData", "message": "invalid data"}
    job = world.put_job({"a": result("not wanted")}, report=report_file("Failed"))
    job.statuses, job.error = ["Failed"], error
    world.enqueue()
    wait(world, 120)
    found = world.job()
    assert (found.status, found.failure and found.failure.code, found.retry) == (Status.FAILED, "InvalidData", None)
    assert found.report is not None
    assert [each.source for each in found.report.failures] == ["https://audio.example/0.wav"]
    assert world.speech.requests["files"] == 2, "the list, and the page of its report"
    assert world.file("a") == {}, "of a failed job only the report is fetched"


def test_a_failed_job_without_a_report_is_listed_once_and_does_not_change() -> None:
    world = World()
    world.speech.add(SpeechJob(JOB, ["Failed"], error={"code": "InvalidData", "message": "invalid data"}))
    world.enqueue()
    wait(world, 120)
    found = world.job()
    assert (found.status, found.report, found.retry) == (Status.FAILED, None, None)
    assert world.speech.requests["files"] == 1


def test_the_report_of_a_failed_job_is_fetched_after_an_outage() -> None:
    world = World()
    job = world.put_job({}, report=report_file("Failed"))
    job.statuses = ["Failed"]
    world.enqueue()
    world.tick()
    broken(world, SPEECH | {"open"}, Transient("503"))
    platform = Platform(world)
    for _ in platform.minutes(12 * 60):
        pass
    world.script.chance = lambda _: None
    for _ in platform.minutes(75):
        pass
    found = world.job()
    assert (found.status, found.report is not None, found.retry) == (Status.FAILED, True, None)


def test_a_failed_job_whose_report_is_given_up_is_not_listed_again() -> None:
    world = World()
    world.put_job({}, report=b"[]").statuses = ["Failed"]
    world.enqueue()
    wait(world, 120)
    failure, found = world.failure("report"), world.job()
    assert (found.status, found.report, found.retry) == (Status.FAILED, None, None)
    assert (failure and failure.code) == "InvalidResult"
    assert world.speech.requests["files"] == 2, "the list, and the page of its report"
