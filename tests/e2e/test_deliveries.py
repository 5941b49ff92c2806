"""Messages that are delivered twice, in any form and at any time, give the same documents."""

import base64
import json
from collections.abc import Iterable
from uuid import uuid4

from azure.storage.queue import QueueClient

from local.samples.catalog import DATA
from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE, FetchFile, encode
from tests.e2e.conftest import Whole


def _job(whole: Whole, *, files: int = 3) -> str:
    job_id = str(uuid4())
    specs = [FileSpec.of(job_id, f"contenturl_{index}.json") for index in range(files)]
    report_file = FileSpec.of(job_id, "report.json")
    contents: dict[str, bytes | Iterable[bytes]] = {
        spec.blob: GeneratedResult(hours=0.01, speakers=2, seed=index) for index, spec in enumerate(specs)
    }
    contents[report_file.blob] = report([{"source": spec.name, "status": "Succeeded"} for spec in specs])
    whole.serve(JobSpec(id=job_id, run_seconds=1, files=(report_file, *specs), page_size=2), contents)
    return job_id


def test_a_job_enqueued_in_every_form_at_once_is_one_job(whole: Whole) -> None:
    job_id = _job(whole)
    endpoint = whole.stack.settings["SPEECH_ENDPOINT"]
    whole.enqueue(
        job_id,
        job_id.upper(),
        f"\n {job_id} ",
        base64.b64encode(job_id.encode()).decode(),
        json.dumps({"id": job_id, "reprocess": False}),
        f"{endpoint}/speechtotext/v3.1/transcriptions/{job_id}",
        f"{endpoint}/speechtotext/transcriptions/{job_id}?api-version=2024-11-15",
    )
    job = whole.ended(job_id)
    assert (job.status, job.run, job.files.ingested) == ("completed", 1, 3)


def test_a_redelivered_message_does_not_restart_its_failed_job(whole: Whole) -> None:
    job_id = str(uuid4())
    whole.serve(JobSpec(id=job_id, status="Failed"), {})
    with QueueClient.from_connection_string(whole.stack.settings["AzureWebJobsStorage"], JOBS_QUEUE) as queue:
        # A hidden message is delivered again, like one whose host crashed.
        hidden = queue.send_message(job_id, visibility_timeout=3600)
        queue.send_message(job_id)
        assert whole.ended(job_id).status == "failed"
        queue.update_message(hidden, visibility_timeout=0)
        whole.until(lambda: queue.get_queue_properties().approximate_message_count == 0, "it was handled")
    job = whole.ended(job_id)
    assert (job.status, job.run) == ("failed", 1)


def test_one_message_may_name_many_jobs_in_different_forms(whole: Whole) -> None:
    jobs = [_job(whole, files=1) for _ in range(4)]
    url = f"https://eastus.api.cognitive.microsoft.com/speechtotext/transcriptions/{jobs[2]}?api-version=3.2"
    created = {"self": url, "status": "NotStarted", "links": {"files": "x"}, "displayName": "My Transcription"}
    whole.enqueue(json.dumps([jobs[0], {"id": jobs[1]}, created, jobs[0].upper()]), f'"{jobs[3]}"')
    assert [whole.ended(job).status for job in jobs] == ["completed"] * 4
    assert [whole.ended(job).run for job in jobs] == [1] * 4


def test_redelivered_files_and_a_completed_job_enqueued_again_change_nothing(whole: Whole) -> None:
    job_id = _job(whole)
    whole.enqueue(job_id)
    whole.ended(job_id)
    before = sorted(whole.documents(job_id), key=lambda each: (each["fileId"], each["id"]))
    heads = [document for document in before if document["type"] == "transcript"]
    storage = whole.stack.settings["AzureWebJobsStorage"]
    with (
        QueueClient.from_connection_string(storage, RESULTS_QUEUE) as results,
        QueueClient.from_connection_string(storage, JOBS_QUEUE) as jobs,
    ):
        for head in heads * 3:
            message = FetchFile(job_id, head["fileId"], "Transcription", 1, 0, head["name"])
            results.send_message(encode(message))
        whole.enqueue(job_id, job_id)
        # A message counts until it is deleted, which is after it was processed.
        both = (jobs, results)
        whole.until(
            lambda: all(queue.get_queue_properties().approximate_message_count == 0 for queue in both),
            "both queues are empty",
        )
    assert sorted(whole.documents(job_id), key=lambda each: (each["fileId"], each["id"])) == before


def test_a_reprocess_writes_the_same_ids_and_a_changed_file_gets_a_new_revision(whole: Whole) -> None:
    job_id = _job(whole, files=1)
    whole.enqueue(job_id)
    whole.ended(job_id)
    (first,) = whole.documents(job_id, "transcript")

    whole.enqueue(json.dumps({"id": job_id, "reprocess": True}))
    whole.until(lambda: whole.documents(job_id, "transcript")[0]["run"] == 2, "the second run is in")
    (second,) = whole.documents(job_id, "transcript")
    assert second["revision"] == first["revision"]

    file, report_file = FileSpec.of(job_id, "contenturl_0.json"), FileSpec.of(job_id, "report.json")
    one = report([{"source": "a.wav", "status": "Succeeded"}])
    changed = (DATA / "diarized-mono.json").read_bytes()
    whole.serve(JobSpec(id=job_id, files=(file, report_file)), {file.blob: changed, report_file.blob: one})
    whole.until(lambda: (job := whole.app.jobs.get(job_id)) and job.status == "completed", "the second run ends")
    whole.enqueue(json.dumps({"id": job_id, "reprocess": True}))
    whole.until(lambda: whole.documents(job_id, "transcript")[0]["run"] == 3, "the third run is in")
    (third,) = whole.documents(job_id, "transcript")
    assert (third["revision"] != first["revision"], third["phraseCount"]) == (True, 46)

    def hours() -> set[int | None]:
        parts = whole.documents(job_id, "part")
        return {each.get("ttl") for each in parts if each["revision"] == first["revision"]}

    # A reader with the old head still finds its parts: they are retired after the new head is written.
    whole.until(lambda: hours() == {3600}, "the parts of the first revision have an hour to live")
