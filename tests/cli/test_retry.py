"""`retry`: what it sends, what it says, when it asks, and that jobs come to their ends by it."""

import base64
import uuid
from urllib.parse import urlsplit

import pytest

from local.speech import FileSpec
from shared.domain.documents import FAILURE_ID, HEAD_ID
from shared.domain.job import Status
from shared.domain.message_text import text_of
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from tests.cli.conftest import Run
from tests.cli.given import JOB, OTHER, REPLAY, Given


def words_for(given: Given, queue: str) -> str:
    with given.queue(queue) as client:
        return f"queue {queue} at {urlsplit(client.url).netloc}"


def test_a_job_whose_file_was_lost_is_completed_by_retry_and_then_there_is_nothing_to_do(
    run: Run, given: Given
) -> None:
    spec = given.served(2, there=1)
    run("submit", spec.id)
    given.work()
    job = given.app.jobs.get(spec.id)
    assert job is not None
    assert (job.status, job.files.ingested, job.files.failed) == (Status.COMPLETED_WITH_ERRORS, 1, 1)

    given.served(2, job_id=spec.id)
    ran = run("retry", spec.id[:8])
    assert (ran.code, ran.out) == (0, "1 message about 1 job sent\n")
    assert ran.error.splitlines() == [
        f"sending 1 message to {words_for(given, RESULTS_QUEUE)}",
        f"next: speech2cosmos show {spec.id}",
    ]
    given.work()
    job = given.app.jobs.get(spec.id)
    assert job is not None
    assert (job.status, job.run, job.files.ingested) == (Status.COMPLETED, 1, 2)

    ran = run("retry", spec.id)
    assert (ran.code, ran.out) == (0, "nothing to do\n")
    assert ran.error == f"job {spec.id} is completed: all of its files are in\n"
    assert (given.sent(), given.sent(JOBS_QUEUE)) == ([], [])


def test_parts_that_somebody_deleted_are_written_again_by_retry(run: Run, given: Given) -> None:
    spec = given.served(1)
    run("submit", spec.id)
    given.work()
    before = sorted(given.app.transcripts.items(spec.id), key=lambda each: (each["fileId"], each["id"]))
    part = next(each for each in before if each["type"] == "part")
    given.app.database().get_container_client("transcripts").delete_item(part["id"], [spec.id, part["fileId"]])
    ran = run("retry", spec.id, "--dry-run")
    assert ran.out == f"job {spec.id} starts over: parts of 1 files are missing  ->  {JOBS_QUEUE}\n"
    assert run("retry", spec.id).code == 0
    given.work()
    job = given.app.jobs.get(spec.id)
    assert job is not None
    assert (job.status, job.run) == (Status.COMPLETED, 2)
    after = sorted(given.app.transcripts.items(spec.id), key=lambda each: (each["fileId"], each["id"]))
    assert [each["id"] for each in after] == [each["id"] for each in before]


def test_rewrite_writes_the_files_of_a_completed_job_anew(run: Run, given: Given) -> None:
    spec = given.served(1)
    run("submit", spec.id)
    given.work()

    def run_of_head() -> int:
        (head,) = (each for each in given.app.transcripts.items(spec.id) if each["id"] == HEAD_ID)
        return int(head["run"])

    assert run_of_head() == 1
    assert run("retry", spec.id, "--rewrite").code == 0
    given.work()
    assert run_of_head() == 2


def test_a_file_is_tried_by_its_id_a_beginning_of_it_or_its_name(run: Run, given: Given) -> None:
    given.job(display_name="calls of today")
    first = given.file("f1-of-it")
    given.file("g2")
    for name in ("f1-of-it", "F1-OF", "f1-of-it.json"):
        ran = run("retry", "calls of today", name)
        assert (ran.code, ran.out) == (0, "1 message about 1 job sent\n")
        assert given.sent() == [first.queue_message]
    assert run("retry", JOB, "f1-of-it", "g2").code == 0
    assert len(given.sent()) == 2
    kept = [each["fileId"] for each in given.app.transcripts.items(JOB) if each["id"] == FAILURE_ID]
    assert sorted(kept) == ["f1-of-it", "g2"], "a failure stays until its file is in"


def test_a_file_that_is_in_is_nothing_to_do(run: Run, given: Given) -> None:
    spec = given.served(1)
    run("submit", spec.id)
    given.work()
    ran = run("retry", spec.id, FileSpec.of(spec.id, "contenturl_0.json").id)
    assert (ran.code, ran.out) == (0, "nothing to do\n")
    assert "is in" in ran.error


def test_an_unknown_job_file_or_message_is_not_found_and_nothing_is_sent(run: Run, given: Given) -> None:
    given.job()
    given.file("f1")
    lost = str(uuid.uuid4())
    for arguments in ((OTHER,), (JOB, "f2"), (JOB, lost), (JOB, "f1", "f9"), ("rejected_" + "0" * 32,), ("no-such",)):
        ran = run("retry", *arguments)
        assert (ran.code, ran.out) == (1, ""), arguments
        assert len(ran.advice) == 1
    assert (given.sent(), given.sent(JOBS_QUEUE)) == ([], [])


def test_an_unknown_job_is_to_be_submitted(run: Run, given: Given) -> None:
    assert run("retry", OTHER).advice == (f"speech2cosmos submit {OTHER}",)
    given.file("f1", OTHER)
    assert run("retry", OTHER).code == 0
    assert len(given.sent()) == 1, "the files of a job without a document have their messages"


def test_a_failure_of_an_earlier_run_starts_an_ended_job_over(run: Run, given: Given) -> None:
    given.job(OTHER, run=2)
    given.file("old", OTHER)
    given.file("new", OTHER, run=2)
    assert run("retry", OTHER, "old").code == 0
    assert run("retry", OTHER).code == 0
    assert (given.sent(), given.sent(JOBS_QUEUE)) == ([], [REPLAY, REPLAY])


def test_a_job_that_is_under_way_is_left_alone_and_cannot_be_written_anew(run: Run, given: Given) -> None:
    given.job(OTHER, status=Status.INGESTING, ended_at=None)
    ran = run("retry", OTHER)
    assert (ran.code, ran.out) == (0, "nothing to do\n")
    assert "goes on with it by itself" in ran.error
    ran = run("retry", OTHER, "--rewrite")
    assert (ran.code, ran.out) == (1, "")
    assert "only a job that has ended" in ran.error
    assert ran.advice == ("the same command when `speech2cosmos jobs --watch` ends",)
    assert given.sent(JOBS_QUEUE) == []


@pytest.mark.parametrize(
    "text", [JOB, "please transcribe\tmy call", base64.b64encode(b"words").decode(), '{"id": "ü"}', " \n"]
)
def test_a_rejected_message_is_sent_to_its_queue_with_the_same_text(run: Run, given: Given, text: str) -> None:
    rejected = given.message(text)
    ran = run("retry", rejected.id)
    assert (ran.code, ran.out) == (0, "1 message sent\n")
    account = f"Cosmos DB at {urlsplit(given.settings['COSMOS_ENDPOINT']).netloc}"
    assert ran.error.startswith(f"deleting the documents of 1 rejected message from {account}, database ")
    (sent,) = given.sent(JOBS_QUEUE)
    assert text_of(sent.encode()) == text
    assert given.app.jobs.rejected() == []


def test_a_truncated_or_empty_message_is_not_sent(run: Run, given: Given) -> None:
    for rejected, words in ((given.message("x" * 5000), "only the beginning"), (given.message(""), "nothing to send")):
        ran = run("retry", rejected.id)
        assert (ran.code, ran.out) == (1, "")
        assert words in ran.error
        assert len(ran.advice) == 1
    assert given.sent(JOBS_QUEUE) == []
    assert len(given.app.jobs.rejected()) == 2
