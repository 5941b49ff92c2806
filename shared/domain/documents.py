"""The documents in Cosmos DB, their ids and partition keys. docs/contract/ is made from these types.

Times of day are ISO 8601 in UTC. Times in the audio are integer ticks of 100 ns. A property that is null is there
with null, unless its type says UnsetType: then it is left out.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

SCHEMA_VERSION = 1

Ticks = Annotated[int, Meta(description="ticks of 100 ns")]
ChannelPair = Annotated[list[int], Meta(min_length=2, max_length=2)]

_UTC = r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$"
"""Times are compared as texts and calculated with, so each has to be one, in the notation whose text order is time."""

UtcTime = Annotated[str, Meta(description="time of day, ISO 8601 in UTC", pattern=_UTC)]


class WordColumns(msgspec.Struct, rename="camel", frozen=True):
    """Words of the lexical form, in four columns of the same length. Rows would repeat their keys for each word."""

    word: list[str]
    offset_in_ticks: list[int | None]
    duration_in_ticks: list[int | None]
    confidence: list[float | int | None]


class DisplayWordColumns(msgspec.Struct, rename="camel", frozen=True):
    """Words of the display form, in three columns of the same length."""

    display_text: list[str]
    offset_in_ticks: list[int | None]
    duration_in_ticks: list[int | None]


class Hypothesis(msgspec.Struct, rename="camel", frozen=True):
    """An entry of nBest, in Speech's order. The combined texts are made of the first."""

    confidence: float | int | None
    lexical: str | None
    itn: str | None
    masked_itn: str | None = msgspec.field(name="maskedITN")
    display: str | None
    words: WordColumns | UnsetType = UNSET
    display_words: DisplayWordColumns | UnsetType = UNSET


class PhraseEntry(msgspec.Struct, rename="camel", frozen=True):
    """A recognized phrase; `index` is its place in the file's recognizedPhrases and identifies it."""

    index: int
    recognition_status: str | None
    offset_in_ticks: Ticks
    duration_in_ticks: Ticks
    n_best: list[Hypothesis]
    locale: str | UnsetType = UNSET


class Turn(msgspec.Struct, rename="camel", frozen=True):
    """Neighbouring phrases of one channel and speaker; `phrases` are their indexes."""

    channel: int
    speaker: int | None
    offset_in_ticks: Ticks
    duration_in_ticks: Ticks
    display: str
    phrases: list[int]


class Document(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The properties of every document. `ttl` (seconds) is present only if Cosmos DB is to delete the document."""

    id: str
    type: str
    schema_version: int = SCHEMA_VERSION
    ttl: int | UnsetType = UNSET


class FileDocument(Document, rename="camel", frozen=True, kw_only=True):
    """A document of container `transcripts`: partition key (jobId, fileId)."""

    job_id: str
    file_id: str


class Part(FileDocument, rename="camel", frozen=True, kw_only=True):
    """A part of one revision of a file. Readers find it by its id, which the head names."""

    revision: str
    part: int


class TrackPart(Part, rename="camel", frozen=True, kw_only=True):
    """Phrases of one channel and speaker (null: no diarization), in the file's order."""

    type: Literal["track"] = "track"
    channel: int
    speaker: int | None
    phrases: list[PhraseEntry]


class CombinedPart(Part, rename="camel", frozen=True, kw_only=True):
    """A piece of each of the four texts of a channel. The pieces, joined with nothing in between, are the texts."""

    type: Literal["combined"] = "combined"
    channel: int
    lexical: str
    itn: str
    masked_itn: str = msgspec.field(name="maskedITN")
    display: str


class TurnsPart(Part, rename="camel", frozen=True, kw_only=True):
    """Turns of all channels and speakers in time order."""

    type: Literal["turns"] = "turns"
    turns: list[Turn]


class ReportDetail(msgspec.Struct, rename="camel", frozen=True):
    """What Speech says of one source. `source` is without its query."""

    source: str | None
    status: str | None
    error_kind: str | UnsetType = UNSET
    error_message: str | UnsetType = UNSET


class ReportPart(Part, rename="camel", frozen=True, kw_only=True):
    """Details of a report file. `fileId` is the report's. Each part has the counts."""

    type: Literal["report"] = "report"
    successful_transcriptions_count: int | None
    failed_transcriptions_count: int | None
    details: list[ReportDetail]


class TrackSummary(msgspec.Struct, rename="camel", frozen=True):
    """A track in the head. `meanConfidence`: mean of nBest[0].confidence, not weighted; null if there is none."""

    channel: int
    speaker: int | None
    phrase_count: int
    word_count: int
    talk_time_in_ticks: Ticks
    mean_confidence: float | None
    parts: list[str]


class CombinedSummary(msgspec.Struct, rename="camel", frozen=True):
    """Ids of the parts that hold the texts of a channel."""

    channel: int
    parts: list[str]


class TurnsSummary(msgspec.Struct, rename="camel", frozen=True):
    """The number of turns, and the ids of the parts that hold them."""

    count: int
    parts: list[str]


class Statistics(msgspec.Struct, rename="camel", frozen=True):
    """Numbers of all tracks together: union of talk, silence, time with two or more talking, interruptions."""

    talk_time_in_ticks: Ticks
    silence_in_ticks: Ticks
    overlap_in_ticks: Ticks
    interruptions: int


class Transcript(FileDocument, rename="camel", frozen=True, kw_only=True):
    """The head of an audio file. It is written last and names the parts of exactly one revision."""

    type: Literal["transcript"] = "transcript"
    revision: str
    run: int
    name: str | None
    source: str | None
    timestamp: str | None
    duration_in_ticks: Ticks | None
    duration: str | None
    channels: list[int]
    speakers: list[int]
    locales: list[str]
    recognition_statuses: dict[str, int]
    phrase_count: int
    word_count: int
    tracks: list[TrackSummary]
    combined: list[CombinedSummary]
    turns: TurnsSummary
    statistics: Statistics
    mirrored_channels: list[ChannelPair] = []  # heads of former versions do not have it
    raw: str | None
    size_in_bytes: int
    ingested_at: UtcTime

    def parts(self) -> list[str]:
        """Ids of all parts of this revision."""
        groups = [*(track.parts for track in self.tracks), *(text.parts for text in self.combined), self.turns.parts]
        return [part for parts in groups for part in parts]


class FileFailure(FileDocument, rename="camel", frozen=True, kw_only=True):
    """Why a file was given up. `queueMessage`: what to send again to try anew."""

    type: Literal["fileFailure"] = "fileFailure"
    run: int
    kind: str
    name: str | None
    code: str
    message: str
    attempts: int
    raw: str | None
    failed_at: UtcTime
    queue_message: str | None


HEAD_ID = "transcript"
FAILURE_ID = "failure"


def track_id(revision: str, channel: int, speaker: int | None, part: int) -> str:
    """Id of a track part; without diarization the speaker is `none`."""
    return f"{revision}_c{channel}_s{'none' if speaker is None else speaker}_{part:04}"


def combined_id(revision: str, channel: int, part: int) -> str:
    """Id of a combined part."""
    return f"{revision}_combined_c{channel}_{part:04}"


def turns_id(revision: str, part: int) -> str:
    """Id of a turns part."""
    return f"{revision}_turns_{part:04}"


def report_id(revision: str, part: int) -> str:
    """Id of a report part."""
    return f"{revision}_report_{part:04}"


def utc(moment: datetime) -> UtcTime:
    """Return a time of day as documents hold it: UTC, with six decimals, so that times sort as texts."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def encoded_size(document: object) -> int:
    """Return the size in bytes of a document, or of a piece of one, as UTF-8 JSON."""
    return len(msgspec.json.encode(document))
