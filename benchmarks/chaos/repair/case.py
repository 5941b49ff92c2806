"""One thing that is done to one job, and what became of it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.judge import compare
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from benchmarks.chaos.ledger import Row
from benchmarks.chaos.log import HostLog
from benchmarks.chaos.runs import without_runs
from local.faults import Answer, Fault, Rule
from local.speech import FileSpec, JobSpec

log = logging.getLogger(__name__)


@dataclass
class Case:
    """A copy of a job to which something is done. `again`: it is taken up again, so its runs are not compared."""

    fault: str
    kind: Kind
    spec: JobSpec
    act: Callable[[Bench, "Case"], None] = lambda *_: None
    again: bool = False
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    """What is not as it should be besides the documents at the end."""

    @property
    def held(self) -> FileSpec:
        """The file that is held back."""
        return [file for file in self.spec.files if file.kind == "Transcription"][-1]

    def expect(self, *, holds: bool, words: str) -> None:
        """Note what is wrong unless it holds."""
        if not holds:
            self.wrong.append(words)


class Held:
    """Holds requests to Speech back, by answering 503, as long as the block lasts. `targets`: regular expressions."""

    def __init__(self, bench: Bench, targets: Iterable[str], fault: Fault | None = None) -> None:
        self._front = bench.faults.fronts["speech"]
        self._rules = [Rule(fault or Answer(503), target=target) for target in targets]

    def __enter__(self) -> list[Rule]:
        self._front.rules += self._rules
        return self._rules

    def __exit__(self, *_: object) -> None:
        self._front.rules[:] = [rule for rule in self._front.rules if rule not in self._rules]


def rest_is_in(bench: Bench, case: Case) -> bool:
    """Say whether all files of the job but the one that is held back are in or given up."""
    job = bench.app.jobs.get(case.spec.id)
    if job is None or job.files.expected is None or (job.files.reports and job.report is None):
        return False
    tally = bench.app.transcripts.tally(job)
    return tally.ingested + tally.failed == job.files.expected - 1


def asked(bench: Bench, case: Case) -> bool:
    """Say whether Speech was asked for the job."""
    job = bench.app.jobs.get(case.spec.id)
    return job is not None and job.poll_count > 0


def run_of(bench: Bench, case: Case) -> int:
    """Return how often the job was taken up."""
    job = bench.app.jobs.get(case.spec.id)
    return job.run if job else 0


def ended(bench: Bench, cases: Sequence[Case]) -> None:
    """Wait until the jobs of all cases have ended and nothing is under way."""
    for case in cases:
        bench.ended(case.spec.id, WAIT_SECONDS)
    bench.quiet(WAIT_SECONDS)
    for case in cases:
        bench.ended(case.spec.id, WAIT_SECONDS)


def row(bench: Bench, case: Case, log_: HostLog, *, group: str) -> Row:
    """Judge the case."""
    seen_as = without_runs if case.again else lambda state: state
    verdict = compare(seen_as(case.kind.state), seen_as(bench.state(case.spec)))
    for words in [*verdict.words, *case.wrong]:
        log.error("%s: %s", case.fault, words)
    repaired = max(log_.signals_of("repaired", case.spec.id), int(case.again))
    notes = [*case.notes, *case.wrong, *verdict.words[:3]]
    return Row(
        group=group,
        fault=case.fault,
        cases=1,
        lost=verdict.lost + len(case.wrong),
        duplicated=verdict.duplicated,
        repaired=repaired,
        note="; ".join(notes),
    )
