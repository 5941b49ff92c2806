"""The documents that a design makes of a recording, and what writing and reading them takes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.cost.charges import create_charge, read_charge
from benchmarks.cost.queries import QUERY_BASE
from benchmarks.shapes.recordings import FILE, JOB, Document, Recording
from shared.domain.containers import TRANSCRIPTS
from shared.domain.parts import LARGEST_ITEM_BYTES, encoded_size

REVISION = "0123456789ab"

PRODUCT = "the product"


def document(kind: str, number: int, **properties: Any) -> Document:  # noqa: ANN401 - any JSON value
    """Return a document with the properties that every part has. Its id is as long as the product's ids."""
    return {
        "id": f"{REVISION}_{kind}_{number:04}",
        "type": kind,
        "schemaVersion": 1,
        "jobId": JOB,
        "fileId": FILE,
        "revision": REVISION,
        "part": number,
        **properties,
    }


@dataclass(frozen=True)
class Reading:
    """What one need reads: documents by their ids, and documents that a query finds."""

    points: Sequence[Document] = ()
    queried: Sequence[Document] = ()

    def request_units(self) -> float:
        """Return the charge. A query is charged for what it returns only, the best case for a design that needs it."""
        base = QUERY_BASE if self.queried else 0
        return base + sum(read_charge(encoded_size(each)) for each in (*self.points, *self.queried))


@dataclass(frozen=True)
class Layout:
    """A design's documents for a recording.

    `display`: what showing the conversation reads. `text`: the combined texts. `track`: the phrases, with words, of the
    track with the most phrases. `lacks`: what the design cannot do, in words.
    """

    name: str
    documents: list[Document]
    display: Reading
    text: Reading
    track: Reading
    lacks: str = ""
    too_large: bool = field(init=False)

    def __post_init__(self) -> None:
        """Find out whether a document exceeds Cosmos DB's limit."""
        object.__setattr__(self, "too_large", max(map(encoded_size, self.documents)) > LARGEST_ITEM_BYTES)

    def write_request_units(self) -> float:
        """Return the charge of writing all documents, each for the first time."""
        return sum(create_charge(each, TRANSCRIPTS.indexes) for each in self.documents)

    def size(self) -> int:
        """Return the bytes of all documents."""
        return sum(map(encoded_size, self.documents))


def product(recording: Recording) -> Layout:
    """Return the documents that the product makes of the recording."""
    head, by_id = recording.head, {part["id"]: part for part in recording.parts}

    def reading(groups: Sequence[Document]) -> Reading:
        ids = dict.fromkeys(part for group in groups for part in group["parts"])
        return Reading([head, *(by_id[part] for part in ids)])

    longest = max(recording.tracks, key=lambda key: len(recording.tracks[key]), default=None)
    return Layout(
        PRODUCT,
        [*recording.parts, head],
        display=reading([head["turns"]]),
        text=reading(head["combined"]),
        track=reading([each for each in head["tracks"] if (each["channel"], each["speaker"]) == longest]),
    )
