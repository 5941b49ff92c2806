"""Caption files as parsers of others read them, and as the rules see them."""

import io
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

import pysubs2
import srt as srt_parser
import webvtt

from shared.rendering.captions.rules import Outcome, Rules
from shared.rendering.captions.text import srt, vtt
from shared.rendering.captions.words import timed_words
from shared.rendering.recording import Recording
from shared.rendering.texts import one_line

_VOICE = re.compile(r"<v ([^>]*)>(.*)", re.DOTALL)
_TIMES = re.compile(r"(\d\d+):(\d\d):(\d\d)\.(\d{3}) --> (\d\d+):(\d\d):(\d\d)\.(\d{3})")


class Seen(NamedTuple):
    """A cue as a parser saw it: milliseconds, and its text with line breaks."""

    begin: int
    end: int
    text: str
    voice: str = ""


def written(recording: Recording, form: str, rules: Rules | None = None) -> tuple[str, Outcome]:
    """Return the caption file, and what it could not keep."""
    outcome = Outcome.none()
    render = {"vtt": vtt, "srt": srt}[form]
    return "".join(render(recording, rules or Rules(), outcome)), outcome


def vtt_cues(text: str) -> list[Seen]:
    """Return the cues of WebVTT: by webvtt-py, and by rules that it does not check."""
    check_vtt(text)
    found = []
    for caption in webvtt.from_buffer(io.StringIO(text)).captions:
        match = _VOICE.fullmatch(caption.raw_text)
        assert match, "every cue names its voice"
        begin, end = _milliseconds(caption.start), _milliseconds(caption.end)
        found.append(Seen(begin, end, unescaped(match[2]), unescaped(match[1])))
    return found


def check_vtt(text: str) -> None:
    """Raise AssertionError where the WebVTT specification is broken and webvtt-py passes over it."""
    blocks = re.split(r"\n\n+", text.rstrip("\n"))
    assert blocks[0] == "WEBVTT"
    begins = [0]
    for block in blocks[1:]:
        first, *others = block.split("\n")
        if first == "NOTE":
            assert "-->" not in block, "an arrow in a NOTE begins a cue"
            continue
        match = _TIMES.fullmatch(first)
        assert match, first
        begin, end = (_milliseconds(each) for each in first.split(" --> "))
        assert end > begin, "a cue of no length"
        assert begin >= begins[-1], "cues are in order of time"
        begins.append(begin)
        assert others
        assert "-->" not in "\n".join(others)
        payload = re.sub(r"&(amp|lt|gt);", "", "\n".join(others))
        assert "&" not in payload
        assert payload.count("<") == payload.count(">") == 1, "the voice is the only tag"


def srt_cues(text: str) -> list[Seen]:
    """Return the cues of SRT, about which both parsers agree."""
    one = list(srt_parser.parse(text, ignore_errors=False))
    other = pysubs2.SSAFile.from_string(text, format_="srt")
    assert [each.index for each in one] == list(range(1, len(one) + 1))
    found = [Seen(_whole(each.start), _whole(each.end), each.content) for each in one]
    assert [(each.start, each.end, each.plaintext) for each in other] == [each[:3] for each in found]
    for before, after in pairwise(found):
        assert before.end <= after.begin, "no two cues overlap"
    assert all(each.end > each.begin for each in found)
    return found


def voices(cues: list[Seen]) -> dict[str, str]:
    """Return what each voice says in WebVTT, without blanks."""
    found: dict[str, str] = defaultdict(str)
    for cue in cues:
        found[cue.voice] += "".join(cue.text.split())
    return dict(found)


def srt_voices(cues: list[Seen], names: list[str]) -> dict[str, str]:
    """Return what each voice says in SRT, without blanks. A name, once said, holds until the next."""
    found: dict[str, str] = defaultdict(str)
    speaking = ""
    for cue in cues:
        for word in cue.text.split():
            name = word.removeprefix("-").removesuffix(":")
            if word.endswith(":") and name in names:
                speaking = name
            else:
                found[speaking] += word
    return dict(found)


def spoken(recording: Recording) -> dict[str, str]:
    """Return what each voice says by the documents, without blanks."""
    found: dict[str, str] = defaultdict(str)
    for said, phrases in recording.phrases():
        for phrase in phrases:
            words, _ = timed_words(phrase)
            found[one_line(said.name)] += "".join("".join(word.text.split()) for word in words)
    return dict(found)


def unescaped(text: str) -> str:
    """Return a text of WebVTT without its escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def same_voice_pairs(cues: list[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Yield neighbouring cues of each voice."""
    for voice in {cue.voice for cue in cues}:
        yield from pairwise(cue for cue in cues if cue.voice == voice)


def _milliseconds(stamp: str) -> int:
    hours, minutes, seconds = stamp.split(":")
    return (int(hours) * 60 + int(minutes)) * 60_000 + int(seconds.replace(".", ""))


def _whole(time: timedelta) -> int:
    return round(time / timedelta(milliseconds=1))
