"""An operator looks at given-up files and messages, and tries them again, from the command line."""

import json
import subprocess
import sys
from typing import Any
from uuid import uuid4

import msgspec

from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec
from local.stack import REPOSITORY
from shared.domain.job import END_STATES, Job
from tests.cli.conftest import environment_for_a_process
from tests.e2e.conftest import Whole


def command(whole: Whole, *arguments: str) -> str:
    """Run the command in its own process, as a user does; return its output."""
    ran = subprocess.run(  # noqa: S603 - our own command, with arguments of this file
        [sys.executable, "-c", "from shared.cli.main import main; main()", *arguments],
        capture_output=True,
        check=False,
        env=environment_for_a_process(**whole.stack.settings),
        cwd=REPOSITORY,
        text=True,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def ended(whole: Whole, job_id: str, status: str, run: int) -> Job:
    def look() -> Job | None:
        job = whole.app.jobs.get(job_id)
        return job if job is not None and (job.status, job.run) == (status, run) else None

    found = whole.until(look, f"job {job_id} is {status} in run {run}")
    assert isinstance(found, Job)
    return found


def in_order(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(documents, key=lambda each: (each["fileId"], each["id"]))


def test_given_up_files_are_looked_at_and_tried_again_from_the_command_line(whole: Whole) -> None:
    job_id = str(uuid4())
    files = [FileSpec.of(job_id, f"contenturl_{index}.json") for index in range(3)]
    report_file = FileSpec.of(job_id, "report.json")
    contents: dict[str, Any] = {
        file.blob: GeneratedResult(hours=0.01, speakers=2, seed=index) for index, file in enumerate(files)
    }
    contents[report_file.blob] = report([{"source": file.name, "status": "Succeeded"} for file in files])
    lost = {files[1].id, report_file.id}
    listed = tuple(msgspec.structs.replace(file, size=1) if file.id in lost else file for file in (*files, report_file))
    there = {file.blob: contents[file.blob] for file in listed if file.id not in lost}
    whole.serve(JobSpec(id=job_id, files=listed), there)
    whole.enqueue(job_id)
    job = whole.ended(job_id)
    assert (job.status, job.files.ingested, job.files.failed) == ("completedWithErrors", 2, 1)

    rows = json.loads(command(whole, "poison", "list", job_id, "-o", "json"))
    assert {row["fileId"] for row in rows} == lost
    assert {row["code"] for row in rows} == {"NotFound"}
    assert command(whole, "poison", "list").count(f"\n{job_id}") == 2
    shown = command(whole, "poison", "show", job_id, files[1].id)
    assert "contenturl_1.json" in shown
    assert "answered 404" in shown

    whole.serve(JobSpec(id=job_id, files=(*files, report_file)), contents)
    assert command(whole, "retry", job_id) == "2 messages about 1 job sent\n"
    job = ended(whole, job_id, "completed", 1)
    assert (job.files.ingested, job.files.failed, job.files.failures) == (3, 0, [])
    assert job.report is not None
    assert json.loads(command(whole, "show", job_id, "--json").splitlines()[0])["status"] == "completed"
    assert json.loads(command(whole, "poison", "list", job_id, "-o", "json")) == []
    before = in_order(whole.documents(job_id))
    assert [each["fileId"] for each in before if each["type"] == "fileFailure"] == []

    assert command(whole, "retry", job_id) == "nothing to do\n"
    command(whole, "submit", json.dumps({"id": job_id, "replay": True}))
    again = ended(whole, job_id, "completed", 2)
    assert (again.files, again.report) == (job.files, job.report)
    assert in_order(whole.documents(job_id)) == before, "no document was written again"
    assert again.status in END_STATES


def test_a_rejected_message_that_is_sent_again_is_rejected_again(whole: Whole) -> None:
    text = f"please transcribe {uuid4()}"
    whole.enqueue(text)
    rejected = whole.rejected(text)
    assert text in command(whole, "poison", "show", rejected.id)
    assert command(whole, "retry", rejected.id) == "1 message sent\n"

    def look() -> str | None:
        back = whole.app.jobs.rejected_as(rejected.id)
        return back.reason if back is not None and back.rejected_at > rejected.rejected_at else None

    assert whole.until(look, "the message is rejected again") == rejected.reason
