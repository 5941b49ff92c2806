"""Captions of random recordings: whatever the words and times, the rules that come first hold."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.rendering.captions.rules import PROFILES, Broken, Rules
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Choice, Recording
from shared.rendering.wrapping import columns
from tests.rendering.captions.judges import (
    Seen,
    same_voice_pairs,
    spoken,
    srt_cues,
    srt_voices,
    voices,
    vtt_cues,
    written,
)
from tests.rendering.making import phrase, recording

VOICES = [f"Voice{number}" for number in range(4)]
NAMES = Names([Naming(name, channel=number) for number, name in enumerate(VOICES)])
WORDS = st.lists(
    st.one_of(
        st.sampled_from(["Yes.", "no,", "twenty", "21st", "Well...", "I", "think?", "<b>", "-->", "&amp;", "{\\an8}"]),
        st.sampled_from(["\u65e5\u672c\u8a9e" * 20, "x" * 90, "e\u0301" * 50, "\u0915\u094d\u0937\u093f" * 30]),
        st.text(st.sampled_from("ab\u65e5\u0915\u094d<>&-\u05d0\u200d"), min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=20,
)
STEPS = st.sampled_from([-0.1, 0.0, 0.05, 0.3, 1.0, 9.0])
LENGTHS = st.sampled_from([-0.2, 0.0, 0.2, 0.5])
SOURCES = st.sampled_from(["displayWords", "words", "other words", "none"])


@st.composite
def phrases(draw: st.DrawFn) -> dict[str, Any]:
    """Return a phrase with times of words that may be missing, wrong, out of order, or of other words."""
    words, source = draw(WORDS), draw(SOURCES)
    begin, step, length = draw(st.integers(0, 40)), draw(STEPS), draw(LENGTHS)
    first = begin + draw(st.sampled_from([0.0, 0.0, -1.0, 12.0]))

    def timed(of: list[str]) -> list[tuple[str, float, float]]:
        begins = [max(0.0, first + step * place) for place in range(len(of))]
        return [(word, at, at + length) for word, at in zip(of, begins, strict=True)]

    more: dict[str, Any] = {}
    if source == "displayWords":
        more["display_words"] = timed(words)
    elif source == "words":
        more["words"] = timed([word.lower().strip(".,?") for word in words])
    elif source == "other words":
        more["words"] = timed(["other", "words"])
    end = begin + draw(st.sampled_from([0.0, 0.05, 0.8, 3.0, 9.0]))
    return phrase(" ".join(words), begin, end, channel=draw(st.integers(0, 3)), **more)


RECORDINGS = st.builds(
    lambda given, gap: recording(given, names=NAMES, choice=Choice(all_channels=True), gap=gap),
    st.lists(phrases(), max_size=6),
    st.sampled_from([0.0, 3.0]),
)
RULES = st.one_of(
    st.sampled_from([Rules(), *PROFILES.values()]), st.builds(Rules, st.integers(20, 60), st.integers(1, 4))
)
OFTEN = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


@OFTEN
@given(RECORDINGS, RULES)
def test_webvtt_has_every_word_once_in_order_and_at_most_two_voices_at_once(of: Recording, rules: Rules) -> None:
    text, outcome = written(of, "vtt", rules)
    cues = vtt_cues(text)
    assert voices(cues) == spoken(of)
    assert len(cues) == outcome.cues
    assert all(before.end <= after.begin for before, after in same_voice_pairs(cues))
    for cue in cues:
        assert len({other.voice for other in cues if other.begin <= cue.begin < other.end}) <= 2
    close = sum(after.begin - before.end < rules.gap for before, after in same_voice_pairs(cues))
    assert close == outcome.broken[Broken.GAP]
    check_counts(cues, rules, outcome.broken)


@OFTEN
@given(RECORDINGS, RULES)
def test_srt_has_every_word_once_in_order_and_names_who_speaks(of: Recording, rules: Rules) -> None:
    text, outcome = written(of, "srt", rules)
    cues = srt_cues(text)
    plain = str.maketrans({"\uff1c": "<", "\uff1e": ">", "\uff3c": "\\", "\uff5b": "{", "\uff5d": "}"})
    assert {name: said.translate(plain) for name, said in srt_voices(cues, VOICES).items()} == spoken(of)
    assert len(cues) == outcome.cues
    check_counts(cues, rules, outcome.broken)


def check_counts(cues: list[Seen], rules: Rules, broken: Counter[Broken]) -> None:
    """Raise AssertionError if a rule was broken and the count does not say so."""
    lines = [cue.text.split("\n") for cue in cues]
    too_many = sum(len(each) > rules.lines or max(map(columns, each)) > rules.line for each in lines)
    assert too_many == broken[Broken.LINES]
    assert sum(cue.end - cue.begin < rules.shortest for cue in cues) == broken[Broken.SHORT]
    assert all(cue.end - cue.begin <= rules.longest for cue in cues)


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_a_thousand_phrases_at_the_same_moment_are_all_shown(form: str) -> None:
    given_phrases = [phrase(f"word{number}.", 5, 5, channel=number % 4) for number in range(1_000)]
    of = recording(given_phrases, names=NAMES, choice=Choice(all_channels=True), gap=0)
    text, _ = written(of, form)
    shown = voices(vtt_cues(text)) if form == "vtt" else srt_voices(srt_cues(text), VOICES)
    assert shown == spoken(of)
