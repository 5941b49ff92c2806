"""Finds what was given up."""

from dataclasses import dataclass

from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.ids import document_id_of
from shared.cli.reader import Reader
from shared.cli.repair.plan import REJECTED
from shared.cli.terminal.output import print_note, print_set_aside
from shared.domain.documents import FileFailure
from shared.domain.job import LISTING_GIVEN_UP, Job, Rejected
from shared.errors import NotFound, Unreadable

READS_ALL = "reading the failures of all jobs: the more there are, the more request units it takes"


@dataclass(frozen=True)
class GivenUp:
    """What was given up: rejected messages, listings of jobs, and files."""

    messages: list[Rejected]
    listings: list[Job]
    files: list[FileFailure]

    def __bool__(self) -> bool:
        """Whether anything was given up."""
        return bool(self.messages or self.listings or self.files)


def everything(app: App) -> GivenUp:
    """Return everything that was given up, of all jobs. Warns on stderr that this may read many documents."""
    print_note(READS_ALL)
    return GivenUp(
        app.jobs.rejected(tell=print_set_aside),
        app.jobs.unlisted(print_set_aside),
        Reader(app.database).failures(),
    )


def is_message(name: str) -> bool:
    """Return whether a text is the id of a rejected message."""
    return name.strip().lower().startswith(REJECTED)


def message_of(app: App, name: str) -> Rejected:
    """Return the rejected message with this id. Raises NotFound."""
    found = app.jobs.rejected_as(document_id_of(name))
    if found is None:
        raise advised(
            NotFound(f"there is no rejected message {name.strip()}"), "`speech2cosmos poison list` lists them"
        )
    return found


def of_job(app: App, job_id: str) -> GivenUp:
    """Return what was given up of a job: its listing, and files."""
    job = readable_job(app, job_id)
    listing_failed = job is not None and job.failure is not None and job.failure.code == LISTING_GIVEN_UP
    return GivenUp([], [job] if job and listing_failed else [], Reader(app.database).failures(job_id))


def readable_job(app: App, job_id: str) -> Job | None:
    """Read a job's document. Returns None if there is none, or if it cannot be read, which stderr says."""
    try:
        return app.jobs.get(job_id)
    except Unreadable as error:
        print_set_aside(error)
        return None
