"""A job of 1,000 files is listed a page at a time, each page an invocation of its own."""

from datetime import UTC, datetime
from http import HTTPStatus
from uuid import uuid4

from local.samples.generate import report
from local.speech import FileSpec, JobSpec
from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.messages import FetchFile, FetchPage, ListJobFiles, Work, encode
from tests.e2e.conftest import Whole

FILES = 1_000
LARGEST_MESSAGE = 64 * 1024


def test_each_invocation_lists_one_page_and_names_each_file_once(whole: Whole) -> None:
    job_id = str(uuid4())
    blob = f"TranscriptionData/{job_id}.json"
    files = [FileSpec.of(job_id, f"contenturl_{index}.json", blob) for index in range(FILES)]
    report_file = FileSpec.of(job_id, "report.json")
    whole.serve(JobSpec(id=job_id, files=(report_file, *files)), {blob: b"{}", report_file.blob: report([])})
    now = utc(datetime.now(UTC))
    whole.app.jobs.create(Job(id=job_id, status=Status.INGESTING, accepted_at=now, moved_at=now, poll_count=1))
    whole.speech.reset_counts()

    invocations = 0
    found: list[FetchFile] = []
    following: list[ListJobFiles] = [ListJobFiles(job_id, run=1)]
    while following:
        invocations += 1
        sent: list[Work] = whole.app.fetch_results(following[0], 1)
        found += [file for message in sent if isinstance(message, FetchPage) for file in message.alone()]
        following = [message for message in sent if isinstance(message, ListJobFiles)]
        assert len(sent) <= 5, "an invocation sends one page, 25 files a message, and the next link, no more"
        assert all(len(encode(message)) < LARGEST_MESSAGE for message in sent)

    assert invocations == 12, "pages of 90, a tenth shorter than asked for, and a last one of 11"
    # Jobs of other tests share the resource, whose limit answers some requests with 429: those are asked again.
    asked = [request for request in whole.speech.requests().log if request.operation == "listFiles"]
    answered = [request for request in asked if job_id in request.target and request.status == HTTPStatus.OK]
    assert len(answered) == invocations
    assert len({message.file_id for message in found}) == len(found) == FILES + 1
    job = whole.app.jobs.get(job_id)
    assert job is not None
    assert (job.files.expected, job.files.reports) == (FILES, 1)
