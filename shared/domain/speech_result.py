"""The one file that knows the JSON of a transcription result file, of every API version.

Source of the names: Microsoft's page "Get batch transcription results" and the published JSON Schemas of the result
file (v3, v3.1, v3.2, 2024-11-15). Properties not named here are passed over; the raw file keeps them.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from shared.domain.json_stream import Cut, ObjectStream
from shared.domain.ticks import Number, to_ticks
from shared.errors import InvalidResult

_T = TypeVar("_T")


class Timed(msgspec.Struct, rename="camel", frozen=True):
    """Anything with a place in the audio, in up to three notations."""

    offset: str | None = None
    duration: str | None = None
    offset_in_ticks: Number | None = None
    duration_in_ticks: Number | None = None
    offset_milliseconds: Number | None = None
    duration_milliseconds: Number | None = None

    def offset_ticks(self) -> int | None:
        """Begin, in ticks of 100 ns from the start of the audio; None where the file says nothing."""
        return to_ticks(self.offset_in_ticks, self.offset_milliseconds, self.offset)

    def duration_ticks(self) -> int | None:
        """Length in ticks; negative for some words, as the schemas allow; None where the file says nothing."""
        return to_ticks(self.duration_in_ticks, self.duration_milliseconds, self.duration)


class Word(Timed, rename="camel", frozen=True):
    """A word of the lexical form."""

    word: str | None = None
    confidence: Number | None = None


class DisplayWord(Timed, rename="camel", frozen=True):
    """A word of the display form."""

    display_text: str | None = None


class NBest(msgspec.Struct, rename="camel", frozen=True):
    """One hypothesis of a phrase."""

    confidence: Number | None = None
    lexical: str | None = None
    itn: str | None = None
    masked_itn: str | None = msgspec.field(default=None, name="maskedITN")
    display: str | None = None
    words: list[Word] | None = None
    display_words: list[DisplayWord] | None = None

    def has_text(self) -> bool:
        """Say whether any form has a character that is not white space."""
        return any(text and not text.isspace() for text in (self.lexical, self.itn, self.masked_itn, self.display))


class Phrase(Timed, rename="camel", frozen=True):
    """One recognized phrase. `speaker` is None without diarization (0 is another thing: Speech sends that too)."""

    recognition_status: str | None = None
    channel: Number = 0
    speaker: Number | None = None
    locale: str | None = None
    n_best: list[NBest] | None = None

    def best(self) -> NBest:
        """Return nBest[0], the hypothesis the combined texts are made of; confidence is not sorted."""
        return self.n_best[0] if self.n_best else NBest()


class CombinedPhrase(msgspec.Struct, rename="camel", frozen=True):
    """All texts of one channel."""

    channel: Number = 0
    lexical: str | None = None
    itn: str | None = None
    masked_itn: str | None = msgspec.field(default=None, name="maskedITN")
    display: str | None = None

    def forms(self) -> tuple[str | None, str | None, str | None, str | None]:
        """Return lexical, itn, maskedITN, display."""
        return self.lexical, self.itn, self.masked_itn, self.display


class ResultHeader(msgspec.Struct, rename="camel", frozen=True):
    """What a result says of the whole file. `source` as sent: it may carry a signature."""

    source: str | None = None
    timestamp: str | None = None
    duration: str | None = None
    duration_in_ticks: Number | None = None
    duration_milliseconds: Number | None = None

    def duration_ticks(self) -> int | None:
        """Length of the audio in ticks; None where the file says nothing. Raises InvalidResult if it is none."""
        try:
            return to_ticks(self.duration_in_ticks, self.duration_milliseconds, self.duration)
        except InvalidResult as error:
            raise InvalidResult(f"the duration of the audio: {error}") from error


class IndexedPhrase(msgspec.Struct, frozen=True):
    """A phrase, its index in `recognizedPhrases`, and the place of its first byte in the file."""

    index: int
    place: int
    phrase: Phrase


_PHRASES = "recognizedPhrases"
_COMBINED = "combinedRecognizedPhrases"
MAX_PHRASE_BYTES = 8 * 1024 * 1024
"""A real phrase has some ten thousand; one that fits into a document of 2 MB has at most three times that, escaped."""

MAX_PHRASE_OBJECTS = 200_000
"""Words and hypotheses; 2 MB hold some 100,000. Each `{}` would take a hundred bytes of memory."""

_HEADER_MEMBERS = frozenset({"source", "timestamp", "duration", "durationInTicks", "durationMilliseconds"})


class ResultReader:
    """Feed the chunks of a result file, get its phrases and combined texts; `close()`, then read `header`.

    Memory holds one phrase and one chunk at a time. Raises InvalidResult, saying where, for what is no result.
    """

    def __init__(self) -> None:
        limits = {_PHRASES: MAX_PHRASE_BYTES}
        self._stream = ObjectStream(members=_HEADER_MEMBERS, arrays=frozenset({_PHRASES, _COMBINED}), limits=limits)
        self._phrase = msgspec.json.Decoder(Phrase)
        self._combined = msgspec.json.Decoder(CombinedPhrase)
        self._member = msgspec.json.Decoder(ResultHeader)
        self._header: dict[str, msgspec.Raw] = {}

    def feed(self, chunk: bytes) -> Iterator[IndexedPhrase | CombinedPhrase]:
        """Take the next bytes; yield what became complete, in the file's order."""
        yield from self._typed(self._stream.feed(chunk))

    def close(self) -> Iterator[IndexedPhrase | CombinedPhrase]:
        """Say that the file ended; yield the rest, then check that it was a whole result."""
        yield from self._typed(self._stream.close())
        if not self._stream.saw(_PHRASES):
            raise InvalidResult(f"the object has no array {_PHRASES}: this is not a transcription result")

    @property
    def header(self) -> ResultHeader:
        """What the file says of itself; complete after `close()`."""
        return decode(self._member, msgspec.json.encode(self._header), "the header")

    @property
    def received(self) -> int:
        """Bytes fed so far."""
        return self._stream.received

    def _typed(self, cuts: Iterator[Cut]) -> Iterator[IndexedPhrase | CombinedPhrase]:
        for cut in cuts:
            where = f"{cut.key}[{cut.element}] (byte {cut.place})"
            if cut.element is None:
                self._header[cut.key] = msgspec.Raw(cut.value)
                alone = msgspec.json.encode({cut.key: self._header[cut.key]})
                decode(self._member, alone, f"{cut.key} (byte {cut.place})")  # here, where the place is known
            elif cut.key == _PHRASES:
                if len(cut.value) > MAX_PHRASE_OBJECTS and cut.value.count(b"{") > MAX_PHRASE_OBJECTS:
                    words = f"{where}: a phrase of more than {MAX_PHRASE_OBJECTS} objects"
                    raise InvalidResult(words, "PhraseTooLarge")
                yield IndexedPhrase(cut.element, cut.place, decode(self._phrase, cut.value, where))
            else:
                yield decode(self._combined, cut.value, where)


def decode(decoder: "msgspec.json.Decoder[_T]", value: bytes, where: str) -> _T:
    """Decode `value`; raise InvalidResult naming `where` and the path in it if it has another shape."""
    try:
        return decoder.decode(value)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidResult(f"{where}: {error}") from error
