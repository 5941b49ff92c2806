"""Stored documents that this version cannot read in full: other jobs go on, and the odd ones stay as they are."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from shared.domain.containers import JOBS, TRANSCRIPTS
from shared.domain.documents import HEAD_ID
from shared.domain.poll_mark import POLL_ID
from tests.chaos.bench import Bench, started
from tests.chaos.kinds import light, of_files, result
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

Document = dict[str, Any]

KINDS = (*light(), of_files("ten files", *(result(seed, 0.01) for seed in range(10))))
BROKEN = of_files("a file that is no result", result(1, 0.01), b"[]")
MENDED = of_files("the same file, mended", result(1, 0.01), result(2, 0.01))
Change = Callable[[Document], Document]
KEPT = ("id", "type", "status")
UNREADABLE: dict[str, Change] = {
    "without most of its members": lambda job: {key: job[key] for key in KEPT},
    "with numbers in place of texts": lambda job: {**job, "acceptedAt": 5, "displayName": 7, "movedAt": 1},
    "with texts in place of objects": lambda job: {**job, "files": "many", "report": "good", "failure": "none"},
    "with null in every member": lambda job: {**dict.fromkeys(job), **{key: job[key] for key in KEPT}},
    "with moments that are none": lambda job: {
        **job,
        **dict.fromkeys(("acceptedAt", "nextPollAt", "polledAt", "movedAt"), "soon"),
    },
    "with counts below zero": lambda job: {**job, "run": -5, "files": {"expected": -1, "ingested": -1, "failed": -1}},
    "of a later version": lambda job: {**job, "schemaVersion": 99, "shape": {"new": True}},
}
READABLE: dict[str, Change] = {
    "without the times by which it is found": lambda job: {
        key: value for key, value in job.items() if key not in {"nextPollAt", "polledAt", "movedAt"}
    },
}
HARMLESS: dict[str, Change] = {"with an id that is no GUID": lambda job: {**job, "id": f"odd-{uuid4()}"}}
FAILURES: dict[str, Change] = {
    "with numbers in place of texts": lambda failure: {**failure, "code": 5, "message": 6, "kind": 7},
    "without a run": lambda failure: {key: value for key, value in failure.items() if key != "run"},
    "of a later version": lambda failure: {**failure, "schemaVersion": 99, "code": {"new": True}},
}


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started() as running:
        running.undisturbed(*KINDS, MENDED)
        yield running


@pytest.mark.parametrize("status", ["pending", "ingesting"])
@pytest.mark.parametrize("odd", [*UNREADABLE, *READABLE, *HARMLESS])
def test_a_job(bench: Bench, row: Row, odd: str, status: str) -> None:
    before = bench.put(KINDS[0])
    bench.enqueue(before)
    bench.ended(before)
    container = bench.container(JOBS.name)
    known = dict(container.read_item(before.id, before.id))
    change = {**UNREADABLE, **READABLE, **HARMLESS}[odd]
    job = change({**known, "id": str(uuid4()), "status": status, "endedAt": None, "nextPollAt": known["acceptedAt"]})
    stored = container.create_item(job)
    others_go_on(bench, row)
    if odd in UNREADABLE:
        bench.until(lambda: set_aside(bench, job["id"]), "the log names the odd document")
        row.expect(container.read_item(job["id"], job["id"]) == stored, "the odd document is another one now")
        row.expect(job["id"] in bench.command("jobs"), "the command line does not show the odd document")
    elif odd in READABLE:
        bench.until(lambda: container.read_item(job["id"], job["id"])["status"] == "notFound", "Speech is asked for it")
    container.delete_item(job["id"], job["id"])


@pytest.mark.parametrize("odd", ["that are none", "of a later version"])
def test_heads(bench: Bench, row: Row, odd: str) -> None:
    """Make a job's heads odd before its files are written again."""
    spec = bench.put(KINDS[-1])
    bench.enqueue(spec)
    bench.ended(spec)
    container = bench.container(TRANSCRIPTS.name)
    for item in bench.app.transcripts.items(spec.id):
        if item["id"] == HEAD_ID:
            none = {key: item[key] for key in ("id", "jobId", "fileId", "type", "revision", "run")}
            container.upsert_item(none if odd == "that are none" else {**item, "schemaVersion": 99, "shape": [1]})
            row.cases += 1
    shown = bench.command("show", spec.id)
    row.expect(
        shown.count("set aside: document transcript of") == row.cases, "the command line does not name the heads"
    )
    bench.enqueue(f'{{"id": "{spec.id}", "reprocess": true}}')
    bench.until(lambda: (job := bench.job(spec)) is not None and job.run > 1, "the job is taken up again")
    bench.ended(spec)
    row.judge(bench.verdict([(KINDS[-1], spec)], again=True))


@pytest.mark.parametrize("odd", FAILURES)
def test_failures(bench: Bench, row: Row, odd: str) -> None:
    """Let the failure of a file be odd that comes in when its job is replayed."""
    spec = bench.put(BROKEN)
    bench.enqueue(spec)
    bench.ended(spec)
    for item in bench.app.transcripts.items(spec.id):
        if item["type"] == "fileFailure":
            bench.container(TRANSCRIPTS.name).upsert_item(FAILURES[odd](item))
            row.cases += 1
    shown = bench.command("show", spec.id)
    row.expect(shown.count("set aside: document failure of") == row.cases, "the command line does not name the failure")
    mended = bench.put(MENDED, id=spec.id)
    bench.enqueue(f'{{"id": "{spec.id}", "replay": true}}')
    bench.until(lambda: (job := bench.job(spec)) is not None and job.run > 1, "the job is taken up again")
    bench.ended(spec)
    row.judge(bench.verdict([(MENDED, mended)], again=True))


def test_the_document_of_the_poll(bench: Bench, row: Row) -> None:
    bench.container(JOBS.name).upsert_item({"id": POLL_ID, "type": "poll", "watermark": ["odd"], "unknown": 1})
    others_go_on(bench, row)


def set_aside(bench: Bench, name: str) -> bool:
    """Say whether the host logged that a document cannot be read."""
    log = (bench.stack.state / "logs" / "host.log").read_text(errors="replace")
    return f"set aside: document {name} in" in log


def others_go_on(bench: Bench, row: Row) -> None:
    """Run jobs of all kinds beside the odd document."""
    jobs = bench.puts(KINDS, len(KINDS))
    specs = [spec for _, spec in jobs]
    with bench.reader(specs) as reader:
        bench.enqueue(*specs)
        bench.ended(*specs)
    row.cases += 1
    row.judge(bench.verdict(jobs), reader.seen)
    row.notes.append(f"{len(jobs)} other jobs")
