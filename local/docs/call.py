"""A call for the screenshots of the transcript page, and for its tests: two channels, silences, talk at once."""

from typing import Any

from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.names import Names, Naming

AGENT, CUSTOMER = 0, 1

NAMES = Names([Naming("Workshop", AGENT), Naming("Customer", CUSTOMER)])

SOURCE = "https://calls.example/in/red%20touring%20bike.wav"

SECONDS = 96
"""Length of the recording."""

_CHARACTER_SECONDS = 0.062
"""Time in which a character is spoken."""

_UNSURE = ("chain", "skips", "café")
"""Words that were hard to understand."""

_TALK = (
    (AGENT, 1.2, 0.94, "Good morning, this is the bicycle workshop. What can I do for you?"),
    (CUSTOMER, 6.0, 0.9, "Hi, I brought in a red touring bike on Monday and wanted to know how far you are."),
    (AGENT, 12.4, 0.93, "One moment, I am going to look in the book."),
    (AGENT, 31.0, 0.88, "Here it is. The rear wheel is done, and the brake cable came in this morning."),
    (CUSTOMER, 38.2, 0.57, "Wonderful. Could you have a look at the chain too? It skips in the café car park, uphill."),
    (AGENT, 44.9, 0.91, "We can. A new chain is about thirty euros, and the cassette would be another forty-five."),
    (CUSTOMER, 49.0, 0.72, "Only the chain, please."),
    (AGENT, 52.5, 0.86, "Only the chain then. It skips because it is worn, so maybe the cassette is worn as well."),
    (CUSTOMER, 60.0, 0.95, "Then call me before you order anything."),
    (AGENT, 64.0, 0.83, "Of course, I will call you. Is the number that ends in 88 still right?"),
    (CUSTOMER, 69.5, 0.97, "Yes, it is."),
    (AGENT, 84.0, 0.92, "It will be ready on Thursday from four o'clock."),
    (CUSTOMER, 88.0, 0.9, "Perfect, I will come after work. Thank you very much!"),
    (AGENT, 91.5, 0.94, "You are welcome. Until Thursday."),
)
"""Channel, begin in seconds, confidence, text."""


def phrases() -> list[dict[str, Any]]:
    """Return the phrases as a result file has them, each with words and one other hypothesis."""
    return [_phrase(channel, begin, sure, text) for channel, begin, sure, text in _TALK]


def _phrase(channel: int, begin: float, sure: float, text: str) -> dict[str, Any]:
    spoken = text.split()
    length = len(text) * _CHARACTER_SECONDS
    each = length / len(spoken)
    words = [
        {"word": word, "confidence": 0.41 if word in _UNSURE else 0.93, **_times(begin + each * place, each)}
        for place, word in enumerate(spoken)
    ]
    other = text.replace("chain", "train")
    best = [
        {"confidence": sure, "lexical": text.lower(), "display": text, "words": words},
        {"confidence": sure / 2, "lexical": other.lower(), "display": other},
    ]
    return {"channel": channel, "recognitionStatus": "Success", **_times(begin, length), "nBest": best}


def _times(begin: float, length: float) -> dict[str, int]:
    end = round((begin + length) * TICKS_PER_SECOND)
    return {"offsetInTicks": round(begin * TICKS_PER_SECOND), "durationInTicks": end - round(begin * TICKS_PER_SECOND)}
