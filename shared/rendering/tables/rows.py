"""The rows of the tables `calls` and `turns`, and their columns.

docs/export.md lists the columns. They are only added to, at the end, so that a program that reads them goes on working.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from math import fsum
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.domain.documents import FileKey, Transcript
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.about import title
from shared.rendering.names import Track
from shared.rendering.recording import Choice, Recording, Said
from shared.rendering.texts import one_line


class CallRow(msgspec.Struct, rename="camel", frozen=True):
    """A recording."""

    job_id: Annotated[str, Meta(description="The job's id. With `fileId` it is the key of the row.")]
    file_id: Annotated[str, Meta(description="The result file's id.")]
    revision: Annotated[str, Meta(description="The revision whose turns are in `turns`.")]
    recording: Annotated[str, Meta(description="Name of the audio file; without one, that of the result file.")]
    job_name: Annotated[str | None, Meta(description="The job's displayName.")]
    source: Annotated[str | None, Meta(description="URL of the audio, without its query.")]
    locales: Annotated[str, Meta(description="Locales of the phrases, separated by commas. Empty without any.")]
    names: Annotated[str, Meta(description="Names of those who speak, separated by semicolons.")]
    transcribed_at: Annotated[
        datetime | None, Meta(description="When Speech made the transcription. It is not when people talked.")
    ]
    ingested_at: Annotated[datetime, Meta(description="When speech2cosmos wrote the recording. `--since` compares it.")]
    duration_seconds: Annotated[float | None, Meta(description="Length of the audio.")]
    talk_seconds: Annotated[float, Meta(description="Time in which at least one track talks.")]
    silence_seconds: Annotated[float, Meta(description="Time in which no track talks.")]
    overlap_seconds: Annotated[float, Meta(description="Time in which several tracks talk.")]
    interruptions: Annotated[int, Meta(description="Turns that begin while somebody else talks.")]
    channel_count: Annotated[int, Meta(description="Channels of the audio.")]
    turn_count: Annotated[int, Meta(description="Rows of the recording in `turns`.")]
    phrase_count: Annotated[int, Meta(description="Phrases that Speech recognized.")]
    word_count: Annotated[int, Meta(description="Words of the lexical form.")]
    mean_confidence: Annotated[
        float | None, Meta(description="Mean confidence of the tracks, each weighted by its phrases.")
    ]
    mirrored: Annotated[
        bool, Meta(description="Whether a channel repeats another one, as in mono that was recorded as stereo.")
    ]


class TurnRow(msgspec.Struct, rename="camel", frozen=True):
    """A turn. `silenceBeforeSeconds`, `overlapSeconds` and `interruptsTurn` leave out channels that mirror another."""

    job_id: Annotated[str, Meta(description="The job's id.")]
    file_id: Annotated[str, Meta(description="The result file's id.")]
    turn: Annotated[int, Meta(description="Number of the turn in its recording, from 0, in order of time.")]
    channel: Annotated[int, Meta(description="Channel.")]
    speaker: Annotated[int | None, Meta(description="Speaker; null without diarization.")]
    name: Annotated[str, Meta(description="Name of who speaks.")]
    mirrors: Annotated[
        int | None,
        Meta(description="The channel that this one repeats. Leave out rows that have one: their talk is there twice."),
    ]
    start_seconds: Annotated[float, Meta(description="Begin in the audio. Times 10,000,000 it is `offsetInTicks`.")]
    end_seconds: Annotated[float, Meta(description="End in the audio.")]
    duration_seconds: Annotated[float, Meta(description="From begin to end, short pauses included.")]
    silence_before_seconds: Annotated[
        float | None, Meta(description="Time since all earlier turns ended; 0 if one still runs. Null if it mirrors.")
    ]
    overlap_seconds: Annotated[
        float | None,
        Meta(description="Time of this turn in which an earlier turn of another track still runs. Null if it mirrors."),
    ]
    interrupts_turn: Annotated[
        int | None,
        Meta(description="Number of the turn that runs when this one begins: of other tracks' turns the latest."),
    ]
    confidence: Annotated[float | None, Meta(description="Mean confidence of the turn's phrases.")]
    locale: Annotated[str | None, Meta(description="Locale of the phrases; null if they name none or several.")]
    text: Annotated[str, Meta(description="What was said, in the display form.")]


def seconds(ticks: int) -> float:
    """Return ticks as seconds. A double holds each tick of a year: rounded, it times 10,000,000 is the same again."""
    return ticks / TICKS_PER_SECOND


def call_row(recording: Recording) -> CallRow:
    """Return the row of a recording."""
    head, numbers = recording.head, recording.head.statistics
    spoken = [(track.channel, track.speaker) for track in head.tracks if track.word_count]
    return CallRow(
        **_key(head),
        revision=head.revision,
        recording=title(head),
        job_name=recording.job_name,
        source=head.source,
        locales=",".join(head.locales),
        names="; ".join(dict.fromkeys(one_line(recording.names[track]) for track in spoken)),
        transcribed_at=_moment(head.timestamp),
        ingested_at=datetime.fromisoformat(head.ingested_at),
        duration_seconds=None if head.duration_in_ticks is None else seconds(head.duration_in_ticks),
        talk_seconds=seconds(numbers.talk_time_in_ticks),
        silence_seconds=seconds(numbers.silence_in_ticks),
        overlap_seconds=seconds(numbers.overlap_in_ticks),
        interruptions=numbers.interruptions,
        channel_count=len(head.channels),
        turn_count=head.turns.count,
        phrase_count=head.phrase_count,
        word_count=head.word_count,
        mean_confidence=_confidence(head),
        mirrored=bool(_mirrors(recording)),
    )


def turn_rows(recording: Recording) -> Iterator[TurnRow]:
    """Yield a row for each turn of a recording, in order of time."""
    key, mirrors, before = _key(recording.head), _mirrors(recording), _Before()
    for said in replace(recording, choice=Choice(all_channels=True)).turns():
        turn = said.turn
        mirrored = mirrors.get(turn.channel)
        silence, overlap, interrupted = (None, None, None) if mirrored is not None else before.take(said)
        yield TurnRow(
            **key,
            turn=said.number,
            channel=turn.channel,
            speaker=turn.speaker,
            name=said.name,
            mirrors=mirrored,
            start_seconds=seconds(turn.offset_in_ticks),
            end_seconds=seconds(said.end),
            duration_seconds=seconds(turn.duration_in_ticks),
            silence_before_seconds=silence,
            overlap_seconds=overlap,
            interrupts_turn=interrupted,
            confidence=turn.confidence,
            locale=turn.locale if isinstance(turn.locale, str) else None,
            text=turn.display,
        )


class _Before:
    """What was said before a turn. Call `take` for each turn, in order of time."""

    def __init__(self) -> None:
        self._end = 0  # the greatest of all turns
        self._running: dict[Track, tuple[int, int]] = {}  # of each track, the latest end, and the turn that has it

    def take(self, said: Said) -> tuple[float, float, int | None]:
        """Return the silence before the turn, its overlap with earlier ones, and the turn that it interrupts."""
        begin = said.turn.offset_in_ticks
        self._running = {track: latest for track, latest in self._running.items() if latest[0] > begin}
        others = [latest for track, latest in self._running.items() if track != said.track]
        overlap = min(said.end, max(end for end, _ in others)) - begin if others else 0
        interrupted = max((number for _, number in others), default=None)
        silence = max(0, begin - self._end)
        self._end = max(self._end, said.end)
        if said.end > self._running.get(said.track, (begin, 0))[0]:
            self._running[said.track] = (said.end, said.number)
        return seconds(silence), seconds(max(0, overlap)), interrupted


def _key(head: Transcript) -> dict[str, str]:
    return msgspec.structs.asdict(FileKey(head.job_id, head.file_id))


def _mirrors(recording: Recording) -> dict[int, int]:
    """Return the channels that mirror another one, each with that channel, whatever was chosen of the recording."""
    return replace(recording, choice=Choice()).left_out


def _confidence(head: Transcript) -> float | None:
    sure = [(each.mean_confidence, each.phrase_count) for each in head.tracks if each.mean_confidence is not None]
    phrases = sum(count for _, count in sure)
    return fsum(mean * count for mean, count in sure) / phrases if phrases else None


def _moment(text: str | None) -> datetime | None:
    """Return a time that Speech wrote; None if it is none, or names no zone."""
    try:
        moment = datetime.fromisoformat(text or "")
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
