"""Hits in a recording, and the line that shows one in its context."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering.finding import Phrase, Place
from shared.rendering.hits import context, hits
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Choice
from shared.rendering.spans import Style
from shared.rendering.wrapping import columns
from tests.rendering.making import phrase, recording

SAID = "Good morning, this is Anna. I wanted to ask about the insurance that you offered. The insurance is too dear."


def line(text: str, wanted: str, room: int) -> str:
    return "".join(span.text for span in context(text, Phrase(wanted).places(text), room))


@pytest.mark.parametrize(
    ("room", "shown"),
    [
        (200, SAID.replace("insurance", "\u00bbinsurance\u00ab")),
        (60, "\u2026 to ask about the \u00bbinsurance\u00ab that you offered. The \u2026"),
        (30, "\u2026 the \u00bbinsurance\u00ab that you \u2026"),
        (12, "\u00bbinsurance\u00ab\u2026"),
        (8, "\u00bbinsur\u2026\u00ab"),
        (1, "\u00bbinsur\u2026\u00ab"),
    ],
)
def test_a_hit_is_shown_with_as_much_around_it_as_there_is_room_for(room: int, shown: str) -> None:
    assert line(SAID, "insurance", room) == shown


def test_the_room_is_used_where_there_is_something_to_show() -> None:
    early, late = "insurance and much that follows on this", "much that stands before the insurance"
    assert line(early, "insurance", 30) == "\u00bbinsurance\u00ab and much that \u2026"
    assert line(late, "insurance", 30) == "\u2026stands before the \u00bbinsurance\u00ab"
    assert line("my insurance", "insurance", 30) == "my \u00bbinsurance\u00ab"


def test_a_text_without_blanks_is_cut_between_clusters() -> None:
    shown = line("\u65e5" * 50 + "\u672c" + "\u65e5" * 50, "\u672c", 20)
    assert shown == "\u2026\u65e5\u65e5\u00bb\u672c\u00ab\u65e5\u65e5\u65e5\u65e5\u65e5\u2026"


def test_the_style_of_a_hit_is_its_own_and_the_text_is_safe() -> None:
    text = "a\x1b[2J\u202e\n insurance\tb"
    spans = context(text, Phrase("insurance").places(text), 80)
    assert [(span.text, span.style) for span in spans] == [
        ("a\ufffd[2J\ufffd ", Style.PLAIN),
        ("\u00bbinsurance\u00ab", Style.HIT),
        (" b", Style.PLAIN),
    ]


@given(
    st.lists(st.sampled_from(["a", "bc", " ", "\u65e5", "e\u0301", "\U0001f468", "\x1b", "\u202e"]), max_size=120),
    st.integers(8, 60),
)
def test_the_line_is_never_wider_than_its_room_and_has_the_hit(pieces: list[str], room: int) -> None:
    text = f"{''.join(pieces)}xyz{''.join(reversed(pieces))}"
    shown = line(text, "xyz", room)
    assert columns(shown) <= room
    assert "\u00bbxyz\u00ab" in shown


def test_a_huge_text_is_not_measured_whole() -> None:
    text = "e\u0301 " * 200_000
    spans = context(text, [Place(300_000, 300_002), Place(500_000, 500_002)], 60)
    assert [span.text for span in spans if span.style is Style.HIT] == ["\u00bbe\u0301\u00ab"]
    assert 50 < columns("".join(span.text for span in spans)) <= 60


def test_turns_with_the_phrase_are_found_once_each_with_all_places() -> None:
    said = [phrase("Yes, yes.", 1), phrase("No.", 9, channel=1), phrase("YES", 20, channel=1)]
    found = list(hits(recording(said, names=Names([Naming("Anna", channel=1)])), Phrase("yes")))
    assert [(hit.said.number, hit.said.name, hit.places) for hit in found] == [
        (0, "Channel 0", [(0, 3), (5, 8)]),
        (2, "Anna", [(0, 3)]),
    ]


def test_a_mirrored_channel_is_searched_on_demand() -> None:
    said = [phrase("Same.", 1), phrase("Same.", 1, channel=1)]
    assert len(list(hits(recording(said), Phrase("same")))) == 1
    assert len(list(hits(recording(said, choice=Choice(all_channels=True)), Phrase("same")))) == 2


def test_a_phrase_that_two_turns_share_is_not_found() -> None:
    said = [phrase("the insurance", 1), phrase("company", 9)]
    assert list(hits(recording(said), Phrase("insurance company"))) == []
