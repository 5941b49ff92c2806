"""Words of the display text, and where their times come from."""

from typing import Any

import pytest

from shared.rendering.captions.rules import TimesFrom
from shared.rendering.captions.words import Word, fitting, timed_words
from tests.rendering.making import phrase, recording


def words(*arguments: Any, **more: Any) -> tuple[list[tuple[str, int, int]], TimesFrom]:  # noqa: ANN401 - of phrase()
    ((_, (only,)),) = recording([phrase(*arguments, **more)]).phrases()
    found, source = timed_words(only)
    return [(word.text, word.begin, word.end) for word in found], source


def test_times_come_from_display_words_if_they_hold_the_display_text() -> None:
    display_words = [("On", 1.0, 1.2), ("May", 1.2, 1.5), ("3rd.", 1.5, 2.0)]
    other = [("on", 7, 8), ("may", 8, 9), ("third", 9, 10)]
    found = words("On May 3rd.", 1, 2, display_words=display_words, words=other)
    assert found == ([("On", 1000, 1200), ("May", 1200, 1500), ("3rd.", 1500, 2000)], TimesFrom.DISPLAY_WORDS)


def test_display_words_may_divide_the_text_in_another_way() -> None:
    display_words = [("Good", 0, 1), ("morning", 1, 2), (", Anna", 2, 4), (".", 4, 5)]
    found, source = words("Good morning, Anna.", 0, 5, display_words=display_words)
    assert (found, source) == (
        [("Good", 0, 1000), ("morning,", 1000, 4000), ("Anna.", 2000, 5000)],
        TimesFrom.DISPLAY_WORDS,
    )


def test_words_are_aligned_with_the_display_text_by_those_that_are_the_same() -> None:
    spoken = [("it's", 0, 1), ("the", 1, 2), ("twenty", 2, 3), ("first", 3, 4), ("of", 4, 5), ("may", 5, 6)]
    found, source = words("It's the 21st of May.", 0, 6, words=spoken)
    assert source is TimesFrom.WORDS
    assert found[:3] == [("It's", 0, 1000), ("the", 1000, 2000), ("21st", 2000, 4000)]
    assert found[3:] == [("of", 4000, 5000), ("May.", 5000, 6000)]


def test_display_words_that_differ_from_the_display_text_are_not_used() -> None:
    display_words, spoken = [("Yes", 0, 1), ("no", 1, 2)], [("yes", 0, 1), ("no", 2, 3)]
    found, source = words("Yes **** no", 0, 3, display_words=display_words, words=spoken)
    assert source is TimesFrom.WORDS
    assert found == [("Yes", 0, 1000), ("****", 1000, 2000), ("no", 2000, 3000)]


def test_a_phrase_without_words_shares_its_time_out_by_length() -> None:
    assert words("one three", 10, 18) == ([("one", 10000, 13000), ("three", 13000, 18000)], TimesFrom.PHRASE)


def test_words_without_times_are_not_used() -> None:
    given = phrase("a b", 0, 2, words=[("a", 0, 1), ("b", 1, 2)])
    del given["nBest"][0]["words"][1]["offsetInTicks"]
    ((_, (only,)),) = recording([given]).phrases()
    assert timed_words(only)[1] is TimesFrom.PHRASE


@pytest.mark.parametrize("form", ["itn", "maskedITN", "lexical"])
def test_a_phrase_without_display_text_has_the_words_of_another_form(form: str) -> None:
    forms = {"display": "", "lexical": "", form: "one two"}
    assert [word for word, _, _ in words("", 0, 2, **forms)[0]] == ["one", "two"]


def test_begins_do_not_decrease_and_no_word_ends_before_it_begins() -> None:
    found, _ = words("a b c", 1, 4, words=[("a", 3, 2.5), ("b", 2, 3.5), ("c", 3.2, 3.2)])
    assert found == [("a", 3000, 3000), ("b", 3000, 3500), ("c", 3200, 3200)]


def test_a_word_far_outside_its_phrase_moves_no_other_by_more_than_five_seconds() -> None:
    found, _ = words("a b c", 10, 12, words=[("a", 0, 1), ("b", 3600, 3601), ("c", 11, 12)])
    assert found == [("a", 5000, 5000), ("b", 17000, 17000), ("c", 17000, 17000)]


def test_a_word_that_is_longer_than_a_line_is_broken_between_grapheme_clusters_and_shares_its_time() -> None:
    assert list(fitting(Word("ab", 0, 10), 2)) == [Word("ab", 0, 10)]
    assert list(fitting(Word("e\u0301" * 5, 0, 1000), 2)) == [
        Word("e\u0301" * 2, 0, 400),
        Word("e\u0301" * 2, 400, 800, glued=True),
        Word("e\u0301", 800, 1000, glued=True),
    ]
