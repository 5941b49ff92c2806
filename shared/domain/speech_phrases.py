"""The shapes of a recognized phrase in a result file, in every API version: the usual one, and any.

Source of the names: Microsoft's page "Get batch transcription results" and the published JSON Schemas of the result
file (v3, v3.1, v3.2, 2024-11-15). Properties that are not named here are ignored; the raw file keeps them.

Nearly every phrase has its times in ticks, and so have its words. `UsualPhrase` requires that, so it is decoded by the
hundred, and words that are not kept do not become objects. What it refuses is decoded as a `Phrase`, one at a time,
with every notation of a time. Both have the same properties and methods, so they go the same way from there on.
"""

from collections.abc import Sequence
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shared.domain.ticks import Number, WholeNumber, to_ticks

LARGEST_NUMBER = 2**31 - 1
"""Greatest number of a channel or speaker, without its sign."""

_SmallInteger = Annotated[int, Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]


class Timed(msgspec.Struct, rename="camel", frozen=True):
    """Anything with a begin and a length in the audio, each in up to three notations."""

    offset: str | None = None
    duration: str | None = None
    offset_in_ticks: Number | None = None
    duration_in_ticks: Number | None = None
    offset_milliseconds: Number | None = None
    duration_milliseconds: Number | None = None

    def offset_ticks(self) -> int | None:
        """Return the begin in ticks of 100 ns from the start of the audio; None if the file does not have it."""
        return to_ticks(self.offset_in_ticks, self.offset_milliseconds, self.offset)

    def duration_ticks(self) -> int | None:
        """Return the length in ticks; None if the file does not have it. The schemas allow negative ones for words."""
        return to_ticks(self.duration_in_ticks, self.duration_milliseconds, self.duration)


class UsualTimed(msgspec.Struct, rename="camel", frozen=True):
    """Anything with a begin and a length in ticks. Speech writes them as whole numbers, or as floats such as 7.0."""

    offset_in_ticks: WholeNumber
    duration_in_ticks: WholeNumber

    def offset_ticks(self) -> int:
        """Return the begin in ticks of 100 ns from the start of the audio."""
        return self.offset_in_ticks

    def duration_ticks(self) -> int:
        """Return the length in ticks."""
        return self.duration_in_ticks


class Word(Timed, rename="camel", frozen=True):
    """A word of the lexical form."""

    word: str | None = None
    confidence: Number | None = None


class UsualWord(UsualTimed, rename="camel", frozen=True):
    """A word of the lexical form."""

    word: str
    confidence: Number | None = None


class DisplayWord(Timed, rename="camel", frozen=True):
    """A word of the display form."""

    display_text: str | None = None


class UsualDisplayWord(UsualTimed, rename="camel", frozen=True):
    """A word of the display form."""

    display_text: str


class Texts(msgspec.Struct, rename="camel", frozen=True):
    """A hypothesis without its words."""

    confidence: Number | None = None
    lexical: str | None = None
    itn: str | None = None
    masked_itn: str | None = msgspec.field(default=None, name="maskedITN")
    display: str | None = None

    def has_text(self) -> bool:
        """Return whether any form has a character that is not white space."""
        return _shows(self.lexical) or _shows(self.display) or _shows(self.itn) or _shows(self.masked_itn)


def _shows(text: str | None) -> bool:
    return text is not None and text != "" and not text.isspace()


class NBest(Texts, rename="camel", frozen=True):
    """One hypothesis of a phrase."""

    words: list[Word] | None = None
    display_words: list[DisplayWord] | None = None


class UsualNBest(Texts, rename="camel", frozen=True):
    """One hypothesis of a phrase."""

    words: list[UsualWord] | None = None
    display_words: list[UsualDisplayWord] | None = None


Further = TypeVar("Further", Texts, UsualNBest)
"""The hypotheses after the first: without their words, or with them."""


class UsualHypotheses(msgspec.Struct, Generic[Further], frozen=True, array_like=True, forbid_unknown_fields=True):
    """nBest as a tuple, so that only the first hypothesis need have words. Speech gives up to ten."""

    first: UsualNBest | UnsetType = UNSET
    second: Further | UnsetType = UNSET
    third: Further | UnsetType = UNSET
    fourth: Further | UnsetType = UNSET
    fifth: Further | UnsetType = UNSET
    sixth: Further | UnsetType = UNSET
    seventh: Further | UnsetType = UNSET
    eighth: Further | UnsetType = UNSET
    ninth: Further | UnsetType = UNSET
    tenth: Further | UnsetType = UNSET


class Phrase(Timed, rename="camel", frozen=True):
    """One recognized phrase. `speaker` is None without diarization. Speech also uses 0 as a speaker's number."""

    recognition_status: str | None = None
    channel: Number | None = None
    speaker: Number | None = None
    locale: str | None = None
    n_best: list[NBest] | None = None

    def hypotheses(self) -> Sequence[NBest]:
        """Return nBest. Speech makes the combined texts from the first, which need not have the highest confidence."""
        return self.n_best or ()


class UsualPhrase(UsualTimed, Generic[Further], rename="camel", frozen=True):
    """One recognized phrase whose times are in ticks, and whose channel and speaker are small integers."""

    recognition_status: str | None = None
    channel: _SmallInteger | None = None
    speaker: _SmallInteger | None = None
    locale: str | None = None
    n_best: UsualHypotheses[Further] | None = None

    def hypotheses(self) -> Sequence[Texts]:
        """Return nBest, of which the first, and all if they were asked for, are UsualNBest."""
        if self.n_best is None:
            return ()
        return [each for each in msgspec.structs.astuple(self.n_best) if each is not UNSET]
