"""Captions as WebVTT and as SRT.

WebVTT: https://www.w3.org/TR/webvtt1/. SRT has no specification; what is written is what every player reads.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import chain

from shared.domain.documents import PhraseEntry
from shared.domain.ticks import TICKS_PER_MILLISECOND
from shared.rendering.about import facts
from shared.rendering.captions.cues import MARKS, Cue, cues_of_turn
from shared.rendering.captions.order import Order, Shown, Turn
from shared.rendering.captions.rules import LATEST, Broken, Outcome, Rules
from shared.rendering.captions.words import Word, fitting, timed_words
from shared.rendering.names import Track
from shared.rendering.recording import Recording
from shared.rendering.texts import one_line
from shared.rendering.times import timecode
from shared.rendering.wrapping import broken, columns, wrapped

_NAME_COLUMNS = 24
"""Names in captions are cut to this length: they take room from the words."""

_SRT_MARKS = str.maketrans({"<": "\uff1c", ">": "\uff1e", "\\": "\uff3c", "{": "\uff5b", "}": "\uff5d"})
"""Players take `<b>` and `{\\an8}` for markup, and `-->` begins a cue. SRT cannot escape them."""

_SRT_TIME = re.compile(r"(?<=\d):(?=\d\d?(?::\d\d?)?[,.]\d)")
"""The colons of a time such as 00:00:09,000. Some parsers take a line with two such times for the begin of a cue."""


def vtt(recording: Recording, rules: Rules, outcome: Outcome) -> Iterator[str]:
    """Yield WebVTT in pieces, and fill in `outcome`. Overlapping talk becomes overlapping cues, at most two at once."""
    yield "WEBVTT\n\n"
    about = [f"{name}: {value}" for name, value in facts(recording) if name in {"Job", "File", "Revision"}]
    left_out = [f"Channel {one} is left out: it mirrors channel {other}" for one, other in recording.left_out.items()]
    yield _note([*about, *left_out])
    order = Order(rules, outcome, at_once=2, joins=lambda _shown, _cue: False)
    for shown in order.ordered(_turns(recording, rules, outcome, label=False)):
        (cue,) = shown.cues
        lines = list(map(_escaped, _lines(cue.words, rules, outcome)))
        yield f"{_times(shown, '.')}\n<v {_escaped(cue.name)}>" + "\n".join(lines) + "\n\n"
    yield _note([f"Times from (phrases): {outcome.times_from()}" if outcome.cues else "Nobody speaks"])


def srt(recording: Recording, rules: Rules, outcome: Outcome) -> Iterator[str]:
    """Yield SRT in pieces, and fill in `outcome`. No two cues overlap: voices share a cue, a line each, or wait."""

    def joins(shown: Shown, cue: Cue) -> bool:
        cues = [*shown.cues, cue]
        return (
            len(cues) <= rules.lines
            and cue.begin - shown.begin <= LATEST  # it is shown that much earlier than it is spoken
            and max(shown.spoken_to, cue.spoken_to) - shown.begin <= rules.longest
            and all(columns(_dash_line(each)) <= rules.line for each in cues)
        )

    speaking = ""
    order = Order(rules, outcome, at_once=1, joins=joins)
    for number, shown in enumerate(order.ordered(_turns(recording, rules, outcome, label=True)), 1):
        if len(shown.cues) > 1:
            lines, speaking = list(map(_dash_line, shown.cues)), shown.cues[-1].name
        else:
            (cue,) = shown.cues
            label = [] if cue.name == speaking else [Word(each, 0, 0) for each in f"{cue.name}:".split(" ")]
            lines, speaking = list(_lines([*label, *cue.words], rules, outcome)), cue.name
        yield f"{number}\n{_times(shown, ',')}\n" + "\n".join(lines) + "\n\n"


def _turns(recording: Recording, rules: Rules, outcome: Outcome, *, label: bool) -> Iterator[Turn]:
    """Yield the cues of each turn. With `label` they have room for `Name:`, and nothing that SRT takes for markup."""
    latest: dict[Track, int] = {}
    shown = _without_markup if label else str
    for said, phrases in recording.phrases():
        name = shown(_short(one_line(said.name)))
        begin = max(0, said.turn.offset_in_ticks) // TICKS_PER_MILLISECOND
        words = [word._replace(text=shown(word.text)) for word in _timed(phrases, outcome)]
        pieces = list(_pieces(words, max(begin, latest.get(said.track, 0)), rules.line))
        latest[said.track] = pieces[-1].begin
        yield begin, list(cues_of_turn(said.track, name, pieces, rules, columns(f"{name}:") if label else 0))


def _timed(phrases: Sequence[PhraseEntry], outcome: Outcome) -> Iterator[Word]:
    for phrase in phrases:
        words, source = timed_words(phrase)
        outcome.times[source] += 1
        yield from words


def _pieces(words: Sequence[Word], begin: int, limit: int) -> Iterator[Word]:
    """Yield the words, and pieces of those wider than `limit`. Begins do not decrease, from `begin` on."""
    for word in chain.from_iterable(fitting(word, limit) for word in words):
        begin = max(begin, word.begin)
        yield word._replace(begin=begin, end=max(begin, word.end))


def _lines(words: Sequence[Word], rules: Rules, outcome: Outcome) -> Iterator[str]:
    """Return the lines of a cue: of about the same length, or each but the last with punctuation at its end."""
    texts = [word.text for word in words]
    lines = list(wrapped(texts, rules.line))
    widest = max(map(columns, texts))
    if len(lines) > 1 and widest <= rules.line:
        least = max(widest, sum(map(columns, lines)) // len(lines))
        tries = [list(wrapped(texts, limit)) for limit in range(least, rules.line + 1)]
        fitting_tries = [tried for tried in tries if len(tried) <= len(lines)]
        at_marks = (tried for tried in fitting_tries if _ends_well(tried))
        lines = next(at_marks, fitting_tries[0])
    outcome.broken[Broken.LINES] += len(lines) > rules.lines or any(columns(line) > rules.line for line in lines)
    return iter(lines)


def _ends_well(lines: Sequence[str]) -> bool:
    """Return whether each line but the last ends with punctuation, and none is much shorter than another."""
    sizes = [columns(line) for line in lines]
    return all(line.endswith(MARKS) for line in lines[:-1]) and min(sizes) * 3 >= max(sizes)


def _dash_line(cue: Cue) -> str:
    return " ".join(chain([f"-{cue.name}:"], (word.text for word in cue.words)))


def _times(shown: Shown, fraction: str) -> str:
    begin, end = (timecode(each * TICKS_PER_MILLISECOND, fraction) for each in (shown.begin, shown.end))
    return f"{begin} --> {end}"


def _short(name: str) -> str:
    return name if columns(name) <= _NAME_COLUMNS else f"{next(broken(name, _NAME_COLUMNS - 1))}\u2026"


def _note(lines: Sequence[str]) -> str:
    """Return a comment. An arrow in it would begin a cue."""
    return "NOTE\n" + "\n".join(lines).replace("-->", "-- >") + "\n\n"


def _without_markup(text: str) -> str:
    return _SRT_TIME.sub("\u2236", text.translate(_SRT_MARKS))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
