"""Turns lines with named styles into text: with the codes of colours, or without any style."""

import shutil
import sys
from collections.abc import Iterable, Iterator

from shared.cli.terminal.colour import SPEAKER_COLOURS, coloured, styled
from shared.rendering.spans import Line, Span, Style


def width_of_output(otherwise: int) -> int:
    """Return the columns of the terminal that stdout is, and `otherwise` if it is none."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else otherwise


def painted(blocks: Iterable[Iterable[Line]]) -> Iterator[str]:
    """Yield a text for each block of lines, with colours if stdout may have them."""
    colours = coloured(sys.stdout)
    for block in blocks:
        yield "".join(f"{_text(line, colours=colours)}\n" for line in block)


def _text(line: Line, *, colours: bool) -> str:
    *before, last = line or [Span("")]
    # Blanks at the end would be copied, and some pagers show them.
    spans = [*before, last._replace(text=last.text.rstrip(" "))]
    return "".join(_coloured(span) if colours and span.text else span.text for span in spans)


def _coloured(span: Span) -> str:
    match span.style:
        case Style.TITLE:
            return styled(span.text, bold=True)
        case Style.QUIET:
            return styled(span.text, dim=True)
        case Style.SPEAKER:
            return styled(span.text, SPEAKER_COLOURS[span.number % len(SPEAKER_COLOURS)])
        case Style.HIT:
            return styled(span.text, "red", bold=True)
        case Style.PLAIN:
            return span.text
