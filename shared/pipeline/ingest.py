"""Fetches one file of a job, splits it and writes it: a reader never sees half of it."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from shared.domain.documents import FileDocument, encoded_size, utc
from shared.domain.job import SHOWN_FAILURES, Job, ReportSummary
from shared.domain.messages import FetchFile
from shared.domain.report import ReportReader
from shared.domain.revision import revision_of
from shared.domain.speech_api import KIND_REPORT
from shared.domain.speech_result import ResultReader
from shared.domain.split import FileKey, SplitOptions, Splitter
from shared.domain.transitions import reported
from shared.errors import Permanent, Transient
from shared.pipeline.batches import Batches
from shared.pipeline.ports import (
    Clock,
    Content,
    Contents,
    Jobs,
    RawArchive,
    RawFile,
    Refused,
    Speech,
    StoredHead,
    Transcripts,
)
from shared.pipeline.stream import carry

log = logging.getLogger(__name__)


@dataclass
class Trace:
    """What is known of a file when its ingestion fails: what to clean, and where the raw bytes are."""

    revision: str | None = None
    raw: str | None = None


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

    def is_in(self, message: FetchFile) -> bool:
        """Say, for 1 RU, whether an earlier delivery wrote what the message asks for."""
        if message.kind == KIND_REPORT:
            job = self.jobs.get(message.job_id)
            return job is not None and _has_report(job, message)
        return _has_transcript(self.transcripts.head(_key(message)), message)

    def named_revision(self, message: FetchFile) -> str | None:
        """Return the revision of the file that readers are led to, whatever run wrote it."""
        if message.kind == KIND_REPORT:
            job = self.jobs.get(message.job_id)
            report = job.report if job else None
            return report.revision if report and report.file_id == message.file_id else None
        stored = self.transcripts.head(_key(message))
        return stored.head.revision if stored else None

    def transcript(self, message: FetchFile, trace: Trace) -> None:
        """Write the parts of a result file as they fill, then its head, then retire what the head replaced."""
        key = _key(message)
        stored = self.transcripts.head(key)
        if _has_transcript(stored, message):
            log.info("job %s file %s: is in", key.job_id, key.file_id)
            self.transcripts.clear_failure(key)
            return
        with self._open(message, trace) as (content, raw, revision):
            reader, splitter = ResultReader(), Splitter(key, revision, self.options)
            batches = Batches(lambda documents: self.transcripts.write(key, documents))

            def feed(chunk: bytes) -> None:
                for item in reader.feed(chunk):
                    _each(splitter.add(item), batches.add)

            def close() -> None:
                for item in reader.close():
                    _each(splitter.add(item), batches.add)
                _each(splitter.finish(), batches.add)

            refusal = carry(content, raw, feed, close)
            trace.raw = raw.name
        if refusal is not None:
            raise refusal
        head = splitter.head(
            reader.header,
            run=message.run,
            name=message.name,
            raw=raw.name,
            size_in_bytes=reader.received,
            ingested_at=utc(self.clock.now()),
        )
        rest = batches.last(encoded_size(head))
        self.transcripts.commit(key, rest, head, stored.etag if stored else None)
        if stored is not None and stored.head.revision != revision:
            self.transcripts.retire(key, stored.head.parts())
        self.transcripts.clear_failure(key)
        log.info("job %s file %s: in, %d phrases, %d bytes", *_ids(key), head.phrase_count, head.size_in_bytes)

    def report(self, message: FetchFile, trace: Trace) -> None:
        """Write the report's parts, then name them in the job's document, then retire those named before."""
        key = _key(message)
        job = self.jobs.get(key.job_id)
        if job is None:
            # Its files were listed from it: a replica that lags behind has answered.
            raise Transient(f"job {key.job_id} is not to be seen in Cosmos DB yet")
        if _has_report(job, message):
            log.info("job %s file %s: the report is in", key.job_id, key.file_id)
            self.transcripts.clear_failure(key)
            return
        reader = ReportReader()
        with self._open(message, trace) as (content, raw, revision):
            refusal = carry(content, raw, reader.feed, reader.close)
            trace.raw = raw.name
        if refusal is not None:
            raise refusal
        batches = Batches(lambda documents: self.transcripts.write(key, documents))
        parts = reader.parts(key, revision)
        _each(parts, batches.add)
        batches.flush()
        summary = ReportSummary(
            successful_transcriptions_count=reader.successful,
            failed_transcriptions_count=reader.failed,
            failures=reader.failures()[:SHOWN_FAILURES],
            file_id=key.file_id,
            revision=revision,
            parts=[part.id for part in parts],
            raw=raw.name,
            run=message.run,
        )
        self._name_report(job, summary)
        self.transcripts.clear_failure(key)
        log.info("job %s file %s: report in, %d details", *_ids(key), len(reader.details))

    def _name_report(self, job: Job, summary: ReportSummary) -> None:
        replaced: list[ReportSummary] = []

        def change(current: Job) -> Job | None:
            replaced[:] = [current.report] if current.report else []
            if current.report and current.report.run > summary.run:
                return None  # a later run was faster; what this one wrote is retired as a leftover
            return reported(current, summary, self.clock.now())

        if self.jobs.update(job.id, change) is None:
            return
        for old in replaced:
            kept = set(summary.parts) if old.file_id == summary.file_id else set()
            self.transcripts.retire(FileKey(job.id, old.file_id), sorted(set(old.parts) - kept))

    @contextmanager
    def _open(self, message: FetchFile, trace: Trace) -> Iterator[tuple[Content, RawFile, str]]:
        """Open the file's content under a signature of this moment; asks for another once if that is refused."""
        for last in (False, True):
            url = self.speech.file(message.self_url).content_url
            if url is None:
                raise Permanent(f"Speech gave no contentUrl for file {message.file_id}", "NoContentUrl")
            try:
                with self.contents.open(url) as content:
                    revision = trace.revision = revision_of(content.etag, self.options)
                    raw = self.archive.begin(f"{message.job_id}/{message.file_id}/{revision}.json.gz")
                    yield content, raw, revision
                    return
            except Refused as error:
                if last:
                    raise Transient(f"the content was refused twice: {error}") from error
                log.warning("job %s file %s: %s: asks for a new link", message.job_id, message.file_id, error)


def _has_transcript(stored: StoredHead | None, message: FetchFile) -> bool:
    return stored is not None and stored.head.run >= message.reprocess_from


def _has_report(job: Job, message: FetchFile) -> bool:
    report = job.report
    return report is not None and report.file_id == message.file_id and report.run >= message.reprocess_from


def _key(message: FetchFile) -> FileKey:
    return FileKey(message.job_id, message.file_id)


def _ids(key: FileKey) -> tuple[str, str]:
    return key.job_id, key.file_id


def _each(documents: Iterable[FileDocument], take: Callable[[FileDocument], None]) -> None:
    for document in documents:
        take(document)
