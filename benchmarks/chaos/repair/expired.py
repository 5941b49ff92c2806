"""A job that Speech never ends: it expires, says so, and can be taken up again."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.repair.case import Case, asked, ended, row, run_of
from benchmarks.chaos.repair.documents import GROUP, container
from shared.domain.containers import JOBS
from shared.domain.documents import utc
from shared.domain.job import Status
from shared.domain.polling import UNSEEN_FOR

AGE = timedelta(hours=80)
"""More than MAX_PENDING_HOURS (72)."""


def run(bench: Bench, kinds: Mapping[str, Kind]) -> Iterator[Row]:
    """Let a job grow old while Speech says Running; then Speech ends it after all, and it is enqueued again."""
    kind = kinds["partly-failed"]
    fault = "Speech says Running for ever: it expires; enqueued again after Speech ended it"
    case = Case(fault, kind, bench.copy(kind.spec), again=True)
    bench.speech.put_job(replace(case.spec, run_seconds=86_400))
    log_ = HostLog(bench)
    bench.enqueue(case.spec.id)
    bench.until(lambda: asked(bench, case), "Speech was asked", WAIT_SECONDS)
    _grow_old(bench, case)
    job = bench.ended(case.spec.id, WAIT_SECONDS)
    case.expect(holds=job.status is Status.EXPIRED, words=f"it is {job.status}")
    words = job.failure.message if job.failure else ""
    case.expect(holds="Running" in words and "MAX_PENDING_HOURS" in words, words=f"its document says: {words}")
    case.notes.append(f'its document said: "{words}"')
    bench.speech.put_job(case.spec)
    bench.enqueue(case.spec.id)
    bench.until(lambda: run_of(bench, case) > 1, "the job is taken up again", WAIT_SECONDS)
    ended(bench, [case])
    yield row(bench, case, log_, group=GROUP)


def _grow_old(bench: Bench, case: Case) -> None:
    """Let the job be as one that was enqueued days ago and asked for last some hours ago."""
    values = {"/acceptedAt": AGE, "/polledAt": 2 * UNSEEN_FOR}
    now = datetime.now(UTC)
    operations = [{"op": "set", "path": path, "value": utc(now - age)} for path, age in values.items()]
    container(bench, JOBS.name).patch_item(case.spec.id, case.spec.id, operations)
