"""Lines of limited width: all words once, in order, and broken only where they have to be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering.wrapping import broken, columns, wrapped

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
WORDS = st.lists(
    st.text(st.sampled_from(f"ab\u00e9e\u0301\u65e5\u672c\u0915\u094d\u0937{FAMILY}"), min_size=1), max_size=20
)


def test_lines_are_filled_in_order() -> None:
    assert list(wrapped(["one", "two", "three", "four"], 9)) == ["one two", "three", "four"]
    assert list(wrapped([], 9)) == []


def test_a_wide_character_takes_two_columns_and_a_mark_none() -> None:
    assert [columns(text) for text in ("ab", "\u65e5\u672c", "e\u0301", FAMILY)] == [2, 4, 1, 2]
    assert list(wrapped(["\u65e5\u672c", "\u65e5\u672c"], 8)) == ["\u65e5\u672c", "\u65e5\u672c"]


def test_only_a_word_that_is_longer_than_a_line_is_broken_and_between_grapheme_clusters() -> None:
    assert list(wrapped(["a", "bcdefg", "h"], 4)) == ["a", "bcde", "fg h"]
    assert list(wrapped(["\u65e5\u672c\u8a9e\u65e5\u672c"], 5)) == ["\u65e5\u672c", "\u8a9e\u65e5", "\u672c"]
    assert list(wrapped([FAMILY * 3], 4)) == [FAMILY * 2, FAMILY]


def test_a_cluster_that_is_wider_than_the_line_has_a_line_for_itself() -> None:
    assert list(wrapped(["\u65e5\u672c"], 1)) == ["\u65e5", "\u672c"]


@given(WORDS, st.integers(2, 12))
def test_every_character_is_in_the_lines_in_order_and_no_line_is_too_long(words: list[str], limit: int) -> None:
    lines = list(wrapped(words, limit))
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(columns(line) <= limit for line in lines)
    whole = [word for word in words if columns(word) <= limit]
    found = iter(" ".join(lines).split(" "))
    assert all(word in found for word in whole)


@pytest.mark.parametrize("text", ["\u65e5" * 200_000, "a" * 200_000, "e\u0301" * 100_000])
def test_a_huge_text_without_blanks_is_broken_in_one_pass(text: str) -> None:
    lines = list(broken(text, 42))
    assert "".join(lines) == text
    assert max(map(columns, lines)) == 42
