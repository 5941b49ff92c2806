"""The hashes of a listing: how they are packed into its messages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.seen import LONGEST_SEEN, packed, short_hash, unpacked

HASHES = st.sets(st.integers(0, 2**40 - 1), max_size=50)


@given(HASHES)
def test_packed_hashes_are_unpacked_unchanged(hashes: set[int]) -> None:
    assert unpacked(packed(hashes)) == hashes


@given(st.text(max_size=30))
def test_any_other_text_is_refused_or_holds_numbers(text: str) -> None:
    try:
        found = unpacked(text)
    except ValueError:
        return
    assert all(number >= 0 for number in found)


def test_the_hashes_of_the_largest_job_fit_into_a_message() -> None:
    hashes = [short_hash(f"id {number}") for number in range(10_001)]
    pages = [short_hash(f"page {number}") for number in range(200)]
    assert len(set(hashes)) == 10_001
    assert len(packed([*hashes, *pages])) <= LONGEST_SEEN


def test_a_hash_of_more_than_40_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="more than 40 bits"):
        unpacked("gICAgICAgICAgICAgICA" * 2_000)
