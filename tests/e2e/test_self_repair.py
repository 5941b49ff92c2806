"""Documents and messages deleted by hand during a run are written again.

A test holds a file back with a 503 of Speech, so that its job stays in `ingesting`. The message is delivered again
after 30 s (host.json). A file without a link in the list gets a request of its own, which the 503 hits. A 429 would
slow down every request of the app.
REQUEUE_MINUTES is at least one minute, so a test sets `movedAt` back instead of waiting.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
from azure.cosmos import ContainerProxy
from azure.storage.queue import QueueClient

from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec
from shared.domain.documents import HEAD_ID, utc
from shared.domain.job import Status
from shared.domain.messages import FILES_A_MESSAGE, RESULTS_QUEUE
from tests.e2e.conftest import Whole

LONG_AGO = timedelta(hours=1)

Documents = dict[tuple[str, str], dict[str, Any]]


def serve(
    whole: Whole, *, files: int, run_seconds: float = 0, unlinked: Sequence[int] = ()
) -> tuple[str, list[FileSpec]]:
    """Add a job to Speech; return its id and its files, the report last. `unlinked` has numbers of files."""
    job_id = str(uuid4())
    specs = [FileSpec.of(job_id, f"contenturl_{index}.json") for index in range(files)]
    report_file = FileSpec.of(job_id, "report.json")
    contents: dict[str, Any] = {
        spec.blob: GeneratedResult(hours=0.01, speakers=2, seed=seed) for seed, spec in enumerate(specs)
    }
    contents[report_file.blob] = report([{"source": spec.name, "status": "Succeeded"} for spec in specs])
    ids = tuple(specs[number].id for number in unlinked)
    whole.serve(JobSpec(id=job_id, files=(*specs, report_file), run_seconds=run_seconds, unlinked=ids), contents)
    return job_id, [*specs, report_file]


@contextmanager
def held_back(whole: Whole, path: str) -> Iterator[None]:
    """Force 503 of Speech for a path until the block ends."""
    whole.speech.force(path, 503, times=1_000_000)
    try:
        yield
    finally:
        whole.speech.clear_forced()


def container(whole: Whole, name: str) -> ContainerProxy:
    """Return a container, for changes by hand."""
    return whole.app.database.get_container_client(name)


def set_back(whole: Whole, job_id: str, name: str, by: timedelta) -> None:
    """Set a time in a job's document back by this much."""
    change = {"op": "set", "path": f"/{name}", "value": utc(datetime.now(UTC) - by)}
    container(whole, "jobs").patch_item(job_id, job_id, patch_operations=[change])


def stands_still(whole: Whole, job_id: str, *, ingested: int) -> None:
    """Wait until that many files were counted, then set `movedAt` back."""
    whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.files.ingested == ingested, f"{ingested} files in")
    set_back(whole, job_id, "movedAt", LONG_AGO)


def seen(whole: Whole, job_id: str) -> Documents:
    """Return the job's documents without `ingestedAt`."""
    documents = whole.documents(job_id)
    return {(each["fileId"], each["id"]): {**each, "ingestedAt": None} for each in documents}


def of_file(whole: Whole, job_id: str, file: FileSpec, kind: str) -> list[str]:
    """Return ids of a file's documents of one type."""
    return [each["id"] for each in whole.documents(job_id, kind) if each["fileId"] == file.id]


def log_of(whole: Whole) -> str:
    """Return the whole log of the host."""
    return (whole.stack.state / "logs" / "host.log").read_text(errors="replace")


def test_a_part_a_head_and_report_parts_deleted_during_a_run_are_written_again(whole: Whole) -> None:
    job_id, (first, second, held, report_file) = serve(whole, files=3, unlinked=[2])
    transcripts = container(whole, "transcripts")
    with held_back(whole, f"/files/{held.id}"):
        whole.enqueue(job_id)
        whole.until(lambda: len(whole.documents(job_id, "transcript")) == 2, "two files are in")
        whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.report, "the report is in")
        before = seen(whole, job_id)
        part = of_file(whole, job_id, first, "part")[0]
        transcripts.delete_item(part, [job_id, first.id])
        transcripts.delete_item(HEAD_ID, [job_id, second.id])
        for each in of_file(whole, job_id, report_file, "report"):
            transcripts.delete_item(each, [job_id, report_file.id])
        # The timer counted two files before the deletion. It has to count one before it counts two again.
        whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.files.ingested == 1, "one file is left")
    stands_still(whole, job_id, ingested=2)
    job = whole.ended(job_id)
    assert (job.status, job.files.ingested, job.failure) == (Status.COMPLETED, 3, None)
    after = seen(whole, job_id)
    assert {name: after[name] for name in before} == before
    assert {file_id for file_id, _ in after.keys() - before.keys()} == {held.id}
    assert f"job {job_id} file {first.id}: 1 parts are missing: they will be written again" in log_of(whole)
    assert f"job {job_id} file {report_file.id}: 1 parts are missing: they will be written again" in log_of(whole)


def test_a_file_whose_message_was_deleted_from_the_queue_comes_in(whole: Whole) -> None:
    job_id, files = serve(whole, files=FILES_A_MESSAGE + 1, unlinked=[0])
    storage = whole.stack.settings["AzureWebJobsStorage"]
    with QueueClient.from_connection_string(storage, RESULTS_QUEUE) as queue, held_back(whole, f"/files/{files[0].id}"):
        whole.enqueue(job_id)
        whole.until(lambda: len(whole.documents(job_id, "transcript")) == len(files) - 2, "all others are in")
        failed = f"job {job_id} file {files[0].id}: attempt 1 failed"
        whole.until(lambda: failed in log_of(whole), "the message of the file failed and is hidden")
        queue.clear_messages()
    stands_still(whole, job_id, ingested=len(files) - 2)
    assert files[0].id not in {file_id for file_id, _ in seen(whole, job_id)}
    job = whole.ended(job_id)
    assert (job.status, job.files.ingested) == (Status.COMPLETED, len(files) - 1)
    assert f"job {job_id}: listed again, because of StandsStill since " in log_of(whole)


def test_a_broken_file_whose_content_is_gone_is_given_up_and_its_job_ends(whole: Whole) -> None:
    job_id, (first, held, _) = serve(whole, files=2, unlinked=[0, 1])
    with held_back(whole, f"/files/{held.id}"):
        whole.enqueue(job_id)
        whole.until(lambda: whole.documents(job_id, "transcript"), "one file is in")
        part = of_file(whole, job_id, first, "part")[0]
        container(whole, "transcripts").delete_item(part, [job_id, first.id])
        whole.speech.clear_forced()
        whole.speech.force(f"/files/{first.id}", 404, times=1_000_000)
        stands_still(whole, job_id, ingested=1)
        job = whole.ended(job_id)
    assert (job.status, job.files.ingested, job.files.failed) == (Status.COMPLETED_WITH_ERRORS, 1, 1)
    assert [failure.file_id for failure in job.files.failures] == [first.id]
    assert of_file(whole, job_id, first, "transcript") == [HEAD_ID], "the remaining documents can still be read"


def test_a_job_that_never_ends_at_speech_expires_and_can_be_enqueued_again(whole: Whole) -> None:
    job_id, files = serve(whole, files=1, run_seconds=1_000_000)
    whole.enqueue(job_id)
    whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.poll_count, "the job was polled")
    set_back(whole, job_id, "acceptedAt", timedelta(hours=80))
    expired = whole.ended(job_id)
    assert expired.status is Status.EXPIRED
    assert expired.failure is not None
    assert expired.failure.message == "Speech still said Running after 72 h (MAX_PENDING_HOURS)"
    ended = [msgspec.structs.replace(file, size=1) for file in files]
    whole.serve(JobSpec(id=job_id, files=tuple(ended)), {})
    whole.enqueue(job_id)
    whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.run == 2, "it started over")
    job = whole.ended(job_id)
    assert (job.status, job.files.ingested, job.failure) == (Status.COMPLETED, 1, None)
