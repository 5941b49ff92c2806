"""Prints the output of `speech2cosmos show` for people."""

from collections.abc import Iterable, Sequence

from shared.cli.look.job_rows import files_text
from shared.cli.terminal.columns import Column, Row
from shared.cli.terminal.lists import ListForm, print_list
from shared.cli.terminal.output import failure_text, numbers, print_fields, print_heading, retry_text
from shared.cli.terminal.text import shown
from shared.cli.terminal.times import local_time
from shared.domain.documents import FileFailure, ReportDetail, Transcript
from shared.domain.forgotten import ForgottenFile, ForgottenJob
from shared.domain.job import Job
from shared.rendering.times import signed_timecode

_FILES = (
    Column("name", title="NAME", wraps=True),
    Column("duration", title="DURATION", rank=1),
    Column("phrases", title="PHRASES", rank=4),
    Column("words", title="WORDS", rank=3),
    Column("channels", title="CHANNELS", rank=5),
    Column("speakers", title="SPEAKERS", rank=2),
    Column("fileId", title="FILE ID"),
)
_TRACKS = (
    Column("channel", title="CHANNEL"),
    Column("speaker", title="SPEAKER"),
    Column("phrases", title="PHRASES", rank=2),
    Column("words", title="WORDS", rank=1),
    Column("talk", title="TALK TIME"),
    Column("confidence", title="CONFIDENCE", rank=3),
)
_GIVEN_UP = (
    Column("name", title="NAME", wraps=True, rank=1),
    Column("code", title="CODE"),
    Column("message", title="MESSAGE", wraps=True),
    Column("kind", title="KIND", rank=2),
    Column("run", title="RUN", rank=3),
    Column("attempts", title="ATTEMPTS", rank=4),
    Column("fileId", title="FILE ID"),
)
_ERASED = (
    Column("forgottenAt", title="ERASED", cell=local_time),
    Column("fileId", title="FILE ID"),
)
_REPORT = (
    Column("status", title="STATUS"),
    Column("kind", title="KIND"),
    Column("message", title="MESSAGE", wraps=True),
    Column("source", title="SOURCE", wraps=True),
)


def print_job(job: Job) -> None:
    """Print the job's own document."""
    report = job.report
    print_heading(f"Job {job.id}: {job.status}")
    print_fields(
        {
            "name": job.display_name,
            "Speech says": job.speech_status,
            "locale": job.locale,
            "created": local_time(job.created_date_time),
            "accepted": local_time(job.accepted_at),
            "ended": local_time(job.ended_at),
            "run": job.run,
            "files": files_text(job),
            "report": report
            and f"{shown(report.successful_transcriptions_count)} sources succeeded, "
            f"{shown(report.failed_transcriptions_count)} failed",
            "failure": failure_text(job.failure),
            "listed again": retry_text(job.retry),
            **({"erased": f"a recording or more, last at {local_time(job.forgotten_at)}"} if job.forgotten_at else {}),
        }
    )


def print_erased_job(tombstone: ForgottenJob, recordings: int) -> None:
    """Print that a job was erased. `recordings`: how many tombstones its recordings have."""
    print_heading(f"Job {tombstone.id}: {tombstone.status}")
    erased = f"{local_time(tombstone.forgotten_at)}, on request"
    print_fields({"erased": erased, "run": tombstone.run, "recordings": f"{recordings} erased"})


def print_erased(tombstones: Sequence[ForgottenFile]) -> None:
    """Print which recordings were erased, and when, if any were."""
    if not tombstones:
        return
    print_heading("Erased on request")
    rows: list[Row] = [{"fileId": each.file_id, "forgottenAt": each.forgotten_at} for each in tombstones]
    print_list(rows, _ERASED, ListForm.TABLE, None)


def print_given_up(failures: Iterable[FileFailure]) -> None:
    """Print the files that were given up, if there are any."""
    rows = [
        {
            "fileId": it.file_id,
            "name": it.name,
            "kind": it.kind,
            "run": it.run,
            "attempts": it.attempts,
            "code": it.code,
            "message": it.message,
        }
        for it in failures
    ]
    if rows:
        _print_table("Given up by speech2cosmos", _GIVEN_UP, rows)


def print_report(details: Iterable[ReportDetail], *, only_failures: bool) -> None:
    """Print the report's rows: all sources, or only those that failed."""
    chosen = [detail for detail in details if not (only_failures and detail.status == "Succeeded")]
    if chosen or not only_failures:
        title = "Failed at Speech, by its report" if only_failures else "Report"
        rows: list[Row] = [
            {
                "status": it.status,
                "kind": it.error_kind or None,
                "source": it.source,
                "message": it.error_message or None,
            }
            for it in chosen
        ]
        _print_table(title, _REPORT, rows)


def print_files(heads: Iterable[Transcript]) -> None:
    """Print a job's files, one a line."""
    rows: list[Row] = [
        {
            "fileId": head.file_id,
            "name": head.name,
            "phrases": head.phrase_count,
            "words": head.word_count,
            "duration": _duration(head),
            "channels": numbers(head.channels),
            "speakers": numbers(head.speakers),
        }
        for head in heads
    ]
    _print_table("Files", _FILES, rows)


def print_file(head: Transcript) -> None:
    """Print one file: its head and its tracks."""
    statuses = ", ".join(f"{count} {status}" for status, count in head.recognition_statuses.items())
    talk, statistics = signed_timecode(head.statistics.talk_time_in_ticks), head.statistics
    print_heading(f"File {head.file_id}: {shown(head.name)}")
    print_fields(
        {
            "source": head.source,
            "transcribed": local_time(head.timestamp),
            "duration": _duration(head),
            "locales": ", ".join(head.locales),
            "phrases": f"{head.phrase_count} ({statuses})" if statuses else head.phrase_count,
            "words": head.word_count,
            "turns": head.turns.count,
            "talk": f"{talk}, two or more at once {signed_timecode(statistics.overlap_in_ticks)}, "
            f"silence {signed_timecode(statistics.silence_in_ticks)}, {statistics.interruptions} interruptions",
            "mirrored": ", ".join(f"{one} and {other}" for one, other in head.mirrored_channels) or None,
            "ingested": f"{local_time(head.ingested_at)}, {head.size_in_bytes} bytes, revision {head.revision}",
            "raw": head.raw,
        }
    )
    rows: list[Row] = [
        {
            "channel": track.channel,
            "speaker": track.speaker,
            "phrases": track.phrase_count,
            "words": track.word_count,
            "talk": signed_timecode(track.talk_time_in_ticks),
            "confidence": None if track.mean_confidence is None else f"{track.mean_confidence:.3f}",
        }
        for track in head.tracks
    ]
    _print_table("Tracks", _TRACKS, rows)


def _duration(head: Transcript) -> str | None:
    return None if head.duration_in_ticks is None else signed_timecode(head.duration_in_ticks)


def _print_table(title: str, columns: Iterable[Column], rows: Iterable[Row]) -> None:
    print_heading(title)
    print_list(rows, tuple(columns), ListForm.TABLE, None)
