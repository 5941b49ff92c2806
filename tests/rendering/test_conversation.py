"""The conversation for a terminal: its columns, its marks, and what it does with hostile texts and narrow terminals."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering.conversation import NARROWEST, conversation
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Choice, Recording
from shared.rendering.spans import Line, Style
from shared.rendering.wrapping import columns
from tests.rendering.making import Store, phrase, recording, ticks

NAMES = Names([Naming("Agent", channel=0), Naming("Customer", channel=1)])
HEAD = ["call 1.wav", "Calls of Monday"]


def shown(lines: Iterable[Line]) -> list[str]:
    return ["".join(span.text for span in line).rstrip(" ") for line in lines]


def text(of: Recording, width: int = 80, *, at: float | None = None) -> list[str]:
    """Return the lines."""
    moment = None if at is None else ticks(at)
    return [line for block in conversation(of, width, at=moment) for line in shown(block)]


def turns(of: Recording, width: int = 80, *, at: float | None = None) -> list[str]:
    """Return the lines below the head."""
    _, *blocks = conversation(of, width, at=None if at is None else ticks(at))
    return [line for block in blocks for line in shown(block)]


def test_the_head_says_what_it_is_how_long_it_takes_and_who_talks_how_much() -> None:
    of = recording(
        [phrase("Good morning. Yes.", 0, 30), phrase("No.", 25, 30, channel=1), phrase("Bye.", 80, 90, channel=1)],
        names=NAMES,
        durationInTicks=ticks(100),
    )
    (head, *_) = conversation(of, 80, transcribed="2026-11-02 10:01:10 +0100")
    assert shown(head) == [
        *HEAD,
        "transcribed 2026-11-02 10:01:10 +0100, 1 min 40 s",
        "",
        "      Agent     0:30  30%  3 words",
        "      Customer  0:15  15%  2 words",
        "      silence 1 min 00 s, talking at once 5 s, 1 interruption",
        "",
    ]
    assert [line[0].style for line in head[:3]] == [Style.TITLE, Style.QUIET, Style.QUIET]


def test_a_head_that_knows_little_is_short() -> None:
    of = recording([], durationInTicks=None)
    assert text(of) == [*HEAD, "", "Nobody speaks."]


def test_a_turn_has_its_time_its_name_and_a_text_with_a_hanging_indent() -> None:
    of = recording([phrase("one two three four five six", 3_601), phrase("Yes.", 3_605, channel=1)], names=NAMES)
    assert turns(of, 50)[1:] == [
        "1:00:01  Agent     one two three four five six",
        "1:00:05  Customer  Yes.",
    ]
    assert turns(of, 44)[1:3] == ["1:00:01  Agent     one two three four five", "                   six"]


def test_a_name_is_text_and_its_style_tells_speakers_apart() -> None:
    of = recording([phrase("a", channel=0), phrase("b", 2, channel=1), phrase("c", 6)], names=NAMES)
    spans = [span for _, *blocks in [conversation(of, 80)] for block in blocks for line in block for span in line]
    speakers = [(span.text.strip(), span.number) for span in spans if span.style is Style.SPEAKER]
    assert speakers == [("Agent", 0), ("Customer", 1), ("Agent", 0)]


def test_a_long_name_goes_on_in_the_next_line() -> None:
    of = recording([phrase("Yes. " * 12)], names=Names([Naming("Doctor Anna Maria von Hohenstein", channel=0)]))
    assert turns(of, 60) == [
        "0:00  Doctor Anna      Yes. Yes. Yes. Yes. Yes. Yes. Yes.",
        "      Maria von        Yes. Yes. Yes. Yes. Yes.",
        "      Hohenstein",
    ]


def test_a_name_of_a_megabyte_is_cut() -> None:
    lines = turns(recording([phrase("Yes.")], names=Names([Naming("n" * 1_000_000, channel=0)])))
    assert sum(line.count("n") for line in lines) == 79
    assert lines[-1].endswith("\u2026")


def test_on_a_narrow_terminal_the_text_stands_below_the_name() -> None:
    of = recording([phrase("one two three four five", 1), phrase("six", 2, channel=1)], names=NAMES)
    assert turns(of, 20) == ["0:01  Agent", "  one two three four", "  five", "0:02  Customer", "  six"]


def test_silences_over_five_seconds_are_rules_also_before_the_first_turn_and_after_the_last() -> None:
    of = recording([phrase("a", 6, 7), phrase("b", 12, 13), phrase("c", 20, 21)], durationInTicks=ticks(80))
    found = [line.strip(" \u2500") for line in turns(of) if "\u2500" in line]
    assert found == ["6 s of silence", "7 s of silence", "59 s of silence"]
    assert {columns(line) for line in turns(of) if "\u2500" in line} == {80}


def test_a_chosen_range_has_silences_only_within_it() -> None:
    said = [phrase("a", 0, 1), phrase("b", 30, 31), phrase("c", 50, 51)]
    of = recording(said, durationInTicks=ticks(80), choice=Choice(ticks(20), ticks(45)))
    assert turns(of)[0].strip(" \u2500") == "10 s of silence"
    assert len(turns(of)) == 2
    assert "Only what is said from 00:00:20 to 00:00:45." in text(of)


def test_with_chosen_speakers_no_silence_is_claimed() -> None:
    said = [phrase("a", 0, 1), phrase("b", 2, 29, channel=1), phrase("c", 30, 31)]
    of = recording(said, names=NAMES, choice=Choice(tracks=frozenset({(0, None)})))
    assert turns(of) == ["0:00  Agent  a", "0:30  Agent  c"]
    assert not [line for line in text(of) if "silence" in line]


def test_a_turn_that_begins_while_another_speaker_is_talking_is_marked() -> None:
    of = recording([phrase("a", 0, 9), phrase("b", 8, 12, channel=1), phrase("c", 12, 13)], names=NAMES)
    assert turns(of) == ["0:00  Agent     a", "0:08  Customer  [over Agent] b", "0:12  Agent     c"]
    line = [*conversation(of, 80)][2][0]
    assert [span.style for span in line if span.text in {"[over Agent]", " b"}] == [Style.QUIET, Style.PLAIN]


def test_a_mirrored_channel_is_left_out_and_that_is_said() -> None:
    twice = [phrase("Same.", 1), phrase("Same.", 1, channel=1)]
    lines = text(recording(twice), 100)
    assert "Channel 1 is left out because it holds the same talk as channel 0. --all-channels shows it." in lines
    assert not [line for line in lines if "at once" in line]
    assert turns(recording(twice)) == ["0:01  Channel 0  Same."]
    assert len(turns(recording(twice, choice=Choice(all_channels=True)))) == 2


@pytest.mark.parametrize(
    ("at", "marked"), [(0, None), (1.2, "0:01"), (8, "0:01"), (9.2, "0:09"), (9.9, "0:09"), (99, "0:20")]
)
def test_the_turn_that_has_begun_at_a_moment_is_marked(at: float, marked: str | None) -> None:
    said = [phrase("a", 1.25, 2), phrase("b", 9.25, 10, channel=1), phrase("c", 20, 21)]
    lines = [line for line in turns(recording(said), at=at) if line.startswith(">")]
    assert [line.split()[1] for line in lines] == ([marked] if marked else [])


def test_a_turn_without_display_text_says_so() -> None:
    of = recording([phrase("", 1, lexical="spoken words")])
    assert turns(of) == ["0:01  Channel 0  (no text)"]


def test_control_and_bidi_characters_of_every_text_are_replaced() -> None:
    bad = "a\x1b[2Jb\u202ec\r\nd"
    of = recording(
        [phrase(bad, 0, 9), phrase(bad, 3, channel=1)],
        names=Names([Naming(bad)]),
        source=f"https://h.example/{bad}",
        locale=bad,
    )
    whole = "".join(text(of))
    assert not set(whole) & set("\x1b\u202e\r\n")
    assert "a\ufffd[2Jb\ufffdc d" in whole


HOSTILE = [
    "a",
    " ",
    "\u65e5",
    "e\u0301",
    "\u0915\u094d\u0937\u093f",
    "\U0001f468\u200d\U0001f469",
    "\u05d0",
    "\u202e",
    "\x1b",
]


@given(
    st.lists(st.tuples(st.text(st.sampled_from("".join(HOSTILE)), max_size=200), st.integers(0, 2)), max_size=4),
    st.text(st.sampled_from("".join(HOSTILE)), max_size=60),
    st.integers(NARROWEST, 100),
)
def test_no_line_is_wider_than_the_terminal_and_no_text_is_lost(
    said: list[tuple[str, int]], name: str, width: int
) -> None:
    phrases = [phrase(words, place * 2, channel=channel) for place, (words, channel) in enumerate(said)]
    of = recording(phrases, names=Names([Naming(name, channel=1)]) if name.strip() else None)
    lines = text(of, width)
    assert all(columns(line) <= width for line in lines)
    letters = sum(words.count("\u65e5") for words, _ in said)
    assert sum(line.count("\u65e5") for line in turns(of, width)) >= letters


@pytest.mark.parametrize("word", ["\u65e5" * 200_000, "a" * 200_000, "\u200d" * 200_000])
def test_a_huge_word_keeps_the_layout(word: str) -> None:
    lines = turns(recording([phrase(word)]), 80)
    assert max(map(columns, lines)) <= 80
    assert sum(line.count(word[0]) for line in lines) >= 200_000


def test_it_begins_before_the_recording_is_read() -> None:
    store = Store()
    said = [phrase("Some words that are said in a turn. " * 20, number * 4, number * 4 + 4) for number in range(1_500)]
    of = recording(said, store=store, gap=0)
    blocks = conversation(of, 80)
    next(blocks)
    assert store.read_ids == []
    next(blocks)
    assert len(store.read_ids) == 1 < len(of.head.turns.parts)
