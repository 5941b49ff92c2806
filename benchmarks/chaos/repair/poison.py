"""What was given up: it says why, and a command sends it again."""

from collections.abc import Iterator, Mapping

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.command import given_up, speech2cosmos
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.repair.case import Case, Held, ended, row
from local.faults import Answer, Rule
from shared.domain.job import LISTING_GIVEN_UP, Rejected

GROUP = "poison"

BROKEN = Answer(
    500,
    {"Content-Type": "application/xml"},
    b"<?xml version='1.0' encoding='utf-8'?><Error><Code>InternalError</Code><Message>broken</Message></Error>",
)
"""As Blob storage says it. Its 503 (ServerBusy) is throttling, for which nothing is ever given up."""

NO_JOB = "please transcribe my call"


def run(bench: Bench, kinds: Mapping[str, Kind]) -> Iterator[Row]:
    """Let files, a listing and messages be given up, and send them again."""
    yield from _files(bench, [kinds["partly-failed"], kinds["reference"]])
    yield _listing(bench, kinds["partly-failed"])
    yield _not_accepted(bench, kinds["partly-failed"])
    yield _rejected(bench)


def _files(bench: Bench, kinds: list[Kind]) -> Iterator[Row]:
    """All files of some jobs, half by Speech's fault and half by Blob storage's; then `requeue` or `replay`."""
    log_ = HostLog(bench)
    cases = [
        Case(f"all files given up, {service}: `{command}`", kind, bench.copy(kind.spec))
        for kind, service, command in (
            (kinds[0], "Speech answers 503", "poison requeue"),
            (kinds[1], "Speech answers 503", "replay"),
            (kinds[0], "Blob storage answers 500", "replay"),
            (kinds[1], "Blob storage answers 500", "poison requeue"),
        )
    ]
    by_speech = [f"{case.spec.id}/files/" for case in cases if "Speech" in case.fault]
    rule = Rule(BROKEN, method="PUT", target="|".join(case.spec.id for case in cases if "Blob" in case.fault))
    with Held(bench, by_speech):
        bench.faults.fronts["blob"].rules.append(rule)
        bench.enqueue(*(case.spec.id for case in cases))
        ended(bench, cases)
    bench.faults.clear()
    for case in cases:
        files = given_up(bench, {case.spec.id})
        wanted = len(case.spec.files)
        case.expect(holds=len(files) == wanted, words=f"{len(files)} of {wanted} files were given up")
        said = "503" if "Speech" in case.fault else "500"
        case.expect(holds=all(said in file.message for file in files), words="not every failure says why")
        listed = speech2cosmos(bench, "poison", "list", case.spec.id, "--json")
        case.expect(holds=len(listed.splitlines()) == wanted, words="`poison list` does not list them")
        case.again = "replay" in case.fault
        case.notes.append(f"{len(files)} files")
        speech2cosmos(bench, *(("replay",) if case.again else ("poison", "requeue")), case.spec.id)
    bench.until(lambda: not given_up(bench, {case.spec.id for case in cases}), "all files come in", WAIT_SECONDS)
    ended(bench, cases)
    for case in cases:
        yield row(bench, case, log_, group=GROUP)


def _listing(bench: Bench, kind: Kind) -> Row:
    log_ = HostLog(bench)
    case = Case("listing a job's files given up: tried again by itself", kind, bench.copy(kind.spec))

    def given() -> bool:
        job = bench.app.jobs.get(case.spec.id)
        return job is not None and job.failure is not None and job.failure.code == LISTING_GIVEN_UP

    with Held(bench, [f"{case.spec.id}/files"]):
        bench.enqueue(case.spec.id)
        bench.until(given, "the listing is given up", WAIT_SECONDS)
    listed = speech2cosmos(bench, "poison", "list", case.spec.id, "--json")
    case.expect(holds=case.spec.id in listed, words="`poison list` does not list it")
    ended(bench, [case])
    return row(bench, case, log_, group=GROUP)


def _not_accepted(bench: Bench, kind: Kind) -> Row:
    """Let a job's document be unreadable, so that its message is given up."""
    log_ = HostLog(bench)
    case = Case("a job's message given up, Cosmos DB answers 503: `poison requeue --all`", kind, bench.copy(kind.spec))
    bench.faults.fronts["cosmos"].rules.append(Rule(Answer(503), target=f"docs/{case.spec.id}"))
    bench.enqueue(case.spec.id)
    kept = bench.until(lambda: _kept(bench, case.spec.id), "the message is kept", WAIT_SECONDS)
    bench.faults.clear()
    case.notes.append(f'kept because "{kept.reason}"')
    speech2cosmos(bench, "poison", "requeue", "--all")
    ended(bench, [case])
    case.expect(holds=_kept(bench, case.spec.id) is None, words="it is still kept as given up")
    return row(bench, case, log_, group=GROUP)


def _rejected(bench: Bench) -> Row:
    """Send a message that is no job: kept with a reason, passed over by `--all`, rejected again when it is named."""
    bench.enqueue(NO_JOB)
    first = bench.until(lambda: _kept(bench, NO_JOB), "the message is kept", WAIT_SECONDS)
    said = speech2cosmos(bench, "poison", "requeue", "--all")
    wrong = [] if "passed over 1" in said else [f"`requeue --all` said {said}"]
    speech2cosmos(bench, "poison", "requeue", first.id)
    second = bench.until(lambda: _kept(bench, NO_JOB), "the message is kept again", WAIT_SECONDS)
    bench.quiet(WAIT_SECONDS)
    if (second.id, second.message, second.reason) != (first.id, first.message, first.reason):
        wrong.append("the second rejection is another document")
    return Row(
        group=GROUP,
        fault="a message that is no job: kept with the reason, sent again by its id, kept again",
        cases=1,
        lost=len(wrong),
        note="; ".join([f'"{first.reason}"', *wrong]),
    )


def _kept(bench: Bench, text: str) -> Rejected | None:
    return next((each for each in bench.app.jobs.rejected() if text in each.message), None)
