"""Finds the job or recording that a user names, by the beginning of its id or by its name."""

import re
from collections.abc import Iterable, Sequence

from shared.adapters.cosmos.job_lists import JobLists, Named
from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.ids import job_id_of
from shared.cli.reader import Reader
from shared.cli.terminal.output import print_note, print_set_aside
from shared.cli.terminal.text import shown
from shared.domain.documents import Transcript
from shared.domain.speech_urls import GUID
from shared.errors import InvalidMessage, NotFound, WrongUsage
from shared.rendering.about import title
from shared.rendering.names import known_as

JOB_HELP = "A transcription: its id or URL, the beginning of its id, or its name."
FILE_HELP = "One recording of it: the file's id, the beginning of its id, or its name."

_BEGINNING = re.compile(r"[0-9a-f-]{1,36}")
_LISTED = 20
"""How many matches are listed at most."""


def job_of(app: App, text: str) -> str:
    """Return the id of the job that a text names: its id, its URL, a unique beginning of its id, or its displayName.

    A whole id is taken as it is. A beginning costs one query of the index. Names have no index, so looking for one
    reads every job; it is done only if no id fits. Raises NotFound, and WrongUsage for several, which are listed.
    """
    name = text.strip()
    try:
        return job_id_of(name)
    except InvalidMessage:
        jobs, found = JobLists(app.database, print_set_aside), list[Named]()
    if _BEGINNING.fullmatch(name.lower()):
        found = jobs.beginning(name.lower())
    if not found:
        found = jobs.with_name(name)
    if not found:
        raise NotFound(
            f"no job in the database {app.settings.cosmos_database} has an id that begins with {name!r}, or this name"
        )
    return _only(name, [(job.id, job.status, job.display_name) for job in found], "jobs")


def file_of(reader: Reader, job_id: str, text: str) -> str:
    """Return the id of the recording that a text names: its id, a unique beginning of it, or its name in any case.

    The name is that of the recording itself or of its result file, with or without extension.

    A GUID is taken as it is. Otherwise the job's heads and failures are read. Raises NotFound, and WrongUsage for
    several matches, which are listed.
    """
    name = text.strip()
    if GUID.fullmatch(name):
        return name.lower()
    files = reader.files(job_id)
    names = {failure.file_id: frozenset({(failure.name or "").lower()}) for failure in files.failures}
    names |= {tombstone.file_id: frozenset() for tombstone in files.erased}
    names |= {head.file_id: known_as(head) for head in files.heads}
    wanted = name.lower()
    found = [each for each in names if each == wanted]
    found = found or [each for each in names if each.startswith(wanted)]
    found = found or [each for each in names if wanted in names[each]]
    if not found:
        raise advised(
            NotFound(f"job {job_id} has no file whose id begins with {name!r}, or with this name"),
            f"speech2cosmos show {job_id}",
        )
    titles: dict[str, tuple[str | None, ...]] = {failure.file_id: (failure.name,) for failure in files.failures}
    titles |= {tombstone.file_id: ("erased",) for tombstone in files.erased}
    titles |= {head.file_id: titles_of(head) for head in files.heads}
    return _only(name, [(each, *titles[each]) for each in found], f"files of job {job_id}")


def titles_of(head: Transcript) -> tuple[str | None, ...]:
    """Return what a list shows of a recording beside its id: its own file name if it has one, and its result file's."""
    return tuple(dict.fromkeys((title(head), head.name)))


def _only(name: str, found: Sequence[Iterable[object]], what: str) -> str:
    first, *others = found
    if others:
        for match in found[:_LISTED]:
            print_note("  ".join(map(shown, match)))
        words = f"{name!r} fits {len(found)} {what}"
        words += f", of which {_LISTED} are listed" if len(found) > _LISTED else ""
        raise advised(WrongUsage(words), "a longer beginning, or a whole id")
    return str(next(iter(first)))
