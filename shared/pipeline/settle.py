"""poll_jobs, second half: ends the jobs whose files are all in, lists those again that stand still, tidies up."""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import msgspec

from shared.domain.documents import utc
from shared.domain.job import END_STATES, Job, Status
from shared.domain.messages import ListJobFiles
from shared.domain.transitions import Patience, settle, stalled, while_ingesting
from shared.errors import Permanent, Throttled, Transient
from shared.pipeline.ports import Clock, Jobs, Transcripts

log = logging.getLogger(__name__)

SETTLE_LIMIT = 1000
"""Jobs counted in one run, those that moved longest ago first."""

TIDY_LIMIT = 20
"""Ended jobs whose leftovers are looked for in one run."""

TIDY_AFTER = timedelta(days=1)
"""No run of a file lasts this long: what is older and named by no head was left by one that died."""


@dataclass(frozen=True)
class SettleJobs:
    """Use case of the timer, after the poll."""

    jobs: Jobs
    transcripts: Transcripts
    clock: Clock
    patience: Patience

    def __call__(self) -> Iterator[ListJobFiles]:
        """Count what is in, end what is whole, and yield a message for each job whose files are to be listed again."""
        now = self.clock.now()
        yield from _each(lambda: self.jobs.ingesting(SETTLE_LIMIT), partial(self._settle, now=now))
        yield from _each(lambda: self.jobs.untidied(utc(now - TIDY_AFTER), TIDY_LIMIT), partial(self._tidy, now=now))

    def _settle(self, job: Job, now: datetime) -> Iterator[ListJobFiles]:
        tally = self.transcripts.tally(job)
        if settle(job, tally, self.patience, now) != job:
            change = while_ingesting(job.run, partial(settle, tally=tally, patience=self.patience, now=now))
            written = self.jobs.update(job.id, change)
            if written is not None and written.status is not Status.INGESTING:
                log.info("job %s: %s, %s", job.id, written.status, _counts(written))
            return
        if stalled(job, self.patience, now):
            touch = while_ingesting(job.run, partial(msgspec.structs.replace, moved_at=utc(now)))
            touched = self.jobs.update(job.id, touch)
            if touched is not None:
                log.warning("job %s: stands still since %s (%s): listed again", job.id, job.moved_at, _counts(job))
                yield ListJobFiles(job.id, job.run, job.reprocess_from)

    def _tidy(self, job: Job, now: datetime) -> tuple[()]:
        for key, ids in self.transcripts.leftovers(job, now - TIDY_AFTER).items():
            log.warning("job %s file %s: retires %d parts that a run left behind", job.id, key.file_id, len(ids))
            self.transcripts.retire(key, ids)
        self.jobs.update(job.id, lambda current: _tidied(current, job.run, now))
        return ()


def _each(find: Callable[[], list[Job]], act: Callable[[Job], Iterable[ListJobFiles]]) -> Iterator[ListJobFiles]:
    """Do it for each job; an error is not raised, since the messages of the other jobs have to be sent.

    The next tick looks again.
    """
    try:
        for job in find():
            try:
                yield from act(job)
            except Throttled:
                raise
            except (Transient, Permanent) as error:
                log.error("job %s: %s: %s", job.id, type(error).__name__, error)  # noqa: TRY400 - ours; it says it all
    except (Transient, Permanent) as error:
        log.error("settle: %s: %s", type(error).__name__, error)  # noqa: TRY400 - as above


def _tidied(current: Job, run: int, now: datetime) -> Job | None:
    if current.status not in END_STATES or current.run != run:
        return None
    return msgspec.structs.replace(current, tidied_at=utc(now))


def _counts(job: Job) -> str:
    return f"{job.files.ingested} files in and {job.files.failed} given up of {job.files.expected}"
