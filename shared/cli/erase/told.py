"""Prints what will be erased, where, and what remains."""

from collections import Counter
from collections.abc import Iterable

from shared.cli.account import cosmos_words, queue_words, speech_words
from shared.cli.erase.found import Found
from shared.cli.erase.remains import Remains
from shared.cli.terminal.output import print_heading, print_line, print_note
from shared.cli.terminal.text import counted, shown
from shared.cli.terminal.times import local_time
from shared.domain.job import Job
from shared.settings import Settings

_WORDS = {
    "transcript": "head",
    "part": "part",
    "track": "part",
    "combined": "part",
    "turns": "part",
    "report": "part of the report",
    "fileFailure": "failure",
}
"""What people call a document of a type."""

_WIDTH = 14


def print_addresses(settings: Settings, *, at_speech: bool) -> None:
    """Print on stderr which accounts are addressed."""
    print_note(f"looking in {cosmos_words(settings)}")
    queues = f"{queue_words(settings, settings.jobs_queue)}, the other queues of the app"
    print_note(f"looking in {queues}, and container {settings.raw_container} there")
    if at_speech:
        print_note(f"looking in {speech_words(settings)}")


def print_found(found: Found, *, at_speech: bool | None) -> None:
    """Print what is to be erased. `at_speech`: whether Speech has the transcription; None if that stays there."""
    job, target = found.job, found.target
    print_heading(target.words[0].upper() + target.words[1:])
    if isinstance(job, Job):
        _print("job", f"{job.display_name or 'without a name'}, {job.status}, run {job.run}")
    if found.erased_at:
        left = "what is left:" if found.left else "nothing is left"
        _print("erased", f"before, at {local_time(found.erased_at)}; {left}")
    kinds = Counter({"job": int(target.file_id is None and isinstance(job, Job))})
    kinds.update(dict.fromkeys(_WORDS.values(), 0))
    kinds.update(_WORDS.get(str(row.get("type")), str(row.get("type"))) for row in found.documents)
    if target.file_id is not None:
        for name, field in (("name", "name"), ("audio", "source")):
            values = sorted({str(row[field]) for row in found.documents if row.get(field)})
            if values:
                _print(name, ", ".join(values))
    _print("documents", ", ".join(_plural(number, kind) for kind, number in kinds.items() if number) or "none")
    if target.file_id is not None:
        _print("report", _of_report(found))
    _print("rejected", counted(len(found.rejected), "message") if found.rejected else "none")
    _print("queues", ", ".join(f"{look.about:,} in {look.queue}" for look in found.queues if look.about) or "none seen")
    _print("raw results", f"{len(found.raw):,}" if found.raw else "none")
    if target.file_id is None:
        words = {None: "stays, without --speech", True: "the transcription and its files", False: "none"}
        _print("at Speech", words[at_speech])


def print_remains(rows: Iterable[Remains]) -> None:
    """Print what remains elsewhere."""
    print_heading("What remains elsewhere")
    for where, what in rows:
        _print(where, what)


def _of_report(found: Found) -> str:
    if not found.own.rows:
        return "the job lists it" if found.lists_it else "none"
    words = counted(found.own.rows, "row")
    if found.own.ambiguous:
        words += ", all that may be about it: the report has no ids, and some may be about other recordings"
    return words


def _plural(number: int, kind: str) -> str:
    return counted(number, kind).replace("part of the reports", "parts of the report")


def _print(name: str, words: str) -> None:
    print_line(f"  {name:<{_WIDTH}}{shown(words)}")
