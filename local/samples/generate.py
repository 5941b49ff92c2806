"""Generates result files of any length from a seed, as a stream. The same seed gives the same bytes.

An hour of one channel, compact, is about 0.8 MB with texts alone and 3.9 MB with words and displayWords.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from local.samples.utterances import GRAIN, Utterance, confidence, stock
from local.speech.versions import TICKS_PER_MILLISECOND, TICKS_PER_SECOND, iso_duration

CHUNK = 256 * 1024
"""Size of a piece of the file, in bytes."""

FORMS = {"lexical": "lexical", "itn": "itn", "maskedITN": "masked_itn", "display": "display"}
"""A phrase's texts: the service's name, and the attribute of Utterance."""


@dataclass(frozen=True)
class Planned:
    """A phrase to write: its text, its time in ticks, its speaker, and its number of alternatives."""

    index: int
    utterance: Utterance
    offset: int
    speaker: int | None
    locale: str | None
    alternatives: int


@dataclass(frozen=True)
class GeneratedResult:
    """A result file. Iterating over it yields its bytes in pieces of about CHUNK, each time from the beginning.

    `speakers` of 0 means no diarization. `languages` are the results of language identification; if there are any,
    phrases have `locale`. `alternatives` is the greatest length of nBest; about a third of the phrases have more than
    one entry. `indent` of 0 is compact. The style 2024-11-15 adds milliseconds beside all ticks.
    """

    hours: float = 1.0
    channels: int = 1
    speakers: int = 0
    words: bool = True
    display_words: bool = False
    alternatives: int = 5
    locale: str = "en-US"
    languages: tuple[str, ...] = ()
    indent: int = 2
    style: Literal["v3.1", "2024-11-15"] = "v3.1"
    seed: int = 1
    source: str = "https://example.blob.core.windows.net/audio/generated.wav?sv=2021-08-06&sig=REDACTED"

    @property
    def duration_in_ticks(self) -> int:
        """Length of the audio in ticks of 100 ns."""
        return round(self.hours * 3600) * TICKS_PER_SECOND

    def __iter__(self) -> Iterator[bytes]:
        gathered = bytearray()
        for piece in self._pieces():
            gathered += piece
            if len(gathered) >= CHUNK:
                yield bytes(gathered)
                gathered.clear()
        yield bytes(gathered)

    def planned(self, channel: int) -> Iterator[Planned]:
        """Yield the phrases of `channel` in time order."""
        draw = random.Random(f"{self.seed}/{channel}")  # noqa: S311 - samples are to be repeatable, not secret
        voices = max(self.channels, 1)
        speaker, at, index = 1, draw.randint(20, 200) * GRAIN, 0
        while True:
            locale = draw.choice(self.languages) if self.languages else None
            utterance = draw.choice(stock(locale or self.locale))
            if at + utterance.duration > self.duration_in_ticks:
                return
            if self.speakers and draw.random() < 0.3:  # noqa: PLR2004 - a speaker continues for some phrases
                speaker = draw.randint(1, self.speakers)
            several = draw.random() < 1 / 3
            alternatives = draw.randint(1, self.alternatives) if several else 1
            yield Planned(index, utterance, at, speaker if self.speakers else None, locale, alternatives)
            # The speaker of one channel listens about as long to each of the others.
            pause = (voices - 1) * draw.randint(100, 600) + draw.randint(20, 120)
            at += utterance.duration + pause * GRAIN
            index += 1

    def phrase(self, channel: int, planned: Planned) -> dict[str, Any]:
        """Return one entry of recognizedPhrases."""
        phrase: dict[str, Any] = {"recognitionStatus": "Success", "channel": channel}
        if planned.speaker is not None:
            phrase["speaker"] = planned.speaker
        if planned.locale is not None:
            phrase["locale"] = planned.locale
        phrase |= self._times(planned.offset, planned.utterance.duration)
        draw = random.Random(planned.index)  # noqa: S311 - samples are to be repeatable, not secret
        phrase["nBest"] = [self._alternative(planned, number, draw) for number in range(planned.alternatives)]
        return phrase

    def _alternative(self, planned: Planned, number: int, draw: random.Random) -> dict[str, Any]:
        said = planned.utterance
        entry: dict[str, Any] = {"confidence": confidence(draw)}
        heard = [word.text for word in said.words]
        if number == 0:
            entry |= {name: getattr(said, attribute) for name, attribute in FORMS.items()}
        else:
            heard[draw.randrange(len(heard))] = draw.choice(heard) + "s" * number
            entry |= dict.fromkeys(FORMS, " ".join(heard))
        if self.words:
            entry["words"] = [
                {
                    "word": text,
                    **self._times(planned.offset + word.offset, word.duration),
                    "confidence": word.confidence,
                }
                for text, word in zip(heard, said.words, strict=True)
            ]
        if self.display_words and number == 0:
            entry["displayWords"] = [
                {"displayText": word.text, **self._times(planned.offset + word.offset, word.duration)}
                for word in said.display_words
            ]
        return entry

    def _times(self, offset: int, duration: int) -> dict[str, Any]:
        times: dict[str, Any] = {
            "offset": iso_duration(offset),
            "duration": iso_duration(duration),
            "offsetInTicks": float(offset),
            "durationInTicks": float(duration),
        }
        if self.style != "v3.1":
            times["offsetMilliseconds"] = offset // TICKS_PER_MILLISECOND
            times["durationMilliseconds"] = duration // TICKS_PER_MILLISECOND
        return times

    def _head(self) -> dict[str, Any]:
        ticks = self.duration_in_ticks
        head: dict[str, Any] = {
            "source": self.source,
            "timestamp": "2025-05-24T13:37:05Z",
            "durationInTicks": ticks,
        }
        if self.style != "v3.1":
            head["durationMilliseconds"] = ticks // TICKS_PER_MILLISECOND
        return {**head, "duration": iso_duration(ticks)}

    def _pieces(self) -> Iterator[bytes]:
        yield b"{"
        for key, value in self._head().items():
            yield self._line(1) + self._member(key) + msgspec.json.encode(value) + b","
        yield self._line(1) + self._member("combinedRecognizedPhrases") + b"["
        for channel in range(self.channels):
            yield from self._combined(channel)
        yield self._line(1) + b"]," + self._line(1) + self._member("recognizedPhrases") + b"["
        separator = b""
        for channel in range(self.channels):
            for planned in self.planned(channel):
                yield separator + self._line(2) + self._value(self.phrase(channel, planned), depth=2)
                separator = b","
        yield self._line(1) + b"]" + self._line(0) + b"}"

    def _combined(self, channel: int) -> Iterator[bytes]:
        """Yield a channel's texts. It passes over the phrases once for each form, so that no text is held whole."""
        yield (b"," if channel else b"") + self._line(2) + b"{"
        yield self._line(3) + self._member("channel") + msgspec.json.encode(channel)
        for name, attribute in FORMS.items():
            yield b"," + self._line(3) + self._member(name) + b'"'
            for planned in self.planned(channel):
                text = msgspec.json.encode(getattr(planned.utterance, attribute))
                yield (b" " if planned.index else b"") + text[1:-1]
            yield b'"'
        yield self._line(2) + b"}"

    def _line(self, depth: int) -> bytes:
        return b"\n" + b" " * (self.indent * depth) if self.indent else b""

    def _member(self, key: str) -> bytes:
        return msgspec.json.encode(key) + (b": " if self.indent else b":")

    def _value(self, value: object, *, depth: int) -> bytes:
        encoded = msgspec.json.encode(value)
        if not self.indent:
            return encoded
        # The only line feeds of a JSON text are between values: inside strings they are escaped.
        return msgspec.json.format(encoded, indent=self.indent).replace(b"\n", self._line(depth))


def report(details: Sequence[Mapping[str, str]]) -> bytes:
    """Return the report file of a job with the results `details` (`source`, `status`, `errorKind`, …)."""
    succeeded = sum(detail["status"] == "Succeeded" for detail in details)
    body = {
        "successfulTranscriptionsCount": succeeded,
        "failedTranscriptionsCount": len(details) - succeeded,
        "details": [dict(detail) for detail in details],
    }
    return msgspec.json.format(msgspec.json.encode(body), indent=2)
