"""Looks for all that is stored of a job or a file. It changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.adapters.cosmos.erasure import Erasure, Item
from shared.adapters.raw_results import RawResults
from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.erase.messages import left_of
from shared.cli.erase.queues import AppQueues, Look
from shared.cli.erase.report_rows import Own, own_rows, without
from shared.cli.erase.rights import Rights, needing
from shared.cli.erase.target import Target
from shared.cli.terminal.output import print_set_aside
from shared.domain.documents import HEAD_ID
from shared.domain.forgotten import FORGOTTEN, ForgottenJob, StoredJob
from shared.domain.job import Job, Rejected
from shared.domain.speech_api import KIND_REPORT
from shared.errors import Unreadable

_OF_UNREADABLE = "correct or delete that document in the data explorer, then the same command"


@dataclass(frozen=True)
class Found:
    """What is stored of a target.

    `job`: the job's document or its tombstone. `rows`: documents of container `transcripts`, tombstones included.
    `report`: for a file, the parts of the report that name it. `own`: by which sources they do. `rejected`: rejected
    messages that name the target. `queues`: what can be seen of the queues. `raw`: names of raw results.
    """

    target: Target
    job: StoredJob | None = None
    rows: Sequence[Item] = ()
    own: Own = field(default_factory=Own)
    report: Sequence[Item] = ()
    rejected: Sequence[Rejected] = ()
    queues: Sequence[Look] = ()
    raw: Sequence[str] = ()

    @property
    def documents(self) -> list[Item]:
        """The documents of `transcripts` that are no tombstones."""
        return [row for row in self.rows if not is_tombstone(row)]

    @property
    def folders(self) -> list[str]:
        """The beginnings of the names of the raw results that go with it: for a file also of those of the report."""
        return sorted({self.target.blobs, *(f"{name.rpartition('/')[0]}/" for name in self.raw if self.target.file_id)})

    @property
    def messages(self) -> int:
        """How many messages about it can be seen in the queues."""
        return sum(look.about for look in self.queues)

    @property
    def lists_it(self) -> bool:
        """Whether the job's document lists the file among those that were given up, or its source in the report."""
        if self.target.file_id is None or not isinstance(self.job, Job):
            return False
        listed = any(each.file_id == self.target.file_id for each in self.job.files.failures)
        report = self.job.report
        return listed or (report is not None and any(each.source in self.own.sources for each in report.failures))

    @property
    def erased_at(self) -> str | None:
        """When it was erased before; None if it was not."""
        if self.target.file_id is None or isinstance(self.job, ForgottenJob):
            return self.job.forgotten_at if isinstance(self.job, ForgottenJob) else None
        return next((str(row.get("forgottenAt")) for row in self.rows if is_tombstone(row)), None)

    @property
    def left(self) -> bool:
        """Whether anything is to be erased. A tombstone is not."""
        whole = self.target.file_id is None and isinstance(self.job, Job)
        others = (self.documents, self.report, self.rejected, self.messages, self.raw, self.lists_it)
        return whole or any(map(bool, others))

    @property
    def known(self) -> bool:
        """Whether anything at all is stored of it, if only a tombstone."""
        return self.left or bool(self.rows) or (self.target.file_id is None and self.job is not None)


def is_tombstone(row: Item) -> bool:
    """Return whether a row of `transcripts` is the tombstone of a recording."""
    return row["id"] == HEAD_ID and row.get("type") == FORGOTTEN


def is_of_report(row: Item) -> bool:
    """Return whether a row of `transcripts` is about the report of a job, not about a recording."""
    return row.get("type") == "report" or row.get("kind") == KIND_REPORT


class Stores:
    """Where a job's data is: the app's database, queues and raw results."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.rights = Rights(app.settings)
        self.documents = Erasure(app.database)
        self.raw = RawResults(app.blobs.get_container_client(app.settings.raw_container))
        self.queues = AppQueues(app.settings)

    def find(self, target: Target) -> Found:
        """Look for all that is stored of the target.

        Raises Denied, Transient, and Unreadable for the job's document.
        """
        with needing(self.rights.cosmos):
            try:
                job = self.app.jobs.find(target.job_id)
            except Unreadable as error:
                raise advised(error, _OF_UNREADABLE) from None
            rows = self.documents.stored(target.owner)
            every = self.app.jobs.rejected(tell=print_set_aside)
        rejected = [each for each in every if left_of(each.message, target) != each.message or _tells_of(each, target)]
        with needing(self.rights.queues):
            queues = self.queues.look(target)
        with needing(self.rights.raw):
            raw = self.raw.names(target.blobs)
        found = Found(target, job, rows, rejected=rejected, queues=queues, raw=raw)
        return self._with_report(found) if target.file_id and found.known else found

    def _with_report(self, found: Found) -> Found:
        """Add what the report of the job says of a file, and the report's raw results, which say it too."""
        target, job = found.target, found.job
        with needing(self.rights.cosmos):
            parts = self.documents.report_parts(target.job_id)
            own = self._own(found, parts)
        reports = {str(part.get("fileId")) for part in parts}
        if isinstance(job, Job) and job.report is not None:
            reports.add(job.report.file_id)
        with needing(self.rights.raw):
            raw = [name for each in sorted(reports) for name in self.raw.names(Target(target.job_id, each).blobs)]
        named = [part for part in parts if without(part, own) is not None]
        return Found(
            target,
            job,
            rows=found.rows,
            own=own,
            report=named,
            rejected=found.rejected,
            queues=found.queues,
            raw=[*found.raw, *raw],
        )

    def _own(self, found: Found, parts: Sequence[Item]) -> Own:
        if not parts or any(map(is_tombstone, found.rows)):
            return Own()  # the rows were erased before the tombstone was written, and nobody knows the source any more
        heads = [row for row in self.documents.stored(found.target.job_id) if row.get("type") == "transcript"]
        mine = [row for row in heads if row.get("fileId") == found.target.file_id]
        source = next((row.get("source") for row in mine), None)
        return own_rows(source, [row.get("source") for row in heads if row not in mine], parts)


def _tells_of(rejected: Rejected, target: Target) -> bool:
    return any(target.is_named_in(text) for text in (rejected.reason, rejected.entry or ""))
