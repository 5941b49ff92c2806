"""How much each form of output keeps in memory: no more for a longer recording."""

import tracemalloc
from collections.abc import Iterable

import pytest

from shared.cli.read.formats import ONLY_TABLES, Format, Output
from shared.rendering.conversation import conversation
from shared.rendering.recording import Recording
from tests.rendering.making import Phrase, Store, phrase, recording

WORDS = "Some words that are said in a turn, and that take a few seconds to say."


FORMS = [form for form in Format if form not in ONLY_TABLES]

LARGEST = 400_000
"""Bytes. 1,500 turns are 1.6 MB of parts, so nothing near a whole recording fits."""


def call(turns: int) -> Recording:
    """Return a call of two channels that talk in turns, and a little at once."""
    return recording(said(number) for number in range(turns))


def said(number: int) -> Phrase:
    begin = number * 3.6
    times = [(word, begin + place * 0.25, begin + place * 0.25 + 0.25) for place, word in enumerate(WORDS.split())]
    return phrase(WORDS, begin, begin + 4, channel=number % 2, words=times)


def peak(pieces: Iterable[object]) -> int:
    """Return the most bytes that were allocated at once while the pieces were made."""
    tracemalloc.start()
    try:
        for _ in pieces:
            pass
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("form", [form for form in FORMS if form is not Format.HTML])
def test_memory_does_not_grow_with_the_length_of_a_recording(form: Format) -> None:
    peak(Output(form).pieces(call(1)))  # what is imported and compiled at first use
    recorded = call(1_500)
    assert peak(Output(form).pieces(recorded)) < LARGEST


def test_memory_does_not_grow_with_the_length_of_a_conversation_on_the_terminal() -> None:
    recorded = call(1_500)
    assert peak(conversation(recorded, 80)) < LARGEST


@pytest.mark.parametrize("form", FORMS)
def test_the_first_piece_needs_no_more_than_the_first_parts(form: Format) -> None:
    store = Store()
    recorded = recording((said(number) for number in range(1_500)), store=store)
    pieces = Output(form).pieces(recorded)
    next(pieces)
    assert len(set(store.read_ids)) <= 3
    assert len(recorded.head.parts()) > 10
