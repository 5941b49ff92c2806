"""Hits of a search as rows of a list: the fields of `speech2cosmos search`."""

from shared.cli.terminal.columns import Column, Row
from shared.rendering.about import title
from shared.rendering.found import opening
from shared.rendering.hits import Hit
from shared.rendering.recording import Recording
from shared.rendering.times import tenths

COLUMNS = (
    Column("jobId", "The job."),
    Column("fileId", "The recording's file id."),
    Column("recording", "The recording's own file name, else that of its result file, else its file id.", "RECORDING"),
    Column("revision", "The revision that was searched."),
    Column("ingestedAt", "When the recording came into the database, UTC."),
    Column("at", "When the turn begins, from the beginning of the audio, as `open --at` takes it.", "AT"),
    Column("name", "Who speaks.", "NAME"),
    Column("channel", "The channel."),
    Column("speaker", "The speaker; null without diarization."),
    Column("turn", "The turn's number in the recording, from 0."),
    Column("offsetInTicks", "When the turn begins, in ticks of 100 ns."),
    Column("durationInTicks", "How long the turn lasts, in ticks of 100 ns."),
    Column("text", "The turn's display text.", "TEXT", wraps=True),
    Column(
        "hits",
        "Where the phrase stands in the `text` of json: begin and end of each hit, in Unicode code points from 0.",
    ),
    Column("command", "The command that opens the recording's page there."),
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
