"""A phrase as an entry of a document, and the numbers that are counted from it."""

from typing import Any

import msgspec
import pytest

from shared.domain.phrases import Measured, integer, measured_run
from shared.domain.speech_phrases import Phrase
from shared.domain.speech_result import PhraseRun
from shared.errors import InvalidResult
from tests.domain.reading import as_json

Json = dict[str, Any]
TIMES: Json = {"offsetInTicks": 100, "durationInTicks": 50.0}


def measured(phrase: Json, *, all_words: bool = False) -> Measured:
    (found,) = measured_run(PhraseRun(4, 321, [msgspec.convert(TIMES | phrase, Phrase)]), all_words=all_words)
    return found


def talk_of(found: Measured) -> list[tuple[int, int]]:
    return list(zip(found.begins, found.ends, strict=True))


def word(text: str, offset: float | None = None, duration: float | None = None) -> Json:
    return {"word": text, "displayText": text, "offsetInTicks": offset, "durationInTicks": duration}


@pytest.mark.parametrize(
    ("best", "blank"),
    [
        ({}, True),
        ({"lexical": "", "itn": None, "display": " \n\u00a0\u2003"}, True),
        ({"words": [word("hello", 1, 2)], "confidence": 0.9}, True),
        ({"lexical": "a"}, False),
        ({"itn": "a"}, False),
        ({"maskedITN": "*"}, False),
        ({"display": "."}, False),
    ],
)
def test_a_phrase_is_blank_when_its_first_hypothesis_has_no_text_in_any_form(best: Json, *, blank: bool) -> None:
    found = measured({"nBest": [best, {"display": "Never looked at."}]})
    assert found.blank is blank
    if blank:
        assert (found.word_count, talk_of(found)) == (0, [])


def test_a_phrase_without_hypotheses_is_blank_and_kept() -> None:
    phrases: list[Json] = [{}, {"nBest": []}, {"nBest": None}]
    for found in map(measured, phrases):
        assert found.blank
        assert as_json(found.entry) == {
            "index": 4,
            "recognitionStatus": None,
            "offsetInTicks": 100,
            "durationInTicks": 50,
            "nBest": [],
        }


@pytest.mark.parametrize(
    ("best", "count", "talk"),
    [
        ({"words": [word("a", 1, 2), word("b", 7.0, 1.0)]}, 2, [(1, 3), (7, 8)]),
        ({"words": [word("a", 1, 2)], "displayWords": [word("A", 5, 5), word("B")]}, 1, [(1, 3)]),
        ({"words": [], "displayWords": [word("A", 5, 5), word("B", 20, 1)]}, 2, [(5, 10), (20, 21)]),
        ({"lexical": " two  words\n"}, 2, [(100, 150)]),
        ({"lexical": "", "display": "Two words.", "itn": "1 2 3"}, 2, [(100, 150)]),
        ({"lexical": None, "display": " \n", "itn": "1 2 3", "maskedITN": "*"}, 3, [(100, 150)]),
        ({"words": [], "displayWords": [], "lexical": "a b c", "display": "Two words."}, 3, [(100, 150)]),
        ({"words": [word("a", 1, -2), word("b", None, 4), word("c", 9, 0)]}, 3, [(100, 150)]),
        ({"words": [word("a", 1, -2), word("b", 900, 4)]}, 2, [(900, 904)]),
    ],
)
def test_words_are_counted_and_talk_is_the_time_of_the_words(
    best: Json, count: int, talk: list[tuple[int, int]]
) -> None:
    found = measured({"nBest": [{"display": "Text."} | best]})
    assert (found.word_count, talk_of(found)) == (count, talk)


def test_only_the_first_hypothesis_keeps_its_words_unless_all_words_is_set() -> None:
    each = {"display": "A", "words": [word("a", 1, 2)], "displayWords": [word("A", 1, 2)]}
    kept = [set(best) & {"words", "displayWords"} for best in as_json(measured({"nBest": [each] * 3}).entry)["nBest"]]
    assert kept == [{"words", "displayWords"}, set(), set()]
    every = as_json(measured({"nBest": [each] * 3}, all_words=True).entry)["nBest"]
    assert every[1:] == [every[0], every[0]]


def test_words_become_columns_of_one_length_whatever_a_word_lacks() -> None:
    words = [{}, word("b", 1.0, 2), {"word": "c", "confidence": 0.5, "offset": "PT1S", "durationMilliseconds": 3}]
    best = as_json(measured({"nBest": [{"words": words, "displayWords": words[:2]}]}).entry)["nBest"][0]
    assert best["words"] == {
        "word": ["", "b", "c"],
        "offsetInTicks": [None, 1, 10_000_000],
        "durationInTicks": [None, 2, 30_000],
        "confidence": [None, None, 0.5],
    }
    assert best["displayWords"] == {
        "displayText": ["", "b"],
        "offsetInTicks": [None, 1],
        "durationInTicks": [None, 2],
    }


def test_null_words_are_left_out_and_an_empty_list_is_kept() -> None:
    best = as_json(measured({"nBest": [{"words": None, "displayWords": []}]}).entry)["nBest"][0]
    assert "words" not in best
    assert best["displayWords"] == {"displayText": [], "offsetInTicks": [], "durationInTicks": []}


@pytest.mark.parametrize(
    ("speaker", "expected"), [({}, None), ({"speaker": None}, None), ({"speaker": 0}, 0), ({"speaker": 2.0}, 2)]
)
def test_a_missing_speaker_is_not_speaker_0(speaker: Json, expected: int | None) -> None:
    assert measured(speaker).speaker == expected


@pytest.mark.parametrize(
    ("phrase", "words"),
    [
        ({"channel": 1.5}, "channel is 1.5, not a whole number"),
        ({"channel": 2**31}, "channel is 2147483648, not a whole number below 2^31"),
        ({"speaker": 0.25}, "speaker is 0.25, not a whole number"),
        ({"offsetInTicks": None}, "offsetInTicks is missing, in ticks, in milliseconds and as ISO 8601"),
        ({"durationInTicks": None, "nBest": [{"display": "Yes."}]}, "durationInTicks is missing"),
        ({"durationInTicks": None, "duration": "", "nBest": [{"itn": "yes"}]}, "durationInTicks is missing"),
        ({"durationInTicks": None, "duration": "1:30"}, "'1:30' is not an ISO 8601 duration"),
        ({"nBest": [{"words": [{"offset": "soon"}]}]}, "'soon' is not an ISO 8601 duration"),
        ({"nBest": [{"words": [{"offsetMilliseconds": 2**50}]}]}, "cannot be stored exactly"),
    ],
)
def test_an_impossible_value_is_refused_with_the_phrase_and_its_byte(phrase: Json, words: str) -> None:
    with pytest.raises(InvalidResult) as caught:
        measured(phrase)
    assert str(caught.value).startswith("recognizedPhrases[4] (byte 321): ")
    assert words in str(caught.value)


def test_integers_may_be_written_as_floats() -> None:
    assert [integer(number, "channel") for number in (0, 1.0, 7, -0.0)] == [0, 1, 7, 0]
    assert all(type(integer(number, "channel")) is int for number in (0, 1.0))
