"""Queries of container `jobs` for people: lists, and the jobs that a text may mean. The app sends none of them."""

from collections.abc import Collection
from typing import NamedTuple

import msgspec

from shared.adapters.cosmos.client import query
from shared.adapters.cosmos.connection import Database
from shared.adapters.cosmos.job_queries import IS_TEXT, Values, first, jobs_of, name_of
from shared.adapters.cosmos.stored import Tell, readable
from shared.domain.containers import JOBS
from shared.domain.documents import UtcTime
from shared.domain.forgotten import ForgottenJob
from shared.domain.job import END_STATES, Job, Status
from shared.pipeline.signals import set_aside


class Named(msgspec.Struct, rename="camel", frozen=True):
    """What a user needs to choose a job."""

    id: str
    status: str
    display_name: str | None = None


class Retention(NamedTuple):
    """The time to live of the app's documents in seconds; None if they stay."""

    seconds: int | None


class JobLists:
    """Lists jobs. `tell` is called for each document that cannot be read and is left out."""

    def __init__(self, database: Database, tell: Tell = set_aside) -> None:
        self._container = database.get_container_client(JOBS.name)
        self._tell = tell

    def newest(self, limit: int, statuses: Collection[Status] = (), since: UtcTime | None = None) -> list[Job]:
        """Return jobs, the newest first: of these statuses if there are any, accepted since then if that is given.

        Jobs without a time to sort by are told too, whatever their status.
        """
        text = "SELECT * FROM c WHERE c.type = 'job' AND NOT IS_STRING(c.acceptedAt)"
        jobs_of(query(self._container, text), self._tell)  # none of these can be read
        after, values = (IS_TEXT, {}) if since is None else (">= @since", {"since": since})
        if not statuses:
            return self._first(f"c.type = 'job' AND c.acceptedAt {after} ORDER BY c.acceptedAt DESC", limit, values)
        # A query for each status, because the composite index of status and time serves only one of them.
        text = f"c.status = @status AND c.acceptedAt {after} ORDER BY c.status DESC, c.acceptedAt DESC"
        found = [job for status in statuses for job in self._first(text, limit, {"status": status, **values})]
        return sorted(found, key=lambda job: job.accepted_at, reverse=True)[:limit]

    def older(self, limit: int, before: UtcTime) -> list[Job]:
        """Return the jobs that were accepted before a time, the newest first."""
        where = "c.type = 'job' AND c.acceptedAt < @before ORDER BY c.acceptedAt DESC"
        return self._first(where, limit, {"before": before})

    def accepted_at(self, moment: UtcTime) -> list[Job]:
        """Return the jobs that were accepted at a time, as all jobs of one message are."""
        text = "SELECT * FROM c WHERE c.type = 'job' AND c.acceptedAt = @moment"
        return jobs_of(query(self._container, text, {"moment": moment}), self._tell)

    def beginning(self, text: str) -> list[Named]:
        """Return the jobs whose id begins with a text in lower case, erased ones among them, sorted by id."""
        return self._named("STARTSWITH(c.id, @text)", text)

    def with_name(self, text: str) -> list[Named]:
        """Return the jobs with this displayName, sorted by id. Names are not indexed, so it reads every job."""
        return self._named("c.displayName = @text", text)

    def ended(self) -> list[str]:
        """Return the ids of all jobs that have ended, sorted."""
        among = ", ".join(f"'{status}'" for status in sorted(END_STATES))
        rows = query(self._container, f"SELECT c.id, c.status FROM c WHERE c.status IN ({among})")
        return sorted(job.id for job in readable(rows, Named, name_of, self._tell))

    def known_among(self, job_ids: Collection[str]) -> set[str]:
        """Return those of these ids that have a document of any type, such as a job or the tombstone of an erased one.

        A count needs only the index; ids cost the read of each document. So ids are asked for only if some are missing.
        """
        names = {f"id{number}": job_id for number, job_id in enumerate(job_ids)}
        if not names:
            return set()
        where = f"c.id IN ({', '.join(f'@{name}' for name in names)})"
        count = sum(query(self._container, f"SELECT VALUE COUNT(1) FROM c WHERE {where}", names))
        if count in {0, len(names)}:
            return set(job_ids) if count else set()
        return set(query(self._container, f"SELECT VALUE c.id FROM c WHERE {where}", names))

    def retention(self) -> Retention | None:
        """Return how long the newest job's document lives; None if there is no job.

        So the command line learns RETENTION_DAYS, which is a setting of the app.
        """
        text = f"SELECT TOP 1 c.ttl FROM c WHERE c.type = 'job' AND c.acceptedAt {IS_TEXT} ORDER BY c.acceptedAt DESC"
        rows = query(self._container, text)
        if not rows:
            return None
        ttl = rows[0].get("ttl")
        return Retention(ttl if isinstance(ttl, int) and ttl > 0 else None)

    def forgotten(self, limit: int, since: UtcTime | None = None) -> list[ForgottenJob]:
        """Return the tombstones of jobs that were erased (since then if that is given), the newest first.

        Their times have no index, so all of them are read.
        """
        rows = query(self._container, "SELECT * FROM c WHERE c.type = 'forgotten'")
        found = readable(rows, ForgottenJob, name_of, self._tell)
        wanted = (each for each in found if since is None or each.forgotten_at >= since)
        return sorted(wanted, key=lambda each: each.forgotten_at, reverse=True)[:limit]

    def _first(self, where: str, limit: int, values: Values) -> list[Job]:
        return first(self._container, where, limit, values, self._tell)

    def _named(self, where: str, text: str) -> list[Named]:
        words = f"SELECT c.id, c.status, c.displayName FROM c WHERE c.type IN ('job', 'forgotten') AND {where}"
        rows = query(self._container, words, {"text": text})
        return sorted(readable(rows, Named, name_of, self._tell), key=lambda job: job.id)
