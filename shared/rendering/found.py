"""What a search found in a recording, for a terminal.

call 1.wav, Calls of Monday, transcribed 2026-11-02 10:01:10 +0100
  14:03.2  Agent  …to ask about the »insurance« that you offered…
           speech2cosmos open JOB FILE --at 14:03.2
"""

from collections.abc import Iterator, Sequence

from shared.domain.documents import Transcript
from shared.rendering.about import title
from shared.rendering.hits import Hit, context
from shared.rendering.recording import Recording
from shared.rendering.spans import Line, Span, Style, quiet
from shared.rendering.texts import one_line
from shared.rendering.times import tenths
from shared.rendering.wrapping import columns, cut, wrapped

_INDENT = "  "
_LONGEST_NAME = 20
"""Columns of a name beside a hit."""

_LONGEST_FACTS = 400
_LEAST_CONTEXT = 30
"""Columns. With less room beside the name the context stands below it."""


def opening(head: Transcript, hit: Hit) -> str:
    """Return the command that opens the page of the recording where the turn begins."""
    return f"speech2cosmos open {head.job_id} {head.file_id} --at {tenths(hit.said.turn.offset_in_ticks)}"


def found(recording: Recording, hits: Sequence[Hit], width: int, transcribed: str | None) -> Iterator[Line]:
    """Yield a line about the recording, two or three lines for each hit, and an empty line.

    No line is wider than `width`, except those with commands: a terminal may break them, but they are copied whole.
    `transcribed`: the head's `timestamp` as the reader's clock shows it.
    """
    yield from _about(recording, width, transcribed)
    names = [cut(one_line(hit.said.name), _LONGEST_NAME) for hit in hits]
    times = [tenths(hit.said.turn.offset_in_ticks) for hit in hits]
    name_columns, time_columns = max(map(columns, names)), max(map(len, times))
    left = len(_INDENT) + time_columns + len(_INDENT)
    beside = width - left - name_columns - len(_INDENT)
    number = {track: place for place, track in enumerate(recording.names)}
    for hit, name, time in zip(hits, names, times, strict=True):
        first = [
            quiet(f"{_INDENT}{time.rjust(time_columns)}{_INDENT}"),
            Span(name, Style.SPEAKER, number[hit.said.track]),
        ]
        if beside >= _LEAST_CONTEXT:
            blanks = " " * (name_columns - columns(name)) + _INDENT
            yield [*first, Span(blanks), *context(hit.said.turn.display, hit.places, beside)]
        else:
            yield first
            yield [Span(_INDENT * 2), *context(hit.said.turn.display, hit.places, width - 2 * len(_INDENT))]
        yield [quiet(f"{' ' * left if beside >= _LEAST_CONTEXT else _INDENT * 2}{opening(recording.head, hit)}")]
    yield []


def _about(recording: Recording, width: int, transcribed: str | None) -> Iterator[Line]:
    name = cut(title(recording.head), width)
    facts = [one_line(recording.job_name or ""), f"transcribed {one_line(transcribed)}" if transcribed else ""]
    rest = cut(", ".join(filter(None, facts)), _LONGEST_FACTS)
    if not rest or columns(name) + columns(rest) + 2 <= width:
        yield [Span(name, Style.TITLE), quiet(f", {rest}" if rest else "")]
        return
    yield [Span(name, Style.TITLE)]
    yield from ([quiet(line)] for line in wrapped(rest.split(" "), width))
