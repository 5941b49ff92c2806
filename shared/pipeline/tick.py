"""poll_jobs: the poll and the settling, unless there is no job for either."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.documents import utc
from shared.domain.messages import ListJobFiles
from shared.pipeline.poll import PollJobs
from shared.pipeline.ports import Clock, Jobs
from shared.pipeline.settle import TIDY_AFTER, SettleJobs
from shared.pipeline.steps import Step, contained


@dataclass(frozen=True)
class Tick:
    """Use case of the timer. A tick with all its queries costs four times one that ends after two."""

    jobs: Jobs
    clock: Clock
    poll: PollJobs
    settle: SettleJobs

    def __call__(self) -> Iterator[ListJobFiles]:
        """Poll, then settle; yield the messages of both. Errors are logged and not raised: see steps.contained.

        After a tick that found no job, two queries tell whether there is one now. If they fail, the tick goes on,
        because the other queries may still be answered.
        """
        with contained(Step.LOOK) as outcome:
            if self._nothing_to_do():
                return
        if outcome.throttled:
            return
        pending = yield from self.poll()
        yield from self.settle(pending=pending)

    def _nothing_to_do(self) -> bool:
        if not self.jobs.poll_mark().idle:
            return False
        now = self.clock.now()
        return not self.jobs.any_to_do(utc(now)) and not self.jobs.untidied(utc(now - TIDY_AFTER), None, 1)
