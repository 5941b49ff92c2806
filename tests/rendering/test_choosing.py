"""What a user says of times, speakers and files."""

import pytest

from shared.errors import NotFound, WrongUsage
from shared.rendering.choosing import chosen_tracks, time_of
from shared.rendering.filenames import LARGEST_NAME_BYTES, cleaned, file_name
from shared.rendering.names import Track
from tests.rendering.making import FILE, phrase, recording, ticks

NAMES: dict[Track, str] = {(0, 1): "Anna", (0, 2): "Ben", (1, 1): "Channel 1 Speaker 1"}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("843.2", 843.2), ("14:03.2", 843.2), ("1:14:03", 4_443), (" 0 ", 0), ("90:00", 5_400), ("0.0000001", 1e-7)],
)
def test_a_time_may_have_minutes_and_hours(text: str, seconds: float) -> None:
    assert time_of(text) == ticks(seconds)


@pytest.mark.parametrize("text", ["", "x", "-1", "1:2:3:4", "14:", ":3", "1e3", "\u0661", "1,5"])
def test_anything_else_is_no_time(text: str) -> None:
    with pytest.raises(WrongUsage, match="is no time in the audio; write "):
        time_of(text)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["anna"], {(0, 1)}),
        (["speaker.1"], {(0, 1), (1, 1)}),
        (["channel.0", "Channel.1.Speaker.1"], set(NAMES)),
    ],
)
def test_a_speaker_is_chosen_by_name_or_by_number(wanted: list[str], found: set[Track]) -> None:
    assert set(chosen_tracks(NAMES, wanted) or ()) == found
    assert chosen_tracks(NAMES, []) is None


@pytest.mark.parametrize("wanted", ["Clara", "channel.2", "1", ""])
def test_a_speaker_that_is_not_there_is_an_error_that_names_those_who_are(wanted: str) -> None:
    with pytest.raises(NotFound, match=rf"nobody is called '{wanted}'; there is Anna, Ben, Channel 1 Speaker 1"):
        chosen_tracks(NAMES, ["anna", wanted])


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("call 1", "call 1"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..", "recording"),
        ('a\\b:c*d?e"f<g>h|i\x00j\ufffdk', "a_b_c_d_e_f_g_h_i_j_k"),
        ("CON", "_CON"),
        ("con.backup", "_con.backup"),
        ("LPT\u00b9", "_LPT\u00b9"),
        ("nul ", "_nul"),
        ("COM10", "COM10"),
        ("ends. . ", "ends"),
        ("", "recording"),
        ("\u65e5" * 50, "\u65e5" * 26),
        ("a" + "e\u0301" * 40, "a" + "e\u0301" * 26),
    ],
)
def test_a_file_name_is_one_that_every_file_system_takes(name: str, kept: str) -> None:
    assert cleaned(name) == kept
    assert len(kept.encode()) <= LARGEST_NAME_BYTES + 1


def test_a_file_has_the_recordings_name_and_its_id() -> None:
    assert file_name(recording([phrase("a")]).head, "txt") == f"call 1.{FILE}.txt"
