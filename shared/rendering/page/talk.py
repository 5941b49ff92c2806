"""The conversation as HTML, and what is counted while it is written."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from statistics import fmean

from msgspec import UNSET

from shared.domain.documents import PhraseEntry
from shared.rendering.flow import SILENCE, Flow
from shared.rendering.names import Track
from shared.rendering.page.markup import data, short, text
from shared.rendering.page.phrases import Phrase, phrase_of, text_of
from shared.rendering.recording import Recording, SaidPhrases
from shared.rendering.times import clock, length

BLOCK = 250
"""Turns whose phrases share an element. The script reads an element when one of its turns is opened.

A browser pauses at each element: 10,000 turns with 50 to an element take 1.7 times as long to read as with 250, and
more than 250 gain nothing.
"""

NAME_CHARACTERS = 80
"""Longest name beside a turn. The rest is cut, since it would stand there again and again."""

_COLOURS, _PATTERNS = 8, 4


@dataclass
class Columns:
    """The numbers of all turns, in the order of the conversation. Times are ticks of 100 ns."""

    begin: list[int] = field(default_factory=list)
    length: list[int] = field(default_factory=list)
    track: list[int] = field(default_factory=list)
    sure: list[float | None] = field(default_factory=list)


class Talk:
    """Writes the turns of a recording. Afterwards it knows their numbers. `folded`: channels that mirror another."""

    def __init__(self, names: Mapping[Track, str], folded: Mapping[int, int]) -> None:
        self.columns = Columns()
        self.turns_of: Counter[Track] = Counter()
        self.longest: tuple[int, str] | None = None
        self.silence = 0
        self._names = names
        self._number = {track: number for number, track in enumerate(names)}
        self._folded = folded
        self._flow = Flow()  # of the tracks that are not folded
        self._previous: Track | None = None
        self._block: list[list[Phrase]] = []

    def html(self, recording: Recording) -> Iterator[str]:
        """Yield the list of turns, and after every BLOCK of them the phrases behind them."""
        for said in recording.phrases():
            if not self.columns.begin:
                yield '<ol class="talk" id="talk" tabindex="0" aria-label="Turns">\n'
            yield from self._turn(said)
            if len(self._block) == BLOCK:
                yield self._phrases()
        yield from self._end("Nobody speaks in this recording.")

    def cut_off(self) -> Iterator[str]:
        """Yield the end of a list whose other turns could not be read."""
        yield from self._end("The conversation could not be read.")

    def _end(self, without_turns: str) -> Iterator[str]:
        if not self.columns.begin:
            yield f'<p class="quiet" id="talk">{without_turns}</p>'
            return
        if self._block:
            yield self._phrases()
        yield "</ol>"

    def _turn(self, said: SaidPhrases) -> Iterator[str]:
        turn, track, index = said.said.turn, said.said.track, len(self.columns.begin)
        folded = turn.channel in self._folded
        pause = 0 if folded else self._flow.pause(said.said)
        if pause > SILENCE:
            yield f'<li class="gap">{length(pause)} of silence</li>\n'
        interrupted = None if folded else self._flow.interrupted(said.said)
        other = self._names[interrupted] if interrupted else None
        # A folded turn may come into sight between any two others, so then each turn says who speaks.
        who = self._who(track, other) if self._folded or other or pause > SILENCE or track != self._previous else ""
        lang = _lang({phrase.locale for phrase in said.phrases if phrase.locale is not UNSET})
        hidden = ' hidden="until-found"' if folded else ""
        yield (
            f'<li class="turn {style(self._number[track])}" id="turn{index}" tabindex="-1"{hidden}>{who}'
            f'<button type="button" class="at" tabindex="-1">{clock(turn.offset_in_ticks)}</button>'
            f'<div class="say" dir="auto"{lang}>{text(turn.display or text_of(said.phrases))}</div></li>\n'
        )
        self._count(said, folded=folded)

    def _who(self, track: Track, other: str | None) -> str:
        name = text(short(self._names[track], NAME_CHARACTERS))
        while_other = f" <small>while {text(short(other, NAME_CHARACTERS))} is talking</small>" if other else ""
        return f'<div class="who" dir="auto">{name}{while_other}</div>'

    def _count(self, said: SaidPhrases, *, folded: bool) -> None:
        turn, track, columns = said.said.turn, said.said.track, self.columns
        columns.begin.append(turn.offset_in_ticks)
        columns.length.append(turn.duration_in_ticks)
        columns.track.append(self._number[track])
        columns.sure.append(_confidence(said.phrases))
        self.turns_of[track] += 1
        self._block.append([phrase_of(phrase) for phrase in said.phrases])
        if folded:
            return
        self.silence = max(self.silence, self._flow.pause(said.said))
        self._flow.passes(said.said)
        self._previous = track
        if self.longest is None or turn.duration_in_ticks > self.longest[0]:
            self.longest = turn.duration_in_ticks, self._names[track]

    def _phrases(self) -> str:
        block, self._block = self._block, []
        return f'<script type="application/json" class="phrases">{data(block)}</script>\n'


def style(track: int) -> str:
    """Return the classes that give a track its colour and its pattern. 32 tracks have each pair once."""
    return f"t{track % _COLOURS} p{(track + track // _COLOURS) % _PATTERNS}"


def _confidence(phrases: Iterable[PhraseEntry]) -> float | None:
    """Return the mean confidence of the phrases' first hypotheses; None if none has one."""
    known = [phrase.n_best[0].confidence for phrase in phrases if phrase.n_best]
    numbers = [confidence for confidence in known if confidence is not None]
    return round(fmean(numbers), 4) if numbers else None


def _lang(locales: Collection[str]) -> str:
    """Return the attribute for a turn in one language. Without it, screen readers use the voice of the page."""
    return f' lang="{text(min(locales))}"' if len(locales) == 1 else ""
