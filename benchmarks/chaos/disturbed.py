"""Copies of jobs that are disturbed while they are worked on, and how they are judged afterwards."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.command import given_up, speech2cosmos
from benchmarks.chaos.deliveries import Deliveries
from benchmarks.chaos.judge import State, Verdict, compare
from benchmarks.chaos.kinds import WAIT_SECONDS, Kind
from benchmarks.chaos.reader import Seen
from local.speech import JobSpec
from shared.domain.job import END_STATES

ROUNDS = 3
"""How often what was given up is sent again; what is given up after that counts as lost."""


@dataclass
class Disturbed:
    """Copies of jobs in one run of faults. `requeued`: files that were given up and sent again by the command."""

    bench: Bench
    copies: Sequence[tuple[Kind, JobSpec]]
    deliveries: Deliveries
    seen: Seen
    requeued: int = 0
    sent: int = 0

    def send(self, count: int | None = None) -> None:
        """Enqueue the next `count` copies, or all that are left."""
        ends = len(self.copies) if count is None else self.sent + count
        ids = [spec.id for _, spec in self.copies[self.sent : ends]]
        self.bench.enqueue(*ids)
        self.sent += len(ids)

    def finish(self) -> None:
        """Wait until everything has ended; what was given up is sent again, as an operator would, and waited for."""
        self.settled()
        job_ids = {spec.id for _, spec in self.copies}
        for _ in range(ROUNDS):
            if not (files := given_up(self.bench, job_ids)):
                return
            self.requeued += len(files)
            speech2cosmos(self.bench, "poison", "requeue", "--all")
            self.settled()

    def settled(self) -> None:
        """Wait until no queue holds a message and all jobs have ended, both at once."""
        self.bench.until(self._all_ended, "all jobs end", WAIT_SECONDS)
        self.bench.quiet(WAIT_SECONDS)
        # A message that was still under way may have taken a job up again.
        self.bench.until(self._all_ended, "all jobs end again", WAIT_SECONDS)
        self.bench.quiet(WAIT_SECONDS)

    def verdict(self, seen_as: Callable[[State], State]) -> Verdict:
        """Judge every copy; `seen_as` leaves out what may differ."""
        verdict = Verdict()
        for kind, spec in self.copies:
            found = compare(seen_as(kind.state), seen_as(self.bench.state(spec)))
            found.words = [f"{kind.name} {spec.id}: {words}" for words in found.words]
            verdict += found
        return verdict

    def _all_ended(self) -> bool:
        jobs = (self.bench.app.jobs.get(spec.id) for _, spec in self.copies)
        return all(job is not None and job.status in END_STATES for job in jobs)


@contextmanager
def disturbed(bench: Bench, kinds: Sequence[Kind], count: int) -> Iterator[Disturbed]:
    """Let Speech have `count` copies, of each kind in turn, and a reader follow all their heads during the block."""
    copies = [(kind, bench.copy(kind.spec)) for kind in islice(cycle(kinds), count)]
    deliveries = Deliveries(bench.faults.fronts["queue"])
    with bench.reader(spec for _, spec in copies) as reader:
        yield Disturbed(bench, copies, deliveries, reader.seen)
    bench.faults.clear()
