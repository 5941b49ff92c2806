"""Calls of three jobs in a database of their own, stored as the pipeline stores them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from shared.bootstrap import App
from shared.domain.documents import FileKey
from shared.domain.split import SplitOptions, Splitter
from shared.domain.ticks import TICKS_PER_SECOND
from tests.rendering.making import Phrase, phrase

Item = dict[str, Any]

SALES = "00000000-0000-4000-8000-00000000d001"
SUPPORT = "00000000-0000-4000-8000-00000000d002"
UNKNOWN = "00000000-0000-4000-8000-00000000d003"
"""A job whose own document is not there."""


@dataclass(frozen=True)
class Call:
    """A recording. `number` makes the file's id; `at`: when it was ingested."""

    number: int
    job: str
    at: str
    phrases: Sequence[Phrase]
    duration: float
    result: Item = field(default_factory=dict)

    @property
    def key(self) -> FileKey:
        """The key of its documents."""
        return FileKey(self.job, f"00000000-0000-4000-8000-00000000e{self.number:03}")

    def documents(self, revision: str = "0123456789ab") -> list[Item]:
        """Return its documents as the pipeline writes them, the head last."""
        source = f"https://calls.example/in/call-{self.number}.wav"
        given = {"source": source, "durationInTicks": round(self.duration * TICKS_PER_SECOND), **self.result}
        splitter = Splitter(SplitOptions())
        parts = list(splitter.parts([json.dumps({**given, "recognizedPhrases": list(self.phrases)}).encode()]))
        head = splitter.head(self.key, revision, run=1, name="x.json", raw=None, ingested_at=self.at)
        encoded = [part.encoded(self.key, revision).data for part in parts]
        return [json.loads(each) for each in (*encoded, msgspec.json.encode(head))]


def said(begin: float, end: float, text: str, channel: int = 0, sure: float = 0.9, **more: Any) -> Phrase:  # noqa: ANN401 - JSON
    """Return a phrase. `more`: speaker, locale."""
    locale = {"locale": more.pop("locale")} if "locale" in more else {}
    return {**phrase(text, begin, end, channel=channel, confidence=sure, **more), **locale}


ORDER = Call(
    1,
    SALES,
    "2026-11-10T08:00:00.000000Z",
    [
        said(1, 5, "Good morning, this is Northwind.", locale="en-US"),
        said(4.5, 9, "Hello, I would like a refund.", 1, 0.8, locale="en-US"),
        said(8, 8.5, "A refund?", 0, 0.4, locale="en-US"),
        said(20, 31.5, "Yes, the refund of my order from May.", 1, 0.7, locale="en-US"),
        said(31, 40, "Of course.", 0, 0.95, locale="en-US"),
    ],
    45,
    {"timestamp": "2026-11-10T07:30:00Z"},
)

HOSTILE = (
    '=HYPERLINK("https://evil.example","x")\r\nsecond \u202eline\u2066 \x1b[2J | \' , ; \u0935\u093f\u0932\u0902\u092c'
)

ODD = Call(
    2,
    SALES,
    "2026-11-10T09:00:00.500000Z",
    [
        said(0, 2, HOSTILE, 0),
        said(2.25, 3.0000001, "-1", 1, locale="fr-FR"),
        said(9, 9, "\u00c9t\u00e9.", 1, locale="de-DE"),
    ],
    10,
)

MIRRORED = Call(
    3,
    SALES,
    "2026-11-11T09:00:00.000000Z",
    [said(begin, begin + 4, text, channel) for begin, text in ((0, "Same."), (60, "Again.")) for channel in (0, 1)],
    90,
)

LONG = Call(
    4,
    SUPPORT,
    "2026-11-12T10:00:00.000000Z",
    [
        said(number * 5, number * 5 + 4, f"{'A refund is late. ' * 40}{number}", 0, speaker=number % 3 + 1)
        for number in range(300)
    ],
    1500,
)

SILENT = Call(5, UNKNOWN, "2026-11-12T11:00:00Z", [], 30)

EARLIER = Call(6, UNKNOWN, "2026-10-01T11:00:00.000000Z", [said(0, 1, "Long ago.")], 5)

CALLS = (ORDER, ODD, MIRRORED, LONG, SILENT, EARLIER)
RECENT = CALLS[:-1]
"""Those since SINCE, in the order of ingestedAt."""

SINCE = "2026-11-01"


def store(app: App, *calls: Call, revision: str = "0123456789ab") -> None:
    """Store calls."""
    transcripts = app.database.get_container_client("transcripts")
    for call in calls:
        for document in call.documents(revision):
            transcripts.upsert_item(document)


def store_jobs(app: App) -> None:
    """Store the documents of the jobs."""
    for job, name, properties in (
        (SALES, "Sales", {"channel.0": "Agent", "channel.1": "=Customer"}),
        (SUPPORT, None, {"speaker.1": "Anna"}),
    ):
        counts = {"expected": 2, "ingested": 2, "failed": 0, "failures": [], "reports": 0}
        document = {"id": job, "type": "job", "schemaVersion": 1, "status": "completed", "run": 1, "files": counts}
        accepted = {"acceptedAt": "2026-11-10T07:00:00.000000Z", "displayName": name, "customProperties": properties}
        app.database.get_container_client("jobs").upsert_item({**document, **accepted})
