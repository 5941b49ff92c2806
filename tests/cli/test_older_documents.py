"""Documents that older writers stored: `show` and `export` read them.

older/writer_N.jsonl is what `speech2cosmos split result.json` printed when WRITER_VERSION was N.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from local.docs.schemas import schemas
from shared.bootstrap import App
from tests.adapters.documents import new_job
from tests.cli.conftest import Run, World

OLDER = Path(__file__).parent / "older"
WRITERS = [2, 3, 4]

Item = dict[str, Any]


def documents_of(writer: int) -> list[Item]:
    return [json.loads(line) for line in (OLDER / f"writer_{writer}.jsonl").read_text().splitlines()]


@pytest.fixture(params=WRITERS)
def stored(request: pytest.FixtureRequest, here: World) -> Iterator[list[Item]]:
    """Store a job with the documents of an older writer, and give these."""
    job = new_job()
    documents = [{**each, "jobId": job.id} for each in documents_of(request.param)]
    database = App.from_env(here.settings).database
    jobs, transcripts = (database.get_container_client(name) for name in ("jobs", "transcripts"))
    jobs.upsert_item(msgspec.to_builtins(job))
    for each in documents:
        transcripts.upsert_item(each)
    yield documents
    for each in documents:
        transcripts.delete_item(each["id"], [each["jobId"], each["fileId"]])
    jobs.delete_item(job.id, job.id)


def test_show_prints_all_documents_of_an_older_writer_and_makes_up_no_index(run: Run, stored: list[Item]) -> None:
    _, head, *parts = run("show", stored[-1]["jobId"], "--json").lines
    assert {each["id"]: each for each in parts} == {each["id"]: each for each in stored[:-1]}
    assert head == {"mirroredChannels": []} | stored[-1]


def test_export_reads_the_parts_of_an_older_writer(run: Run, stored: list[Item]) -> None:
    ran = run("export", stored[-1]["jobId"], "-f", "vtt")
    assert ran.code == 0
    assert [line for line in ran.out.splitlines() if line.startswith("<v ")] == [
        "<v Channel 0>Good morning. How can I help?",
        "<v Channel 1>My line is noisy.",
        "<v Channel 0>Of course.",
    ]


def test_documents_of_writer_version_4_are_valid_by_the_schemas() -> None:
    made = schemas()
    documents = documents_of(4)
    assert [each["type"] for each in documents] == ["part", "transcript"]
    for each in documents:
        jsonschema.Draft202012Validator(made[each["type"]]).validate(each)
    assert "index" not in documents[1]["turns"]
    assert not {"confidence", "locale"} & set(documents[0]["turns"][0])
