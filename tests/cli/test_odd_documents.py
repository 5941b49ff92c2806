"""Unreadable documents: the commands skip them, report them on stderr, and show all others."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.bootstrap import App
from tests.cli.conftest import BROKEN, DIARIZED, PARTLY_JOB, WHOLE_JOB, Run, World

Item = dict[str, Any]
Put = Callable[[str, Item], None]


@pytest.fixture
def put(here: World) -> Iterator[Put]:
    """Give a function that stores a document, or replaces one, until the test ends."""
    database = App.from_env(here.settings).database
    undo: list[Callable[[], object]] = []

    def put_(name: str, item: Item) -> None:
        container = database.get_container_client(name)
        key = item["id"] if name == "jobs" else [item["jobId"], item["fileId"]]
        before = list(
            container.query_items(
                "SELECT * FROM c WHERE c.id = @id", partition_key=key, parameters=[{"name": "@id", "value": item["id"]}]
            )
        )
        container.upsert_item(item)
        undo.append(lambda: container.upsert_item(before[0]) if before else container.delete_item(item["id"], key))

    yield put_
    for each in undo:
        each()


def stored(here: World, job_id: str, kind: str) -> list[Item]:
    """Return a job's documents of one type, sorted by id."""
    items = App.from_env(here.settings).transcripts.items(job_id)
    return sorted((item for item in items if item["type"] == kind), key=lambda item: str(item["id"]))


def test_show_reports_unreadable_heads_and_failures_and_shows_the_others(run: Run, here: World, put: Put) -> None:
    (head,), (failure,) = stored(here, WHOLE_JOB, "transcript"), stored(here, PARTLY_JOB, "fileFailure")
    before = run("show", WHOLE_JOB)
    put("transcripts", {**head, "fileId": "odd-head", "tracks": None})
    put("transcripts", {**head, "fileId": "later-head", "schemaVersion": 9})
    put("transcripts", {**failure, "jobId": WHOLE_JOB, "fileId": "odd-failure", "code": 5})
    for options in ((), ("--json",)):
        ran = run("show", WHOLE_JOB, *options)
        assert ran.code == 0
        told = ran.error.splitlines()
        assert [line.partition(" in transcripts is no ")[0].partition(" has ")[0] for line in sorted(told)] == [
            f"set aside: document failure of job {WHOLE_JOB} file odd-failure",
            f"set aside: document transcript of job {WHOLE_JOB} file later-head in transcripts",
            f"set aside: document transcript of job {WHOLE_JOB} file odd-head",
        ]
        assert DIARIZED.id in ran.out
        assert "odd-" not in ran.out
    assert run("show", WHOLE_JOB).out == before.out
    ran = run("show", WHOLE_JOB, "odd-head")
    assert (ran.code, ran.out) == (1, "")
    assert ran.error.startswith("set aside: document transcript of job")


def test_show_skips_an_unreadable_part_of_the_report(run: Run, here: World, put: Put) -> None:
    report = stored(here, PARTLY_JOB, "report")[0]
    put("transcripts", {**report, "details": [5]})
    ran = run("show", PARTLY_JOB)
    assert (ran.code, BROKEN.id in ran.out) == (0, True)
    assert ran.error.startswith(f"set aside: document {report['id']} of job {PARTLY_JOB}")


def test_show_lists_the_files_of_an_unreadable_job(run: Run, here: World, put: Put) -> None:
    (head,) = stored(here, WHOLE_JOB, "transcript")
    job_id = str(uuid.uuid4())
    put("jobs", {"id": job_id, "type": "job", "status": "completed", "acceptedAt": 5})
    put("transcripts", {**head, "jobId": job_id})
    ran = run("show", job_id)
    assert (ran.code, DIARIZED.id in ran.out) == (0, True)
    assert ran.error.startswith(f"set aside: document {job_id} in jobs is no Job")
    assert [each["id"] for each in run("show", job_id, DIARIZED.id, "--json").lines[:1]] == ["transcript"]


def test_poison_lists_and_sends_beside_unreadable_documents(run: Run, here: World, put: Put) -> None:
    (failure,) = stored(here, PARTLY_JOB, "fileFailure")
    odd_job = str(uuid.uuid4())
    put("jobs", {"id": odd_job, "type": "job", "status": "completed", "acceptedAt": 5})
    put("transcripts", {**failure, "jobId": PARTLY_JOB, "fileId": "odd-failure", "attempts": None})
    put("transcripts", {**failure, "jobId": odd_job, "code": "GivenUp"})
    put("transcripts", {**failure, "jobId": PARTLY_JOB, "fileId": "other-file", "code": "GivenUp"})
    for arguments in ((), (PARTLY_JOB,)):
        ran = run("poison", "list", *arguments)
        assert (ran.code, BROKEN.id in ran.out, "odd-failure" in ran.out) == (0, True, False)
        assert f"set aside: document failure of job {PARTLY_JOB} file odd-failure" in ran.error
    ran = run("retry", "--given-up", "--dry-run")
    assert (ran.code, f"job {PARTLY_JOB} file other-file (GivenUp)" in ran.out) == (3, True)
    assert f"error: document {odd_job} in jobs is no Job" in ran.error
    assert "Documents that cannot be read" in ran.advice[0]
    alone = run("retry", odd_job)
    assert (alone.code, alone.out, alone.advice) == (1, "", ran.advice)
    ran = run("poison", "list", odd_job)
    assert (ran.code, BROKEN.id in ran.out) == (0, True)
    assert f"set aside: document {odd_job} in jobs" in ran.error
