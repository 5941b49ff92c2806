"""poll_jobs, first half: finds the pending jobs that ended at Speech."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.messages import ListJobFiles
from shared.domain.patience import Patience
from shared.domain.poll_mark import PollMark, believed
from shared.domain.polling import (
    EARLY,
    NEW_WINDOW,
    ONE_BY_ONE_LIMIT,
    STRAYS_LIMIT,
    UNSEEN_FOR,
    UNSEEN_LIMIT,
    PollPlan,
    Waiting,
    plan,
)
from shared.errors import NotFound, ServiceRefused
from shared.pipeline.lists import Lists
from shared.pipeline.milestones import tell_oldest
from shared.pipeline.pending import PendingJobs
from shared.pipeline.ports import Clock, Jobs, Speech
from shared.pipeline.signals import Log, Signal, about
from shared.pipeline.steps import Deadline, Step, contained

log = Log(__name__)


@dataclass(frozen=True)
class PollJobs:
    """Use case of the timer. The platform never runs two ticks at once, so polls do not race."""

    jobs: Jobs
    speech: Speech
    clock: Clock
    patience: Patience
    get_limit: int

    def __call__(self) -> Generator[ListJobFiles, None, bool]:
        """Send the plan's requests, write the answers, and yield a message for each job that succeeded.

        Returns whether a job is pending, and True if that is not known. Errors are logged and not raised, because the
        next tick tries again: see steps.contained.
        """
        now, pending = self.clock.now(), True
        with contained(Step.GATHER):
            waiting = self._gather(now)
            pending = bool(waiting.oldest or waiting.new or waiting.due or waiting.unseen)
            with contained(Step.GATHER):
                tell_oldest(waiting.oldest, now)
            yield from self._poll(waiting, now)
        return pending

    def _gather(self, now: datetime) -> Waiting:
        return Waiting(
            new=self.jobs.new(NEW_WINDOW),
            due=self.jobs.due(utc(now + EARLY), self.get_limit + 1),
            unseen=self.jobs.unseen(utc(now - UNSEEN_FOR), UNSEEN_LIMIT),
            oldest=self.jobs.oldest_pending(),
        )

    def _poll(self, waiting: Waiting, now: datetime) -> Iterator[ListJobFiles]:
        plan_ = plan(waiting, self.get_limit)
        read = self.jobs.poll_mark()
        lists = Lists(PendingJobs(self.jobs, self.speech, self.patience), now, _wanted(believed(read, utc(now)), plan_))
        steps: dict[Step, Callable[[], Iterator[ListJobFiles]]] = {
            Step.GETS: lambda: self._ask(plan_.gets, lists, Deadline.of(Step.GETS, self.clock)),
            Step.ENDED: lambda: self._ended(waiting, plan_, lists),
            Step.WALK: lambda: lists.walk(Deadline.of(Step.WALK, self.clock)) if plan_.walk else iter(()),
            Step.STRAYS: lambda: self._strays(lists, Deadline.of(Step.STRAYS, self.clock)),
        }
        for step, run in steps.items():
            with contained(step) as outcome:
                yield from run()
            if outcome.throttled:
                break
        if lists.mark != read:
            with contained(Step.REMEMBER):
                self.jobs.put_poll_mark(lists.mark)

    def _strays(self, lists: Lists, deadline: Deadline) -> Iterator[ListJobFiles]:
        """Handle the jobs that no other query finds. Their documents then have the missing times, so queries find them.

        Such jobs are rare, and the search loads every pending and ingesting job. So it is the last step, and runs only
        every REQUEUE_MINUTES, even if it failed (docs/decisions/0050).
        """
        now, last = utc(lists.now), lists.mark.searched_at
        if last is not None and last > utc(lists.now - timedelta(minutes=self.patience.requeue_minutes)):
            return
        before, searched = lists.mark, msgspec.structs.replace(lists.mark, searched_at=now)
        lists.mark = searched  # what is remembered if the query fails
        found = self.jobs.strays(now, STRAYS_LIMIT)
        lists.mark = before
        for job in found:
            if deadline.stops(Step.STRAYS):
                return
            with about(job.id):
                log.warning("job %s: no query finds it: taken up again", job.id, signal=Signal.REPAIRED, repair="stray")
            if job.status is Status.PENDING:
                yield from lists.pending.ask(job, lists.now)
            else:
                self._moved(job, lists.now)
        if len(found) < STRAYS_LIMIT:
            lists.mark = searched

    def _moved(self, job: Job, now: datetime) -> None:
        with about(job.id), contained(Step.STRAYS):
            self.jobs.moved(job.id, job.run, now)

    def _ended(self, waiting: Waiting, plan_: PollPlan, lists: Lists) -> Iterator[ListJobFiles]:
        if not plan_.list_ended:
            return
        deadline = Deadline.of(Step.ENDED, self.clock)
        try:
            yield from lists.ended(waiting, deadline, walk_follows=plan_.walk)
        except NotFound:
            raise  # the endpoint is wrong, not the filter; GETs would answer 404 too, and so end the jobs
        except ServiceRefused as error:
            log.error(
                "tick: Speech refuses the filtered list, due jobs are asked for one by one: %s",
                error,
                signal=Signal.TROUBLED,
                error=error.code,
            )
            due = self.jobs.due(utc(lists.now + EARLY), ONE_BY_ONE_LIMIT)
            yield from self._ask(due, lists, Deadline.of(Step.GETS, self.clock))

    def _ask(self, jobs: list[Job], lists: Lists, deadline: Deadline) -> Iterator[ListJobFiles]:
        for job in jobs:
            if deadline.stops(Step.GETS):
                return
            yield from lists.pending.ask(job, lists.now)


def _wanted(mark: PollMark, plan_: PollPlan) -> PollMark:
    """Return the mark without lists that this tick does not need, because their pages would expire."""
    ended, walk = mark.ended if plan_.list_ended else None, mark.all if plan_.walk else None
    return msgspec.structs.replace(mark, ended=ended, all=walk)
