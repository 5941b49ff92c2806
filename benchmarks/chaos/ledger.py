"""What a run of faults is held to: rows of figures, none of them typed in by hand."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

FILE = Path(__file__).parent / "found.json"
"""What the last whole run found; docs/reliability.md is made from it."""


class Row(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One kind of fault. All but `cases` and `repaired` should be 0.

    `lost`: documents (or messages, files, jobs) that should be there and are not, or are not exact. `duplicated`:
    documents that are there besides those. `half_visible`: reads of a head in which a part was missing or of another
    revision. `repaired`: how often something had to be mended (deliveries after the first, listings anew, rewritten
    heads); `note` says which.
    """

    group: str
    fault: str
    cases: int
    lost: int = 0
    duplicated: int = 0
    half_visible: int = 0
    repaired: int = 0
    note: str = ""

    @property
    def clean(self) -> bool:
        """Say whether nothing was lost, duplicated or half visible."""
        return not (self.lost or self.duplicated or self.half_visible)


class Sample(msgspec.Struct, frozen=True, rename="camel"):
    """The host during the load: seconds since its start, resident memory in bytes, files in so far."""

    seconds: float
    memory: int
    files: int


class Found(msgspec.Struct, frozen=True):
    """What one scenario, or some, found."""

    rows: list[Row]
    samples: list[Sample]


class Ledger(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that one `make chaos` found. `memory`: the host under load, over time."""

    machine: str
    date: str
    rows: list[Row]
    memory: list[Sample]


def total(rows: Iterable[Row]) -> Row:
    """Return the sum of rows."""
    found = list(rows)
    return Row(
        group="all",
        fault="",
        cases=sum(row.cases for row in found),
        lost=sum(row.lost for row in found),
        duplicated=sum(row.duplicated for row in found),
        half_visible=sum(row.half_visible for row in found),
        repaired=sum(row.repaired for row in found),
    )
