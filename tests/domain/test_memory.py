"""A split takes memory for a few phrases at a time, and little for each phrase that it has seen."""

import tracemalloc

import pytest

from local.samples.generate import CHUNK, GeneratedResult
from shared.domain.split import SplitOptions, Splitter

KEPT_BYTES = 200
"""Most bytes that are kept for a phrase until the end of the file: its display text, its numbers, its talk. A
generated phrase is 4,300 bytes in the file."""


def peak_and_phrases(hours: float) -> tuple[int, int]:
    """Return the greatest number of bytes that a split had allocated, and the number of phrases."""
    chunks = list(GeneratedResult(hours, channels=2, display_words=True, indent=0))
    tracemalloc.start()
    try:
        splitter = Splitter(SplitOptions())
        for _ in splitter.parts(chunks):
            pass  # the app sends a part, and forgets it
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return peak, sum(chunk.count(b'"recognitionStatus"') for chunk in chunks)


@pytest.fixture(scope="module")
def hour() -> tuple[int, int]:
    return peak_and_phrases(1)


def test_a_split_allocates_a_few_times_the_size_of_a_chunk(hour: tuple[int, int]) -> None:
    assert hour[0] < 8 * CHUNK


def test_a_longer_file_takes_only_what_is_kept_for_each_of_its_phrases(hour: tuple[int, int]) -> None:
    peak, phrases = peak_and_phrases(2)
    assert phrases > 1.9 * hour[1]
    assert peak - hour[0] < KEPT_BYTES * (phrases - hour[1])
