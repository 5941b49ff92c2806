"""poll_jobs, second half: ends jobs whose files are all in, lists stalled jobs again, retires orphaned parts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from shared.domain.documents import FileKey, utc
from shared.domain.ingesting import expired, settle, while_ingesting
from shared.domain.job import END_STATES, NO_RUN, Job, RetryCode, Status
from shared.domain.messages import ListJobFiles
from shared.domain.patience import Patience, listed_again, stands_still
from shared.domain.poll_mark import Place
from shared.domain.stored_files import BrokenFile, PartEtags
from shared.errors import Conflict, Throttled
from shared.pipeline.milestones import file_counts, tell_end
from shared.pipeline.ports import Clock, Jobs, Transcripts
from shared.pipeline.rounds import Round
from shared.pipeline.signals import Log, Signal, about, words_of
from shared.pipeline.steps import Deadline, Step, contained

log = Log(__name__)

OVERLAP = timedelta(minutes=1)
"""Jobs that moved within this time before the last tick are counted again: clocks differ, and reads may be stale."""

WAITING_LIMIT = 1000
"""Greatest number of jobs that did not move to count in one tick. A round takes a tick for each thousand of them."""

AGAIN_LIMIT = 50
"""Greatest number of jobs to list again in one tick. When many wait, a busy job looks like one that stands still."""

TIDY_LIMIT = 20
"""Greatest number of ended jobs in one tick whose orphaned parts are looked for."""

ALL_IN_STATES = frozenset({Status.COMPLETED, Status.COMPLETED_WITH_ERRORS})
"""A job reaches these states only after every part that its heads and its report name was found."""

TIDY_AFTER = timedelta(days=1)
"""No delivery lasts this long, so an older part that no head names is an orphan: its delivery died.

Orphaned parts of files that are in are retired earlier, before their job ends. That is safe: a delivery that still
wants to name them finds another head, and fails with a conflict.
"""


@dataclass(frozen=True)
class SettleJobs:
    """Use case of the timer, after the poll."""

    jobs: Jobs
    transcripts: Transcripts
    clock: Clock
    patience: Patience

    def __call__(self, *, pending: bool = True) -> Iterator[ListJobFiles]:
        """Count the files of jobs, end the complete ones, and yield a message for each job to be listed again.

        `pending`: whether the poll found a job. If neither it nor this finds any, the timer's memory is marked as idle.

        Jobs that moved come first, so that a finished job ends soon, however many do not move. Errors are logged and
        not raised, because the next tick tries again: see steps.contained.
        """
        now = self.clock.now()
        settle_ = partial(self._settle, now=now)
        with contained(Step.REMEMBER):
            read = self.jobs.poll_mark()
            lately = Place(utc(now - OVERLAP), "")
            moved = Round(self.jobs.ingesting, Place.by_movement, min(read.moved or lately, lately))
            waiting = Round(self.jobs.ingesting, Place.by_movement, read.waiting, before=moved.at, limit=WAITING_LIMIT)
            before = utc(now - TIDY_AFTER)
            tidied = Round(partial(self.jobs.untidied, before), Place.by_end, read.tidied, limit=TIDY_LIMIT)
            due = Round(self._due(now), Place.by_movement, None, limit=AGAIN_LIMIT)
            for step, jobs, act in (
                (Step.MOVED, moved, settle_),
                (Step.WAITING, waiting, settle_),
                (Step.AGAIN, due, partial(self._again, now=now)),
                (Step.TIDY, tidied, partial(self._tidy, now=now)),
            ):
                with contained(step) as outcome:
                    yield from self._turns(step, jobs, act)
                if outcome.throttled:
                    break
            idle = not pending and all(each.empty for each in (moved, waiting, due, tidied))
            mark = msgspec.structs.replace(read, waiting=waiting.next, tidied=tidied.next, idle=idle)
            if moved.passed:
                last = lately if moved.ended else min(moved.at or lately, lately)
                mark = msgspec.structs.replace(mark, moved=last)
            if mark != read:
                self.jobs.put_poll_mark(mark)

    def _turns(self, step: Step, jobs: Round, act: Callable[[Job], Iterable[ListJobFiles]]) -> Iterator[ListJobFiles]:
        """Call `act` for each job of the round while there is time. Raises Throttled."""
        deadline = Deadline.of(step, self.clock)
        for job in jobs:
            yield from _turn(job, act)
            jobs.passes(job)
            if deadline.stops(step):
                return

    def _due(self, now: datetime) -> Callable[[Place | None, int], list[Job]]:
        # A job that was listed again is no longer due, so the first due jobs are always the next ones.
        return lambda _, limit: self.jobs.to_list_again(utc(now), limit)

    def _settle(self, job: Job, now: datetime) -> Iterator[ListJobFiles]:
        # Both need only the job's document, so a job ends in time even if its files can never be counted.
        over = expired(job, self.patience, now)
        if over is not None:
            tell_end(self.jobs.update(job.id, lambda current: over if current == job else None))
            return
        still = stands_still(job, self.patience, now)
        if still is not None:
            noted = self.jobs.update(job.id, lambda current: still if current == job else None)
            if noted is None:
                return
            job = noted
        settled = settle(job, self.transcripts.tally(job), self.patience, now)
        if settled == job:
            return
        left, broken = self.transcripts.leftovers(job, None) if settled.status in ALL_IN_STATES else ({}, [])
        if broken:
            yield from self._repair(job, broken, now)
            return
        self._retire(job, left)
        # The job changed after it was read, so these counts are outdated. The next tick counts again.
        tell_end(self.jobs.update(job.id, lambda current: settled if current == job else None))

    def _again(self, job: Job, now: datetime) -> Iterator[ListJobFiles]:
        """List the job's files again if that is due. This is the only retry of files that are not in."""
        written = self.jobs.update(job.id, partial(listed_again, patience=self.patience, now=now))
        if written is None or written.retry is None:
            return
        why = written.retry
        log.warning(
            "job %s: listed again, because of %s since %s: %s (%s)",
            *(job.id, why.code, why.since, why.message, file_counts(job)),
            signal=Signal.REPAIRED,
            repair="standsStill" if why.code is RetryCode.STANDS_STILL else "retry",
            error=why.code,
        )
        yield ListJobFiles(job.id, written.run, written.reprocess_from)

    def _repair(self, job: Job, broken: list[BrokenFile], now: datetime) -> Iterator[ListJobFiles]:
        """Mark broken files as not in, and list the job's files again at once, so that they are written again.

        If the process dies between the two, the job stands still with files missing, so it is listed again later.
        """
        for file in broken:
            log.warning(
                "job %s file %s: %d parts are missing: they will be written again",
                *(*_ids(file), len(file.missing)),
                signal=Signal.REPAIRED,
                file=file.key.file_id,
                repair="missingParts",
            )
            if file.etag is not None:
                try:
                    self.transcripts.discount(file.key, file.etag)
                except Conflict:
                    log.info("job %s file %s: another delivery wrote it again first", *_ids(file))
        report = any(file.etag is None for file in broken)
        if self.jobs.update(job.id, while_ingesting(job.run, partial(_reopened, read=job, report=report, now=now))):
            yield ListJobFiles(job.id, job.run, job.reprocess_from)

    def _retire(self, job: Job, left: Mapping[FileKey, PartEtags]) -> None:
        for key, parts in left.items():
            log.warning(
                "job %s file %s: retires %d parts that a run left behind",
                *(job.id, key.file_id, len(parts)),
                signal=Signal.REPAIRED,
                file=key.file_id,
                repair="leftovers",
            )
            self.transcripts.retire(key, parts)

    def _tidy(self, job: Job, now: datetime) -> tuple[()]:
        left, broken = self.transcripts.leftovers(job, now - TIDY_AFTER)
        self._retire(job, left)
        for file in broken:
            log.error(
                "job %s file %s: %d parts are missing since it ended: speech2cosmos retry %s",
                *(*_ids(file), len(file.missing), job.id),
                signal=Signal.TROUBLED,
                file=file.key.file_id,
            )
        self.jobs.update(job.id, lambda current: _tidied(current, job.run, now))
        return ()


def _turn(job: Job, act: Callable[[Job], Iterable[ListJobFiles]]) -> list[ListJobFiles]:
    with about(job.id):
        try:
            return list(act(job))
        except Throttled:
            raise
        except Exception as error:  # noqa: BLE001 - a bulkhead: one job never stops another
            kind, words = type(error).__name__, words_of(error)
            log.error("job %s: %s: %s", job.id, kind, words, signal=Signal.FAILED, error=kind)
            return []


def _reopened(current: Job, *, read: Job, report: bool, now: datetime) -> Job:
    """Return the job as one that just moved. If `broken` has its current report, the report no longer counts as in."""
    job = msgspec.structs.replace(current, moved_at=utc(now))
    if report and current.report is not None and current.report == read.report:
        job = msgspec.structs.replace(job, report=msgspec.structs.replace(current.report, run=NO_RUN))
    return job


def _tidied(current: Job, run: int, now: datetime) -> Job | None:
    if current.status not in END_STATES or current.run != run:
        return None
    return msgspec.structs.replace(current, tidied_at=utc(now))


def _ids(file: BrokenFile) -> tuple[str, str]:
    return file.key.job_id, file.key.file_id
