"""Fetches, splits and writes one file of a job. A reader sees all of it or nothing, because the head is last."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import UNSET

from shared.domain.documents import FileKey, utc
from shared.domain.encoded import PartContent
from shared.domain.ingesting import reported
from shared.domain.job import SHOWN_FAILURES, Job, ReportSummary
from shared.domain.messages import FetchFile
from shared.domain.parts import encoded_size
from shared.domain.report import ReportReader
from shared.domain.speech_api import KIND_REPORT
from shared.domain.split import SplitOptions, Splitter
from shared.domain.stored_files import StoredHead
from shared.errors import Conflict, Transient
from shared.pipeline.batches import Batches
from shared.pipeline.came_in_late import came_in
from shared.pipeline.erased import Erased
from shared.pipeline.opening import NOTHING_KNOWN, Known, Opening, Trace, believed
from shared.pipeline.ports import Clock, Contents, Jobs, RawArchive, Speech, Transcripts
from shared.pipeline.signals import Log, Signal
from shared.pipeline.stream import carry

log = Log(__name__)


@dataclass(frozen=True)
class Ingest:
    """Writes transcripts and reports. Both are idempotent: the same bytes give the same documents."""

    jobs: Jobs
    transcripts: Transcripts
    speech: Speech
    contents: Contents
    archive: RawArchive
    clock: Clock
    options: SplitOptions

    @property
    def _opening(self) -> Opening:
        return Opening(self.speech, self.contents, self.archive, self.options)

    @property
    def erased(self) -> Erased:
        """Removes what late deliveries write of erased recordings."""
        return Erased(self.jobs, self.transcripts, self.archive, self.clock)

    def is_in_after_all(self, message: FetchFile) -> bool:
        """Return whether the file is in, or was erased. If it is in, repair a job that counts it as given up.

        The read of a file that is not in costs 1 RU.
        """
        if message.kind != KIND_REPORT:
            stored = self.transcripts.head(_key(message))
            return stored is not None and self._is_in(message, stored)
        job = self.jobs.find(message.job_id)
        if self.erased.with_its_job(message, job):
            return True
        in_run = _report_run(job, message) if isinstance(job, Job) else None
        if in_run is not None:
            self._came_in(_key(message), in_run)
        return in_run is not None

    def _is_in(self, message: FetchFile, stored: StoredHead) -> bool:
        key, in_run = _key(message), stored.head.run
        if in_run < message.reprocess_from:
            return False
        if stored.forgotten:
            self.erased.beside(key, in_run)
        else:
            log.info("job %s file %s: is in", key.job_id, key.file_id)
            self._came_in(key, in_run)
        return True

    def named_revision(self, message: FetchFile) -> str | None:
        """Return the revision that the file's head (for a report: the job) names, whichever run wrote it."""
        if message.kind == KIND_REPORT:
            job = self.jobs.get(message.job_id)
            report = job.report if job else None
            return report.revision if report and report.file_id == message.file_id else None
        stored = self.transcripts.head(_key(message))
        return stored.head.revision if stored else None

    def transcript(self, message: FetchFile, trace: Trace, known: Known = NOTHING_KNOWN) -> None:
        """Write the parts of a result file while it arrives, then its head, then retire the parts of the replaced head.

        For a new file no head is looked for. If another delivery has written one meanwhile, this one raises Conflict.
        The ETags of the replaced parts are read before the head is replaced. If a later delivery writes such a part
        again, its ETag differs and the part stays. settle.py detects parts that are missing for other reasons before
        the job ends.
        """
        key = _key(message)
        stored = None if known.is_new else self.transcripts.head(key)
        if stored is not None and self._is_in(message, stored):
            return
        with self._opening.open(message, trace, known.listed) as (content, raw, revision):
            splitter = Splitter(self.options)
            batches = Batches(lambda parts: self.transcripts.write(key, parts))

            def write(parts: Iterator[PartContent]) -> None:
                batches.extend(part.encoded(key, revision) for part in parts)

            feed, close = lambda chunk: write(splitter.feed(chunk)), lambda: write(splitter.close())
            received, refusal = carry(content, raw, feed, close)
            trace.raw = raw.name
        if refusal is not None:
            raise believed(refusal, received, trace.size)
        head = splitter.head(
            key, revision, run=message.run, name=message.name, raw=raw.name, ingested_at=utc(self.clock.now())
        )
        rest = batches.last(encoded_size(head))
        changed = stored is not None and stored.head.revision != revision
        replaced = self.transcripts.parts(key, stored.head.revision) if stored is not None and changed else {}
        trace.written = True
        try:
            self.transcripts.commit(key, rest, head, stored.etag if stored else None)
        except Conflict:
            if not self._erased_meanwhile(message):
                raise
            trace.written = False
            return
        if replaced:
            self.transcripts.retire(key, replaced)
        self._came_in(key, message.run)
        phrases, size = head.phrase_count, head.size_in_bytes
        log.info(
            "job %s file %s: in, %d phrases, %d bytes",
            *(*_ids(key), phrases, size),
            signal=Signal.WRITTEN,
            phrases=phrases,
            bytes=size,
        )

    def _erased_meanwhile(self, message: FetchFile) -> bool:
        stored = self.transcripts.head(_key(message))
        return stored is not None and stored.forgotten and self._is_in(message, stored)

    def report(self, message: FetchFile, trace: Trace, known: Known = NOTHING_KNOWN) -> None:
        """Write the report's parts, name them in the job's document, then retire the replaced parts.

        The report of a job with erased recordings may name one of them. So only the sources that failed are written of
        it, and it is not archived (docs/decisions/0062).
        """
        key = _key(message)
        job = self.jobs.find(key.job_id)
        if self.erased.with_its_job(message, job):
            return
        if not isinstance(job, Job):
            # The listing of its files read this document, so this read is stale.
            raise Transient(f"job {key.job_id} is not to be seen in Cosmos DB yet")
        if (in_run := _report_run(job, message)) is not None:
            log.info("job %s file %s: the report is in", key.job_id, key.file_id)
            self._came_in(key, in_run)
            return
        reader = ReportReader()
        with self._opening.open(message, trace, known.listed) as (content, raw, revision):
            if job.forgotten_at is not UNSET:
                self.archive.remove(f"{key.job_id}/{key.file_id}/")
            kept = raw if job.forgotten_at is UNSET else None
            received, refusal = carry(content, kept, reader.feed, reader.close)
            trace.raw = kept.name if kept else None
        if refusal is not None:
            raise believed(refusal, received, trace.size)
        if job.forgotten_at is not UNSET:
            reader.forget_results()
        batches = Batches(lambda parts: self.transcripts.write(key, parts))
        parts = [part.encoded(key, revision) for part in reader.parts()]
        batches.extend(parts)
        batches.flush()
        summary = ReportSummary(
            successful_transcriptions_count=reader.successful,
            failed_transcriptions_count=reader.failed,
            failures=reader.failures()[:SHOWN_FAILURES],
            file_id=key.file_id,
            revision=revision,
            parts=[part.id for part in parts],
            raw=trace.raw,
            run=message.run,
        )
        trace.written = True
        self._name_report(job, summary)
        self._came_in(key, message.run)
        log.info("job %s file %s: report in, %d details", *_ids(key), len(reader.details))

    def _name_report(self, job: Job, summary: ReportSummary) -> None:
        """Replace the report that `job` names, as `transcript` replaces a head."""
        old = job.report
        same = old is None or (old.file_id, old.revision) == (summary.file_id, summary.revision)
        replaced = {} if old is None or same else self.transcripts.parts(FileKey(job.id, old.file_id), old.revision)

        def change(current: Job) -> Job | None:
            if current.report and current.report.run > summary.run:
                return None  # a later run was faster; the parts of this run are orphans, which the timer retires
            if current.forgotten_at != job.forgotten_at:
                raise Transient(f"job {job.id}: a recording was erased since its report was begun")
            if current.report != old:
                raise Transient(f"job {job.id}: another report was named since this one was begun")
            return reported(current, summary, self.clock.now())

        if self.jobs.update(job.id, change) is not None and old is not None and replaced:
            self.transcripts.retire(FileKey(job.id, old.file_id), replaced)

    def _came_in(self, key: FileKey, in_run: int) -> None:
        came_in(self.jobs, self.transcripts, self.clock, key, in_run)


def _report_run(job: Job, message: FetchFile) -> int | None:
    report = job.report
    if report is None or report.file_id != message.file_id or report.run < message.reprocess_from:
        return None
    return report.run


def _key(message: FetchFile) -> FileKey:
    return FileKey(message.job_id, message.file_id)


def _ids(key: FileKey) -> tuple[str, str]:
    return key.job_id, key.file_id
