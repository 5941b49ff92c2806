"""The split of one file: its phrases and combined texts become parts (tracks, texts, turns) and a head."""

from array import array
from collections import Counter
from collections.abc import Iterator
from statistics import fmean

import msgspec

from shared.domain.documents import (
    HEAD_ID,
    CombinedPart,
    CombinedSummary,
    Part,
    PhraseEntry,
    TrackPart,
    TrackSummary,
    Transcript,
    Turn,
    TurnsPart,
    TurnsSummary,
    combined_id,
    track_id,
    turns_id,
)
from shared.domain.intervals import IntervalSet
from shared.domain.parts import ENVELOPE_BYTES, PART_BYTES, HeadRoom, PartFiller, fitting_head
from shared.domain.phrases import Measured, integer, measure
from shared.domain.speech_result import CombinedPhrase, IndexedPhrase, ResultHeader, present
from shared.domain.talk import measure_talk
from shared.domain.texts import pieces
from shared.domain.ticks import TICKS_PER_SECOND
from shared.domain.turns import Spoken, turns_of
from shared.domain.urls import without_query
from shared.errors import InvalidResult

_TEXT_BYTES = (PART_BYTES - ENVELOPE_BYTES) // 4
"""Size of a piece of text. A part holds four pieces, one of each text, and the envelope."""

MAX_TRACKS = 500
"""Most pairs of channel and speaker in a file. Each keeps an unfinished part in memory. Speech distinguishes at most
36 speakers."""


class SplitOptions(msgspec.Struct, frozen=True):
    """TURN_GAP_SECONDS and NBEST_WORDS. They change a file's documents, so they are part of the revision."""

    turn_gap_seconds: float = 3.0
    all_words: bool = False


class FileKey(msgspec.Struct, frozen=True):
    """Partition key of a result file: one logical partition holds all its documents."""

    job_id: str
    file_id: str


class _Track:
    def __init__(self, channel: int, speaker: int | None) -> None:
        self.channel = channel
        self.speaker = speaker
        self.filler: PartFiller[PhraseEntry] = PartFiller("recognizedPhrases")
        self.parts: list[str] = []
        self.phrase_count = 0
        self.word_count = 0
        self.talk = IntervalSet()
        self.confidences = array("d")

    def count(self, measured: Measured) -> None:
        self.phrase_count += 1
        if measured.blank:
            return
        self.word_count += measured.word_count
        self.talk.add(measured.talk)
        if measured.confidence is not None:
            self.confidences.append(measured.confidence)

    def summary(self) -> TrackSummary:
        return TrackSummary(
            channel=self.channel,
            speaker=self.speaker,
            phrase_count=self.phrase_count,
            word_count=self.word_count,
            talk_time_in_ticks=self.talk.length(),
            mean_confidence=fmean(self.confidences) if self.confidences else None,
            parts=self.parts,
        )


class Splitter:
    """Splits one file. Call `add` for each item that a ResultReader yields, then `finish`, then `head`.

    `add` and `finish` yield parts in the order in which they are to be written. Write the head last, because its
    presence means that all parts are there. All three raise InvalidResult.
    """

    def __init__(self, key: FileKey, revision: str, options: SplitOptions) -> None:
        self._key = key
        self._revision = revision
        self._options = options
        self._tracks: dict[tuple[int, int | None], _Track] = {}
        self._combined: dict[int, list[str]] = {}
        self._spoken: list[Spoken] = []
        self._turns: list[Turn] = []
        self._turns_parts: list[str] = []
        self._statuses: Counter[str] = Counter()
        self._locales: set[str] = set()
        self._room = HeadRoom()

    def add(self, item: IndexedPhrase | CombinedPhrase) -> Iterator[Part]:
        """Take a phrase, or the texts of a channel, and yield the parts that are full."""
        if isinstance(item, CombinedPhrase):
            yield from self._add_combined(item)
        else:
            yield from self._add_phrase(measure(item, all_words=self._options.all_words))

    def finish(self) -> Iterator[Part]:
        """Yield the remaining parts: the last part of each track, and all turns."""
        for track in self._tracks.values():
            yield from (self._track_part(track, entries) for entries in track.filler.finish())
        self._turns = turns_of(self._spoken, round(self._options.turn_gap_seconds * TICKS_PER_SECOND))
        self._spoken = []
        filler: PartFiller[Turn] = PartFiller("turns")
        for number, turn in enumerate(self._turns):
            yield from (self._turns_part(turns) for turns in filler.add(turn, number))
        yield from (self._turns_part(turns) for turns in filler.finish())

    def head(  # noqa: PLR0913 - the head's own properties
        self,
        header: ResultHeader,
        *,
        run: int,
        name: str | None,
        raw: str | None,
        size_in_bytes: int,
        ingested_at: str,
    ) -> Transcript:
        """Return the head. Call this after `finish`. Raises InvalidResult if the head is too large for a batch."""
        order = sorted(self._tracks, key=lambda key: (key[0], key[1] is not None, key[1] or 0))
        tracks = [self._tracks[key] for key in order]
        summaries = [track.summary() for track in tracks]
        duration = header.duration_ticks()
        talk = {key: track.talk for key, track in self._tracks.items()}
        statistics, mirrored = measure_talk(talk, self._turns, duration)
        head = Transcript(
            id=HEAD_ID,
            job_id=self._key.job_id,
            file_id=self._key.file_id,
            revision=self._revision,
            run=run,
            name=name,
            source=None if (source := present(header.source)) is None else without_query(source),
            timestamp=present(header.timestamp) or present(header.time_stamp),
            duration_in_ticks=duration,
            duration=present(header.duration),
            channels=sorted({channel for channel, _ in self._tracks} | self._combined.keys()),
            speakers=sorted({speaker for _, speaker in self._tracks if speaker is not None}),
            locales=sorted(self._locales),
            recognition_statuses=dict(sorted(self._statuses.items())),
            phrase_count=sum(each.phrase_count for each in summaries),
            word_count=sum(each.word_count for each in summaries),
            tracks=summaries,
            combined=[CombinedSummary(channel, parts) for channel, parts in sorted(self._combined.items())],
            turns=TurnsSummary(len(self._turns), self._turns_parts),
            statistics=statistics,
            mirrored_channels=[list(pair) for pair in mirrored],
            raw=raw,
            size_in_bytes=size_in_bytes,
            ingested_at=ingested_at,
        )
        return fitting_head(head)

    def _add_phrase(self, measured: Measured) -> Iterator[Part]:
        entry = measured.entry
        track = self._track(measured.channel, measured.speaker, entry.index)
        track.count(measured)
        status = entry.recognition_status or "Unknown"
        if status not in self._statuses:
            self._room.name(status)
        self._statuses[status] += 1
        if isinstance(entry.locale, str) and entry.locale not in self._locales:
            self._locales.add(self._room.name(entry.locale))
        if not measured.blank:
            display = entry.n_best[0].display or ""
            place = (entry.offset_in_ticks, measured.channel, entry.index)
            self._spoken.append(Spoken(*place, measured.speaker, measured.end, display))
        yield from (self._track_part(track, entries) for entries in track.filler.add(entry, entry.index))

    def _track(self, channel: int, speaker: int | None, index: int) -> _Track:
        if (channel, speaker) not in self._tracks:
            if len(self._tracks) == MAX_TRACKS:
                words = f"recognizedPhrases[{index}]: more than {MAX_TRACKS} pairs of channel and speaker"
                raise InvalidResult(words, "TooManyTracks")
            self._tracks[channel, speaker] = _Track(channel, speaker)
        return self._tracks[channel, speaker]

    def _track_part(self, track: _Track, entries: list[PhraseEntry]) -> TrackPart:
        part = len(track.parts)
        part_id = track_id(self._revision, track.channel, track.speaker, part)
        track.parts.append(self._room.name(part_id))
        return TrackPart(
            id=track.parts[-1],
            job_id=self._key.job_id,
            file_id=self._key.file_id,
            revision=self._revision,
            part=part,
            channel=track.channel,
            speaker=track.speaker,
            phrases=entries,
        )

    def _turns_part(self, turns: list[Turn]) -> TurnsPart:
        part = len(self._turns_parts)
        self._turns_parts.append(self._room.name(turns_id(self._revision, part)))
        return TurnsPart(
            id=self._turns_parts[-1],
            job_id=self._key.job_id,
            file_id=self._key.file_id,
            revision=self._revision,
            part=part,
            turns=turns,
        )

    def _add_combined(self, texts: CombinedPhrase) -> Iterator[CombinedPart]:
        channel = integer(texts.channel or 0, "the channel of a combined text")
        ids = self._combined.setdefault(channel, [])
        forms = [list(pieces(text or "", _TEXT_BYTES)) for text in texts.forms()]
        for number in range(max(1, *map(len, forms))):
            part = len(ids)
            ids.append(self._room.name(combined_id(self._revision, channel, part), summaries=part == 0))
            lexical, itn, masked_itn, display = (form[number] if number < len(form) else "" for form in forms)
            yield CombinedPart(
                id=ids[-1],
                job_id=self._key.job_id,
                file_id=self._key.file_id,
                revision=self._revision,
                part=part,
                channel=channel,
                lexical=lexical,
                itn=itn,
                masked_itn=masked_itn,
                display=display,
            )
