"""Container `jobs`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from azure.core import MatchConditions
from azure.cosmos import ContainerProxy

from shared.adapters.cosmos.client import SERVICE, as_item, call, query
from shared.adapters.cosmos.connection import Database
from shared.adapters.cosmos.job_queries import ANY_TO_DO, IS_TEXT, STRAYS, first, in_order, jobs_of, name_of
from shared.adapters.cosmos.stored import Tell, decoded, readable
from shared.adapters.retrying import racing
from shared.domain.containers import JOBS
from shared.domain.documents import UtcTime, utc
from shared.domain.forgotten import FORGOTTEN, ForgottenJob, StoredJob
from shared.domain.job import LISTING_GIVEN_UP, Job, Rejected, Status
from shared.domain.poll_mark import POLL_ID, Place, PollMark
from shared.errors import Conflict, NotFound
from shared.pipeline.signals import set_aside

_PENDING = f"c.status = '{Status.PENDING}'"
"""Only jobs have a status. A job that was never polled has no `nextPollAt`, so it is never due."""


class CosmosJobs:
    """Implements the port Jobs. `retention_seconds`: the `ttl` of every document; None if documents stay."""

    def __init__(self, database: Database, retention_seconds: int | None) -> None:
        self._database = database
        self._retention = retention_seconds

    @property
    def _container(self) -> ContainerProxy:
        # Not cached, so that connecting is part of the attempt that needs it. Making this object sends no request.
        return self._database.get_container_client(JOBS.name)

    def get(self, job_id: str) -> Job | None:
        """Read a job's document; None if there is none, or a tombstone."""
        found = self.find(job_id)
        return found if isinstance(found, Job) else None

    def find(self, job_id: str) -> StoredJob | None:
        """Read a job's document or its tombstone."""
        found = self._read(job_id)
        return found[0] if found else None

    def create(self, job: StoredJob) -> None:
        """Create a job's document, or a tombstone. Raises Conflict if there is one of them."""
        call(self._container.create_item, self._item(job))

    def update(self, job_id: str, change: Callable[[Job], Job | None]) -> Job | None:
        """Replace a job's document by what `change` returns for it (optimistic concurrency). The port says more."""
        written = self.exchange(job_id, lambda found: change(found) if isinstance(found, Job) else None)
        return written if isinstance(written, Job) else None

    def exchange(self, job_id: str, change: Callable[[StoredJob], StoredJob | None]) -> StoredJob | None:
        """Replace a job's document or its tombstone, as `update` replaces documents."""
        # The rule of conflicts.py, over all attempts, because the read right after a conflict may be stale.
        tried: list[StoredJob] = []

        def once() -> StoredJob | None:
            found = self._read(job_id)
            if found is None:
                return None
            current, etag = found
            if any(self._item(current) == self._item(each) for each in tried):
                return current
            changed = change(current)
            if changed is None:
                return None
            try:
                self._replace(changed, etag)
            except NotFound:
                return None
            except Conflict:
                tried.append(changed)
                raise
            return changed

        return racing(SERVICE)(once)

    def moved(self, job_id: str, run: int, now: datetime) -> bool:
        """Set `movedAt` of a job that is ingesting in this run, so that the next tick counts it early.

        Returns False for a job that is not.
        """
        # A patch without an ETag, so that the many messages of a job do not conflict.
        try:
            call(
                self._container.patch_item,
                job_id,
                job_id,
                patch_operations=[{"op": "set", "path": "/movedAt", "value": utc(now)}],
                filter_predicate=f"FROM c WHERE c.status = '{Status.INGESTING}' AND c.run = {run:d}",
            )
        except (NotFound, Conflict):
            return False
        return True

    def new(self, limit: int) -> list[Job]:
        """Return the pending jobs that were never polled, the oldest first."""
        text = f"{_PENDING} AND c.pollCount = 0 AND c.acceptedAt {IS_TEXT} ORDER BY c.status, c.pollCount, c.acceptedAt"
        return self._first(text, limit)

    def due(self, now: UtcTime, limit: int) -> list[Job]:
        """Return the pending jobs whose next poll is due, the most overdue first."""
        return self._first(f"{_PENDING} AND c.nextPollAt <= @now ORDER BY c.status, c.nextPollAt", limit, {"now": now})

    def unseen(self, before: UtcTime, limit: int) -> list[Job]:
        """Return the pending jobs that no answer mentioned since `before`, the oldest first."""
        text = f"{_PENDING} AND c.polledAt <= @before ORDER BY c.status, c.polledAt"
        return self._first(text, limit, {"before": before})

    def oldest_pending(self) -> Job | None:
        """Return the pending job that was accepted first."""
        text = f"{_PENDING} AND c.acceptedAt {IS_TEXT} ORDER BY c.status, c.acceptedAt"
        return next(iter(self._first(text, 1)), None)

    def strays(self, now: UtcTime, limit: int) -> list[Job]:
        """Return pending and ingesting jobs that lack a time by which the other queries sort or filter.

        The query loads every pending and ingesting job, and no job that ended.
        """
        return self._first(STRAYS, limit, {"now": now})

    def pending_among(self, job_ids: Sequence[str]) -> list[Job]:
        """Return those of the jobs that are pending."""
        names = {f"id{number}": job_id for number, job_id in enumerate(job_ids)}
        listed = ", ".join(f"@{name}" for name in names)
        return jobs_of(query(self._container, f"SELECT * FROM c WHERE {_PENDING} AND c.id IN ({listed})", names))

    def ingesting(self, after: Place | None, limit: int) -> list[Job]:
        """Return ingesting jobs in the order of Place.by_movement, from the first or from after a place."""
        where, order = f"c.status = '{Status.INGESTING}'", "c.status, c.movedAt"
        return in_order(self._container, where, order=order, place_of=Place.by_movement, after=after, limit=limit)

    def to_list_again(self, now: UtcTime, limit: int) -> list[Job]:
        """Return the jobs whose files are to be listed again by now, the most overdue first."""
        return self._first("c.retry.at <= @now ORDER BY c.retry.at", limit, {"now": now})

    def untidied(self, ended_before: UtcTime, after: Place | None, limit: int) -> list[Job]:
        """Return jobs that ended before `ended_before` and are not tidied, in the order of Place.by_end."""
        where, order = "c.tidiedAt = null AND c.endedAt <= @before", "c.tidiedAt, c.endedAt"
        return in_order(
            self._container,
            where,
            order=order,
            place_of=Place.by_end,
            after=after,
            limit=limit,
            values={"before": ended_before},
        )

    def any_to_do(self, now: UtcTime) -> bool:
        """Return whether one of the queries above, other than `untidied`, would find a job."""
        return bool(query(self._container, f"SELECT TOP 1 c.id FROM c WHERE {ANY_TO_DO}", {"now": now}))

    def poll_mark(self) -> PollMark:
        """Read the timer's memory. One that cannot be read is logged, and counts as none."""
        found = self._item_of(POLL_ID)
        return next(readable([found] if found else [], PollMark, name_of), PollMark(id=POLL_ID))

    def put_poll_mark(self, mark: PollMark) -> None:
        """Write the timer's memory."""
        call(self._container.upsert_item, as_item(mark, None))

    def reject(self, rejected: Rejected) -> None:
        """Record a message that was not understood."""
        call(self._container.upsert_item, as_item(rejected, self._retention))

    def rejected(self, limit: int | None = None, tell: Tell = set_aside) -> list[Rejected]:
        """Return the messages that were not understood or accepted, the newest first; all without a limit."""
        top = "" if limit is None else f"TOP {limit:d} "
        text = f"SELECT {top}* FROM c WHERE c.type = 'rejected' AND c.rejectedAt {IS_TEXT} ORDER BY c.rejectedAt DESC"
        return list(readable(query(self._container, text), Rejected, name_of, tell))

    def rejected_as(self, rejected_id: str) -> Rejected | None:
        """Read the document of one rejected message."""
        found = self._item_of(rejected_id)
        return _rejected(found) if found else None

    def forget(self, rejected: Rejected) -> bool:
        """Delete the document of a rejected message. Returns False if the message was rejected again since."""
        found = self._item_of(rejected.id)
        if found is None:
            return True
        if _rejected(found) != rejected:
            return False
        condition = {"etag": found["_etag"], "match_condition": MatchConditions.IfNotModified}
        try:
            call(self._container.delete_item, rejected.id, rejected.id, **condition)
        except NotFound:
            return True
        except Conflict:
            return False
        return True

    def unlisted(self, tell: Tell = set_aside) -> list[Job]:
        """Return the jobs whose listing was given up, for the command line.

        Failure codes are not indexed, so the query reads every ingesting or expired job.
        """
        waiting = f"c.status IN ('{Status.INGESTING}', '{Status.EXPIRED}')"
        text = f"SELECT * FROM c WHERE {waiting} AND c.failure.code = '{LISTING_GIVEN_UP}'"
        return jobs_of(query(self._container, text), tell)

    def _item(self, job: StoredJob) -> dict[str, Any]:
        return as_item(job, self._retention if isinstance(job, Job) else None)

    def _replace(self, job: StoredJob, etag: str) -> None:
        call(
            self._container.replace_item,
            job.id,
            self._item(job),
            etag=etag,
            match_condition=MatchConditions.IfNotModified,
        )

    def _read(self, job_id: str) -> tuple[StoredJob, str] | None:
        item = self._item_of(job_id)
        if item is None:
            return None
        shape: type[StoredJob] = ForgottenJob if item.get("type") == FORGOTTEN else Job
        return decoded(item, shape, name_of(item)), item["_etag"]

    def _item_of(self, document_id: str) -> dict[str, Any] | None:
        try:
            return dict(call(self._container.read_item, document_id, document_id))
        except NotFound:
            return None

    def _first(
        self, where: str, limit: int, values: Mapping[str, str] | None = None, tell: Tell = set_aside
    ) -> list[Job]:
        return first(self._container, where, limit, values, tell)


def _rejected(item: Mapping[str, Any]) -> Rejected:
    return decoded(item, Rejected, name_of(item))
