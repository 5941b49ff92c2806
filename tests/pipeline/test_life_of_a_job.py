"""The life of a job, from the user's message to each end state."""

import pytest

from shared.domain.documents import HEAD_ID, Transcript
from shared.domain.job import Status
from shared.domain.messages import FetchPage, ListJobFiles
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.world import JOB, World, report_file, result


def test_a_job_goes_from_the_message_through_pending_and_ingesting_to_completed() -> None:
    world = World()
    job = world.put_job({"a": result("hello"), "b": result("good", "bye")})
    job.statuses = ["NotStarted", "Running", "Succeeded"]
    world.enqueue()
    assert world.job().status is Status.PENDING
    seen = []
    for _ in range(3):
        seen.append((world.job().status, len(world.tick())))
        world.clock.move(minutes=10)
    assert seen == [(Status.PENDING, 0), (Status.PENDING, 0), (Status.PENDING, 1)]
    assert world.job().status is Status.INGESTING
    world.drain()
    world.tick()
    done = world.job()
    assert (done.status, done.files.expected, done.files.ingested, done.files.failed) == (Status.COMPLETED, 2, 2, 0)
    assert done.failure is None
    assert done.ended_at is not None
    assert done.report is not None
    assert done.report.successful_transcriptions_count == 2


def test_a_head_names_its_parts_and_its_raw_blob() -> None:
    world = World()
    world.put_job({"a": result("hello", "world")}, reported=False)
    world.run()
    documents = world.file("a")
    head = documents[HEAD_ID]
    assert isinstance(head, Transcript)
    assert set(head.parts()) == documents.keys() - {HEAD_ID}
    assert head.raw is not None
    assert world.archive.blobs == {head.raw: result("hello", "world")}
    assert head.source == "https://audio.example/a.wav"


def test_enqueueing_again_does_nothing_while_the_job_is_pending_ingesting_or_completed() -> None:
    world = World()
    world.put_job({"a": result("hello")})
    for step in (world.tick, world.drain, world.tick):
        world.enqueue()
        before = world.job()
        world.enqueue()
        assert world.job() == before
        step()
    assert world.job().status is Status.COMPLETED
    world.enqueue()
    assert world.job().status is Status.COMPLETED
    assert world.job().run == 1


@pytest.mark.parametrize("status", [Status.FAILED, Status.NOT_FOUND, Status.EXPIRED])
def test_a_job_that_failed_expired_or_was_not_found_starts_over_when_it_is_enqueued_again(status: Status) -> None:
    world = World()
    job = world.put_job({"a": result("hello")})
    if status is Status.NOT_FOUND:
        world.speech.jobs.clear()
    else:
        job.statuses = ["Failed" if status is Status.FAILED else "Running"]
    world.enqueue()
    world.tick()
    world.clock.move(hours=72)
    world.tick()
    assert world.job().status is status
    world.speech.add(SpeechJob(JOB, files=job.files))
    assert world.run().status is Status.COMPLETED
    assert world.job().run == 2
    assert world.job().failure is None


def test_the_jobs_document_separates_recordings_that_speech_failed_from_files_that_the_app_failed() -> None:
    world = World()
    world.put_job(
        {"good": result("hello"), "bad": b'{"no": "result"}'}, report=report_file("Succeeded", "Failed", "Succeeded")
    )
    job = world.run()
    assert job.status is Status.COMPLETED_WITH_ERRORS
    assert [failure.file_id for failure in job.files.failures] == ["bad"]
    assert job.report is not None
    assert [failure.source for failure in job.report.failures] == ["https://audio.example/1.wav"]
    assert job.failure is None


def test_if_speech_does_not_know_a_job_enqueued_by_url_its_failure_names_both_hosts() -> None:
    world = World()
    world.accept(f"https://westus.api.cognitive.microsoft.com/speechtotext/v3.2/transcriptions/{JOB.upper()}".encode())
    assert world.job().enqueued_host == "westus.api.cognitive.microsoft.com"
    world.tick()
    world.clock.move(minutes=11)
    world.tick()
    job = world.job()
    assert job.status is Status.NOT_FOUND
    assert job.failure is not None
    assert "enqueued by a URL of westus.api.cognitive.microsoft.com" in job.failure.message
    assert "this app asks speech.example (SPEECH_ENDPOINT)" in job.failure.message


def test_enqueueing_a_job_by_id_forgets_the_host_of_an_earlier_url() -> None:
    world = World()
    world.accept(f"https://westus.api.cognitive.microsoft.com/speechtotext/transcriptions/{JOB}".encode())
    world.tick()
    world.clock.move(minutes=11)
    world.tick()
    world.enqueue()
    world.tick()
    failure = world.job().failure
    assert failure is not None
    assert "westus" not in failure.message


def test_two_deliveries_of_a_new_id_at_once_make_one_job() -> None:
    world = World()
    world.script.before("jobs.create", world.enqueue)
    world.enqueue()
    assert world.job().run == 1
    assert world.script.counts()["jobs.create"] == 2


def test_a_job_without_files_and_with_an_empty_report_ends_as_nothing_transcribed() -> None:
    world = World()
    world.put_job({})
    job = world.run()
    assert job.status is Status.COMPLETED_WITH_ERRORS
    assert (job.failure and job.failure.code) == "NothingTranscribed"


def test_each_message_names_the_run_that_sent_it() -> None:
    world = World()
    world.put_job({"a": result("hello")}, report=report_file("Succeeded"))
    world.run()
    world.enqueue(reprocess=True)
    (message,) = world.tick()
    assert message == ListJobFiles(JOB, run=2, reprocess_from=2)
    (page,) = world.fetch(message, 1)
    assert isinstance(page, FetchPage)
    assert (page.run, page.reprocess_from) == (2, 2)
    assert [(each.run, each.reprocess_from, each.is_report) for each in page.alone()] == [
        (2, 2, True),
        (2, 2, False),
    ]
