"""Reads Speech's lists of transcriptions: some pages in each tick, from where the previous tick stopped."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime

import msgspec

from shared.domain.documents import utc
from shared.domain.messages import ListJobFiles
from shared.domain.poll_mark import PollMark, Walk
from shared.domain.polling import LISTS_A_TICK, Waiting, begin_of, filter_since
from shared.domain.speech_api import Transcription, TranscriptionPage, entry
from shared.errors import ServiceRefused, Throttled, Transient, UnknownValue
from shared.pipeline.pending import PendingJobs
from shared.pipeline.signals import Log, Signal
from shared.pipeline.steps import Deadline, Step

log = Log(__name__)

IDS_A_QUERY = 100

FOR_THE_WALK = LISTS_A_TICK // 2
"""Requests that the list of ended jobs leaves for the walk through the whole list, if that follows."""

PAGE_TRIES = 5
"""After failing in this many ticks, a page is given up and its list is read from the start."""

_MARKED = {Step.ENDED: "ended", Step.WALK: "all"}
"""The property of PollMark that holds each list's walk."""


@dataclass
class Lists:
    """The two lists in one tick. `mark`: the timer's memory, to be written after the tick. `left`: requests allowed."""

    pending: PendingJobs
    now: datetime
    mark: PollMark
    left: int = LISTS_A_TICK

    def ended(self, waiting: Waiting, deadline: Deadline, *, walk_follows: bool) -> Iterator[ListJobFiles]:
        """Continue the list of jobs that ended since the watermark. After its last page its begin is the new watermark.

        Raises ServiceRefused if Speech refuses the filter or a page, and Transient.
        """
        since = begin_of(waiting, self.mark.watermark)
        walk = self.mark.ended or Walk(began_at=utc(self.now), since=since)
        end = yield from self._pages(Step.ENDED, walk, deadline, keep=FOR_THE_WALK if walk_follows else 0)
        if end is not None and end.complete:
            self.mark = msgspec.structs.replace(self.mark, watermark=end.began_at)

    def walk(self, deadline: Deadline) -> Iterator[ListJobFiles]:
        """Continue the whole list, which finds many new jobs sooner than a GET for each. Raises what `ended` raises."""
        yield from self._pages(Step.WALK, self.mark.all or Walk(began_at=utc(self.now)), deadline, keep=0)

    def _pages(
        self, step: Step, walk: Walk, deadline: Deadline, *, keep: int
    ) -> Generator[ListJobFiles, None, Walk | None]:
        """Read pages while there is time. Return the walk after the last page; None if it goes on or starts over."""
        while self.left > keep and not deadline.stops(step):
            page = self._page(step, walk)
            complete = yield from self._taken(page, only_new=step is Step.WALK)
            walk = msgspec.structs.replace(walk, complete=walk.complete and complete, tries=0)
            self._stopped_at(step, None)
            try:
                if page.next_page is None:
                    return walk
                walk = walk.onto(page.next_page)
            except UnknownValue as error:
                log.error(
                    "tick: %s: starts again with the first page: %s",
                    step,
                    error,
                    signal=Signal.TROUBLED,
                    error=error.code,
                )
                return None
            self._stopped_at(step, walk)
        return None

    def _page(self, step: Step, walk: Walk) -> TranscriptionPage:
        self.left -= 1
        try:
            return self.pending.speech.transcriptions(filter_since(walk.since) if walk.since else None, walk.page)
        except Throttled:
            raise
        except Transient:
            tried = msgspec.structs.replace(walk, tries=walk.tries + 1)
            self._stopped_at(step, tried if tried.tries < PAGE_TRIES else None)
            raise
        except ServiceRefused:
            self._stopped_at(step, None)  # the page may have expired; what earlier pages said is written already
            raise

    def _stopped_at(self, step: Step, walk: Walk | None) -> None:
        self.mark = msgspec.structs.replace(self.mark, **{_MARKED[step]: walk})

    def _taken(self, page: TranscriptionPage, *, only_new: bool) -> Generator[ListJobFiles, None, bool]:
        """Write what a page says of pending jobs. Return False if some of it could not be written."""
        seen = {each.job_id: each for each in map(_entry, page.values) if each is not None}
        complete = True
        for begin in range(0, len(seen), IDS_A_QUERY):
            ids = list(seen)[begin : begin + IDS_A_QUERY]
            for job in self.pending.jobs.pending_among(ids):
                if only_new and job.poll_count:
                    continue  # the list of ended jobs finds it
                found, written = self.pending.take(job, seen[job.id], self.now)
                yield from found
                complete &= written
        return complete


def _entry(value: object) -> Transcription | None:
    try:
        return entry(value)
    except UnknownValue as error:
        log.warning("tick: passed over an entry of the list: %s", error, signal=Signal.TROUBLED)
        return None
