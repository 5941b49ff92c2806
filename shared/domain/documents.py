"""The documents in Cosmos DB, their ids and partition keys. `make docs` generates docs/contract/ from these types.

Times of day are ISO 8601 in UTC. Times in the audio are integer ticks of 100 ns. A property without a value is null.
Only a property whose type includes UnsetType is left out instead.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

SCHEMA_VERSION = 1

Ticks = Annotated[int, Meta(description="ticks of 100 ns")]
Count = Annotated[int, Meta(ge=0)]
ChannelPair = Annotated[list[int], Meta(min_length=2, max_length=2)]
_UTC = r"^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?Z$"
"""The code compares times as texts and parses them. In this notation the order of texts is the order of times."""
UtcTime = Annotated[str, Meta(description="time of day, ISO 8601 in UTC", pattern=_UTC)]


class WordColumns(msgspec.Struct, rename="camel", frozen=True):
    """Words of the lexical form, in four columns of equal length. One object per word would repeat every key."""

    word: list[str]
    offset_in_ticks: list[int | None]
    duration_in_ticks: list[int | None]
    confidence: list[float | int | None]


class DisplayWordColumns(msgspec.Struct, rename="camel", frozen=True):
    """Words of the display form, in three columns of equal length."""

    display_text: list[str]
    offset_in_ticks: list[int | None]
    duration_in_ticks: list[int | None]


class Hypothesis(msgspec.Struct, rename="camel", frozen=True):
    """An entry of nBest. Speech's order is kept, because Speech makes the combined texts from the first entry."""

    confidence: float | int | None
    lexical: str | None
    itn: str | None
    masked_itn: str | None = msgspec.field(name="maskedITN")
    display: str | None
    words: WordColumns | UnsetType = UNSET
    display_words: DisplayWordColumns | UnsetType = UNSET


class PhraseEntry(msgspec.Struct, rename="camel", frozen=True):
    """A recognized phrase. `index` is its position in the file's recognizedPhrases, and its id within the file."""

    index: int
    recognition_status: str | None
    offset_in_ticks: Ticks
    duration_in_ticks: Ticks
    n_best: list[Hypothesis]
    locale: str | UnsetType = UNSET


class Turn(msgspec.Struct, rename="camel", frozen=True):
    """Consecutive phrases of one channel and speaker. `phrases`: the indexes of these phrases.

    `confidence`: unweighted mean of their nBest[0].confidence; null if none has one. `locale`: the only one that they
    name; null if they name several.
    """

    channel: int
    speaker: int | None
    offset_in_ticks: Ticks
    duration_in_ticks: Ticks
    display: str
    phrases: list[int]
    confidence: float | None = None  # turns that writers before version 5 wrote lack it
    locale: str | UnsetType | None = UNSET


class Document(msgspec.Struct, rename="camel", frozen=True, kw_only=True):
    """The properties of every document. `ttl`, in seconds, is present only if Cosmos DB shall delete the document."""

    id: str
    type: str
    schema_version: int = SCHEMA_VERSION
    ttl: int | UnsetType = UNSET


class FileKey(msgspec.Struct, frozen=True):
    """Partition key of a result file: one logical partition holds all its documents."""

    job_id: str
    file_id: str


class FileDocument(Document, rename="camel", frozen=True, kw_only=True):
    """A document of container `transcripts`: partition key (jobId, fileId)."""

    job_id: str
    file_id: str


class Part(FileDocument, rename="camel", frozen=True, kw_only=True):
    """A part of one revision of a file. Readers find its id in the head; that of a report's part in the job."""

    revision: str
    part: int


class TrackSection(msgspec.Struct, rename="camel", frozen=True):
    """Phrases of one channel and speaker, in the file's order. `speaker` is null without diarization."""

    channel: int
    speaker: int | None
    phrases: list[PhraseEntry]


class CombinedSection(msgspec.Struct, rename="camel", frozen=True):
    """A piece of each of a channel's four texts. Concatenate the pieces, in the order of the head, to get the texts."""

    channel: int
    lexical: str
    itn: str
    masked_itn: str = msgspec.field(name="maskedITN")
    display: str


class ResultPart(Part, rename="camel", frozen=True, kw_only=True):
    """Sections of a result: of tracks, of combined texts, and turns of all channels and speakers in order of time.

    Any of the three may be empty. Which sections share a part is the writer's choice: the head names the parts.
    """

    type: Literal["part"] = "part"
    tracks: list[TrackSection]
    combined: list[CombinedSection]
    turns: list[Turn]


class ReportDetail(msgspec.Struct, rename="camel", frozen=True):
    """The result of one source in the report. `source` is a URL without its query."""

    source: str | None
    status: str | None
    error_kind: str | UnsetType = UNSET
    error_message: str | UnsetType = UNSET


class ReportPart(Part, rename="camel", frozen=True, kw_only=True):
    """Some details of a report file, whose id is `fileId`. Each part repeats the two counts."""

    type: Literal["report"] = "report"
    successful_transcriptions_count: int | None
    failed_transcriptions_count: int | None
    details: list[ReportDetail]


class TrackSummary(msgspec.Struct, rename="camel", frozen=True):
    """A track in the head. `meanConfidence`: unweighted mean of nBest[0].confidence; null if no phrase has one."""

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


class TurnsRange(msgspec.Struct, rename="camel", frozen=True):
    """The turns of one part: the least begin and the greatest end, the number of the first among all, how many."""

    from_in_ticks: Ticks
    to_in_ticks: Ticks
    first_turn: int
    count: int


class TurnsSummary(msgspec.Struct, rename="camel", frozen=True):
    """The number of turns, the ids of the parts that hold them, and for each of these parts which turns it holds."""

    count: int
    parts: list[str]
    index: list[TurnsRange] | UnsetType = UNSET  # heads that writers before version 5 wrote lack it


class Statistics(msgspec.Struct, rename="camel", frozen=True):
    """Numbers of all tracks together. Talk is the union of all tracks; overlap is where two or more tracks talk."""

    talk_time_in_ticks: Ticks
    silence_in_ticks: Ticks
    overlap_in_ticks: Ticks
    interruptions: int


class Transcript(FileDocument, rename="camel", frozen=True, kw_only=True):
    """The head of an audio file. It names the parts of exactly one revision, and is written after them."""

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
    mirrored_channels: list[ChannelPair] = []  # heads that earlier versions wrote lack it
    raw: str | None
    size_in_bytes: int
    ingested_at: UtcTime

    def parts(self) -> list[str]:
        """Ids of all parts of this revision, each once."""
        groups = [*(track.parts for track in self.tracks), *(text.parts for text in self.combined), self.turns.parts]
        return list(dict.fromkeys(part for parts in groups for part in parts))


class FileFailure(FileDocument, rename="camel", frozen=True, kw_only=True):
    """Why a file was given up. Send `queueMessage` to the queue again to retry the file."""

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

REVISION_DIGITS = 12
"""Hexadecimal digits of a revision."""


def part_id(revision: str, name: str) -> str:
    """Return the id of the part with this name."""
    return f"{revision}_{name}"


def part_name(part: int) -> str:
    """Return the name of a result part."""
    return f"part_{part:04}"


def report_name(part: int) -> str:
    """Return the name of a report part."""
    return f"report_{part:04}"


def utc(moment: datetime) -> UtcTime:
    """Return an aware time of day as documents hold it: in UTC, with six decimals, so that texts sort by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
