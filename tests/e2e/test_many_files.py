"""Jobs of many files, listed and fetched over the real adapters: the numbers of requests and messages."""

from collections import Counter, deque
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, Literal
from uuid import uuid4

import pytest

from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec
from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, Work, decode_work, encode
from tests.e2e.conftest import Whole

LARGEST_MESSAGE = 64 * 1024


def serve(
    whole: Whole,
    files: int,
    content: bytes,
    *,
    lost: int = 0,
    **behaviour: Any,  # noqa: ANN401 - JobSpec's properties
) -> JobSpec:
    """Add a job to Speech whose files have the same content, and a report; put it into `ingesting`.

    `lost` is JobSpec's, and applies to that many first files.
    """
    job_id = str(uuid4())
    blob = f"TranscriptionData/{job_id}.json"
    specs = [FileSpec.of(job_id, f"contenturl_{index}.json", blob) for index in range(files)]
    report_file = FileSpec.of(job_id, "report.json")
    ids = tuple(each.id for each in specs[:lost])
    spec = JobSpec(id=job_id, files=(report_file, *specs), lost=ids, **behaviour)
    details = [{"source": each.name, "status": "Succeeded"} for each in specs]
    whole.serve(spec, {blob: content, report_file.blob: report(details)})
    now = utc(datetime.now(UTC))
    whole.app.jobs.create(Job(id=job_id, status=Status.INGESTING, accepted_at=now, moved_at=now, poll_count=1))
    whole.speech.reset_counts()
    return spec


def answered(whole: Whole, job_id: str) -> Counter[str]:
    """Return the number of each operation on the job that had the response 200.

    Jobs of other tests share the resource, so some requests get 429 and are repeated.
    """
    log = whole.speech.requests().log
    return Counter(each.operation for each in log if job_id in each.target and each.status == HTTPStatus.OK)


def delivered(whole: Whole, message: Work) -> list[Work]:
    """Deliver a message as the queue does: encoded and decoded again."""
    text = encode(message)
    assert len(text.encode()) < LARGEST_MESSAGE
    return whole.app.fetch_results(decode_work(text.encode()), 1)


def test_each_invocation_lists_one_page_and_names_each_file_once(whole: Whole) -> None:
    files = 1_000
    job_id = serve(whole, files, b"{}").id
    invocations = 0
    found: list[FetchFile] = []
    following: list[ListJobFiles] = [ListJobFiles(job_id, run=1)]
    while following:
        invocations += 1
        sent = delivered(whole, following[0])
        found += [file for message in sent if isinstance(message, FetchPage) for file in message.alone()]
        following = [message for message in sent if isinstance(message, ListJobFiles)]
        assert len(sent) <= 5, "an invocation sends one page, 25 files per message, and the next list message"

    assert invocations == 12, "pages of 90, a tenth less than requested, and a last one of 11"
    assert answered(whole, job_id) == {"listFiles": invocations}
    assert len({message.file_id for message in found}) == len(found) == files + 1
    job = whole.app.jobs.get(job_id)
    assert job is not None
    assert (job.files.expected, job.files.reports) == (files, 1)


@pytest.mark.parametrize(
    ("page_size", "again", "lost"),
    [(100, "reordered", 7), (50, "shuffled", 0)],
)
def test_two_hundred_files_take_at_most_a_tenth_of_a_request_and_of_a_message_each(
    whole: Whole, page_size: int, again: Literal["reordered", "shuffled"], lost: int
) -> None:
    files = 200
    content = b"".join(GeneratedResult(hours=0.002, seed=1))
    spec = serve(whole, files, content, lost=lost, page_size=page_size, again=again)
    executions = 0
    waiting = deque[Work]([ListJobFiles(spec.id, run=1)])
    while waiting:
        executions += 1
        waiting.extend(delivered(whole, waiting.popleft()))

    job = whole.app.jobs.get(spec.id)
    assert job is not None
    tally = whole.app.transcripts.tally(job)
    assert (job.files.expected, tally.ingested, tally.failed) == (files, files, 0)
    assert job.report is not None
    requests = answered(whole, spec.id)
    if again != "shuffled":
        assert requests["getFile"] == lost, "only files that a page lost get a request of their own"
        assert requests.total() - lost <= 0.1 * files
    assert executions <= 0.1 * (files + 1)
