"""Erases what was found, in an order that can be interrupted anywhere and begun again (docs/decisions/0063)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from functools import partial

import msgspec

from shared.adapters.cosmos.erasure import Item
from shared.cli.advice import advised
from shared.cli.erase.found import Found, Stores, is_of_report, is_tombstone
from shared.cli.erase.messages import left_of
from shared.cli.erase.rejected import rest_of
from shared.cli.erase.report_rows import Own, without
from shared.cli.erase.rights import needing
from shared.cli.erase.target import Target
from shared.cli.terminal.counter import progress
from shared.cli.terminal.output import print_note
from shared.cli.terminal.text import counted
from shared.domain.documents import HEAD_ID, FileKey, utc
from shared.domain.forgotten import ForgottenJob, StoredJob, forgotten, forgotten_file, without_file
from shared.domain.job import Job
from shared.errors import Conflict, NotFound, Transient

ROUNDS = 5
"""Most rounds over the documents. In a further round another writer has written between reading and erasing."""

_AT_ONCE = 8
"""Requests at once. Each deletes up to a hundred documents, or one raw result."""


class Erasing:
    """Erases one target. `now`: the time in its tombstones. Erasing twice is the same as once."""

    def __init__(self, stores: Stores, target: Target, now: datetime) -> None:
        self._stores = stores
        self._target = target
        self._now = now

    def __call__(self, found: Found, *, at_speech: bool) -> None:
        """Erase everything. `at_speech`: also the transcription at Speech.

        Raises Denied, Transient, and UnknownValue, before anything is erased, if the job has started over meanwhile.

        The tombstones are written before anything is deleted, so that the app brings nothing back. With a file its rows
        of the report go even before: once its head is a tombstone, nobody knows its source.
        """
        run = _run_of(found)
        with needing(self._stores.rights.cosmos):
            if self._target.file_id is None:
                self._job(run)
            else:
                self._report(found)
            self._documents(run)
            self._rejected(found)
        with needing(self._stores.rights.queues):
            self._messages()
        with needing(self._stores.rights.raw):
            self._raw(found.raw)
        if at_speech:
            with needing(self._stores.rights.speech):
                self._stores.app.speech.delete(self._target.job_id)
            print_note("erased at Speech: the transcription and its files")

    def _job(self, run: int) -> None:
        """Replace the job's document by a tombstone. The ETag tells whether the job has started over meanwhile."""

        def change(current: StoredJob) -> StoredJob | None:
            return forgotten(current, self._now) if isinstance(current, Job) else None

        jobs, job_id = self._stores.app.jobs, self._target.job_id
        if jobs.find(job_id) is None:
            jobs.create(ForgottenJob(id=job_id, run=run, forgotten_at=utc(self._now)))
        elif jobs.exchange(job_id, change) is not None:
            print_note("erased: the job's document, which is a tombstone now")

    def _report(self, found: Found) -> None:
        """Erase the file's rows of the report, and what the job's document says of the file."""
        documents, own = self._stores.documents, found.own
        # The job's document first: this fails if the job has started over meanwhile.
        if found.erased_at is None or found.lists_it:
            self._stores.app.jobs.update(self._target.job_id, lambda job: self._without_file(job, own))
        for _ in range(ROUNDS):
            changed = (without(part, own) for part in documents.report_parts(self._target.job_id))
            todo = [part for part in changed if part is not None]
            for part in todo:
                # Written again since, or deleted by its ttl: the next round reads it.
                with suppress(Conflict, NotFound):
                    documents.replace(part)
            if not todo:
                break
        else:
            raise self._busy()
        if found.report:
            print_note(f"erased: {counted(own.rows, 'row')} of the report")

    def _without_file(self, job: Job, own: Own) -> Job:
        assert self._target.file_id is not None, "only a file is taken out of a job"  # noqa: S101 - narrows the type
        job = without_file(job, self._target.file_id, None, self._now)
        if job.report is None:
            return job
        rows = [each for each in job.report.failures if each.source not in own.sources]
        # The report's raw result has the rows of all recordings, and is erased with them.
        return msgspec.structs.replace(job, report=msgspec.structs.replace(job.report, failures=rows, raw=None))

    def _documents(self, run: int) -> None:
        done = 0
        for _ in range(ROUNDS):
            todo = self._left()
            if not todo:
                if done:
                    print_note(f"erased: {counted(done, 'document')} of transcripts; where a head was, a tombstone is")
                return
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                turns = pool.map(partial(self._file, run), todo, todo.values())
                done += sum(progress(turns, len(todo)))
        raise self._busy()

    def _busy(self) -> Transient:
        words = f"somebody keeps writing documents of {self._target.words}"
        return advised(Transient(words), "the same command in some minutes: it erases what is left")

    def _left(self) -> Mapping[FileKey, Sequence[Item]]:
        """Return the files that are not erased yet, with their documents."""
        files: dict[str, list[Item]] = defaultdict(list)
        if self._target.file_id is not None:
            files[self._target.file_id] = []
        for row in self._stores.documents.stored(self._target.owner):
            files[str(row.get("fileId"))].append(row)
        keys = ((FileKey(self._target.job_id, file_id), rows) for file_id, rows in files.items())
        return {key: rows for key, rows in keys if not (rows and all(map(is_tombstone, rows)))}

    def _file(self, run: int, key: FileKey, rows: Sequence[Item]) -> int:
        """Write the tombstone of a file, then delete its other documents. Returns how many documents are gone."""
        head = next((row for row in rows if row["id"] == HEAD_ID), None)
        if not (head and is_tombstone(head)) and not (rows and all(map(is_of_report, rows))):
            try:
                tombstone = forgotten_file(key, run, self._now)
                self._stores.app.transcripts.forget(tombstone, head["_etag"] if head else None)
            except Conflict:
                return 0  # a delivery wrote the head meanwhile; the next round reads it
        others = [row["id"] for row in rows if row["id"] != HEAD_ID]
        self._stores.documents.delete(key, others)
        return len(others) + bool(head and not is_tombstone(head))

    def _rejected(self, found: Found) -> None:
        jobs, erased = self._stores.app.jobs, 0
        for each in found.rejected:
            rest = rest_of(each, left_of(each.message, self._target))
            # What is left of it is written first: an interruption leaves both, and the next run deletes one.
            if rest is not None and jobs.rejected_as(rest.id) is None:
                jobs.reject(rest)
            erased += jobs.forget(each)
        if erased:
            print_note(f"erased: {counted(erased, 'rejected message')}")

    def _messages(self) -> None:
        if erased := self._stores.queues.erase(self._target):
            print_note(f"erased: {counted(erased, 'message')} of the queues")

    def _raw(self, names: Sequence[str]) -> None:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            erased = sum(1 for _ in progress(pool.map(self._stores.raw.delete, names), len(names)))
        if erased:
            print_note(f"erased: {counted(erased, 'raw result')}")


def _run_of(found: Found) -> int:
    """Return the job's run; without a document of the job the greatest that a document of a file has."""
    if found.job is not None:
        return found.job.run
    runs: Iterator[object] = (row.get("run") for row in found.rows)
    return max((run for run in runs if isinstance(run, int)), default=1)
