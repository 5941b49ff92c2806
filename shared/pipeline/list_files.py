"""Lists one page of a job's files and returns messages that fetch them."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from shared.domain.forgotten import ForgottenJob
from shared.domain.ingesting import is_fetched, listed, unlistable, vanished, while_fetched
from shared.domain.job import LISTING_LOOPS, Job, Status
from shared.domain.messages import ListJobFiles, PageFile, Work, fetch_pages
from shared.domain.patience import Patience
from shared.domain.seen import LONGEST_SEEN, packed, short_hash, unpacked
from shared.domain.speech_api import KIND_REPORT
from shared.domain.transitions import troubled
from shared.errors import NotFound, Permanent, Throttled, Transient
from shared.pipeline.milestones import tell_end
from shared.pipeline.ports import Clock, Jobs, Speech
from shared.pipeline.put_off import put_off_listing
from shared.pipeline.signals import Log, Signal

log = Log(__name__)

MOST_PAGES = 10_000
"""Most pages of one list. A job has at most 10,000 files (limits of batch transcription), so a longer list loops."""


@dataclass(frozen=True)
class ListFiles:
    """What fetch_results does with a ListJobFiles."""

    jobs: Jobs
    speech: Speech
    clock: Clock
    max_attempts: int
    patience: Patience

    def __call__(self, message: ListJobFiles, attempt: int) -> list[Work]:
        """List the page. Return the message that lists the next page, if there is one, and those that fetch its files.

        Raises Throttled, and Transient except in the last attempt: then the job's document notes the next listing.
        """
        try:
            return self._list(message)
        except Throttled:
            raise
        except Transient as error:
            if attempt < self.max_attempts:
                raise
            words = f"listing its files failed {attempt} times: {error}"
            put_off_listing(self.jobs, self.clock, self.patience, message, words)
            return []

    def _list(self, message: ListJobFiles) -> list[Work]:
        job = self.jobs.find(message.job_id)
        if job is None or (job.run, job.status) == (message.run, Status.PENDING) or job.run < message.run:
            # The poll wrote the job before it sent this message, so this read is stale.
            raise Transient(f"job {message.job_id}: run {message.run} is not to be seen in Cosmos DB yet")
        if isinstance(job, ForgottenJob) or not is_fetched(job, message.run):
            log.info("job %s: the list of run %d is no longer wanted", message.job_id, message.run)
            return []
        try:
            page = self.speech.files(job.id, message.page)
            wanted = [file for file in page.values if job.status is Status.INGESTING or file.kind == KIND_REPORT]
            files = {file.file_id: PageFile(file.file_id, file.kind, file.name) for file in wanted}
            next_page = page.next_page
        except Permanent as error:
            log.error("job %s: its files cannot be listed: %s", job.id, error, signal=Signal.TROUBLED, error=error.code)
            change = partial(_unlistable, error=error, patience=self.patience, now=self.clock.now())
            written = self.jobs.update(job.id, while_fetched(job.run, change))
            if job.status is Status.INGESTING:
                tell_end(written)
            return []
        found = _added(message, list(files.values()))
        pages = fetch_pages(message, files.values())
        loops = _loops(found, next_page)
        if next_page is not None and loops is None:
            return [msgspec.structs.replace(found, page=next_page), *pages]
        self._end(job, found, loops)
        return [*pages]

    def _end(self, job: Job, found: ListJobFiles, loops: str | None) -> None:
        now = self.clock.now()
        self.jobs.update(
            job.id, while_fetched(job.run, lambda current: listed(current, found.expected, found.reports, now, loops))
        )
        if loops is not None:
            log.error(
                "job %s: its list of files does not end: %s",
                *(job.id, loops),
                signal=Signal.TROUBLED,
                error=LISTING_LOOPS,
            )
        log.info("job %s: %d files and %d reports listed", job.id, found.expected, found.reports)


def _added(message: ListJobFiles, files: list[PageFile]) -> ListJobFiles:
    """Return the message with this page's files added to its counts. An id of an earlier page is not counted again."""
    seen = unpacked(message.seen)
    new = [file for file in files if short_hash(file.id) not in seen]
    seen |= {_page_hash(message.page), *(short_hash(file.id) for file in new)}
    text = packed(seen)
    reports = sum(file.kind == KIND_REPORT for file in new)
    return msgspec.structs.replace(
        message,
        expected=message.expected + len(new) - reports,
        reports=message.reports + reports,
        pages=message.pages + 1,
        # Without room this page is not remembered, so a circle may be missed. MOST_PAGES then ends the list.
        seen=text if len(text) <= LONGEST_SEEN else message.seen,
    )


def _loops(found: ListJobFiles, next_page: str | None) -> str | None:
    """Return in which way the list does not end; None if nothing shows that."""
    if next_page is None:
        return None
    if _page_hash(next_page) in unpacked(found.seen):
        return "Speech's next link leads back to a page that was listed before"
    if found.pages >= MOST_PAGES:
        return f"the list of files has more than {MOST_PAGES} pages"
    return None


def _page_hash(page: str | None) -> int:
    # A file's id has no space, so a page and a file never have the same hash input.
    return short_hash(f"page {page or ''}")


def _unlistable(job: Job, *, error: Permanent, patience: Patience, now: datetime) -> Job:
    if isinstance(error, NotFound):
        return vanished(job, str(error), now)
    # A failed job keeps Speech's own failure.
    told = troubled(job, error) if job.status is Status.INGESTING else job
    return unlistable(told, f"{error.code}: {error}", patience, now)
