"""Finds what was given up, and the messages that retry it, for the commands `speech2cosmos poison`."""

import base64
from dataclasses import dataclass

from shared.bootstrap import App
from shared.cli.ids import document_id_of, job_id_of
from shared.cli.reader import Reader
from shared.cli.terminal.output import print_note, print_set_aside
from shared.domain.documents import FileFailure
from shared.domain.job import END_STATES, LISTING_GIVEN_UP, Job, Rejected
from shared.domain.message_text import message_hash, text_of
from shared.errors import NotFound, Permanent, Unreadable

REJECTED = "rejected_"

READS_ALL = "reading the failures of all jobs: the more there are, the more request units it takes"


@dataclass(frozen=True)
class GivenUp:
    """What was given up: rejected messages, listings of jobs, and files."""

    messages: list[Rejected]
    listings: list[Job]
    files: list[FileFailure]


@dataclass(frozen=True)
class Kept:
    """A message that can be sent again. `rejected`: its document, which is deleted after the message was sent."""

    queue: str
    text: str
    words: str
    rejected: Rejected | None = None


def everything(app: App) -> GivenUp:
    """Return everything that was given up, of all jobs. Warns on stderr that this may read many documents."""
    print_note(READS_ALL)
    return GivenUp(
        app.jobs.rejected(tell=print_set_aside),
        app.jobs.unlisted(print_set_aside),
        Reader(app.database).failures(),
    )


def named(app: App, name: str, file_ids: list[str]) -> GivenUp:
    """Return what was given up of a message (by its `rejected_…` id), of a job, or of files of a job.

    Raises NotFound if nothing of it was given up, and InvalidMessage for a name that is no id.
    """
    if name.strip().lower().startswith(REJECTED):
        message = app.jobs.rejected_as(document_id_of(name))
        if message is None or file_ids:
            raise NotFound(f"there is no rejected message {name.strip()}" + (" with files" if file_ids else ""))
        return GivenUp([message], [], [])
    job_id, wanted = job_id_of(name), [document_id_of(file_id) for file_id in file_ids]
    files = [each for each in Reader(app.database).failures(job_id) if not wanted or each.file_id in wanted]
    if unknown := set(wanted) - {each.file_id for each in files}:
        raise NotFound(f"no such file of job {job_id} was given up: {', '.join(sorted(unknown))}")
    job = None if wanted else readable_job(app, job_id)
    listings = [job] if job and job.failure and job.failure.code == LISTING_GIVEN_UP else []
    if not (files or listings):
        raise NotFound(f"nothing of job {job_id} was given up")
    return GivenUp([], listings, files)


def readable_job(app: App, job_id: str) -> Job | None:
    """Read a job's document. Returns None if there is none, or if it cannot be read, which stderr says."""
    try:
        return app.jobs.get(job_id)
    except Unreadable as error:
        print_set_aside(error)
        return None


def kept_message(rejected: Rejected) -> Kept:
    """Return the message that sends a rejected message again. Raises Permanent if it cannot be sent."""
    if message_hash(rejected.queue, rejected.message) != rejected.id.removeprefix(REJECTED):
        raise Permanent(f"{rejected.id}: only the beginning of its message was kept; its sender has to send it again")
    if not rejected.message:
        raise Permanent(f"{rejected.id}: its message is empty, so there is nothing to send")
    text = rejected.message
    if text_of(text.encode()) != text:  # the app would decode this text as Base64, or strip white space from it
        text = base64.b64encode(text.encode()).decode()
    return Kept(rejected.queue, text, f"{rejected.id} ({rejected.code})", rejected)


def kept_file(failure: FileFailure, job: Job | None, queue: str) -> Kept:
    """Return the message for `queue` that retries a file. Raises Permanent if it would have no effect."""
    name = f"job {failure.job_id} file {failure.file_id}"
    if failure.queue_message is None:
        raise Permanent(f"{name}: its message was not kept: speech2cosmos replay {failure.job_id}")
    if job is not None and job.run != failure.run:
        again = f"speech2cosmos replay {job.id}" if job.status in END_STATES else "that tries it again by itself"
        raise Permanent(f"{name}: was given up in run {failure.run}, and the job is in run {job.run}: {again}")
    return Kept(queue, failure.queue_message, f"{name} ({failure.code})")
