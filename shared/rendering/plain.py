"""A recording as plain text, for reading and printing."""

from collections.abc import Iterator

from shared.rendering.about import facts, notes, title
from shared.rendering.recording import Recording
from shared.rendering.texts import one_line, words_of
from shared.rendering.times import long_clock
from shared.rendering.wrapping import wrapped

WIDTH = 80
_LABEL = 13


def plain_text(recording: Recording, width: int = WIDTH) -> Iterator[str]:
    """Yield the text in pieces: what the head says, then a paragraph for each turn, wrapped with a hanging indent."""
    yield f"{title(recording.head)}\n\n"
    for name, value in facts(recording):
        yield _hanging(f"{name}:".ljust(_LABEL), value.split(" "), width)
    for note in notes(recording):
        yield _hanging("Note:".ljust(_LABEL), note.split(" "), width)
    spoken = False
    for said in recording.turns():
        spoken = True
        words = [*f"{one_line(said.name)}:".split(" "), *words_of(said.turn.display)]
        yield "\n" + _hanging(f"{long_clock(said.turn.offset_in_ticks)}  ", words, width)
    if not spoken:
        yield "\nNobody speaks.\n"


def _hanging(label: str, words: list[str], width: int) -> str:
    indent = " " * len(label)
    lines = list(wrapped(words, max(1, width - len(label)))) or [""]
    return "".join(f"{label if place == 0 else indent}{line}".rstrip() + "\n" for place, line in enumerate(lines))
