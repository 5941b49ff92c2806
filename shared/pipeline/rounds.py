"""A round: jobs in an order, some in each tick, from where the last tick stopped."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from shared.domain.job import Job
from shared.domain.poll_mark import Place

JOBS_A_QUERY = 200
"""As many documents are read before the first of them is looked at."""


@dataclass
class Round:
    """Jobs after the place `at`, one by one; None: from the first.

    find: reads the jobs after a place, about as many as it is told, fewer only if there are no more; before: where the
    round ends; limit: jobs in one tick. `ended`: there is no further job. `passed`: ids of those that were looked at.
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
        """Where the next tick goes on: after a round ended, with the first job."""
        return None if self.ended else self.at

    def passes(self, job: Job) -> None:
        """Go on after the job: it was looked at."""
        self.at = self.place_of(job)
        self.passed.add(job.id)

    def __iter__(self) -> Iterator[Job]:
        """Yield the jobs until the limit. One that moved on while it was looked at is not yielded again."""
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
