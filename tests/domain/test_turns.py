"""Turns and interruptions, as the contract defines them."""

import json
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, UnsetType

from shared.domain.documents import Hypothesis, PhraseEntry, Turn
from shared.domain.phrases import Measured
from shared.domain.spoken import SpokenPhrases
from shared.domain.turns import LARGEST_TURN_CHARACTERS, turns_of
from tests.domain import reference
from tests.domain.reading import as_json, interruptions_of
from tests.domain.reference import Json, Track

CONFIDENCES = [None, 0, 0.1, 0.5643338, 0.99999994, 1]


def spoken(  # noqa: PLR0913 - the properties of a phrase
    index: int,
    begin: int,
    end: int,
    track: Track = (0, None),
    display: str | None = None,
    *,
    confidence: float | None = None,
    locale: str | UnsetType = UNSET,
) -> Measured:
    text = f"p{index}" if display is None else display
    entry = PhraseEntry(index, "Success", begin, end - begin, [Hypothesis(confidence, text, None, None, text)], locale)
    return Measured(*track, entry, False, 1, (), (), confidence)


def conversation(phrases: Iterable[Measured], gap: int) -> list[Turn]:
    kept = SpokenPhrases()
    for phrase in phrases:
        kept.add(phrase)
    return list(turns_of(kept.in_order(), gap))


PHRASES = st.lists(
    st.tuples(
        st.integers(0, 60),
        st.integers(0, 20),
        st.tuples(st.integers(0, 1), st.sampled_from([None, 0, 1])),
        st.sampled_from(CONFIDENCES),
        st.sampled_from([UNSET, "en-US", "hi-IN"]),
    ),
    max_size=12,
)


@given(drawn=PHRASES, gap=st.integers(0, 8))
def test_turns_and_interruptions_agree_with_the_reference(
    drawn: list[tuple[int, int, Track, float | None, str | UnsetType]], gap: int
) -> None:
    phrases = [
        {
            "offsetInTicks": begin,
            "durationInTicks": length,
            "channel": track[0],
            "speaker": track[1],
            "locale": None if locale is UNSET else locale,
            "nBest": [{"display": f"p{index}", "confidence": confidence}],
        }
        for index, (begin, length, track, confidence, locale) in enumerate(drawn)
    ]
    expected: list[Json] = reference.turns(phrases, gap)
    found = conversation(
        (
            spoken(index, begin, begin + length, track, confidence=confidence, locale=locale)
            for index, (begin, length, track, confidence, locale) in enumerate(drawn)
        ),
        gap,
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
    assert [turn.phrases for turn in conversation(given_phrases, 3)] == expected


def test_a_turn_lasts_to_its_latest_end_and_joins_texts_with_a_space() -> None:
    phrases = [spoken(0, 0, 20, A, "Well,"), spoken(1, 1, 4, A, "yes."), spoken(2, 2, 30, A, "So.")]
    phrases.append(spoken(3, 2, 3, A, ""))  # recognised, but with an empty display form
    assert conversation(phrases, 0) == [
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
    ("confidences", "expected"),
    [([0.5643338], 0.5643338), ([0.25, None, 0.75], 0.5), ([1, 0], 0.5), ([0], 0.0), ([None, None], None)],
)
def test_the_confidence_of_a_turn_is_the_mean_of_those_phrases_that_have_one(
    confidences: list[float | None], expected: float | None
) -> None:
    phrases = [spoken(index, index, index + 1, A, confidence=each) for index, each in enumerate(confidences)]
    (turn,) = conversation(phrases, 3)
    assert turn.confidence == expected
    assert as_json(turn)["confidence"] == expected


@pytest.mark.parametrize(
    ("locales", "expected"),
    [
        (["de-DE", "de-DE"], {"locale": "de-DE"}),
        (["de-DE", UNSET], {"locale": "de-DE"}),
        ([UNSET, "de-DE", "en-US"], {"locale": None}),
        ([UNSET, UNSET], {}),
    ],
)
def test_a_turn_has_the_locale_on_which_its_phrases_agree_and_a_change_of_locale_does_not_end_it(
    locales: list[str | UnsetType], expected: Json
) -> None:
    phrases = [spoken(index, index, index + 1, A, locale=each) for index, each in enumerate(locales)]
    (turn,) = conversation(phrases, 3)
    assert turn.phrases == list(range(len(locales)))
    assert {key: value for key, value in as_json(turn).items() if key == "locale"} == expected


def test_a_file_may_name_more_locales_than_a_small_number_counts() -> None:
    count = 70_000
    phrases = [spoken(index, 10 * index, 10 * index + 1, A, locale=f"x{index}") for index in range(count)]
    assert [turn.locale for turn in conversation(phrases, 3)] == [f"x{index}" for index in range(count)]


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
    phrases = [spoken(index, index, index + 1, A, text) for index in range(first, first + count)]
    found = conversation(phrases, 3)
    assert len(found) > 1
    assert [index for turn in found for index in turn.phrases] == list(range(first, first + count))
    for turn in found:
        assert len(turn.display) <= LARGEST_TURN_CHARACTERS
        assert len(json.dumps(as_json(turn), ensure_ascii=False, separators=(",", ":")).encode()) < 2_000_000
