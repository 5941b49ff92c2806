"""The split of one file: its phrases and combined texts become sections, which are packed into parts, and a head."""

from array import array
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, zip_longest
from statistics import fmean

import msgspec

from shared.domain.documents import (
    HEAD_ID,
    CombinedSummary,
    FileKey,
    TrackSummary,
    Transcript,
    part_id,
)
from shared.domain.encoded import PartContent
from shared.domain.intervals import IntervalSet
from shared.domain.packing import Kind, Packer, Section
from shared.domain.parts import ENVELOPE_BYTES, PART_BYTES, HeadRoom, PartFiller, fitting_head
from shared.domain.phrases import Measured, integer, measured_run
from shared.domain.speech_result import CombinedPhrase, PhraseRun, ResultReader, present
from shared.domain.spoken import SpokenPhrases
from shared.domain.talk import Interruptions, Talk
from shared.domain.texts import pieces
from shared.domain.ticks import TICKS_PER_SECOND
from shared.domain.turn_sections import TurnSections
from shared.domain.turns import turns_of
from shared.domain.urls import without_query
from shared.errors import InvalidResult

_TEXT_BYTES = (PART_BYTES - ENVELOPE_BYTES) // 4
"""Size of a piece of text. A part holds four pieces, one of each text, and the envelope."""

MAX_TRACKS = 500
"""Most pairs of channel and speaker in a file. Each keeps an unfinished part in memory. Speech distinguishes at most
36 speakers."""


_FORMS = ("lexical", "itn", "maskedITN", "display")


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
        self._talk = IntervalSet()
        self.confidences = array("d")

    def count(self, measured: Measured) -> None:
        self.phrase_count += 1
        if measured.blank:
            return
        self.word_count += measured.word_count
        self._talk.add(measured.begins, measured.ends)
        if measured.confidence is not None:
            self.confidences.append(measured.confidence)

    def take_talk(self) -> IntervalSet:
        """Return when somebody talks in the track, and forget it."""
        talk, self._talk = self._talk, IntervalSet()
        return talk

    def sections(self, entries: list[bytes]) -> list[Section]:
        """Return the section with these phrases, or none without phrases."""
        if not entries:
            return []
        phrases = msgspec.Raw(b"[%b]" % b",".join(entries))
        track = {"channel": self.channel, "speaker": self.speaker, "phrases": phrases}
        return [Section.of(Kind.TRACKS, self.parts, track)]

    def summary(self, revision: str, talk_time: int) -> TrackSummary:
        return TrackSummary(
            channel=self.channel,
            speaker=self.speaker,
            phrase_count=self.phrase_count,
            word_count=self.word_count,
            talk_time_in_ticks=talk_time,
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
        self._spoken = SpokenPhrases()
        self._statuses: Counter[str] = Counter()
        self._locales: set[str] = set()
        self._talk = Talk({})
        self._interruptions = Interruptions()
        self._room = HeadRoom()
        self._turns = TurnSections(self._room)
        self._packer = Packer(self._room)
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
            yield from self._take(item)

    def close(self) -> Iterator[PartContent]:
        """Yield the remaining parts. Call this after the last chunk."""
        for item in self._reader.close():
            yield from self._take(item)
        turns = yield from self._full_turns()
        tracks = [section for track in self._tracks.values() for section in track.sections(track.filler.finish())]
        yield from self._packer.close(tracks, turns)

    def head(  # noqa: PLR0913 - the head's own properties
        self, key: FileKey, revision: str, *, run: int, name: str | None, raw: str | None, ingested_at: str
    ) -> Transcript:
        """Return the head. Call this after the last part. Raises InvalidResult if the head is too large for a batch."""
        order = sorted(self._tracks, key=lambda key: (key[0], key[1] is not None, key[1] or 0))
        summaries = [self._tracks[key].summary(revision, self._talk.lengths[key]) for key in order]
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
            turns=self._turns.summary(revision),
            statistics=self._talk.statistics(self._interruptions.count),
            mirrored_channels=[list(pair) for pair in self._talk.mirrored],
            raw=raw,
            size_in_bytes=self._size,
            ingested_at=ingested_at,
        )
        return fitting_head(head)

    def _take(self, item: PhraseRun | CombinedPhrase) -> Iterator[PartContent]:
        if isinstance(item, CombinedPhrase):
            yield from self._add_combined(item)
            return
        for measured in measured_run(item, all_words=self._options.all_words):
            for section in self._add_phrase(measured):
                yield from self._packer.alone(section)

    def _add_phrase(self, measured: Measured) -> list[Section]:
        """Take a phrase. Return the section that it has filled, if any."""
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
            self._spoken.add(measured)
        return track.sections(track.filler.add(entry, entry.index))

    def _track(self, channel: int, speaker: int | None, index: int) -> _Track:
        track = self._tracks.get((channel, speaker))
        if track is None:
            if len(self._tracks) == MAX_TRACKS:
                words = f"recognizedPhrases[{index}]: more than {MAX_TRACKS} pairs of channel and speaker"
                raise InvalidResult(words, "TooManyTracks")
            track = self._tracks[channel, speaker] = _Track(channel, speaker)
        return track

    def _full_turns(self) -> Generator[PartContent, None, list[Section]]:
        """Yield the parts that turns fill, and return the last section of turns."""
        intervals = {key: track.take_talk() for key, track in self._tracks.items()}
        self._talk = Talk(intervals, self._reader.header.duration_ticks())
        del intervals  # before the turns need memory
        self._interruptions = Interruptions(self._talk.mirrored)
        gap_in_ticks = round(self._options.turn_gap_seconds * TICKS_PER_SECOND)
        for turn in turns_of(self._spoken.in_order(), gap_in_ticks):
            self._interruptions.add(turn)
            for section in self._turns.add(turn):
                yield from self._packer.alone(section)
        return self._turns.finish()

    def _add_combined(self, texts: CombinedPhrase) -> Iterator[PartContent]:
        channel = integer(texts.channel or 0, "the channel of a combined text")
        parts = self._combined.setdefault(channel, [])
        rows = zip_longest(*(pieces(text or "", _TEXT_BYTES) for text in texts.forms()), fillvalue="")
        for row in chain([next(rows, ("", "", "", ""))], rows):
            texts_of_channel = {"channel": channel, **dict(zip(_FORMS, row, strict=True))}
            yield from self._packer.text(Section.of(Kind.COMBINED, parts, texts_of_channel))
