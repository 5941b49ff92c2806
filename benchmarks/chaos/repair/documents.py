"""Documents deleted by hand while a job still waits for one file, and parts deleted after its end."""

from collections.abc import Callable, Iterator, Mapping

from azure.cosmos import ContainerProxy
from msgspec.structs import replace

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.command import speech2cosmos
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.repair.bad_file import with_a_bad_file
from benchmarks.chaos.repair.case import Case, Held, asked, ended, rest_is_in, row, run_of
from shared.domain.containers import JOBS, TRANSCRIPTS
from shared.domain.documents import FAILURE_ID, HEAD_ID
from shared.domain.job import POLL_ID

GROUP = "self-repair"

Item = dict[str, object]


def run(bench: Bench, kinds: Mapping[str, Kind]) -> Iterator[Row]:
    """Delete during the run, one thing in each job; then a part of a job that has ended."""
    two, sixty, bad = kinds["partly-failed"], kinds["many-files"], with_a_bad_file(bench)
    cases = [
        _case(bench, two, "a part with a speaker's phrases deleted", lambda item: item["type"] == "track", 1),
        _case(bench, two, "a part with the turns deleted", lambda item: item["type"] == "turns", 1),
        _case(bench, two, "a part of the report deleted", lambda item: item["type"] == "report", 1),
        _case(bench, two, "a head deleted", lambda item: item["id"] == HEAD_ID, 1),
        _case(bench, two, "a head and one of its parts deleted", lambda item: item["type"] in {"transcript", "turns"}),
        _case(bench, two, "all documents of a job deleted", lambda _: True),
        _case(bench, sixty, "every third part of 59 files deleted", lambda item: item["id"] != HEAD_ID, step=3),
        _case(bench, bad, "a file's failure deleted", lambda item: item["id"] == FAILURE_ID, 1),
    ]
    log_ = HostLog(bench)
    with Held(bench, [case.held.id for case in cases]):
        bench.enqueue(*(case.spec.id for case in cases))
        for case in cases:
            bench.until(lambda case=case: rest_is_in(bench, case), f"{case.fault}: the rest is in", WAIT_SECONDS)  # type: ignore[misc]
            case.act(bench, case)
    ended(bench, cases)
    for case in cases:
        yield row(bench, case, log_, group=GROUP)
    yield _poll_forgotten(bench, two)
    yield after_its_end(bench, two)


def _poll_forgotten(bench: Bench, kind: Kind) -> Row:
    """Delete the poll's document while Speech still works on a job that was asked for before."""
    case = Case("the poll's document deleted while Speech works", kind, bench.copy(kind.spec))
    bench.speech.put_job(replace(case.spec, run_seconds=86_400))
    log_ = HostLog(bench)
    bench.enqueue(case.spec.id)
    bench.until(lambda: asked(bench, case) and bench.app.jobs.poll_mark().watermark, "the poll marks", WAIT_SECONDS)
    container(bench, JOBS.name).delete_item(POLL_ID, POLL_ID)
    bench.speech.put_job(case.spec)
    ended(bench, [case])
    return row(bench, case, log_, group=GROUP)


def after_its_end(bench: Bench, kind: Kind) -> Row:
    """Delete a part when nobody looks any more, and take the job up again by the command."""
    fault = "a part deleted after the job's end, then `replay`"
    case = _case(bench, kind, fault, lambda item: item["type"] == "track", 1)
    case.again = True
    log_ = HostLog(bench)
    bench.enqueue(case.spec.id)
    ended(bench, [case])
    case.act(bench, case)
    speech2cosmos(bench, "replay", case.spec.id)
    bench.until(lambda: run_of(bench, case) > 1, "the job is taken up again", WAIT_SECONDS)
    ended(bench, [case])
    return row(bench, case, log_, group=GROUP)


def _case(  # noqa: PLR0913 - what is done, and to what
    bench: Bench,
    kind: Kind,
    fault: str,
    wanted: Callable[[Item], bool],
    most: int | None = None,
    *,
    step: int = 1,
) -> Case:
    """Return the case in which those documents are deleted that are wanted, `most` of them, or every `step`-th."""

    def act(bench: Bench, case: Case) -> None:
        items = [item for item in bench.app.transcripts.items(case.spec.id) if wanted(item)][:most:step]
        case.expect(holds=bool(items), words="there was nothing to delete")
        for item in items:
            container(bench, TRANSCRIPTS.name).delete_item(item["id"], [item["jobId"], item["fileId"]])
        case.notes.append(f"{len(items)} deleted")

    return Case(fault, kind, bench.copy(kind.spec), act)


def container(bench: Bench, name: str) -> ContainerProxy:
    """Return a container, past all faults."""
    return bench.app.database.get_container_client(name)
