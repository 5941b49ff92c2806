"""Recordings that the tests of the page share."""

from shared.rendering.names import Names, Naming
from shared.rendering.recording import Recording
from tests.rendering.making import Phrase, phrase, recording, ticks

AGENT, CUSTOMER = 0, 1

_CALL = [
    (AGENT, 1.2, "Good morning, this is the bicycle workshop. What can I do for you?", 0.94),
    (CUSTOMER, 6.0, "Hi, I brought in a red touring bike on Monday and wanted to know how far you are.", 0.9),
    (AGENT, 12.4, "One moment, I am going to look in the book.", 0.93),
    (AGENT, 31.0, "Here it is. The rear wheel is done, and the brake cable came in this morning.", 0.88),
    (CUSTOMER, 38.2, "Wonderful. Could you have a look at the chain too? It skips in the café car park, uphill.", 0.57),
    (AGENT, 44.9, "We can. A new chain is about thirty euros, and the cassette would be another forty-five.", 0.91),
    (CUSTOMER, 49.0, "Only the chain, please.", 0.72),
    (AGENT, 52.5, "Only the chain then. It skips because it is worn, so maybe the cassette is worn as well.", 0.86),
    (CUSTOMER, 60.0, "Then call me before you order anything.", 0.95),
    (AGENT, 64.0, "Of course, I will call you. Is the number that ends in 88 still right?", 0.83),
    (CUSTOMER, 69.5, "Yes, it is.", 0.97),
    (AGENT, 84.0, "It will be ready on Thursday from four o'clock.", 0.92),
    (CUSTOMER, 88.0, "Perfect, I will come after work. Thank you very much!", 0.9),
    (AGENT, 91.5, "You are welcome. Until Thursday.", 0.94),
]

NAMES = Names([Naming("Workshop", AGENT), Naming("Customer", CUSTOMER)])


def call() -> Recording:
    """Return a call of 96 s on two channels: two silences over 5 s, and one turn that begins before another's end."""
    return recording(
        call_phrases(),
        names=NAMES,
        durationInTicks=ticks(96),
        source="https://calls.example/in/red%20touring%20bike.wav",
        timestamp="2026-11-02T09:00:00Z",
    )


def call_phrases() -> list[Phrase]:
    """Return the phrases of the call, each with words and one other hypothesis."""
    made = []
    for channel, begin, text, sure in _CALL:
        spoken = text.split()
        each = len(text) * 0.062 / len(spoken)
        words = [(word, begin + each * place, begin + each * (place + 1)) for place, word in enumerate(spoken)]
        one = phrase(text, begin, words[-1][2], channel=channel, words=words, confidence=sure)
        other = text.replace("chain", "train")
        one["nBest"].append({"confidence": sure / 2, "lexical": other.lower(), "display": other})
        made.append(one)
    return made
