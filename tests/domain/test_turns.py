"""Turns and interruptions, as the contract defines them."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.documents import Turn
from shared.domain.turns import LARGEST_TURN_CHARACTERS, Conversation
from tests.domain import reference
from tests.domain.reading import as_json, interruptions_of
from tests.domain.reference import Json, Track

Spoken = tuple[Track, int, int, int, str]


def spoken(index: int, begin: int, end: int, track: Track = (0, None), display: str = "") -> Spoken:
    return track, index, begin, end, display or f"p{index}"


def turns_of(phrases: Iterable[Spoken], gap: int) -> list[Turn]:
    conversation = Conversation()
    for phrase in phrases:
        conversation.add(*phrase)
    return list(conversation.turns(gap))


PHRASES = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 20), st.integers(0, 1), st.sampled_from([None, 0, 1])), max_size=12
)


@given(drawn=PHRASES, gap=st.integers(0, 8))
def test_turns_and_interruptions_agree_with_the_reference(
    drawn: list[tuple[int, int, int, int | None]], gap: int
) -> None:
    phrases = [
        {
            "offsetInTicks": begin,
            "durationInTicks": length,
            "channel": channel,
            "speaker": speaker,
            "nBest": [{"display": f"p{index}"}],
        }
        for index, (begin, length, channel, speaker) in enumerate(drawn)
    ]
    expected: list[Json] = reference.turns(phrases, gap)
    found = turns_of(
        (spoken(i, begin, begin + length, (channel, who)) for i, (begin, length, channel, who) in enumerate(drawn)), gap
    )
    assert [as_json(turn) for turn in found] == expected
    assert interruptions_of(found) == reference.interruptions(expected, [])
    assert interruptions_of(found, [(0, 1)]) == reference.interruptions(expected, [[0, 1]])


A, B = (0, 1), (0, 2)


@pytest.mark.parametrize(
    ("phrases", "expected"),
    [
        ([], []),
        ([(0, 5, A), (6, 9, A)], [[0, 1]]),
        ([(0, 5, A), (7, 9, A)], [[0, 1]]),
        ([(0, 5, A), (8, 9, A)], [[0], [1]]),
        ([(0, 5, A), (6, 7, B), (8, 9, A)], [[0], [1], [2]]),
        ([(8, 9, A), (0, 5, A), (6, 7, A)], [[1, 2, 0]]),
        ([(0, 20, A), (1, 2, A), (22, 23, A)], [[0, 1, 2]]),
        ([(0, 5, (1, 1)), (0, 5, (0, 1))], [[1], [0]]),
        ([(0, 5, (0, None)), (5, 6, (0, 0))], [[0], [1]]),
        ([(3, 5, A), (3, 9, A), (3, 7, A)], [[0, 1, 2]]),
    ],
)
def test_phrases_of_a_track_join_if_the_next_begins_less_than_the_gap_after_the_latest_end(
    phrases: list[tuple[int, int, Track]], expected: list[list[int]]
) -> None:
    given_phrases = [spoken(index, *phrase) for index, phrase in enumerate(phrases)]
    assert [turn.phrases for turn in turns_of(given_phrases, 3)] == expected


def test_a_turn_lasts_to_its_latest_end_and_joins_texts_with_a_space() -> None:
    phrases = [spoken(0, 0, 20, A, "Well,"), spoken(1, 1, 4, A, "yes."), spoken(2, 2, 30, A, "So.")]
    phrases.append((A, 3, 2, 3, ""))  # recognised, but with an empty display form
    assert turns_of(phrases, 0) == [
        Turn(
            channel=0,
            speaker=1,
            offset_in_ticks=0,
            duration_in_ticks=30,
            display="Well, yes. So.",
            phrases=[0, 1, 2, 3],
        )
    ]


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        ([(0, 10, A), (10, 5, B)], 0),
        ([(0, 10, A), (9, 5, B)], 1),
        ([(0, 10, A), (0, 10, B)], 1),
        ([(0, 30, A), (5, 2, B), (10, 2, B)], 2),
        ([(0, 30, A), (5, 2, B), (6, 2, (1, None))], 2),
        ([(0, 10, A), (5, 10, A)], 0),
        ([(0, 30, A), (1, 1, A), (20, 5, B)], 1),
    ],
)
def test_an_interruption_is_a_turn_that_begins_while_another_track_is_running(
    turns: list[tuple[int, int, Track]], expected: int
) -> None:
    made = [Turn(*track, begin, length, "x", [0]) for begin, length, track in turns]
    assert interruptions_of(made) == expected


@pytest.mark.parametrize("text", ["\x01" * 200, "", "नमस्ते " * 40])
def test_a_very_long_monologue_is_cut_into_turns_that_fit_into_documents(text: str) -> None:
    first, count = 1_000_000, 20_000 if text else 265_000
    phrases = [(A, index, index, index + 1, text) for index in range(first, first + count)]
    found = turns_of(phrases, 3)
    assert len(found) > 1
    assert [index for turn in found for index in turn.phrases] == list(range(first, first + count))
    for turn in found:
        assert len(turn.display) <= LARGEST_TURN_CHARACTERS
        assert len(json.dumps(as_json(turn), ensure_ascii=False, separators=(",", ":")).encode()) < 2_000_000
