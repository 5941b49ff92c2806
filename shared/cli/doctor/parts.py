"""Checks that the parts are there that heads and reports name."""

from collections.abc import Iterator
from datetime import datetime

from shared.adapters.cosmos.survey import Survey
from shared.bootstrap import App
from shared.cli.doctor.checks import Check, command, failed, passed, some
from shared.cli.doctor.window import living
from shared.cli.terminal.text import counted
from shared.domain.documents import UtcTime
from shared.domain.job import Job
from shared.errors import Unreadable

PARTS = "nothing lost: parts"

MOST_JOBS = 5
MOST_FILES = 50
"""Most files of all these jobs. Each head is loaded, because it names its parts; the parts are only counted."""


def parts(app: App, since: UtcTime, now: datetime) -> Iterator[Check]:
    """Yield whether the newest jobs that ended since a time have every part of their files and reports."""
    room = MOST_FILES
    looked: list[str] = []
    broken: dict[str, int] = {}
    for brief in living(app, Survey(app.database, lambda _: None).jobs_ended(since, MOST_JOBS), now):
        job = _read(app, brief.id) if brief.files.ingested <= room else None
        if job is not None:
            room -= brief.files.ingested
            looked.append(job.id)
            _, files = app.transcripts.leftovers(job, None)
            if files:
                broken[job.id] = len(files)
    if broken:
        words = f"parts of {counted(sum(broken.values()), 'file')} are missing, of {some(broken)}"
        again = command("speech2cosmos retry JOB", list(broken))
        yield failed(PARTS, words, f"{again} writes them again, as long as Speech has the files")
    elif looked:
        words = f"the newest {counted(len(looked), 'job')} with at most {MOST_FILES} files"
        yield passed(PARTS, f"{words}: every part is there that their heads and reports name")
    else:
        yield passed(PARTS, f"no job of at most {MOST_FILES} files has ended since {since[:16]}Z")


def _read(app: App, job_id: str) -> Job | None:
    try:
        return app.jobs.get(job_id)
    except Unreadable:
        return None  # the check `documents` tells
