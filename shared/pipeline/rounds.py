"""A round: goes through jobs in an order, some in each tick, from where the previous tick stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.domain.job import Job
from shared.domain.poll_mark import Place

JOBS_A_QUERY = 200
"""Most jobs that one query reads. All of them are read before the first one is handled."""


@dataclass
class Round:
    """Iterates over the jobs after the place `at`; None: from the first.

    find: reads the jobs after a place; its second argument is about their number, and fewer mean that there are no
    more. before: the place at which the round ends. limit: most jobs of one tick. ended: there are no further jobs.
    passed: ids of the jobs that were handled.
    """

    find: Callable[[Place | None, int], list[Job]]
    place_of: Callable[[Job], Place]
    at: Place | None
    before: Place | None = None
    limit: int | None = None
    ended: bool = False
    passed: set[str] = field(default_factory=set)

    @property
    def next(self) -> Place | None:
        """The place from which the next tick continues; None to start with the first job."""
        return None if self.ended else self.at

    @property
    def empty(self) -> bool:
        """Whether the round is over and there was no job."""
        return self.ended and not self.passed

    def passes(self, job: Job) -> None:
        """Note that the job was handled."""
        self.at = self.place_of(job)
        self.passed.add(job.id)

    def __iter__(self) -> Iterator[Job]:
        """Yield the jobs up to the limit. A job whose place changes meanwhile is not yielded again."""
        after = self.at
        size = min(self.limit or JOBS_A_QUERY, JOBS_A_QUERY)
        while not self.ended:
            found = self.find(after, size)
            fresh = [job for job in found if job.id not in self.passed]
            for job in fresh:
                if self.limit is not None and len(self.passed) >= self.limit:
                    return
                if self.before is not None and self.place_of(job) >= self.before:
                    break
                yield job
            else:
                if len(found) >= size and fresh:
                    after = self.place_of(found[-1])
                    continue
            self.ended = True
