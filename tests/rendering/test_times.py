"""Times in the audio in each notation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.choosing import time_of
from shared.rendering.times import clock, length, long_clock, share, signed_timecode, tenths, timecode
from tests.rendering.making import ticks


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, ("0:00", "0:00.0", "00:00:00", "00:00:00.000", "0 s")),
        (59.96, ("0:59", "0:59.9", "00:00:59", "00:00:59.960", "1 min 00 s")),
        (768.4, ("12:48", "12:48.4", "00:12:48", "00:12:48.400", "12 min 48 s")),
        (3_723.0449, ("1:02:03", "1:02:03.0", "01:02:03", "01:02:03.044", "1 h 02 min")),
        (360_000, ("100:00:00", "100:00:00.0", "100:00:00", "100:00:00.000", "100 h 00 min")),
        (-1.5, ("0:00", "0:00.0", "00:00:00", "00:00:00.000", "0 s")),
    ],
)
def test_each_notation(seconds: float, shown: tuple[str, ...]) -> None:
    assert tuple(write(ticks(seconds)) for write in (clock, tenths, long_clock, timecode, length)) == shown


def test_only_what_shows_documents_has_times_before_the_beginning() -> None:
    assert signed_timecode(-15_000_000) == "-00:00:01.500"
    assert signed_timecode(36_610_009_999) == timecode(36_610_009_999) == "01:01:01.000"


@given(st.integers(0, 10**13))
def test_a_moment_that_is_typed_again_is_at_most_a_tenth_earlier(moment: int) -> None:
    assert 0 <= moment - time_of(tenths(moment)) < TICKS_PER_SECOND // 10


def test_a_share_needs_a_whole() -> None:
    assert [share(1, 3), share(1, None), share(1, 0)] == ["33%", "", ""]
