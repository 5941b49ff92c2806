"""What `speech2cosmos show` prints for people."""

from collections.abc import Iterable

from shared.cli.output import clock, moment, numbers, print_fields, print_line, print_table
from shared.domain.documents import FileFailure, ReportDetail, TrackSummary, Transcript, Turn
from shared.domain.job import Failure, Job

_FILES = ("FILE ID", "NAME", "PHRASES", "WORDS", "DURATION", "CHANNELS", "SPEAKERS", "TRACKS")
_TRACKS = ("CHANNEL", "SPEAKER", "PHRASES", "WORDS", "TALK TIME", "CONFIDENCE")
_GIVEN_UP = ("FILE ID", "NAME", "KIND", "CODE", "ATTEMPTS", "RUN", "MESSAGE")
_REPORT = ("STATUS", "KIND", "SOURCE", "MESSAGE")


def failure_text(failure: Failure | None) -> str | None:
    """Return whose failure it is, its code and its message."""
    return f"{failure.origin}: {failure.code}: {failure.message}" if failure else None


def print_job(job: Job) -> None:
    """Print the job's own document."""
    files, report = job.files, job.report
    print_line(f"Job {job.id}: {job.status}")
    print_fields(
        [
            ("Speech says", job.speech_status),
            ("name", job.display_name),
            ("locale", job.locale),
            ("created", moment(job.created_date_time)),
            ("accepted", moment(job.accepted_at)),
            ("ended", moment(job.ended_at)),
            ("run", job.run),
            ("files", f"{files.ingested} ingested, {files.failed} failed, {_count(files.expected)} expected"),
            ("report", report and _counts(report.successful_transcriptions_count, report.failed_transcriptions_count)),
            ("failure", failure_text(job.failure)),
        ]
    )


def print_speech_failures(details: Iterable[ReportDetail]) -> None:
    """Print what the report says of sources that Speech failed at, if there are any."""
    failed = [detail for detail in details if detail.status != "Succeeded"]
    if failed:
        print_table("Failed at Speech", _REPORT, map(_detail, failed))


def print_report(details: Iterable[ReportDetail]) -> None:
    """Print the whole report."""
    print_table("Report", _REPORT, map(_detail, details))


def print_file_failures(failures: Iterable[FileFailure]) -> None:
    """Print the files that speech2cosmos gave up, if there are any."""
    rows = [
        (each.file_id, each.name, each.kind, each.code, each.attempts, each.run, each.message) for each in failures
    ]
    if rows:
        print_table("Given up by speech2cosmos", _GIVEN_UP, rows)


def print_files(heads: Iterable[Transcript]) -> None:
    """Print a job's files, a line each."""
    print_table("Files", _FILES, map(_file, heads))


def print_file(head: Transcript, turns: Iterable[Turn]) -> None:
    """Print one file: what the head says, its tracks, and who said what when."""
    print_line(f"File {head.file_id}: {head.name}")
    print_fields(
        [
            ("source", head.source),
            ("duration", clock(head.duration_in_ticks)),
            ("locales", ",".join(head.locales)),
            ("phrases", f"{head.phrase_count}: {', '.join(f'{n} {name}' for name, n in head.recognition_statuses.items())}"),
            ("words", head.word_count),
            ("talk", _talk(head)),
            ("ingested", f"{moment(head.ingested_at)} from {head.size_in_bytes} bytes, revision {head.revision}"),
            ("raw", head.raw),
        ]
    )
    print_table("Tracks", _TRACKS, map(_track, head.tracks))
    print_line("Turns")
    for turn in turns:
        who = f"channel {turn.channel}" + ("" if turn.speaker is None else f" speaker {turn.speaker}")
        print_line(f"{clock(turn.offset_in_ticks)}  {who}: {turn.display}")
