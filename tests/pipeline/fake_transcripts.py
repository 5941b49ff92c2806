"""Container `transcripts` in memory."""

# ruff: noqa: D102 - the port says what the methods do

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

import msgspec
from msgspec import UNSET

from shared.domain.documents import FAILURE_ID, HEAD_ID, FileDocument, FileFailure, FileKey, Part, Transcript
from shared.domain.encoded import EncodedPart
from shared.domain.forgotten import ForgottenFile
from shared.domain.ingesting import FileTally
from shared.domain.job import NO_RUN, FailedFile, Job
from shared.domain.speech_api import KIND_REPORT
from shared.domain.stored_files import BrokenFile, HeadVersion, Outcome, PartEtags, StoredHead
from shared.errors import Conflict
from tests.domain.reading import decoded
from tests.pipeline.fakes import FakeClock
from tests.pipeline.script import Script

RETIRED_SECONDS = 3600


@dataclass(frozen=True)
class Stored:
    """A document in the container."""

    document: FileDocument
    etag: int
    written: datetime


class FakeTranscripts:
    """Container `transcripts`: partitions of documents, atomic batches, and heads replaced under their ETag."""

    def __init__(self, script: Script, clock: FakeClock) -> None:
        self.script = script
        self.clock = clock
        self.partitions: dict[FileKey, dict[str, Stored]] = {}
        self.counted: list[str] = []  # ids of jobs
        self.seconds_a_count = 0.0
        self._etags = count(1)

    def documents(self, key: FileKey) -> dict[str, FileDocument]:
        """Return the documents of a partition."""
        return {name: stored.document for name, stored in self.partitions.get(key, {}).items()}

    def put(self, key: FileKey, document: FileDocument) -> None:
        """Write a document, without a check of its ETag."""
        self._put(key, [document])

    def head(self, key: FileKey) -> StoredHead | None:
        with self.script.effect("head"):
            stored = self.partitions.get(key, {}).get(HEAD_ID)
            if stored is None:
                return None
            if isinstance(tombstone := stored.document, ForgottenFile):
                return StoredHead(HeadVersion("", tombstone.run), str(stored.etag), forgotten=True)
            assert isinstance(stored.document, Transcript)
            return StoredHead(HeadVersion(stored.document.revision, stored.document.run), str(stored.etag))

    def outcomes(self, job_id: str, file_ids: Sequence[str]) -> Mapping[str, Outcome]:
        with self.script.effect("outcomes"):
            found: dict[str, Outcome] = {}
            for file_id in file_ids:
                documents = self.documents(FileKey(job_id, file_id))
                runs = [getattr(documents.get(name), "run", None) for name in (HEAD_ID, FAILURE_ID)]
                if runs != [None, None]:
                    forgotten = isinstance(documents.get(HEAD_ID), ForgottenFile)
                    found[file_id] = Outcome(runs[0], runs[1], forgotten)
            return found

    def write(self, key: FileKey, parts: Sequence[EncodedPart]) -> None:
        with self.script.effect("write"):
            self._put(key, [decoded(each) for each in parts])

    def commit(self, key: FileKey, parts: Sequence[EncodedPart], head: Transcript, replaces: str | None) -> None:
        with self.script.effect("commit"):
            stored = self.partitions.get(key, {}).get(HEAD_ID)
            if (str(stored.etag) if stored else None) != replaces:
                raise Conflict("another head is there")
            self._put(key, [*map(decoded, parts), head])

    def forget(self, tombstone: ForgottenFile, replaces: str | None) -> None:
        with self.script.effect("forget"):
            key = FileKey(tombstone.job_id, tombstone.file_id)
            if _etag(self.partitions.get(key, {}), HEAD_ID) != replaces:
                raise Conflict("another head is there")
            self._put(key, [tombstone])

    def parts(self, key: FileKey, revision: str) -> PartEtags:
        with self.script.effect("parts"):
            living = self._living(key)
            return {name: str(each.etag) for name, each in living.items() if _revision(each) == revision}

    def retire(self, key: FileKey, parts: PartEtags) -> None:
        with self.script.effect("retire"):
            partition = self.partitions.get(key, {})
            same = [partition[name] for name, etag in parts.items() if _etag(partition, name) == etag]
            self._put(key, [msgspec.structs.replace(each.document, ttl=RETIRED_SECONDS) for each in same])

    def discount(self, key: FileKey, etag: str) -> None:
        with self.script.effect("discount"):
            partition = self.partitions.get(key, {})
            if _etag(partition, HEAD_ID) not in {etag, None}:
                raise Conflict("another head is there")
            heads = [each.document for name, each in partition.items() if name == HEAD_ID]
            self._put(key, [msgspec.structs.replace(head, run=NO_RUN) for head in heads])

    def remove(self, key: FileKey, revision: str) -> None:
        with self.script.effect("remove"):
            for name, document in self.documents(key).items():
                if isinstance(document, Part) and document.revision == revision:
                    del self.partitions[key][name]

    def clear(self, key: FileKey) -> None:
        with self.script.effect("clear"):
            for name in self.documents(key).keys() - {HEAD_ID}:
                del self.partitions[key][name]

    def failure_run(self, key: FileKey) -> int | None:
        with self.script.effect("failure_run"):
            found = self.documents(key).get(FAILURE_ID)
            assert found is None or isinstance(found, FileFailure)
            return None if found is None else found.run

    def put_failure(self, failure: FileFailure) -> None:
        with self.script.effect("put_failure"):
            self._put(FileKey(failure.job_id, failure.file_id), [failure])

    def clear_failure(self, key: FileKey) -> None:
        with self.script.effect("clear_failure"):
            self.partitions.get(key, {}).pop(FAILURE_ID, None)

    def tally(self, job: Job) -> FileTally:
        with self.script.effect("tally"):
            self.counted.append(job.id)
            self.clock.move(seconds=self.seconds_a_count)
            of_job = [each for key in self.partitions if key.job_id == job.id for each in self.documents(key).values()]
            written = [each for each in of_job if isinstance(each, Transcript | ForgottenFile)]
            heads = {each.file_id for each in written if each.run >= job.reprocess_from}
            lost = [each for each in of_job if isinstance(each, FileFailure) and each.run == job.run]
            done = heads | ({job.report.file_id} if job.report and job.report.run >= job.reprocess_from else set())
            lost = [each for each in lost if each.file_id not in done]
            shown = [FailedFile(each.file_id, each.name, each.code, each.message) for each in lost[:20]]
            reports = sum(each.kind == KIND_REPORT for each in lost)
            return FileTally(len(heads), len(lost) - reports, reports, shown)

    def leftovers(self, job: Job, older_than: datetime | None) -> tuple[Mapping[FileKey, PartEtags], list[BrokenFile]]:
        with self.script.effect("leftovers"):
            named: dict[FileKey, set[str]] = {}
            for key, parts, _, _ in self._named(job):
                named.setdefault(key, set()).update(parts)
            counting = {key for key, _, run, _ in self._named(job) if run >= job.reprocess_from}
            erased = {key for key in counting if isinstance(self.documents(key).get(HEAD_ID), ForgottenFile)}
            left = {
                key: {
                    name: str(each.etag)
                    for name, each in self._living(key).items()
                    if name not in named.get(key, set())
                    and (key in erased or (key in counting if older_than is None else each.written < older_than))
                }
                for key in self.partitions
                if key.job_id == job.id
            }
            return {key: parts for key, parts in left.items() if parts}, self._broken(job)

    def _broken(self, job: Job) -> list[BrokenFile]:
        found = [
            BrokenFile(key, sorted(set(parts) - self._living(key).keys()), etag)
            for key, parts, run, etag in self._named(job)
            if run >= job.reprocess_from
        ]
        return [each for each in found if each.missing]

    def _named(self, job: Job) -> Iterator[tuple[FileKey, list[str], int, str | None]]:
        for key in [key for key in self.partitions if key.job_id == job.id]:
            stored = self.partitions[key].get(HEAD_ID)
            if stored is not None and isinstance(head := stored.document, Transcript):
                yield key, head.parts(), head.run, str(stored.etag)
            elif stored is not None and isinstance(tombstone := stored.document, ForgottenFile):
                yield key, [], tombstone.run, str(stored.etag)
        if (report := job.report) is not None:
            yield FileKey(job.id, report.file_id), report.parts, report.run, None

    def _living(self, key: FileKey) -> dict[str, Stored]:
        partition = self.partitions.get(key, {})
        parts = {name: each for name, each in partition.items() if isinstance(each.document, Part)}
        return {name: each for name, each in parts.items() if each.document.ttl is UNSET}

    def _put(self, key: FileKey, documents: Sequence[FileDocument]) -> None:
        partition = self.partitions.setdefault(key, {})
        partition.update({each.id: Stored(each, next(self._etags), self.clock.now()) for each in documents})


def _etag(partition: Mapping[str, Stored], name: str) -> str | None:
    return str(partition[name].etag) if name in partition else None


def _revision(stored: Stored) -> str | None:
    return stored.document.revision if isinstance(stored.document, Part) else None
