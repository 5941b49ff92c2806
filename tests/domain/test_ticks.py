"""Times in the audio: every notation gives exact whole ticks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.ticks import parse_iso_duration, to_ticks
from shared.errors import InvalidResult
from tests.domain.reference import iso_ticks
from tests.domain.strategies import iso

LARGEST = 2**53


@pytest.mark.parametrize(
    ("ticks", "milliseconds", "text", "expected"),
    [
        (7600000.0, None, None, 7_600_000),
        (7600000, 1, "PT9S", 7_600_000),
        (0, 1, "PT9S", 0),
        (None, 760, "PT9S", 7_600_000),
        (None, 0, "PT9S", 0),
        (None, 0.5, None, 5_000),
        (None, None, "PT9S", 90_000_000),
        (None, None, None, None),
        (-100000.0, None, None, -100_000),
        (1.5e9, None, None, 1_500_000_000),
        (LARGEST, None, None, LARGEST),
        (-LARGEST, None, None, -LARGEST),
    ],
)
def test_ticks_come_first_then_milliseconds_then_iso(
    ticks: float | None, milliseconds: float | None, text: str | None, expected: int | None
) -> None:
    found = to_ticks(ticks, milliseconds, text)
    assert found == expected
    assert found is None or type(found) is int


@pytest.mark.parametrize(
    ("text", "ticks"),
    [
        ("PT0S", 0),
        ("PT0.76S", 7_600_000),
        ("PT0.0000001S", 1),
        ("PT1H2M3.4567891S", 37_234_567_891),
        ("PT6M15.26S", 3_752_600_000),
        ("PT10M", 6_000_000_000),
        ("PT24H", 864_000_000_000),
        ("P1D", 864_000_000_000),
        ("P1DT1S", 864_010_000_000),
        ("PT1.5H", 54_000_000_000),
        ("-PT0.02S", -200_000),
        ("PT0.00000004S", 0),
        ("PT900000000S", 9_000_000_000_000_000),
    ],
)
def test_iso_durations_are_read_to_the_tick(text: str, ticks: int) -> None:
    assert parse_iso_duration(text) == ticks


@given(ticks=st.integers(-LARGEST, LARGEST))
def test_every_duration_is_exact_to_the_tick(ticks: int) -> None:
    assert parse_iso_duration(iso(ticks)) == ticks == iso_ticks(iso(ticks))


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P1DT", "1S", "T1S", "PT1", "PTS", "PT1S ", " PT1S", "PT1SPT1S", "PT1S2M", "PT1M1M", "pt1s"),
        *("P1Y", "P1M", "P1W", "PT,5S", "PT1,5S", "PT.5S", "PT5.S", "PT-1S", "+PT1S", "--PT1S", "PT1e3S", "PT\u0661S"),
        *("PT" + "9" * 400 + "S", "PT0." + "1" * 400 + "S", "PT" + "9" * 1_000_100 + "S", "PT0.76S\n", "P1DT1D"),
        *("PT9999999999S", "P999999999D"),
    ],
)
def test_an_invalid_iso_duration_is_refused(text: str) -> None:
    with pytest.raises(
        InvalidResult, match=r"is not an ISO 8601 duration such as PT0.76S|cannot be stored exactly"
    ) as e:
        parse_iso_duration(text)
    assert len(str(e.value)) < 120


@pytest.mark.parametrize(
    ("ticks", "milliseconds"),
    [(LARGEST + 1, None), (-LARGEST - 1, None), (1e300, None), (10**400, None), (None, LARGEST), (None, 1e308)],
)
def test_times_that_a_json_number_cannot_hold_exactly_are_refused(
    ticks: float | None, milliseconds: float | None
) -> None:
    with pytest.raises(InvalidResult, match="a time of more than 9007199254740992 ticks cannot be stored exactly"):
        to_ticks(ticks, milliseconds, None)
