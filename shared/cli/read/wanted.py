"""Which recordings a search reads."""

from typing import NamedTuple

from shared.adapters.cosmos.ingested_since import recordings_since
from shared.adapters.cosmos.of_job import name_of
from shared.adapters.cosmos.stored import Tell, readable
from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.erased import erased_file, erased_job
from shared.cli.read.any_job import charge_of
from shared.cli.reader import Listed, Reader
from shared.cli.terminal.output import print_note
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import local_time
from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import FileKey, Transcript, UtcTime
from shared.domain.forgotten import ForgottenJob
from shared.errors import NotFound


class Wanted(NamedTuple):
    """A recording to search, with its head if that is known."""

    key: FileKey
    head: Transcript | None = None


def wanted_of_job(app: App, job_id: str, begin: UtcTime | None, lost: Tell) -> list[Wanted]:
    """Return the recordings of a job, in the order of their names. `begin`: only those that were ingested since.

    `lost` is called for each head that cannot be read. Raises NotFound if none can be, and Erased if all were erased.
    """
    files = Reader(app.database, lost).files(job_id)
    heads = files.heads
    if not heads:
        job = app.jobs.find(job_id)
        if isinstance(job, ForgottenJob):
            raise erased_job(job)
        if files.erased:
            raise erased_file(files.erased[-1])
        raise advised(
            NotFound(f"job {job_id} has no recording in the database that can be read"), f"speech2cosmos show {job_id}"
        )
    chosen = [head for head in heads if begin is None or head.ingested_at >= begin]
    return [Wanted(FileKey(head.job_id, head.file_id), head) for head in chosen]


def wanted_of_all(app: App, begin: UtcTime, lost: Tell) -> list[Wanted]:
    """Return the recordings of all jobs that were ingested since a time, the newest first. Say what reading them costs.

    `lost` is called for each row that cannot be read.
    """
    container = app.database.get_container_client(TRANSCRIPTS.name)
    rows = (row for page in recordings_since(container, begin) for row in page)
    # One can come twice; then it was replaced meanwhile, and the later row counts.
    listed = {each.key: each for each in readable(rows, Listed, name_of, lost)}
    if listed:
        parts = sum(each.parts for each in listed.values())
        which = f"{counted(len(listed), 'recording')}, ingested since {local_time(begin)}, in {counted(parts, 'part')}"
        print_note(f"reads {which}: roughly {charge_of(len(listed), parts):,} RU of Cosmos DB")
    newest = sorted(listed.values(), key=lambda each: each.ingested_at, reverse=True)
    return [Wanted(each.key) for each in newest]
