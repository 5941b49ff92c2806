"""The split of one file: its phrases and combined texts become parts (tracks, texts, turns) and a head."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, zip_longest
from statistics import fmean

import msgspec

from shared.domain.documents import (
    HEAD_ID,
    REVISION_DIGITS,
    CombinedSummary,
    FileKey,
    TrackSummary,
    Transcript,
    TurnsSummary,
    combined_name,
    part_id,
    track_name,
    turns_name,
)
from shared.domain.encoded import PartContent
from shared.domain.intervals import IntervalSet
from shared.domain.parts import ENVELOPE_BYTES, PART_BYTES, HeadRoom, PartFiller, fitting_head
from shared.domain.phrases import Measured, integer, measure
from shared.domain.speech_result import CombinedPhrase, IndexedPhrase, ResultReader, present
from shared.domain.talk import Interruptions, Talk
from shared.domain.texts import pieces
from shared.domain.ticks import TICKS_PER_SECOND
from shared.domain.turns import Conversation
from shared.domain.urls import without_query
from shared.errors import InvalidResult

_TEXT_BYTES = (PART_BYTES - ENVELOPE_BYTES) // 4
"""Size of a piece of text. A part holds four pieces, one of each text, and the envelope."""

MAX_TRACKS = 500
"""Most pairs of channel and speaker in a file. Each keeps an unfinished part in memory. Speech distinguishes at most
36 speakers."""


_ANY_REVISION = "0" * REVISION_DIGITS
"""Stands for the revision where only the length of an id counts."""


class SplitOptions(msgspec.Struct, frozen=True):
    """TURN_GAP_SECONDS and NBEST_WORDS. They change a file's documents, so they are part of the revision."""

    turn_gap_seconds: float = 3.0
    all_words: bool = False


class _Track:
    def __init__(self, channel: int, speaker: int | None) -> None:
        self.channel = channel
        self.speaker = speaker
        self.filler = PartFiller("recognizedPhrases")
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
        self.talk.add(measured.begins, measured.ends)
        if measured.confidence is not None:
            self.confidences.append(measured.confidence)

    def summary(self, revision: str) -> TrackSummary:
        return TrackSummary(
            channel=self.channel,
            speaker=self.speaker,
            phrase_count=self.phrase_count,
            word_count=self.word_count,
            talk_time_in_ticks=self.talk.length(),
            mean_confidence=fmean(self.confidences) if self.confidences else None,
            parts=[part_id(revision, name) for name in self.parts],
        )


class Splitter:
    """Splits one file: the same way for the app, the command line and the benchmarks.

    `parts` yields what the parts hold; so do `feed`, called for each chunk, and then `close`. After that `head` returns
    the head. All raise InvalidResult. Write the head last, because its presence means that all parts are there. Neither
    the file's ids nor its revision need be known before the head.
    """

    def __init__(self, options: SplitOptions) -> None:
        self._options = options
        self._reader = ResultReader(all_words=options.all_words)
        self._tracks: dict[tuple[int, int | None], _Track] = {}
        self._combined: dict[int, list[str]] = {}
        self._conversation = Conversation()
        self._turns = 0
        self._turns_parts: list[str] = []
        self._statuses: Counter[str] = Counter()
        self._locales: set[str] = set()
        self._talk = Talk({})
        self._interruptions = Interruptions()
        self._room = HeadRoom()
        self._size = 0

    def parts(self, chunks: Iterable[bytes]) -> Iterator[PartContent]:
        """Read a whole file, and yield its parts while it arrives, in the order in which they are to be written."""
        for chunk in chunks:
            yield from self.feed(chunk)
        yield from self.close()

    def feed(self, chunk: bytes) -> Iterator[PartContent]:
        """Take the next bytes, and yield the parts that are full."""
        self._size += len(chunk)
        for item in self._reader.feed(chunk):
            yield from self._add(item)

    def close(self) -> Iterator[PartContent]:
        """Yield the remaining parts. Call this after the last chunk."""
        for item in self._reader.close():
            yield from self._add(item)
        for track in self._tracks.values():
            yield from self._track_part(track, track.filler.finish())
        yield from self._all_turns()

    def head(  # noqa: PLR0913 - the head's own properties
        self, key: FileKey, revision: str, *, run: int, name: str | None, raw: str | None, ingested_at: str
    ) -> Transcript:
        """Return the head. Call this after the last part. Raises InvalidResult if the head is too large for a batch."""
        order = sorted(self._tracks, key=lambda key: (key[0], key[1] is not None, key[1] or 0))
        summaries = [self._tracks[key].summary(revision) for key in order]
        header = self._reader.header
        duration = header.duration_ticks()
        head = Transcript(
            id=HEAD_ID,
            job_id=key.job_id,
            file_id=key.file_id,
            revision=revision,
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
            combined=[
                CombinedSummary(channel, [part_id(revision, name) for name in names])
                for channel, names in sorted(self._combined.items())
            ],
            turns=TurnsSummary(self._turns, [part_id(revision, name) for name in self._turns_parts]),
            statistics=self._talk.statistics(duration, self._interruptions.count),
            mirrored_channels=[list(pair) for pair in self._talk.mirrored],
            raw=raw,
            size_in_bytes=self._size,
            ingested_at=ingested_at,
        )
        return fitting_head(head)

    def _add(self, item: IndexedPhrase | CombinedPhrase) -> Iterator[PartContent]:
        if isinstance(item, CombinedPhrase):
            return self._add_combined(item)
        return self._add_phrase(measure(item, all_words=self._options.all_words))

    def _add_phrase(self, measured: Measured) -> Iterator[PartContent]:
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
            who = (measured.channel, measured.speaker)
            display = entry.n_best[0].display or ""
            self._conversation.add(who, entry.index, entry.offset_in_ticks, measured.end, display)
        return self._track_part(track, track.filler.add(entry, entry.index))

    def _track(self, channel: int, speaker: int | None, index: int) -> _Track:
        track = self._tracks.get((channel, speaker))
        if track is None:
            if len(self._tracks) == MAX_TRACKS:
                words = f"recognizedPhrases[{index}]: more than {MAX_TRACKS} pairs of channel and speaker"
                raise InvalidResult(words, "TooManyTracks")
            track = self._tracks[channel, speaker] = _Track(channel, speaker)
        return track

    def _track_part(self, track: _Track, entries: list[bytes]) -> Iterator[PartContent]:
        if entries:
            part = len(track.parts)
            track.parts.append(self._named(track_name(track.channel, track.speaker, part)))
            who = {"channel": track.channel, "speaker": track.speaker}
            yield PartContent.of("track", track.parts[-1], part, who, phrases=entries)

    def _all_turns(self) -> Iterator[PartContent]:
        self._talk = Talk({key: track.talk for key, track in self._tracks.items()})
        self._interruptions = Interruptions(self._talk.mirrored)
        filler = PartFiller("turns")
        for turn in self._conversation.turns(round(self._options.turn_gap_seconds * TICKS_PER_SECOND)):
            self._interruptions.add(turn)
            yield from self._turns_part(filler.add(turn, self._turns))
            self._turns += 1
        yield from self._turns_part(filler.finish())

    def _turns_part(self, turns: list[bytes]) -> Iterator[PartContent]:
        if turns:
            part = len(self._turns_parts)
            self._turns_parts.append(self._named(turns_name(part)))
            yield PartContent.of("turns", self._turns_parts[-1], part, {}, turns=turns)

    def _add_combined(self, texts: CombinedPhrase) -> Iterator[PartContent]:
        channel = integer(texts.channel or 0, "the channel of a combined text")
        names = self._combined.setdefault(channel, [])
        rows = zip_longest(*(pieces(text or "", _TEXT_BYTES) for text in texts.forms()), fillvalue="")
        for lexical, itn, masked_itn, display in chain([next(rows, ("", "", "", ""))], rows):
            part = len(names)
            names.append(self._named(combined_name(channel, part), summaries=part == 0))
            content = {"channel": channel, "lexical": lexical, "itn": itn, "maskedITN": masked_itn, "display": display}
            yield PartContent.of("combined", names[-1], part, content)

    def _named(self, name: str, *, summaries: int = 0) -> str:
        self._room.name(part_id(_ANY_REVISION, name), summaries=summaries)
        return name
