"""A recording as CSV (RFC 4180), one turn a row, for spreadsheets and databases."""

import csv
from collections.abc import Iterator, Sequence

from shared.rendering.about import title
from shared.rendering.recording import Recording
from shared.rendering.texts import safe
from shared.rendering.times import timecode

BYTE_ORDER_MARK = "\ufeff"
"""Excel reads a CSV file as UTF-8 only if it begins with this."""

COLUMNS = (
    "jobId",
    "fileId",
    "recording",
    "turn",
    "channel",
    "speaker",
    "name",
    "start",
    "end",
    "offsetInTicks",
    "durationInTicks",
    "confidence",
    "locale",
    "text",
)

_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")
"""A spreadsheet may take a cell that begins with one of these for a formula (OWASP, CSV Injection)."""


class _Row:
    """What csv writes to. `csv.writer` returns what `write` returns: the row as text."""

    def write(self, row: str) -> str:
        return row


def turn_rows(recording: Recording, separator: str = ",") -> Iterator[str]:
    """Yield the header and a row for each turn, each with its line end. Turns are numbered from 0."""
    writer = csv.writer(_Row(), delimiter=separator, lineterminator="\r\n")
    head = recording.head
    yield str(writer.writerow(COLUMNS))
    for said in recording.turns():
        turn = said.turn
        row: Sequence[object] = (
            head.job_id,
            head.file_id,
            guarded(title(head)),
            said.number,
            turn.channel,
            turn.speaker,
            guarded(said.name),
            timecode(turn.offset_in_ticks),
            timecode(said.end),
            turn.offset_in_ticks,
            turn.duration_in_ticks,
            turn.confidence,
            guarded(turn.locale) if isinstance(turn.locale, str) else None,
            guarded(turn.display),
        )
        yield str(writer.writerow(row))


def guarded(text: str) -> str:
    """Return a text as a cell: safe, and with an apostrophe before it if a spreadsheet would read it as a formula."""
    cell = safe(text)
    begins = {cell[:1], cell.lstrip()[:1]}  # some spreadsheets pass over blanks
    return f"'{cell}" if begins & _FORMULA else cell
