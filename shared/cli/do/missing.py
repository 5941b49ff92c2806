"""Finds the finished jobs of a Speech resource that Cosmos DB does not know. It prints nothing."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.adapters.cosmos.job_lists import JobLists
from shared.cli.at_speech import Listing, Tell, finished
from shared.domain.speech_api import Transcription
from shared.domain.speech_urls import GUID
from shared.errors import UnknownValue

_LONGEST_BEGINNING = 40

_DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Wanted:
    """Which jobs are to be found. `name`: how their displayName begins. `properties`: of their customProperties."""

    since: datetime
    name: str = ""
    properties: Mapping[str, str] = field(default_factory=dict)

    def fits(self, job: Transcription) -> bool:
        """Return whether the job has this name and these properties."""
        own = job.custom_properties or {}
        named = (job.display_name or "").startswith(self.name)
        return named and all(own.get(name) == value for name, value in self.properties.items())


@dataclass
class Counts:
    """How many jobs were listed, and what became of them.

    others: those that do not fit. known: in Cosmos DB. unreadable: entries that are no transcription. odd: jobs of each
    status that this version does not know. found: missing jobs by the beginning of their names and Speech's status.
    latest: the greatest lastActionDateTime so far.
    """

    listed: int = 0
    others: int = 0
    known: int = 0
    unreadable: int = 0
    odd: Counter[str] = field(default_factory=Counter)
    found: Counter[tuple[str, str]] = field(default_factory=Counter)
    latest: str = ""


def missing(
    speech: Listing, known: JobLists, wanted: Wanted, now: datetime, counts: Counts
) -> Iterator[list[Transcription]]:
    """Yield the jobs that ended since `wanted.since`, fit, and have no document in Cosmos DB; the oldest first.

    There is a list for each answer of Speech, often an empty one. `counts` grows with them. A job with a status that
    this version does not know is left out and counted in `counts.odd`, because the app would wait for its end in vain.
    Raises what `finished` and a query of Cosmos DB raise.
    """
    yielded: set[str] = set()
    for listed in finished(speech, wanted.since, now, _counting(counts)):
        fitting: dict[str, Transcription] = {}
        for each in listed:
            counts.listed += 1
            counts.latest = max(counts.latest, each.last_action_date_time or "")
            if not wanted.fits(each):
                counts.others += 1
            elif _ends_a_job(each):
                fitting[each.job_id] = each
            else:
                counts.odd[each.status] += 1
        there = known.known_among(fitting)
        counts.known += len(there)
        found = [job for job_id, job in fitting.items() if job_id not in there and job_id not in yielded]
        found.sort(key=lambda job: job.last_action_date_time or "")  # no document promises an order of the list
        for job in found:
            yielded.add(job.job_id)
            counts.found[beginning(job.display_name), job.status] += 1
        yield found


def _counting(counts: Counts) -> Tell:
    def tell(_: UnknownValue) -> None:
        counts.unreadable += 1

    return tell


def _ends_a_job(job: Transcription) -> bool:
    try:
        job.event()
    except UnknownValue:
        return False
    return True


def kept_since(since: datetime, seconds: int | None, now: datetime) -> datetime:
    """Return the time since when jobs are taken up, if documents live for so many seconds.

    The app deletes documents after RETENTION_DAYS. What ended before that would come back, although it was deleted.
    """
    return since if seconds is None else max(since, now - timedelta(seconds=seconds))


def beginning(name: str | None) -> str:
    """Return how a job's name begins, up to its first digit. So names that differ in a date or number are one.

    >>> beginning("calls 2026-11-28")
    'calls …'
    """
    if not name:
        return "(no name)"
    if GUID.fullmatch(name):
        return "(an id)"
    text = _DIGIT.split(name, maxsplit=1)[0]
    if not text.strip():
        return "(a number)"
    text = text if len(text) <= _LONGEST_BEGINNING else text[:_LONGEST_BEGINNING]
    return text if text == name else f"{text}…"
