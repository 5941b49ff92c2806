"""What the head says of a recording, in words: the beginning of texts for people."""

from collections.abc import Iterator

from shared.domain.documents import Transcript
from shared.rendering.names import source_name
from shared.rendering.recording import Recording
from shared.rendering.texts import one_line
from shared.rendering.times import long_clock


def title(head: Transcript) -> str:
    """Return what people call a recording: its own file name, else the name of its result file, else its id."""
    return one_line(source_name(head) or head.name or "") or head.file_id


def stem(head: Transcript) -> str:
    """Return the title without an extension."""
    whole = title(head)
    return whole.rpartition(".")[0] or whole


def facts(recording: Recording) -> Iterator[tuple[str, str]]:
    """Yield names and values of what is known of the recording. Values are on one line."""
    head = recording.head
    yield "Job", f"{one_line(recording.job_name)} ({head.job_id})" if recording.job_name else head.job_id
    yield "File", head.file_id
    yield "Revision", head.revision
    if head.source:
        yield "Source", one_line(head.source)
    if head.timestamp:
        # When Speech made the transcription, which says nothing of when people talked.
        yield "Transcribed", one_line(head.timestamp)
    if head.duration_in_ticks is not None:
        yield "Duration", long_clock(head.duration_in_ticks)
    if head.locales:
        yield "Languages", one_line(", ".join(head.locales))
    # Real files have tracks of blank phrases only, such as that of speaker 0.
    spoken = [(track.channel, track.speaker) for track in head.tracks if track.word_count]
    names = [one_line(recording.tracks[track]) for track in spoken if track in recording.tracks]
    if names:
        yield "Speakers", ", ".join(dict.fromkeys(names))


def notes(recording: Recording) -> Iterator[str]:
    """Yield sentences about what a reader would otherwise miss: which channels are left out, and which times."""
    for channel, other in recording.left_out.items():
        yield f"Channel {channel} is left out because it holds the same talk as channel {other}."
    begin, end = recording.choice.begin, recording.choice.end
    if begin is not None or end is not None:
        until = "the end" if end is None else long_clock(end)
        yield f"Only what is said from {long_clock(begin or 0)} to {until}."
