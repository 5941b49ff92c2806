"""A recording as a conversation on a terminal: who talks when, in columns that fit its width.

    14:03  Agent     Good morning, this is Anna. How may I
                     help you today?
           ─── 12 s of silence ─────────────────────
    14:19  Customer  [over Agent] Yes, hello.

A name that is too long for its column goes on in the next line. On a narrow terminal the text stands below the name.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from shared.domain.documents import TrackSummary
from shared.domain.ticks import TICKS_PER_SECOND
from shared.rendering.about import notes, title
from shared.rendering.flow import SILENCE, Flow
from shared.rendering.names import Track
from shared.rendering.recording import Recording, Said
from shared.rendering.spans import Line, Span, Style, quiet
from shared.rendering.texts import one_line, words_of
from shared.rendering.times import clock, length, share
from shared.rendering.wrapping import columns, cut, wrapped

NARROWEST = 20
"""Columns. On a terminal that is narrower the lines are broken by the terminal."""

_LEAST_TEXT = 24
"""Columns of text beside a name. With fewer the text stands below the name."""

_NAME_SHARE = 4
"""Names take at most a fourth of the width."""

_LONGEST_NAME = 80
"""Columns. The rest of a longer name is cut off, because the name stands there again with each turn."""

_LONGEST_FACT = 400
"""Columns. A source or a job's name of megabytes must not fill the terminal."""

_NO_TEXT = ("(no", "text)")
_RULE = "\u2500"
_TENTH = TICKS_PER_SECOND // 10
_GAP = "  "


def conversation(
    recording: Recording, width: int, *, transcribed: str | None = None, at: int | None = None
) -> Iterator[list[Line]]:
    """Yield blocks of lines: what is known of the recording, then the turns, and the silences between them.

    `transcribed`: the head's `timestamp` as the reader's clock shows it. `at`: a moment in ticks, cut to tenths of a
    second as people type it; of the turns that have begun then, the last one is marked. Raises what `recording.read`
    raises.
    """
    layout = _Layout(recording, max(width, NARROWEST), marked=at is not None)
    yield layout.head(transcribed)
    choice, spoken = recording.choice, False
    # The tracks that are not chosen may talk in what looks like a pause.
    silences = choice.tracks is None
    flow = Flow(choice.begin or 0)
    for said, here in _with_mark(recording.turns(), None if at is None else at + _TENTH):
        spoken = True
        if silences and flow.pause(said) > SILENCE:
            yield layout.silence(flow.pause(said))
        yield layout.turn(said, flow.interrupted(said), here=here)
        flow.passes(said)
    if not spoken:
        yield [[quiet("Nobody speaks.")]]
        return
    rest = (recording.head.duration_in_ticks or 0) - flow.end
    if silences and choice.end is None and rest > SILENCE:
        yield layout.silence(rest)


def _with_mark(turns: Iterable[Said], before: int | None) -> Iterator[tuple[Said, bool]]:
    """Yield the turns, each with whether it is the last one that begins before `before`."""
    if before is None:
        yield from ((said, False) for said in turns)
        return
    earlier = None
    for said in turns:
        if earlier is not None:
            yield earlier, earlier.turn.offset_in_ticks < before <= said.turn.offset_in_ticks
        earlier = said
    if earlier is not None:
        yield earlier, earlier.turn.offset_in_ticks < before


class _Layout:
    def __init__(self, recording: Recording, width: int, *, marked: bool) -> None:
        self._recording = recording
        self._width = width
        self._marked = marked
        self._number = {track: number for number, track in enumerate(recording.names)}
        self._names = {track: cut(one_line(name), _LONGEST_NAME) for track, name in recording.names.items()}
        self._clock = len(clock(_latest(recording)))
        self._left = 2 * marked + self._clock + len(_GAP)
        widest = max((columns(self._names[track]) for track in recording.tracks), default=0)
        self._name = min(widest, max(width // _NAME_SHARE, 1))
        room = width - self._left - self._name - len(_GAP)
        self._beside = room >= _LEAST_TEXT
        self._room = room if self._beside else width - len(_GAP)

    def head(self, transcribed: str | None) -> list[Line]:
        """Return what is known of the recording, with an empty line below it."""
        recording, head = self._recording, self._recording.head
        whole = head.duration_in_ticks
        facts = [
            f"transcribed {one_line(transcribed)}" if transcribed else "",
            length(whole) if whole is not None else "",
            one_line(", ".join(head.locales)),
        ]
        above = [one_line(recording.job_name or ""), ", ".join(filter(None, facts))]
        told = [*notes(recording)]
        if recording.left_out:
            them = "it" if len(recording.left_out) == 1 else "them"
            told[len(recording.left_out) - 1] += f" --all-channels shows {them}."
        lines: list[Line] = [[Span(line, Style.TITLE)] for line in self._wrapped(cut(title(head), _LONGEST_FACT))]
        for paragraph in (self._quiet(above), [*self._talk(), *self._together()], self._quiet(told)):
            lines += [*paragraph, []] if paragraph else []
        return lines

    def _quiet(self, texts: Iterable[str]) -> list[Line]:
        return [[quiet(line)] for text in texts if text for line in self._wrapped(cut(text, _LONGEST_FACT))]

    def _talk(self) -> Iterator[Line]:
        """Yield a line for each who talks: the name, the time, the share of the recording, and the words."""
        recording = self._recording
        summaries = {(track.channel, track.speaker): track for track in recording.head.tracks}
        # Real files have tracks of blank phrases only, such as that of speaker 0.
        shown = {track: summaries[track] for track in recording.tracks if summaries[track].word_count}
        cells = {track: self._cells(summary) for track, summary in shown.items()}
        widths = [max(map(len, column)) for column in zip(*cells.values(), strict=True)]
        for track, texts in cells.items():
            right = _GAP.join(text.rjust(size) for text, size in zip(texts, widths, strict=True))
            lines = [right] if columns(right) <= self._room else wrapped(right.split(), self._room)
            yield from self._columns("", track, [[Span(line)] for line in lines])

    def _cells(self, summary: TrackSummary) -> tuple[str, str, str]:
        talk, words = summary.talk_time_in_ticks, summary.word_count
        of_all = share(talk, self._recording.head.duration_in_ticks)
        return clock(talk), of_all, f"{words:,} word{' ' if words == 1 else 's'}"

    def _together(self) -> Iterator[Line]:
        """Yield what the tracks do together; nothing if only some of them are shown."""
        figures, facts = self._recording.head.statistics, list[str]()
        if self._recording.choice.tracks is None and figures.silence_in_ticks:
            facts.append(f"silence {length(figures.silence_in_ticks)}")
        # Channels that mirror each other talk at once all the time.
        if self._recording.choice.tracks is None and not self._recording.left_out and figures.overlap_in_ticks:
            count = figures.interruptions
            facts.append(f"talking at once {length(figures.overlap_in_ticks)}")
            facts += [f"{count:,} interruption{'' if count == 1 else 's'}"] if count else []
        if not facts:
            return
        indent = " " * (self._left if self._beside else 0)
        for line in wrapped(", ".join(facts).split(" "), self._width - len(indent)):
            yield [quiet(f"{indent}{line}")]

    def turn(self, said: Said, interrupted: Track | None, *, here: bool) -> list[Line]:
        """Return the lines of a turn. `here`: whether to mark it."""
        over = f"[over {self._names[interrupted]}]".split(" ") if interrupted else []
        words = words_of(said.turn.display)
        lines = _styled(wrapped([*over, *(words or _NO_TEXT)], self._room), over, has_text=bool(words))
        return list(self._columns(clock(said.turn.offset_in_ticks), said.track, lines, here=here))

    def silence(self, ticks: int) -> list[Line]:
        """Return a rule that says how long nobody talks."""
        words = f"{length(ticks)} of silence"
        left = self._left if self._beside else 0
        after = self._width - left - len(words) - len(f"{_RULE * 3}  ")
        if after < 1:
            return [[quiet(line)] for line in self._wrapped(words)]
        return [[quiet(f"{' ' * left}{_RULE * 3} {words} {_RULE * after}")]]

    def _columns(self, time: str, track: Track, text: Sequence[Line], *, here: bool = False) -> Iterator[Line]:
        """Yield lines with a time, a name and a text beside each other, or the text below the others."""
        mark = Span("> " if here else "  ", Style.HIT) if self._marked else Span("")
        number = self._number[track]
        if not self._beside:
            begin = [mark, quiet(f"{time}{_GAP}")] if time else []
            room = max(1, self._width - (self._left if time else 0))
            names = list(wrapped(self._names[track].split(" "), room))
            yield [*begin, Span(names[0] if names else "", Style.SPEAKER, number)]
            yield from ([Span(name, Style.SPEAKER, number)] for name in names[1:])
            yield from ([Span(_GAP), *line] for line in text)
            return
        first = [mark, quiet(f"{time.rjust(self._clock)}{_GAP}")]
        below = [Span(" " * self._left)]
        names = list(wrapped(self._names[track].split(" "), self._name))
        for place, (name, line) in enumerate(zip_longest(names, text)):
            filled = (name or "") + " " * (self._name - columns(name or "")) + _GAP
            yield [*(below if place else first), Span(filled, Style.SPEAKER, number), *(line or [])]

    def _wrapped(self, text: str) -> Iterator[str]:
        return wrapped(text.split(" "), self._width)


def _styled(lines: Iterable[str], over: Sequence[str], *, has_text: bool) -> list[Line]:
    """Return lines in which the words `over`, at the beginning, are quiet; all is quiet if there is no text."""
    rest = sum(map(len, over))
    styled: list[Line] = []
    for line in lines:
        place = 0
        while place < len(line) and (rest or not has_text):
            rest -= line[place] != " " and rest > 0
            place += 1
        styled.append([span for span in (quiet(line[:place]), Span(line[place:])) if span.text])
    return styled


def _latest(recording: Recording) -> int:
    """Return a time, in ticks, that no turn is expected to begin after."""
    index = recording.head.turns.index
    ends = [each.to_in_ticks for each in index] if isinstance(index, list) else []
    return max([recording.head.duration_in_ticks or 0, *ends])
