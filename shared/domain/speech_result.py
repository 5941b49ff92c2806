"""The one file that knows the JSON of a transcription result file, of every API version.

Source of the names: Microsoft's page "Get batch transcription results" and the published JSON Schemas of the result
file (v3, v3.1, v3.2, 2024-11-15). Properties that are not named here are passed over; the raw file keeps them.

A member that is null counts as absent, an array too. So does a blank text for a time, `source`, `timestamp` or
`locale`. A null element of an array is an error, because its place in the array counts.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from shared.domain.json_stream import TOO_LARGE, Cut, ObjectStream
from shared.domain.other_files import RESULT_KEY, Clues
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
        """Begin, in ticks of 100 ns from the start of the audio; None if the file does not say."""
        return to_ticks(self.offset_in_ticks, self.offset_milliseconds, self.offset)

    def duration_ticks(self) -> int | None:
        """Length in ticks; negative for some words, as the schemas allow; None if the file does not say."""
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
    """One recognized phrase. `speaker` is None without diarization; 0 is a speaker that Speech sends too."""

    recognition_status: str | None = None
    channel: Number | None = None
    speaker: Number | None = None
    locale: str | None = None
    n_best: list[NBest] | None = None

    def best(self) -> NBest:
        """Return nBest[0], the hypothesis that the combined texts are made of. Speech does not sort by confidence."""
        return self.n_best[0] if self.n_best else NBest()


class CombinedPhrase(msgspec.Struct, rename="camel", frozen=True):
    """All texts of one channel."""

    channel: Number | None = None
    lexical: str | None = None
    itn: str | None = None
    masked_itn: str | None = msgspec.field(default=None, name="maskedITN")
    display: str | None = None

    def forms(self) -> tuple[str | None, str | None, str | None, str | None]:
        """Return lexical, itn, maskedITN, display."""
        return self.lexical, self.itn, self.masked_itn, self.display


class ResultHeader(msgspec.Struct, rename="camel", frozen=True):
    """What a result says of the whole file. `source` is as sent: it may carry a signature.

    Microsoft's Ingestion Client writes `timeStamp` in the results that it stores.
    """

    source: str | None = None
    timestamp: str | None = None
    time_stamp: str | None = None
    duration: str | None = None
    duration_in_ticks: Number | None = None
    duration_milliseconds: Number | None = None

    def duration_ticks(self) -> int | None:
        """Length of the audio in ticks; None if the file does not say. Raises InvalidResult if it is no length."""
        try:
            return to_ticks(self.duration_in_ticks, self.duration_milliseconds, self.duration)
        except InvalidResult as error:
            raise InvalidResult(f"the duration of the audio: {error}") from error


class IndexedPhrase(msgspec.Struct, frozen=True):
    """A phrase, its index in `recognizedPhrases`, and the place of its first byte in the file."""

    index: int
    place: int
    phrase: Phrase


_PHRASES = RESULT_KEY
_COMBINED = "combinedRecognizedPhrases"
MAX_PHRASE_BYTES = 8 * 1024 * 1024
"""A real phrase has some ten thousand. One that fits into a document of 2 MB has at most three times that, escaped."""

MAX_PHRASE_OBJECTS = 200_000
"""Words and hypotheses; 2 MB hold some 100,000. Each `{}` would take a hundred bytes of memory."""

MAX_COMBINED_BYTES = 16 * 1024 * 1024
"""The texts of one channel, as they stand in the file. All of them are in memory. 24 hours have 5 to 15 MB."""

_HEADER_MEMBERS = frozenset(field.encode_name for field in msgspec.structs.fields(ResultHeader))
_MISSING = f"the object has no array {_PHRASES}"


class ResultReader:
    """Feed the chunks of a result file, get its phrases and combined texts; `close()`, then read `header`.

    Memory holds one phrase and one chunk at a time. Raises InvalidResult for what is no result: it says where, and what
    the file is if that shows.
    """

    def __init__(self) -> None:
        self._clues = Clues()
        self._stream = ObjectStream(
            members=_HEADER_MEMBERS,
            arrays=frozenset({_PHRASES, _COMBINED}),
            limits={_PHRASES: MAX_PHRASE_BYTES, _COMBINED: MAX_COMBINED_BYTES},
            clues=self._clues,
        )
        self._phrase = msgspec.json.Decoder(Phrase)
        self._combined = msgspec.json.Decoder(CombinedPhrase)
        self._member = msgspec.json.Decoder(ResultHeader)
        self._header: dict[str, msgspec.Raw] = {}

    def feed(self, chunk: bytes) -> Iterator[IndexedPhrase | CombinedPhrase]:
        """Take the next bytes; yield what became complete, in the file's order."""
        try:
            yield from self._typed(self._stream.feed(chunk))
        except InvalidResult as error:
            if error.code == TOO_LARGE:
                self._refuse_by_name()
            raise

    def close(self) -> Iterator[IndexedPhrase | CombinedPhrase]:
        """Take note that the file ended; yield the rest, then check that it was a whole result."""
        yield from self._typed(self._stream.close())
        self._refuse_by_name()
        if not self._stream.saw(_PHRASES):
            raise InvalidResult(f"{_MISSING}: this is not a transcription result of a batch job")

    def _refuse_by_name(self) -> None:
        name = self._clues.name()
        if name is not None and not self._stream.saw(_PHRASES):
            raise InvalidResult(f"{_MISSING}: this is not a transcription result of a batch job, but {name}")

    @property
    def header(self) -> ResultHeader:
        """What the file says of itself; complete after `close()`."""
        return decode(self._member, msgspec.json.encode(self._header), "the header")

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


def present(text: str | None) -> str | None:
    """Return the text, or None if it is absent, empty or white space alone."""
    return None if text is None or not text.strip() else text


def decode(decoder: "msgspec.json.Decoder[_T]", value: bytes, where: str) -> _T:
    """Decode `value`; raise InvalidResult naming `where` and the path in it if it has another shape."""
    try:
        return decoder.decode(value)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidResult(f"{where}: {error}") from error
