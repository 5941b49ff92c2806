"""Computes the request units of every recording in every design, and the sweep."""

from dataclasses import dataclass

from benchmarks.shapes.candidates import candidates
from benchmarks.shapes.layout import Layout, product
from benchmarks.shapes.recordings import Recording, recordings
from benchmarks.shapes.rivals import rivals
from benchmarks.shapes.sweep import SWEPT, Point, sweep


@dataclass(frozen=True)
class Design:
    """One design for one recording. The request units are None if a document exceeds Cosmos DB's limit of 2 MB.

    `kind`: product, rival or candidate. `display`, `text` and `track` are request units of reading: the conversation,
    the combined texts, and the longest track with its words.
    """

    name: str
    kind: str
    documents: int
    size: int
    write: float | None
    display: float | None
    text: float | None
    track: float | None
    lacks: str


@dataclass(frozen=True)
class Measured:
    """A recording in all designs. `hours`: length of the audio."""

    name: str
    title: str
    hours: float
    phrases: int
    designs: list[Design]

    def write(self, name: str) -> float | None:
        """Return the request units of writing the design of this name."""
        return next(each.write for each in self.designs if each.name == name)


@dataclass(frozen=True)
class Shapes:
    """All figures."""

    recordings: list[Measured]
    sweep: list[Point]


def measure() -> Shapes:
    """Return the figures. It takes about a minute, and needs no service."""
    measured, points = list[Measured](), list[Point]()
    for recording in recordings():
        measured.append(measured_of(recording))
        points += sweep(recording) if recording.name in SWEPT else []
    return Shapes(measured, points)


def measured_of(recording: Recording) -> Measured:
    """Return the figures of one recording."""
    designs = [
        _design("product", product(recording)),
        *(_design("rival", each) for each in rivals(recording)),
        *(_design("candidate", each) for each in candidates(recording)),
    ]
    return Measured(recording.name, recording.title, recording.hours, len(recording.phrases), designs)


def _design(kind: str, made: Layout) -> Design:
    fits = not made.too_large
    return Design(
        name=made.name,
        kind=kind,
        documents=len(made.documents),
        size=made.size(),
        write=made.write_request_units() if fits else None,
        display=made.display.request_units() if fits else None,
        text=made.text.request_units() if fits else None,
        track=made.track.request_units() if fits else None,
        lacks=made.lacks,
    )
