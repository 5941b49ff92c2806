"""Documents and messages that are deleted by hand during a run: the timer finds what is missing and mends it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from local.faults import Answer, Rule
from local.speech import JobSpec
from shared.domain.containers import JOBS
from shared.domain.documents import FAILURE_ID, HEAD_ID, utc
from shared.domain.job import Status
from shared.domain.messages import JOBS_QUEUE, RESULTS_QUEUE
from shared.domain.poll_mark import POLL_ID
from shared.domain.polling import UNSEEN_FOR
from tests.chaos.bench import NO_LIMIT, VISIBILITY, Bench, started
from tests.chaos.kinds import Kind, of_files, result, samples
from tests.chaos.reporting import Row

pytestmark = pytest.mark.chaos

SETTINGS = {VISIBILITY: "00:00:05", "POLL_GET_LIMIT": "0"}
"""A failed message comes back after this; five times is long enough to delete something. Speech is asked by lists, as
it is where many jobs wait."""

TWO = samples()["partly-failed"]
SIXTY = of_files("sixty files", *(result(seed, 0.01) for seed in range(60)))
BAD = of_files("bad file", result(1), b"no result", result(2))
RUN_FOR_EVER = 86_400.0

Item = dict[str, Any]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with started(SETTINGS) as running:
        running.speech.configure(NO_LIMIT)
        running.undisturbed(TWO, SIXTY, BAD)
        yield running


@contextmanager
def held(bench: Bench, spec: JobSpec) -> Iterator[None]:
    """Hold the last result file of a job back, so that the job does not end; return when all others are in."""
    last = [file for file in spec.files if file.kind == "Transcription"][-1]
    rule = Rule(Answer(503), target=last.name)
    bench.faults.fronts["blob"].rules.append(rule)
    bench.enqueue(spec)

    def rest_is_in() -> bool:
        items = bench.app.transcripts.items(spec.id)
        seen = {item["fileId"] for item in items if item["id"] in {HEAD_ID, FAILURE_ID} or item["type"] == "report"}
        return len(seen) == len(spec.files) - 1

    bench.until(rest_is_in, "all other files are in")
    try:
        yield
    finally:
        bench.faults.clear()


DELETED: dict[str, tuple[Kind, Callable[[Item], bool], int | None, int]] = {
    "a part with a speaker's phrases": (TWO, lambda item: item["type"] == "part" and bool(item["tracks"]), 1, 1),
    "a part with the turns": (TWO, lambda item: item["type"] == "part" and bool(item["turns"]), 1, 1),
    "a part of the report": (TWO, lambda item: item["type"] == "report", 1, 1),
    "a head": (TWO, lambda item: item["id"] == HEAD_ID, 1, 1),
    "a head and one of its parts": (TWO, lambda item: item["type"] in {"transcript", "part"}, 2, 1),
    "all documents of a job": (TWO, lambda _: True, None, 1),
    "every third part of 59 files": (SIXTY, lambda item: item["id"] != HEAD_ID, None, 3),
    "the failure of a file": (BAD, lambda item: item["id"] == FAILURE_ID, 1, 1),
}


@pytest.mark.parametrize("what", DELETED)
def test_deleted(bench: Bench, row: Row, what: str) -> None:
    kind, wanted, most, step = DELETED[what]
    spec = bench.put(kind)
    with held(bench, spec):
        row.cases = _delete(bench, filter(wanted, bench.app.transcripts.items(spec.id)), most, step)
    bench.ended(spec)
    row.judge(bench.verdict([(kind, spec)]))


def _delete(bench: Bench, items: Iterable[Item], most: int | None, step: int = 1) -> int:
    chosen = list(items)[:most:step]
    for item in chosen:
        bench.container().delete_item(item["id"], [item["jobId"], item["fileId"]])
    return len(chosen)


@pytest.mark.parametrize("files", [2, 60])
def test_all_messages_deleted_while_files_wait(bench: Bench, row: Row, files: int) -> None:
    kind = TWO if files == len(TWO.files) - 1 else SIXTY
    spec = bench.put(kind)
    with held(bench, spec):
        for name in (JOBS_QUEUE, RESULTS_QUEUE):
            with bench.queue(name) as client:
                client.clear_messages()
    bench.ended(spec)
    row.cases = 1
    row.judge(bench.verdict([(kind, spec)]))


def test_the_document_of_the_poll_deleted_while_Speech_works(bench: Bench, row: Row) -> None:  # noqa: N802 - a name
    spec = bench.put(TWO, run_seconds=RUN_FOR_EVER)
    bench.enqueue(spec)
    bench.until(lambda: _asked(bench, spec) and bench.app.jobs.poll_mark().watermark, "the poll keeps a watermark")
    bench.container(JOBS.name).delete_item(POLL_ID, POLL_ID)
    bench.speech.put_job(msgspec.structs.replace(spec, run_seconds=0.0))
    bench.ended(spec)
    row.cases = 1
    row.judge(bench.verdict([(TWO, spec)]))


def test_a_part_deleted_after_the_end_of_the_job_and_retry(bench: Bench, row: Row) -> None:
    spec = bench.put(TWO)
    bench.enqueue(spec)
    bench.ended(spec)
    row.cases = _delete(bench, (item for item in bench.app.transcripts.items(spec.id) if item["type"] == "part"), 1)
    bench.command("retry", spec.id)
    _taken_up_again(bench, spec)
    row.judge(bench.verdict([(TWO, spec)], again=True))


def test_Speech_says_Running_until_the_job_expires_and_it_is_enqueued_again(  # noqa: N802 - names
    bench: Bench, row: Row
) -> None:
    spec = bench.put(TWO, run_seconds=RUN_FOR_EVER)
    bench.enqueue(spec)
    bench.until(lambda: _asked(bench, spec), "Speech was asked")
    now = datetime.now(UTC)
    aged = {"/acceptedAt": timedelta(hours=80), "/polledAt": 2 * UNSEEN_FOR}
    operations = [{"op": "set", "path": path, "value": utc(now - age)} for path, age in aged.items()]
    bench.container(JOBS.name).patch_item(spec.id, spec.id, operations)
    bench.ended(spec)
    job = bench.job(spec)
    row.cases = 1
    row.expect(job and job.status is Status.EXPIRED, f"the job did not expire: {job}")
    row.expect(job and job.failure and "MAX_PENDING_HOURS" in job.failure.message, "it does not say why")
    bench.speech.put_job(msgspec.structs.replace(spec, run_seconds=0.0))
    bench.enqueue(spec)
    _taken_up_again(bench, spec)
    row.judge(bench.verdict([(TWO, spec)], again=True))


def _asked(bench: Bench, spec: JobSpec) -> bool:
    job = bench.job(spec)
    return job is not None and job.poll_count > 0


def _taken_up_again(bench: Bench, spec: JobSpec) -> None:
    bench.until(lambda: (job := bench.job(spec)) is not None and job.run > 1, "the job is taken up again")
    bench.ended(spec)
