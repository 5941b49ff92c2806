"""Texts for people: plain text, Markdown and their parts."""

import pytest

from shared.rendering.about import title
from shared.rendering.markdown import escaped, markdown
from shared.rendering.names import Names, Naming
from shared.rendering.plain import plain_text
from shared.rendering.recording import Choice
from shared.rendering.texts import one_line, safe, words_of
from tests.rendering.making import FILE, JOB, phrase, recording, ticks

HOSTILE = "a\x1b[2Jb\u202ec\x9bd\u2066e\x00f\u200fg"
SHOWN = "a\ufffd[2Jb\ufffdc\ufffdd\ufffde\ufffdf\ufffdg"


def test_control_and_bidi_characters_are_replaced_and_breaks_become_one_blank() -> None:
    assert safe(HOSTILE) == SHOWN
    assert safe("half a pair \ud83d") == "half a pair \ufffd"
    assert one_line(" a\r\n b\tc\u2028\u2029d\x1c\x85e\u00a0f ") == "a b c d e\u00a0f"
    assert words_of(" \n ") == []


def test_plain_text_is_wrapped_with_a_hanging_indent() -> None:
    names = Names([Naming("Anna Maria", channel=0)])
    of = recording([phrase("Good morning. " * 9, 61), phrase("Yes.", 75, channel=1)], names=names)
    assert "".join(plain_text(of)) == (
        "call 1.wav\n"
        "\n"
        f"Job:         Calls of Monday ({JOB})\n"
        f"File:        {FILE}\n"
        "Revision:    0123456789ab\n"
        "Source:      https://calls.example/in/call%201.wav\n"
        "Duration:    00:01:16\n"
        "Speakers:    Anna Maria, Channel 1\n"
        "\n"
        "00:01:01  Anna Maria: Good morning. Good morning. Good morning. Good morning.\n"
        "          Good morning. Good morning. Good morning. Good morning. Good morning.\n"
        "\n"
        "00:01:15  Channel 1: Yes.\n"
    )


def test_a_track_without_words_is_no_speaker() -> None:
    of = recording([phrase("", speaker=0, lexical=""), phrase("Yes.", speaker=1)])
    assert "Speakers:    Speaker 1\n" in "".join(plain_text(of))


def test_markdown_has_a_paragraph_for_each_turn() -> None:
    of = recording([phrase("Yes.", 61)], timestamp="2026-11-02T08:50:02Z", name=None, source=None)
    assert "".join(markdown(of)) == (
        f"# {FILE}\n"
        "\n"
        f"- Job: Calls of Monday ({JOB})\n"
        f"- File: {FILE}\n"
        "- Revision: 0123456789ab\n"
        "- Transcribed: 2026-11-02T08:50:02Z\n"
        "- Duration: 00:01:02\n"
        "- Speakers: Channel 0\n"
        "\n"
        "**Channel 0** (00:01:01): Yes.\n"
    )


def test_markdown_shows_text_as_it_is() -> None:
    text = "<b> *a* _b_ [x](y) `c` ~d~ ==e== a|b &amp; # $x$ 1. - +"
    shown = r"\<b\> \*a\* \_b\_ \[x\](y) \`c\` \~d\~ \=\=e\=\= a\|b \&amp; \# \$x\$ 1. - +"
    assert escaped(text) == shown
    assert escaped("see http://a.b, WWW.a.b, me@a.b at 10:30") == r"see http\://a.b, WWW\.a.b, me\@a.b at 10:30"


@pytest.mark.parametrize("render", [plain_text, markdown])
def test_a_hostile_text_stays_within_its_paragraph(render: object) -> None:
    assert callable(render)
    of = recording(
        [phrase(f"{HOSTILE}\r\n\r\n00:00:00  Boss: x")],
        names=Names([Naming(f"{HOSTILE}\n\nBoss", channel=0)]),
        source=f"https://calls.example/{HOSTILE}\n\nx.wav",
    )
    text = "".join(render(of))
    assert not {"\x1b", "\u202e", "\x9b", "\x00", "\r"} & set(text)
    assert not [line for line in text.splitlines() if line.startswith(("Boss", "00:00:00  Boss", "x.wav"))]


@pytest.mark.parametrize("render", [plain_text, markdown])
def test_what_is_left_out_is_said(render: object) -> None:
    assert callable(render)
    phrases = [phrase("a"), phrase("A", channel=1)]
    text = "".join(render(recording(phrases, choice=Choice(end=ticks(5)))))
    assert "Channel 1 is left out because it holds the same talk as channel 0." in " ".join(text.split())
    assert "Only what is said from 00:00:00 to 00:00:05." in " ".join(text.split())
    assert "left out" not in "".join(render(recording(phrases, choice=Choice(all_channels=True))))
    assert "Nobody speaks." in "".join(render(recording([])))


def test_a_recording_is_called_by_its_source_then_its_name_then_its_id() -> None:
    assert title(recording([]).head) == "call 1.wav"
    assert title(recording([], source=None).head) == "contenturl_0.json"
    assert title(recording([], source="", name=None).head) == FILE
