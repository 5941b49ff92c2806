"""What a search found in a recording, in lines for a terminal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.rendering.finding import Phrase
from shared.rendering.found import found
from shared.rendering.hits import hits
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Recording
from shared.rendering.spans import Style
from shared.rendering.wrapping import columns
from tests.rendering.making import FILE, JOB, phrase, recording

OPEN = f"speech2cosmos open {JOB} {FILE} --at"


def lines(of: Recording, wanted: str, width: int = 80, transcribed: str | None = None) -> list[str]:
    of_hits = list(hits(of, Phrase(wanted)))
    return ["".join(span.text for span in line).rstrip(" ") for line in found(of, of_hits, width, transcribed)]


@pytest.fixture
def call() -> Recording:
    said = [phrase("Hello, yes.", 1), phrase("Yes.", 3_723.45, channel=1)]
    return recording(said, names=Names([Naming("Agent", channel=0), Naming("Customer", channel=1)]))


def test_hits_stand_in_columns_below_what_is_known_of_the_recording(call: Recording) -> None:
    assert lines(call, "yes", transcribed="2026-11-02 10:01:10 +0100") == [
        "call 1.wav, Calls of Monday, transcribed 2026-11-02 10:01:10 +0100",
        "     0:01.0  Agent     Hello, \u00bbyes\u00ab.",
        f"             {OPEN} 0:01.0",
        "  1:02:03.4  Customer  \u00bbYes\u00ab.",
        f"             {OPEN} 1:02:03.4",
        "",
    ]


def test_on_a_narrow_terminal_the_context_stands_below_the_name(call: Recording) -> None:
    assert lines(call, "hello", 30, transcribed="2026-11-02 10:01:10 +0100") == [
        "call 1.wav",
        "Calls of Monday, transcribed",
        "2026-11-02 10:01:10 +0100",
        "  0:01.0  Agent",
        "    \u00bbHello\u00ab, yes.",
        f"    {OPEN} 0:01.0",
        "",
    ]


def test_a_name_has_the_number_of_its_track(call: Recording) -> None:
    spans = [span for line in found(call, list(hits(call, Phrase("yes"))), 80, None) for span in line]
    assert [(span.text, span.number) for span in spans if span.style is Style.SPEAKER] == [
        ("Agent", 0),
        ("Customer", 1),
    ]


@given(st.text(st.sampled_from("a \u65e5\u0301\x1b\u202e\n"), max_size=100), st.integers(24, 120))
def test_only_commands_are_wider_than_the_terminal_and_no_text_controls_it(text: str, width: int) -> None:
    names = Names([Naming(f"n{text}", channel=0)])
    of = recording([phrase(f"{text} yes {text}", 1)], names=names, source=f"https://h.example/{text}x")
    shown = lines(of, "yes", width, transcribed=text)
    assert all(columns(line) <= width for line in shown if OPEN not in line)
    assert not set("".join(shown)) & set("\x1b\u202e\n")
