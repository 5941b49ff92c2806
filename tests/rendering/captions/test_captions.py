"""Caption files of recordings whose cues are known."""

import re

import pytest

from shared.rendering.captions.rules import PROFILES, Broken, Rules
from shared.rendering.names import Names, Naming
from shared.rendering.recording import Recording
from tests.rendering.captions.judges import Seen, check_vtt, srt_cues, vtt_cues, written
from tests.rendering.making import FILE, JOB, Phrase, phrase, recording

NAMES = Names([Naming("Anna", channel=0), Naming("Ben", channel=1), Naming("Cleo", channel=2)])


def said(text: str, begin: float, channel: int = 0, seconds: float = 0.3) -> Phrase:
    """Return a phrase whose words last `seconds` each, without pauses."""
    words = text.split()
    times = [(word, begin + seconds * place, begin + seconds * (place + 1)) for place, word in enumerate(words)]
    return phrase(text, begin, begin + seconds * len(words), channel=channel, display_words=times)


def of(*phrases: Phrase) -> Recording:
    return recording(phrases, names=NAMES)


def vtt(*phrases: Phrase, rules: Rules | None = None) -> list[Seen]:
    return vtt_cues(written(of(*phrases), "vtt", rules)[0])


def srt(*phrases: Phrase, rules: Rules | None = None) -> list[Seen]:
    return srt_cues(written(of(*phrases), "srt", rules)[0])


def test_webvtt_names_job_file_and_revision_and_where_times_come_from() -> None:
    text, _ = written(of(said("Hello there.", 1), phrase("Yes.", 9, channel=1)), "vtt")
    assert text == (
        "WEBVTT\n\n"
        f"NOTE\nJob: Calls of Monday ({JOB})\nFile: {FILE}\nRevision: 0123456789ab\n\n"
        "00:00:01.000 --> 00:00:01.833\n<v Anna>Hello there.\n\n"
        "00:00:09.000 --> 00:00:10.000\n<v Ben>Yes.\n\n"
        "NOTE\nTimes from (phrases): the display words (1); the phrase, shared out in proportion (1)\n\n"
    )


def test_srt_names_who_speaks_when_that_changes() -> None:
    text, _ = written(of(said("Hello.", 1), said("Still me.", 9), said("And me.", 12, 1)), "srt")
    assert text == (
        "1\n00:00:01,000 --> 00:00:01,833\nAnna: Hello.\n\n"
        "2\n00:00:09,000 --> 00:00:09,833\nStill me.\n\n"
        "3\n00:00:12,000 --> 00:00:12,833\nBen: And me.\n\n"
    )


@pytest.mark.parametrize("form", ["vtt", "srt"])
def test_silence_is_a_file_without_cues(form: str) -> None:
    text, outcome = written(recording([]), form)
    assert "-->" not in text
    assert (outcome.cues, outcome.problems(Rules()), outcome.times_from()) == (0, [], "")


def test_a_cue_ends_after_a_sentence_or_a_clause_where_its_lines_are_full() -> None:
    text = "Thank you so much for calling. My name is Anna, and I am glad to help you with many of your questions. Bye."
    assert [cue.text for cue in vtt(said(text, 0))] == [
        "Thank you so much for calling.\nMy name is Anna,",
        "and I am glad to help you with\nmany of your questions. Bye.",
    ]


def test_the_lines_of_a_cue_are_of_about_the_same_length_and_one_line_stays_one() -> None:
    (two,) = vtt(said("These are nine words that need two lines here.", 0))
    assert two.text == "These are nine words that\nneed two lines here."
    (marked,) = vtt(said("A comma is a good end of a line, and so is a point.", 0))
    assert marked.text == "A comma is a good end of a line,\nand so is a point."
    (lost,) = vtt(said("One word alone on a line is not a good end, well.", 0))
    assert lost.text == "One word alone on a line\nis not a good end, well."
    (one,) = vtt(said("These words need only one line of a cue.", 0))
    assert one.text == "These words need only one line of a cue."


def test_a_text_without_blanks_is_broken_between_characters() -> None:
    cues = vtt(phrase("\u4eca\u5929" * 40, 0, 10))
    assert [[len(line) for line in cue.text.split("\n")] for cue in cues] == [[21, 21], [21, 17]]


def test_a_cue_does_not_go_on_after_a_pause() -> None:
    assert [(cue.begin, cue.text) for cue in vtt(said("One", 0), said("two", 2))] == [(0, "One"), (2000, "two")]


def test_a_cue_lasts_from_five_sixths_of_a_second_to_seven() -> None:
    (short,) = vtt(said("Yes.", 1, seconds=0.1))
    assert (short.begin, short.end) == (1000, 1833)
    slow = vtt(said("a b c d e f", 0, seconds=2.0))
    assert [(cue.begin, cue.end) for cue in slow] == [(0, 5917), (6000, 12000)]
    (held,) = vtt(phrase("Mmmm", 0, 30))
    assert (held.begin, held.end) == (0, 7000)


def test_cues_of_one_voice_have_a_gap_and_a_pause_that_is_shorter_than_allowed_is_closed() -> None:
    text = "This is a sentence of nine words, all told. This is another sentence of nine words, all told."
    first, second = vtt(said(text, 0))
    assert second.begin - first.end == 83
    first, second = vtt(said("One two three.", 0), said("Four.", 1.92), rules=PROFILES["bbc"])
    assert (first.text, first.end) == ("One two three.", 1837)


def test_a_cue_stays_a_little_longer_than_the_speech_so_that_it_can_be_read() -> None:
    quick = said("Extraordinarily complicated considerations.", 0, seconds=0.3)
    assert vtt(quick, rules=Rules(speed=20, linger=1500))[0].end == 2150
    assert vtt(quick, rules=Rules(speed=20, linger=500))[0].end == 1400


def test_overlapping_talk_is_overlapping_cues_in_webvtt() -> None:
    cues = vtt(said("I was just about to say that.", 0), said("Yes.", 1, 1))
    assert [(cue.voice, cue.begin, cue.end) for cue in cues] == [("Anna", 0, 2100), ("Ben", 1000, 1833)]


def test_a_third_voice_waits_in_webvtt() -> None:
    cues = vtt(said("I was just about to say.", 0), said("So was I.", 0.5, 1), said("Me too.", 0.6, 2))
    assert [(cue.voice, cue.begin, cue.end) for cue in cues] == [
        ("Anna", 0, 1800),
        ("Ben", 500, 1400),
        ("Cleo", 1400, 2233),
    ]


def test_overlapping_talk_shares_a_cue_in_srt_a_line_each() -> None:
    (cue,) = srt(said("I was about to say.", 0), said("Yes.", 1, 1))
    assert (cue.begin, cue.end, cue.text) == (0, 1833, "-Anna: I was about to say.\n-Ben: Yes.")


def test_overlapping_talk_that_does_not_fit_into_a_cue_waits_in_srt_and_that_is_counted() -> None:
    long = "I was about to say that nobody has to wait for so long."
    recorded = of(said(long, 0), said("Yes.", 3.3, 1))
    text, outcome = written(recorded, "srt")
    first, second = srt_cues(text)
    assert (first.text.count("\n"), first.end) == (1, 3900)
    assert (second.begin, second.text) == (3900, "Ben: Yes.")
    assert outcome.broken[Broken.LATE] == 1
    assert "1 of 2 cues begin later than their words" in outcome.problems(Rules())


def test_a_cue_is_cut_if_another_voice_would_wait_too_long_and_that_is_counted() -> None:
    long = "I was about to say that nobody has to wait for so long."
    text, outcome = written(of(said(long, 0), said("Yes.", 1, 1)), "srt")
    first, second = srt_cues(text)
    assert (first.end, second.begin) == (1000, 1000)
    assert outcome.broken[Broken.CUT] == 1


def test_what_cannot_be_read_in_time_is_counted() -> None:
    quick = of(said("Extraordinarily complicated considerations.", 0, seconds=0.3))
    _, outcome = written(quick, "vtt", PROFILES["netflix"])
    assert outcome.problems(PROFILES["netflix"]) == ["1 of 1 cues take more than 20 characters a second to read"]


def test_a_mirrored_channel_is_left_out_and_webvtt_says_so() -> None:
    text, _ = written(of(said("Yes.", 0), said("Yes.", 0, 1)), "vtt")
    assert "\nChannel 1 is left out: it mirrors channel 0\n\n" in text
    assert [cue.voice for cue in vtt_cues(text)] == ["Anna"]


def test_webvtt_escapes_markup_in_words_and_names() -> None:
    names = Names([Naming("<b>A & B", channel=0)])
    (cue,) = vtt_cues(written(recording([said("<c> & --> &amp; </v>", 0)], names=names), "vtt")[0])
    assert (cue.voice, cue.text) == ("<b>A & B", "<c> & --> &amp; </v>")


def test_srt_has_no_markup_and_no_arrows_in_words_or_names() -> None:
    names = Names([Naming("<b>A", channel=0)])
    hostile = recording([said(r"<i>x</i> {\an8} 00:00:09,000 --> 00:00:10,000", 0)], names=names)
    (cue,) = srt_cues(written(hostile, "srt")[0])
    assert not set("<>{}\\") & set(cue.text)


def test_an_arrow_in_the_jobs_name_ends_no_note() -> None:
    recorded = recording([said("Yes.", 0)])
    object.__setattr__(recorded, "job_name", "00:00.000 --> 00:01.000\n\nWEBVTT ---->")
    text, _ = written(recorded, "vtt")
    assert [cue.text for cue in vtt_cues(text)] == ["Yes."]


def test_a_long_name_is_cut_in_captions() -> None:
    names = Names([Naming("Anna Maria Magdalena Theodora", channel=0)])
    (cue,) = vtt_cues(written(recording([said("Yes.", 0)], names=names), "vtt")[0])
    assert cue.voice == "Anna Maria Magdalena Th\u2026"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("00:00:01.833", "00:00:01.000"),
        ("00:00:01.833", "00:00:00.500"),
        ("Revision: ", "Revision --> "),
        ("Hello", "Hello --> you"),
        ("Hello", "Hello & you"),
        ("Hello", "<b>Hello"),
        ("00:00:09.000", "00:00:00.900"),
    ],
)
def test_the_check_of_webvtt_finds_what_the_parser_passes_over(old: str, new: str) -> None:
    text, _ = written(of(said("Hello there.", 1), said("Yes.", 9, 1)), "vtt")
    check_vtt(text)
    assert old in text
    with pytest.raises(AssertionError):
        check_vtt(text.replace(old, new))


def test_hours_have_two_digits_or_more() -> None:
    text, _ = written(of(said("Late.", 360_001)), "srt")
    assert re.search(r"^100:00:01,000 --> 100:00:01,833$", text, re.MULTILINE)


def test_a_word_or_two_are_not_left_for_a_cue_of_their_own() -> None:
    text = "Hello there I would like to change the address of my order from the twenty first May."
    assert [cue.text for cue in vtt(said(text, 0), rules=Rules(line=40))] == [
        "Hello there I would like\nto change the address",
        "of my order from the twenty first May.",
    ]


def test_a_short_cue_does_not_overtake_a_long_one_of_its_voice_that_waits() -> None:
    waits = said("I have been waiting for somebody to say that.", 0.6, 1, seconds=0.02)
    recorded = recording([said("Well, I am not so sure.", 0), waits, said("No.", 1, 1)], names=NAMES, gap=0)
    cues = srt_cues(written(recorded, "srt")[0])
    assert [(cue.begin, cue.text) for cue in cues] == [
        (0, "Anna: Well, I am not so sure."),
        (1800, "Ben: I have been waiting\nfor somebody to say that."),
        (2633, "No."),
    ]


def test_a_turn_does_not_overtake_late_words_of_the_turn_before_it_in_its_voice() -> None:
    late = phrase("One two.", 0, 1, words=[("one", 0, 0.5), ("two", 4, 4.5)])
    cues = vtt(late, said("Between.", 0.5, 1), said("Three.", 2))
    assert [(cue.voice, cue.begin, cue.text) for cue in cues] == [
        ("Anna", 0, "One"),
        ("Ben", 500, "Between."),
        ("Anna", 4000, "two."),
        ("Anna", 4833, "Three."),
    ]
