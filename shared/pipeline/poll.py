"""poll_jobs, first half: finds which pending jobs ended."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from shared.domain.documents import utc
from shared.domain.job import POLL_ID, Job, PollMark, Status
from shared.domain.messages import ListJobFiles
from shared.domain.polling import ONE_BY_ONE_LIMIT, UNSEEN_FOR, UNSEEN_LIMIT, PollPlan, Waiting, filter_since, plan
from shared.domain.speech_api import Transcription
from shared.domain.transitions import Patience, observe, unasked
from shared.errors import NotFound, Paused, Permanent, ServiceRefused, Throttled, Transient, UnknownValue
from shared.pipeline.milestones import tell_end, tell_oldest
from shared.pipeline.ports import Clock, Jobs, Speech
from shared.pipeline.signals import Log, Signal, about

log = Log(__name__)

NEW_LIMIT = 2000
"""New jobs looked for in one run; further ones wait for the next."""

ASK_FOR = timedelta(seconds=60)
"""GETs of one run take no longer than this, however slow Speech is: what is left waits for the next run."""

_IDS_A_QUERY = 100


@dataclass(frozen=True)
class PollJobs:
    """Use case of the timer. Only the timer polls, and it runs once at a time, so two polls never race."""

    jobs: Jobs
    speech: Speech
    clock: Clock
    patience: Patience
    get_limit: int

    def __call__(self) -> Iterator[ListJobFiles]:
        """Ask Speech as the plan says, write what became of the jobs, and yield a message for each that succeeded."""
        now = self.clock.now()
        waiting = self._gather(now)
        tell_oldest(waiting.oldest, now)
        plan_ = plan(waiting, self.get_limit)
        for step in (self._get, self._walk, self._list):
            try:
                yield from step(plan_, now)
            except Paused as error:
                log.info("poll: stops until the next tick: %s", error)
                return
            except Throttled as error:
                log.warning("poll: stops until the next tick: %s", error, signal=Signal.THROTTLED)
                return
            except (Transient, Permanent) as error:
                # Not raised: what the other steps found has to be sent. The next tick asks again.
                kind = type(error).__name__
                log.error("poll: %s: %s", kind, error, signal=Signal.FAILED, error=kind)

    def _gather(self, now: datetime) -> Waiting:
        return Waiting(
            new=self.jobs.new(NEW_LIMIT),
            due=self.jobs.due(utc(now), self.get_limit + 1),
            unseen=self.jobs.unseen(utc(now - UNSEEN_FOR), UNSEEN_LIMIT),
            oldest=self.jobs.oldest_pending(),
            watermark=self.jobs.poll_mark().watermark,
        )

    def _get(self, plan_: PollPlan, now: datetime) -> Iterator[ListJobFiles]:
        yield from self._ask(plan_.gets, now)

    def _ask(self, jobs: list[Job], now: datetime) -> Iterator[ListJobFiles]:
        # Those that made trouble come last, so that they never keep the others waiting.
        for job in sorted(jobs, key=lambda job: job.failure is not None):
            if self.clock.now() >= now + ASK_FOR:
                log.warning("poll: asked for long enough: the rest waits for the next tick", signal=Signal.TROUBLED)
                return
            try:
                with about(job.id):
                    found = self._apply(job.id, self.speech.transcription(job.id), now)
            except Throttled:
                raise
            except (Transient, Permanent) as error:
                self._note(job, error, now)
            else:
                yield from found

    def _note(self, job: Job, error: Transient | Permanent, now: datetime) -> None:
        with about(job.id):
            log.error("job %s: %s", job.id, error, signal=Signal.FAILED, error=type(error).__name__)
            tell_end(self.jobs.update(job.id, _pending_only(partial(self._unasked, error=error, now=now))))

    def _unasked(self, job: Job, *, error: Transient | Permanent, now: datetime) -> Job:
        if isinstance(error, Permanent):
            return unasked(job, error, self.patience, now)
        written = unasked(job, Permanent(str(error), "SpeechUnavailable"), self.patience, now)
        # It counts as asked for only when Speech answered: a new job may have ended before the watermark.
        next_poll_at = written.next_poll_at if job.poll_count else None
        return msgspec.structs.replace(written, poll_count=job.poll_count, next_poll_at=next_poll_at)

    def _walk(self, plan_: PollPlan, now: datetime) -> Iterator[ListJobFiles]:
        wanted = {job.id: job for job in plan_.walk_for}
        for seen in self.speech.transcriptions(None) if wanted else ():
            job = wanted.pop(_id(seen) or "", None)
            if job is not None:
                yield from self._take(job, seen, now)
            if not wanted:
                break
        yield from self._ask(list(wanted.values())[:UNSEEN_LIMIT], now)

    def _list(self, plan_: PollPlan, now: datetime) -> Iterator[ListJobFiles]:
        if plan_.since is None:
            return
        try:
            complete = yield from self._ended(filter_since(plan_.since), now)
        except NotFound:
            raise  # the endpoint, not the filter: each job's own GET would say the same, and end it
        except ServiceRefused as error:
            log.error(
                "poll: Speech refuses the filtered list, due jobs are asked for one by one: %s",
                error,
                signal=Signal.TROUBLED,
                error=error.code,
            )
            yield from self._ask(self.jobs.due(utc(now), ONE_BY_ONE_LIMIT), now)
            return
        if complete:
            self.jobs.put_poll_mark(PollMark(id=POLL_ID, watermark=utc(now)))

    def _ended(self, odata_filter: str, now: datetime) -> Generator[ListJobFiles, None, bool]:
        """Write what the filtered list says of pending jobs; return False if some have to be looked at again."""
        batch: dict[str, Transcription] = {}
        complete = True
        for seen in self.speech.transcriptions(odata_filter):
            if (job_id := _id(seen)) is not None:
                batch[job_id] = seen
            if len(batch) == _IDS_A_QUERY:
                complete &= yield from self._match(batch, now)
                batch = {}
        return complete & (yield from self._match(batch, now))

    def _match(self, batch: dict[str, Transcription], now: datetime) -> Generator[ListJobFiles, None, bool]:
        complete = True
        for job in self.jobs.pending_among(list(batch)) if batch else ():
            complete &= yield from self._take(job, batch[job.id], now)
        return complete

    def _take(self, job: Job, seen: Transcription, now: datetime) -> Generator[ListJobFiles, None, bool]:
        """Write what an entry of a list says of the job; return False if that has to be looked at again."""
        try:
            with about(job.id):
                found = self._apply(job.id, self._with_error(job, seen), now)
        except Throttled:
            raise
        except (Transient, Permanent) as error:
            self._note(job, error, now)
            return isinstance(error, Permanent)
        yield from found
        return True

    def _with_error(self, job: Job, seen: Transcription) -> Transcription:
        # Nothing says that the list holds what a failed job's own GET holds: its error.
        if seen.status != "Failed" or "error" in seen.properties:
            return seen
        try:
            return self.speech.transcription(job.id) or seen
        except Permanent as error:
            log.warning("job %s: why it failed cannot be asked: %s", job.id, error, signal=Signal.TROUBLED)
            return seen

    def _apply(self, job_id: str, seen: Transcription | None, now: datetime) -> list[ListJobFiles]:
        written = self.jobs.update(
            job_id, _pending_only(lambda job: observe(job, seen, self.patience, now, self.speech.resource))
        )
        if written is None:
            return []
        log.info("job %s: Speech says %s: %s", job_id, seen.status if seen else "404", written.status)
        if written.failure is not None:
            code = written.failure.code
            log.warning("job %s: %s: %s", job_id, code, written.failure.message, signal=Signal.TROUBLED, error=code)
        tell_end(written)
        wanted = written.status is Status.INGESTING
        return [ListJobFiles(job_id, written.run, written.reprocess_from)] if wanted else []


def _pending_only(change: Callable[[Job], Job]) -> Callable[[Job], Job | None]:
    return lambda job: change(job) if job.status is Status.PENDING else None


def _id(seen: Transcription) -> str | None:
    try:
        return seen.job_id
    except UnknownValue as error:
        log.warning("poll: passed over an entry of the list: %s", error, signal=Signal.TROUBLED)
        return None
