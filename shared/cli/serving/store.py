"""What the served pages read from Cosmos DB. A poll is a point read; only pages send queries."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.adapters.cosmos import CosmosJobs, Database
from shared.adapters.cosmos.client import call
from shared.adapters.cosmos.job_lists import JobLists
from shared.adapters.cosmos.of_job import name_of, rows_of
from shared.adapters.cosmos.stored import decoded, readable
from shared.cli.erased import erased_job
from shared.cli.read.recordings import parts_of
from shared.cli.reader import Reader
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FAILURE_ID, FileFailure, FileKey, Transcript
from shared.domain.forgotten import ForgottenJob
from shared.domain.job import Job
from shared.errors import Erased, NotFound, Unreadable
from shared.rendering.names import Names, Naming, namings_of_job
from shared.rendering.page.job import Recordings
from shared.rendering.recording import Recording

JOBS_A_PAGE = 50
RECORDINGS_SHOWN = 500
"""A job may have 10,000. Reading all heads costs about 1 RU each, and a page of them helps nobody."""


class JobsPage(NamedTuple):
    """Jobs, the newest first. `older`: the time before which the next page begins. `unread`: why others are absent."""

    jobs: list[Job]
    older: str | None
    unread: list[str]


class Store:
    """Reads the documents of the pages. Methods raise Transient, and Unreadable for a document they cannot do without.

    `names`: those of the user's file. It has no state, so threads may share it.
    """

    def __init__(self, database: Database, names: Sequence[Naming] = ()) -> None:
        self._database = database
        self._names = names

    def jobs(self, before: str | None = None) -> JobsPage:
        """Return about JOBS_A_PAGE jobs that were accepted before a time, the newest first."""
        unread: dict[str, None] = {}

        def tell(error: Unreadable) -> None:
            unread[str(error)] = None

        lists = JobLists(self._database, tell)
        found = lists.newest(JOBS_A_PAGE + 1) if before is None else lists.older(JOBS_A_PAGE + 1, before)
        if len(found) <= JOBS_A_PAGE:
            return JobsPage(found, None, list(unread))
        last, next_one = found[JOBS_A_PAGE - 1].accepted_at, found[JOBS_A_PAGE].accepted_at
        jobs = found[:JOBS_A_PAGE]
        if next_one == last:
            # The next page begins before that time, so all jobs of that time stay on this page.
            jobs = [*(job for job in jobs if job.accepted_at != last), *lists.accepted_at(last)]
        return JobsPage(jobs, last, list(unread))

    def job(self, job_id: str) -> Job | None:
        """Return a job's document, by a point read; None if there is none. Raises Erased."""
        found = CosmosJobs(self._database, None).find(job_id)
        if isinstance(found, ForgottenJob):
            raise erased_job(found)
        return found

    def recordings(self, job_id: str) -> Recordings:
        """Return the heads of the recordings that are in, by name: all of a job with up to RECORDINGS_SHOWN."""
        unread: list[str] = []
        container = self._database.get_container_client(TRANSCRIPTS.name)
        rows = rows_of(container, job_id, where="c.type = 'transcript'", at_most=RECORDINGS_SHOWN + 1)
        shown = rows[:RECORDINGS_SHOWN]
        heads = list(readable(shown, Transcript, name_of, lambda error: unread.append(str(error))))
        # Shorter names come first: contenturl_2 before contenturl_10.
        heads.sort(key=lambda head: (len(head.name or ""), head.name or "", head.file_id))
        return Recordings(heads, unread, more=len(rows) > RECORDINGS_SHOWN)

    def head(self, key: FileKey) -> Transcript | None:
        """Return the head of a recording, by a point read; None if it is not in. Raises Erased."""
        try:
            return Reader(self._database).head(key)
        except Erased:
            raise
        except NotFound:
            return None

    def failure(self, key: FileKey) -> FileFailure | None:
        """Return why a file was given up, by a point read; None if it was not."""
        container = self._database.get_container_client(TRANSCRIPTS.name)
        try:
            item = call(container.read_item, FAILURE_ID, [key.job_id, key.file_id])
        except NotFound:
            return None
        return decoded(item, FileFailure, name_of(item))

    def recording(self, head: Transcript, job: Job | None) -> Recording:
        """Return the recording of a head. Its parts are read when they are needed."""
        names = Names(self._names, namings_of_job(job.custom_properties if job else None))
        name = job.display_name if job else None
        return Recording(head, parts_of(Reader(self._database), head), names, job_name=name)
