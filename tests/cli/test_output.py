"""How values are written for people."""

import pytest

from shared.cli.output import clock, moment, shown


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (0, "00:00:00.000"),
        (7_600_000, "00:00:00.760"),
        (36_610_009_999, "01:01:01.000"),
        (3_600_000_000_000, "100:00:00.000"),
        (-15_000_000, "-00:00:01.500"),
        (None, None),
    ],
)
def test_times_in_the_audio_are_hours_minutes_seconds_and_milliseconds(ticks: int | None, text: str | None) -> None:
    assert clock(ticks) == text


def test_times_of_day_lose_their_fractions() -> None:
    assert moment("2026-11-22T18:06:04.123456Z") == moment("2026-11-22T18:06:04Z") == "2026-11-22T18:06:04Z"
    assert moment(None) is None


def test_control_characters_become_blanks_and_all_other_text_stays() -> None:
    assert shown("a\x1b[2Jb\nc\x9bd\u2028e") == "a [2Jb c d e"
    assert shown("क्\u200dष 👩\u200d💻 שלום") == "क्\u200dष 👩\u200d💻 שלום"
    assert shown("") == shown(None) == "-"
