"""A recording as Markdown (CommonMark), for wikis, tickets and notes."""

import re
from collections.abc import Iterator

from shared.rendering.about import facts, notes, title
from shared.rendering.recording import Recording
from shared.rendering.texts import one_line
from shared.rendering.times import long_clock

_MARKS = re.compile(r"[\\`*_{}\[\]<>#|~^=$&]|(?<=[a-zA-Z0-9])(?:@|:(?=//))|(?<=www)\.", re.IGNORECASE)
"""What Markdown or a common extension of it reads as markup within a line, and what makes a link of an address.

CommonMark lets every ASCII punctuation character be escaped.
"""


def markdown(recording: Recording) -> Iterator[str]:
    """Yield the text in pieces: a heading, a list of what the head says, then a paragraph for each turn."""
    yield f"# {escaped(title(recording.head))}\n\n"
    for name, value in facts(recording):
        yield f"- {name}: {escaped(value)}\n"
    for note in notes(recording):
        yield f"\n> {note}\n"
    spoken = False
    for said in recording.turns():
        spoken = True
        text = escaped(one_line(said.turn.display))
        yield f"\n**{escaped(one_line(said.name))}** ({long_clock(said.turn.offset_in_ticks)}): {text}".rstrip() + "\n"
    if not spoken:
        yield "\nNobody speaks.\n"


def escaped(text: str) -> str:
    """Return a text of one line that Markdown shows as it is: no markup, no HTML, no link."""
    return _MARKS.sub(r"\\\g<0>", text)
