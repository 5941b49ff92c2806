"""Long texts are cut at white space into pieces that fit. No character is lost."""

import json
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.texts import pieces
from tests.domain.strategies import TEXTS


def bytes_of(piece: str) -> int:
    return len(json.dumps(piece, ensure_ascii=False).encode()) - 2


LONG_TEXTS = st.lists(TEXTS | st.sampled_from(["word ", "wort\u2003", "x" * 30, "नमस्ते"]), max_size=20).map("".join)


@given(text=LONG_TEXTS, size=st.integers(6, 40))
def test_pieces_joined_give_the_text_and_each_fits(text: str, size: int) -> None:
    found = list(pieces(text, size))
    assert "".join(found) == text
    assert all(found)
    assert all(bytes_of(piece) <= size for piece in found)


@given(text=LONG_TEXTS, size=st.integers(6, 40))
def test_a_piece_ends_behind_white_space_if_it_has_any_and_is_as_long_as_possible(text: str, size: int) -> None:
    found = list(pieces(text, size))
    for piece, following in pairwise(found):
        if any(char.isspace() for char in piece):
            assert piece[-1].isspace()
        longer = piece + following[0]
        if not following[0].isspace():  # a longer piece would end within a word
            assert bytes_of(longer) > size or piece[-1].isspace()
        else:
            assert bytes_of(longer) > size


@pytest.mark.parametrize(
    ("text", "size", "expected"),
    [
        ("", 10, []),
        ("short", 10, ["short"]),
        ("one two three", 8, ["one two ", "three"]),
        ("one two", 3, ["one", " ", "two"]),
        ("abcdefgh ij", 4, ["abcd", "efgh", " ij"]),
        ("né né né", 5, ["né ", "né ", "né"]),
        ("one\ntwo", 5, ["one\n", "two"]),
        ("😀😀😀", 6, ["😀", "😀", "😀"]),
        ("😀😀", 1, ["😀", "😀"]),
    ],
)
def test_these_texts_are_cut_into_these_pieces(text: str, size: int, expected: list[str]) -> None:
    assert list(pieces(text, size)) == expected


def test_a_text_of_many_megabytes_is_cut_in_linear_time() -> None:
    text = "नमस्ते " * 1_000_000
    begin = time.process_time()
    assert sum(map(len, pieces(text, 4_000))) == len(text)
    # It takes about 0.4 s. Copying the rest for each piece would copy 30 GB: 5 s and more.
    assert time.process_time() - begin < 3
