"""The queries of the README return what it says."""

import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from local.samples.generate import GeneratedResult, report
from local.speech import FileSpec, JobSpec
from local.speech.client import Contents
from shared.domain.containers import JOBS, TRANSCRIPTS
from tests.e2e.conftest import Whole

README = Path(__file__).parents[2] / "README.md"
RECORDINGS, CONVERSATION, WRONG = re.findall(r"```sql\n(.*?)```", README.read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def job_id(whole: Whole) -> str:
    job_id = str(uuid4())
    files = [FileSpec.of(job_id, name) for name in ("contenturl_0.json", "contenturl_1.json", "report.json")]
    good = GeneratedResult(hours=0.02, speakers=2)
    contents: Contents = {files[0].blob: good, files[1].blob: b"no result", files[2].blob: report([])}
    whole.serve(JobSpec(id=job_id, files=tuple(files)), contents)
    whole.enqueue(job_id)
    whole.ended(job_id)
    return job_id


def rows(whole: Whole, container: str, query: str, **values: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - JSON
    parameters: list[dict[str, object]] = [{"name": f"@{name}", "value": value} for name, value in values.items()]
    client = whole.app.database.get_container_client(container)
    return list(client.query_items(query, parameters=parameters, enable_cross_partition_query=True))


def test_the_first_query_returns_the_recordings_of_a_job(whole: Whole, job_id: str) -> None:
    (recording,) = rows(whole, TRANSCRIPTS.name, RECORDINGS, job=job_id)
    assert (recording["name"], recording["speakers"]) == ("contenturl_0.json", [1, 2])
    assert recording["wordCount"] > 0
    assert recording["parts"]


def test_the_second_query_returns_the_conversation_of_a_recording(whole: Whole, job_id: str) -> None:
    (recording,) = rows(whole, TRANSCRIPTS.name, RECORDINGS, job=job_id)
    values = {"job": job_id, "file": recording["fileId"], "parts": recording["parts"]}
    parts = rows(whole, TRANSCRIPTS.name, CONVERSATION, **values)
    turns = [turn for part in parts for turn in part["turns"]]
    assert {turn["speaker"] for turn in turns} == {1, 2}
    assert [turn["offsetInTicks"] for turn in turns] == sorted(turn["offsetInTicks"] for turn in turns)


def test_the_third_query_returns_the_jobs_with_failures(whole: Whole, job_id: str) -> None:
    (wrong,) = (row for row in rows(whole, JOBS.name, WRONG) if row["id"] == job_id)
    assert wrong["status"] == "completedWithErrors"
    assert [failure["name"] for failure in wrong["failures"]] == ["contenturl_1.json"]
