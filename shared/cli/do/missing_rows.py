"""Finished jobs of Speech as rows of a list, and in the summary that stands before the question."""

from collections import Counter
from collections.abc import Iterator

from shared.cli.do.missing import Counts
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import local_time
from shared.domain.speech_api import Transcription
from shared.domain.urls import strip_queries

COLUMNS = (
    Column("name", "displayName of the transcription.", "NAME", wraps=True, rank=2),
    Column(
        "speechStatus",
        "Succeeded or Failed.",
        "STATUS",
        colour=lambda value: "green" if value == "Succeeded" else "red",
        rank=1,
    ),
    Column("endedAt", "When it ended at Speech: its lastActionDateTime (UTC).", "ENDED", cell=local_time, rank=3),
    Column("id", "Id of the transcription.", "ID"),
    Column("createdAt", "When it was created at Speech (UTC).", cell=local_time),
    Column("locale", "Locale of the transcription."),
    Column("customProperties", "Its customProperties, which --property compares."),
)

_SHOWN = 10
"""How many beginnings of names the summary shows."""


def row_of(job: Transcription) -> Row:
    """Return a finished job's fields."""
    return {
        "name": job.display_name,
        "speechStatus": job.status,
        "endedAt": job.last_action_date_time,
        "id": job.job_id,
        "createdAt": job.created_date_time,
        "locale": job.locale,
        "customProperties": strip_queries(job.custom_properties),
    }


def names_of(counts: Counts) -> Iterator[str]:
    """Yield a line for each beginning of names, the most frequent first: how many jobs, and how they ended.

    Others may use the Speech resource too. The names show whether jobs of another application are among those found.
    """
    jobs: Counter[str] = Counter()
    for (name, _), count in counts.found.items():
        jobs[name] += count
    shown = jobs.most_common(_SHOWN)
    widest = max((len(f"{count:,}") for _, count in shown), default=0)
    for name, count in shown:
        ends = {status: number for (each, status), number in counts.found.items() if each == name}
        each_end = [f"{number:,} {status}" for status, number in sorted(ends.items(), reverse=True)]
        how = ", ".join(each_end if len(ends) > 1 else ends)
        yield f"  {count:>{widest},}  {name}  ({how})"
    if len(jobs) > _SHOWN:
        yield f"  and {counted(jobs.total() - sum(count for _, count in shown), 'job')} with other names"


def summary_of(counts: Counts) -> Iterator[str]:
    """Yield a line for each kind of job that is left out."""
    if counts.known:
        yield f"{counted(counts.known, 'job')} known in Cosmos DB"
    if counts.others:
        yield f"{counted(counts.others, 'job')} left out by --name and --property"
    for status, count in sorted(counts.odd.items()):
        yield f"{counted(count, 'job')} with status {status!r}, which this version does not know, left out"
    if counts.unreadable:
        yield f"{counts.unreadable:,} of Speech's entries cannot be read, left out"
