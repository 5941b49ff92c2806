"""The recordings: result files, and the entries that `speech2cosmos split` makes of each."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.samples.catalog import DATA
from local.samples.generate import GeneratedResult

Document = dict[str, Any]

COMMAND = Path(sys.executable).parent / "speech2cosmos"

JOB = "637d9333-6559-47a6-b8de-c7d732c1ddf3"
FILE = "2dd180a1-434e-4368-a1ac-37350700284f"

FORMS = ("lexical", "itn", "maskedITN", "display")
"""The four texts of a hypothesis, and of a channel."""

WORDS = ("words", "displayWords")
"""The properties of a hypothesis that hold words in columns."""


@dataclass(frozen=True)
class Phrase:
    """An entry of a track, as the product stores it, with the channel and speaker of its track."""

    channel: int
    speaker: int | None
    entry: Document


@dataclass(frozen=True)
class Recording:
    """One result file: its entries, and the documents that the product makes of it. `hours`: length of the audio."""

    name: str
    title: str
    hours: float
    phrases: list[Phrase]
    combined: list[Document]
    turns: list[Document]
    head: Document
    parts: list[Document]

    @property
    def tracks(self) -> dict[tuple[int, int | None], list[Document]]:
        """The phrases by channel and speaker."""
        found: dict[tuple[int, int | None], list[Document]] = {}
        for phrase in self.phrases:
            found.setdefault((phrase.channel, phrase.speaker), []).append(phrase.entry)
        return found


def recordings() -> Iterator[Recording]:
    """Yield the recordings, from the shortest generated one to the longest, then the samples."""
    calls = (("sentence", 5), ("tiny", 18), ("1 min", 60), ("2 min", 120), ("5 min", 300), ("6 min", 360))
    for name, seconds in calls:
        yield split_by_command(name, f"stereo, {seconds} s", _generated(seconds / 3600, channels=2))
    yield split_by_command(
        "5 min, lexical words", "stereo, 300 s, no displayWords", _generated(1 / 12, display=False, channels=2)
    )
    yield split_by_command("1 hour", "mono, 3 speakers", _generated(1, speakers=3))
    yield split_by_command(
        "1 hour, lexical words", "mono, 3 speakers, no displayWords", _generated(1, display=False, speakers=3)
    )
    for name, title in (
        ("reference-result", "the one phrase of Microsoft's example"),
        ("stereo-short", "sample: 3 phrases, texts of two channels"),
        ("diarized-mono", "sample: 6 minutes, 3 speakers, no displayWords"),
        ("hindi-diarized", "sample: half an hour of Hindi, no displayWords"),
    ):
        yield split_by_command(name, title, [(DATA / f"{name}.json").read_bytes()])


def _generated(hours: float, *, display: bool = True, channels: int = 1, speakers: int = 0) -> GeneratedResult:
    return GeneratedResult(hours=hours, display_words=display, style="2024-11-15", channels=channels, speakers=speakers)


def split_by_command(name: str, title: str, content: Iterable[bytes]) -> Recording:
    """Split a file by the command, and take its entries from the documents as a reader does: by the head's names."""
    keys = ("--job-id", JOB, "--file-id", FILE, "--name", "contenturl_0.json")
    done = subprocess.run([COMMAND, "split", *keys, "-"], input=b"".join(content), capture_output=True, check=True)  # noqa: S603 - our own command
    *parts, head = map(json.loads, done.stdout.splitlines())
    head["raw"] = f"{JOB}/{FILE}.json.gz"
    by_id = {part["id"]: part for part in parts}
    return Recording(
        name=name,
        title=title,
        hours=head["durationInTicks"] / 36_000_000_000,
        phrases=[
            Phrase(track["channel"], track["speaker"], entry)
            for track in head["tracks"]
            for part in track["parts"]
            for piece in by_id[part]["tracks"]
            if (piece["channel"], piece["speaker"]) == (track["channel"], track["speaker"])
            for entry in piece["phrases"]
        ],
        combined=[
            {"channel": text["channel"]}
            | {form: "".join(piece[form] for piece in _pieces(by_id, text)) for form in FORMS}
            for text in head["combined"]
        ],
        turns=[turn for part in head["turns"]["parts"] for turn in by_id[part]["turns"]],
        head=head,
        parts=parts,
    )


def _pieces(by_id: dict[str, Document], text: Document) -> Iterator[Document]:
    for part in text["parts"]:
        yield from (piece for piece in by_id[part]["combined"] if piece["channel"] == text["channel"])
