"""poll_jobs, second half: ends the jobs whose files are all in, lists those again that stand still, tidies up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from shared.domain.documents import utc
from shared.domain.job import END_STATES, NO_RUN, Job, Status
from shared.domain.messages import ListJobFiles
from shared.domain.split import FileKey
from shared.domain.transitions import Patience, settle, stalled, while_ingesting
from shared.errors import Conflict, Permanent, Throttled, Transient
from shared.pipeline.milestones import file_counts, tell_end
from shared.pipeline.ports import BrokenFile, Clock, Jobs, PartEtags, Transcripts
from shared.pipeline.signals import Log, Signal, about

log = Log(__name__)

SETTLE_LIMIT = 1000
"""Jobs counted in one run, those that moved longest ago first."""

SETTLE_FOR = timedelta(seconds=60)
"""One run takes no longer than this, however slow Cosmos DB is: what the poll found is sent only when the run ends."""

AGAIN_LIMIT = 50
"""Jobs listed again in one run. What waits long for its turn looks like what stands still, and makes no great haste."""

TIDY_LIMIT = 20
"""Ended jobs whose leftovers are looked for in one run."""

ALL_IN_STATES = frozenset({Status.COMPLETED, Status.COMPLETED_WITH_ERRORS})
"""A job ends so only after every part that its files name was found."""

TIDY_AFTER = timedelta(days=1)
"""No run of a file lasts this long: what is older and named by no head was left by one that died.

What was left of files that are in is found before their job ends: who would name it finds another head there.
"""


@dataclass(frozen=True)
class SettleJobs:
    """Use case of the timer, after the poll."""

    jobs: Jobs
    transcripts: Transcripts
    clock: Clock
    patience: Patience

    def __call__(self) -> Iterator[ListJobFiles]:
        """Count what is in and end what is whole to its last part; yield a message for each job to be listed again."""
        now = self.clock.now()
        settle_ = partial(self._settle, now=now, again=iter(range(AGAIN_LIMIT)))
        for find, act in (
            (lambda: self.jobs.ingesting(SETTLE_LIMIT), settle_),
            (lambda: self.jobs.untidied(utc(now - TIDY_AFTER), TIDY_LIMIT), partial(self._tidy, now=now)),
        ):
            yield from _each(find, act, lambda: self.clock.now() >= now + SETTLE_FOR)

    def _settle(self, job: Job, now: datetime, again: Iterator[int]) -> Iterator[ListJobFiles]:
        settled = settle(job, self.transcripts.tally(job), self.patience, now)
        if settled != job:
            left, broken = self.transcripts.leftovers(job, None) if settled.status in ALL_IN_STATES else ({}, [])
            if broken:
                yield from self._repair(job, broken, now)
                return
            self._retire(job, left)
            # A job that changed since it was read was counted and looked through as another: the next tick does it.
            written = self.jobs.update(job.id, lambda current: settled if current == job else None)
            tell_end(written)
            return
        if stalled(job, self.patience, now) and next(again, None) is not None:
            touch = while_ingesting(job.run, partial(msgspec.structs.replace, moved_at=utc(now)))
            touched = self.jobs.update(job.id, touch)
            if touched is not None:
                log.warning(
                    "job %s: stands still since %s (%s): listed again",
                    *(job.id, job.moved_at, file_counts(job)),
                    signal=Signal.REPAIRED,
                    repair="standsStill",
                )
                yield ListJobFiles(job.id, job.run, job.reprocess_from)

    def _repair(self, job: Job, broken: list[BrokenFile], now: datetime) -> Iterator[ListJobFiles]:
        """Let broken files count as missing, and list the job's files again at once: they are written anew.

        Whoever dies in between leaves a job that stands still, since it is not all in: it is listed again later.
        """
        for file in broken:
            log.warning(
                "job %s file %s: %d parts are missing: to be written anew",
                *(*_ids(file), len(file.missing)),
                signal=Signal.REPAIRED,
                file=file.key.file_id,
                repair="missingParts",
            )
            if file.etag is not None:
                try:
                    self.transcripts.discount(file.key, file.etag)
                except Conflict:
                    log.info("job %s file %s: was written anew meanwhile", *_ids(file))
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
                "job %s file %s: %d parts are missing since it ended: speech2cosmos replay %s",
                *(*_ids(file), len(file.missing), job.id),
                signal=Signal.TROUBLED,
                file=file.key.file_id,
            )
        self.jobs.update(job.id, lambda current: _tidied(current, job.run, now))
        return ()


def _each(
    find: Callable[[], list[Job]], act: Callable[[Job], Iterable[ListJobFiles]], enough: Callable[[], bool]
) -> Iterator[ListJobFiles]:
    """Do it for each job until it is enough; an error is not raised: the messages of the other jobs have to be sent.

    The next tick looks again.
    """
    try:
        for job in find():
            if enough():
                log.warning("settle: counted for long enough: the rest waits for the next tick", signal=Signal.TROUBLED)
                return
            with about(job.id):
                found = _done(job, act)
            yield from found
    except (Transient, Permanent) as error:
        kind = type(error).__name__
        signal = Signal.THROTTLED if isinstance(error, Throttled) else Signal.FAILED
        log.error("settle: %s: %s", kind, error, signal=signal, error=kind)


def _done(job: Job, act: Callable[[Job], Iterable[ListJobFiles]]) -> list[ListJobFiles]:
    try:
        return list(act(job))
    except Throttled:
        raise
    except (Transient, Permanent) as error:
        kind = type(error).__name__
        log.error("job %s: %s: %s", job.id, kind, error, signal=Signal.FAILED, error=kind)
        return []


def _reopened(current: Job, *, read: Job, report: bool, now: datetime) -> Job:
    """Return the job as one that just moved; its report, if that is broken and still the one, counts in no run."""
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
