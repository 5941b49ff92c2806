"""Prints the output of `speech2cosmos show` for people."""

from collections.abc import Iterable

from shared.cli.terminal.output import (
    failure_text,
    moment,
    numbers,
    print_fields,
    print_line,
    print_table,
    retry_text,
    shown,
)
from shared.domain.documents import FileFailure, ReportDetail, Transcript, Turn
from shared.domain.job import Job
from shared.rendering.times import signed_timecode

_FILES = ("FILE ID", "NAME", "PHRASES", "WORDS", "DURATION", "CHANNELS", "SPEAKERS", "TRACKS")
_TRACKS = ("CHANNEL", "SPEAKER", "PHRASES", "WORDS", "TALK TIME", "CONFIDENCE")
_GIVEN_UP = ("FILE ID", "NAME", "KIND", "RUN", "ATTEMPTS", "CODE", "MESSAGE")
_REPORT = ("STATUS", "KIND", "SOURCE", "MESSAGE")


def print_job(job: Job) -> None:
    """Print the job's own document."""
    files, report = job.files, job.report
    print_line(f"Job {job.id}: {job.status}")
    print_fields(
        {
            "Speech says": job.speech_status,
            "name": job.display_name,
            "locale": job.locale,
            "created": moment(job.created_date_time),
            "accepted": moment(job.accepted_at),
            "ended": moment(job.ended_at),
            "run": job.run,
            "files": f"{files.ingested} ingested, {files.failed} failed, {shown(files.expected)} expected",
            "report": report
            and f"{shown(report.successful_transcriptions_count)} sources succeeded, "
            f"{shown(report.failed_transcriptions_count)} failed",
            "failure": failure_text(job.failure),
            "listed again": retry_text(job.retry),
        }
    )


def print_given_up(failures: Iterable[FileFailure]) -> None:
    """Print the files that were given up, if there are any."""
    rows = [(it.file_id, it.name, it.kind, it.run, it.attempts, it.code, it.message) for it in failures]
    if rows:
        print_table("Given up by speech2cosmos", _GIVEN_UP, rows)


def print_report(details: Iterable[ReportDetail], *, only_failures: bool) -> None:
    """Print the report's rows: all sources, or only those that failed."""
    chosen = [detail for detail in details if not (only_failures and detail.status == "Succeeded")]
    if chosen or not only_failures:
        title = "Failed at Speech, by its report" if only_failures else "Report"
        print_table(
            title, _REPORT, [(it.status, it.error_kind or None, it.source, it.error_message or None) for it in chosen]
        )


def print_files(heads: Iterable[Transcript]) -> None:
    """Print a job's files, one a line."""
    rows = [
        (
            head.file_id,
            head.name,
            head.phrase_count,
            head.word_count,
            _duration(head),
            numbers(head.channels),
            numbers(head.speakers),
            len(head.tracks),
        )
        for head in heads
    ]
    print_table("Files", _FILES, rows)


def print_file(head: Transcript, turns: Iterable[Turn]) -> None:
    """Print one file: its head, its tracks and its conversation."""
    statuses = ", ".join(f"{count} {status}" for status, count in head.recognition_statuses.items())
    talk, statistics = signed_timecode(head.statistics.talk_time_in_ticks), head.statistics
    print_line(f"File {head.file_id}: {shown(head.name)}")
    print_fields(
        {
            "source": head.source,
            "duration": _duration(head),
            "locales": ", ".join(head.locales),
            "phrases": f"{head.phrase_count} ({statuses})" if statuses else head.phrase_count,
            "words": head.word_count,
            "talk": f"{talk}, two or more at once {signed_timecode(statistics.overlap_in_ticks)}, "
            f"silence {signed_timecode(statistics.silence_in_ticks)}, {statistics.interruptions} interruptions",
            "mirrored": ", ".join(f"{one} and {other}" for one, other in head.mirrored_channels) or None,
            "ingested": f"{moment(head.ingested_at)}, {head.size_in_bytes} bytes, revision {head.revision}",
            "raw": head.raw,
        }
    )
    rows = [
        (
            track.channel,
            track.speaker,
            track.phrase_count,
            track.word_count,
            signed_timecode(track.talk_time_in_ticks),
            None if track.mean_confidence is None else f"{track.mean_confidence:.3f}",
        )
        for track in head.tracks
    ]
    print_table("Tracks", _TRACKS, rows)
    print_line(f"Turns: {head.turns.count}")
    for turn in turns:
        who = f"channel {turn.channel}" + ("" if turn.speaker is None else f" speaker {turn.speaker}")
        print_line(f"{signed_timecode(turn.offset_in_ticks)}  {who}: {turn.display}")


def _duration(head: Transcript) -> str | None:
    return None if head.duration_in_ticks is None else signed_timecode(head.duration_in_ticks)
