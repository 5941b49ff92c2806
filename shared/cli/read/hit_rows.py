"""Hits of a search as rows of a list: the fields of `speech2cosmos search`."""

from shared.cli.terminal.columns import Column, Row
from shared.rendering.about import title
from shared.rendering.found import opening
from shared.rendering.hits import Hit
from shared.rendering.recording import Recording
from shared.rendering.times import tenths

COLUMNS = (
    Column("jobId", "the job"),
    Column("fileId", "the recording's file id"),
    Column("recording", "the recording's own file name, else that of its result file, else its file id", "RECORDING"),
    Column("revision", "the revision that was searched"),
    Column("ingestedAt", "when the recording came into the database, UTC"),
    Column("at", "when the turn begins, from the beginning of the audio, as `open --at` takes it", "AT"),
    Column("name", "who speaks", "NAME"),
    Column("channel", "the channel"),
    Column("speaker", "the speaker; null without diarization"),
    Column("turn", "the turn's number in the recording, from 0"),
    Column("offsetInTicks", "when the turn begins, in ticks of 100 ns"),
    Column("durationInTicks", "how long the turn lasts, in ticks of 100 ns"),
    Column("text", "the turn's display text", "TEXT", wraps=True),
    Column("hits", "where the phrase stands in `text`: begin and end of each hit, in Unicode code points from 0"),
    Column("command", "the command that opens the recording's page there"),
)


def row_of(recording: Recording, hit: Hit) -> Row:
    """Return the row of a turn with hits."""
    head, turn = recording.head, hit.said.turn
    return {
        "jobId": head.job_id,
        "fileId": head.file_id,
        "recording": title(head),
        "revision": head.revision,
        "ingestedAt": head.ingested_at,
        "at": tenths(turn.offset_in_ticks),
        "name": hit.said.name,
        "channel": turn.channel,
        "speaker": turn.speaker,
        "turn": hit.said.number,
        "offsetInTicks": turn.offset_in_ticks,
        "durationInTicks": turn.duration_in_ticks,
        "text": turn.display,
        "hits": [list(place) for place in hit.places],
        "command": opening(head, hit),
    }
