"""The JSON of a transcription result file, in every API version. speech_phrases.py has the shape of its phrases.

Source of the names: as there. Properties that are not named in these two files are ignored; the raw file keeps them.

Decoding is not strict, which takes a float such as 7.0 for an integer, and a number that is written as a text.

A member or array that is null counts as absent. So does a blank text for a time, `source`, `timestamp` or `locale`.
A null element of an array is an error, because the positions of elements have a meaning.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from shared.domain.json_runs import Runs
from shared.domain.json_stream import TOO_LARGE, Cut, ObjectStream
from shared.domain.other_files import RESULT_KEY, Clues
from shared.domain.speech_phrases import Phrase, Texts, UsualNBest, UsualPhrase
from shared.domain.ticks import Number, to_ticks
from shared.errors import InvalidResult

_T = TypeVar("_T")


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
    """The properties of the whole file. `source` is not cleaned yet: it may carry a signature.

    Results that Microsoft's Ingestion Client stored have `timeStamp` in place of `timestamp`.
    """

    source: str | None = None
    timestamp: str | None = None
    time_stamp: str | None = None
    duration: str | None = None
    duration_in_ticks: Number | None = None
    duration_milliseconds: Number | None = None

    def duration_ticks(self) -> int | None:
        """Return the audio's length in ticks; None if the file does not have it. Raises InvalidResult for no length."""
        try:
            return to_ticks(self.duration_in_ticks, self.duration_milliseconds, self.duration)
        except InvalidResult as error:
            raise InvalidResult(f"the duration of the audio: {error}") from error


class PhraseRun(msgspec.Struct, frozen=True):
    """Consecutive phrases. `first`, `place`: index in `recognizedPhrases` and offset in the file of the first."""

    first: int
    place: int
    phrases: Sequence[Phrase | UsualPhrase[Any]]


_PHRASES = RESULT_KEY
_COMBINED = "combinedRecognizedPhrases"
MAX_PHRASE_BYTES = 8 * 1024 * 1024
"""Real phrases have about 10 KB. A phrase that fits into a document of 2 MB has at most 6 MB in the file, if every
character is escaped."""

MAX_PHRASE_OBJECTS = 200_000
"""Most words and hypotheses of a phrase. A document of 2 MB holds about 100,000. In memory even an empty object takes
100 bytes. Phrases that are decoded together have no more bytes than this, so none of them has more objects."""

MAX_COMBINED_BYTES = 16 * 1024 * 1024
"""Greatest size in the file of one channel's texts, which are in memory together. 24 hours have 5 to 15 MB."""

_HEADER_MEMBERS = frozenset(field.encode_name for field in msgspec.structs.fields(ResultHeader))
_MISSING = f"the object has no array {_PHRASES}"


class ResultReader:
    """Reads a result file in chunks. Call `feed` for each chunk, then `close`; then read `header`.

    `feed` and `close` yield phrases and combined texts. Only some phrases and one chunk are in memory at a time.
    `all_words`: whether the words of all hypotheses are wanted, or of the first alone. Raises InvalidResult for a file
    that is no result. The error has the byte and, if it is known, what the file is instead.
    """

    def __init__(self, *, all_words: bool = False) -> None:
        self._clues = Clues()
        usual = UsualPhrase[UsualNBest] if all_words else UsualPhrase[Texts]
        self._stream = ObjectStream(
            members=_HEADER_MEMBERS,
            arrays=frozenset({_PHRASES, _COMBINED}),
            limits={_PHRASES: MAX_PHRASE_BYTES, _COMBINED: MAX_COMBINED_BYTES},
            runs={_PHRASES: Runs(msgspec.json.Decoder(list[usual], strict=False).decode, MAX_PHRASE_OBJECTS)},  # type: ignore[valid-type] # chosen here
            clues=self._clues,
        )
        self._phrase = msgspec.json.Decoder(Phrase, strict=False)
        self._combined = msgspec.json.Decoder(CombinedPhrase, strict=False)
        self._member = msgspec.json.Decoder(ResultHeader, strict=False)
        self._header: dict[str, msgspec.Raw] = {}

    def feed(self, chunk: bytes) -> Iterator[PhraseRun | CombinedPhrase]:
        """Take the next bytes and yield the items that are now complete, in the file's order."""
        try:
            yield from self._typed(self._stream.feed(chunk))
        except InvalidResult as error:
            if error.code == TOO_LARGE:
                self._refuse_by_name()
            raise

    def close(self) -> Iterator[PhraseRun | CombinedPhrase]:
        """Yield the remaining items, then check that the file was a whole result. Call this after the last chunk."""
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
        """The properties of the whole file. Complete only after `close()`."""
        return decode(self._member, msgspec.json.encode(self._header), "the header")

    def _typed(self, cuts: Iterator[Cut]) -> Iterator[PhraseRun | CombinedPhrase]:
        for cut in cuts:
            if cut.run:
                yield PhraseRun(cut.element or 0, cut.place, cut.run)
                continue
            where = f"{cut.key}[{cut.element}] (byte {cut.place})"
            if cut.element is None:
                self._header[cut.key] = msgspec.Raw(cut.value)
                alone = msgspec.json.encode({cut.key: self._header[cut.key]})
                decode(self._member, alone, f"{cut.key} (byte {cut.place})")  # now, because here the offset is known
            elif cut.key == _PHRASES:
                if len(cut.value) > MAX_PHRASE_OBJECTS and cut.value.count(b"{") > MAX_PHRASE_OBJECTS:
                    words = f"{where}: a phrase of more than {MAX_PHRASE_OBJECTS} objects"
                    raise InvalidResult(words, "PhraseTooLarge")
                yield PhraseRun(cut.element, cut.place, [decode(self._phrase, cut.value, where)])
            else:
                yield decode(self._combined, cut.value, where)


def present(text: str | None) -> str | None:
    """Return the text, or None if it is absent, empty or only white space."""
    return None if text is None or not text.strip() else text


def decode(decoder: "msgspec.json.Decoder[_T]", value: bytes, where: str) -> _T:
    """Return `value`, decoded. Raises InvalidResult, with `where` and the path in the value, for another shape."""
    try:
        return decoder.decode(value)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InvalidResult(f"{where}: {error}") from error
