"""What a listing has met, in as few characters as its messages have room for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.seen import LONGEST_SEEN, packed, short_hash, unpacked

HASHES = st.sets(st.integers(0, 2**40 - 1), max_size=50)


@given(HASHES)
def test_what_was_packed_is_unpacked_as_it_was(hashes: set[int]) -> None:
    assert unpacked(packed(hashes)) == hashes


@given(st.text(max_size=30))
def test_any_other_text_is_refused_or_holds_numbers(text: str) -> None:
    try:
        found = unpacked(text)
    except ValueError:
        return
    assert all(number >= 0 for number in found)


def test_there_is_room_for_the_ids_of_the_greatest_job_and_its_pages() -> None:
    hashes = [short_hash(f"id {number}") for number in range(10_001)]
    pages = [short_hash(f"page {number}") for number in range(200)]
    assert len(set(hashes)) == 10_001
    assert len(packed([*hashes, *pages])) <= LONGEST_SEEN


def test_a_number_of_more_than_40_bits_is_refused_before_it_grows() -> None:
    with pytest.raises(ValueError, match="more than 40 bits"):
        unpacked("gICAgICAgICAgICAgICA" * 2_000)
