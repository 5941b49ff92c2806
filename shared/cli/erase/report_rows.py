"""Decides which rows of a job's report are about one recording. It reads and prints nothing.

A row has the URL of the audio and no id, and so has the head of a recording.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.cosmos.erasure import Item

_SUCCEEDED = "Succeeded"


@dataclass(frozen=True)
class Own:
    """The sources by which the report names a recording. `rows`: how many rows of the report have one of them."""

    sources: frozenset[str | None] = frozenset()
    rows: int = 0

    @property
    def ambiguous(self) -> bool:
        """Whether a row of another recording may be among them."""
        return self.rows > 1

    def has(self, row: dict[str, Any]) -> bool:
        """Return whether a row is about the recording."""
        return row.get("source") in self.sources


def own_rows(source: str | None, others: Collection[str | None], parts: Sequence[Item]) -> Own:
    """Return the rows about a recording. `source`: that of its head; None without one.

    `others`: the sources of the other recordings of the job. `parts`: the parts of the report.

    If no row has its source (a file that was given up has no head; Speech may hide the source in its result), these are
    all rows of files that succeeded which no other recording has: rather too much is erased than too little.
    """
    rows = [row for part in parts for row in part.get("details") or []]
    sources = frozenset({source} if source is not None else ())
    if not any(row.get("source") in sources for row in rows):
        known = set(others) - {None}
        sources |= {
            row.get("source") for row in rows if row.get("status") == _SUCCEEDED and row.get("source") not in known
        }
    revisions = {part.get("revision") for part in parts}
    # Two revisions of a report repeat each other's rows.
    found = max((_count(parts, revision, sources) for revision in revisions), default=0)
    return Own(sources, found)


def _count(parts: Sequence[Item], revision: object, sources: Collection[str | None]) -> int:
    of_it = (part for part in parts if part.get("revision") == revision)
    return sum(row.get("source") in sources for part in of_it for row in part.get("details") or [])


def without(part: Item, own: Own) -> Item | None:
    """Return a part of the report without the rows; None if it has none of them."""
    details = part.get("details") or []
    left = [row for row in details if not own.has(row)]
    return None if len(left) == len(details) else part | {"details": left}
