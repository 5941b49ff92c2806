"""Compares what is in the stores after a disturbed run with what an undisturbed one left there."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import msgspec
from azure.storage.blob import ContainerClient

from local.speech import JobSpec
from shared.bootstrap import App

RETIRED_SECONDS = 3600
"""Documents with this time to live were replaced by a later revision and are on their way out."""

_TIMES_AND_TRIES = frozenset(
    {
        "acceptedAt",
        "attempts",
        "createdDateTime",
        "endedAt",
        "failedAt",
        "ingestedAt",
        "lastActionDateTime",
        "missingSince",
        "movedAt",
        "nextPollAt",
        "pollCount",
        "polledAt",
        "tidiedAt",
    }
)
"""What may differ between two runs that went the same way: moments, and how often something was asked or tried."""

_SHOWN = 80

Document = dict[str, Any]


@dataclass(frozen=True)
class State:
    """All that is stored of one job, ids of job and files replaced by names, so that jobs of one kind compare."""

    job: Document | None
    documents: Mapping[str, Document]
    """By `file name/document id`; retired ones are left out."""
    raw: Mapping[str, str]
    """Hash of each raw blob's bytes, by its name."""


@dataclass
class Verdict:
    """How a state differs from the expected one; `words` has a sentence for each difference."""

    lost: int = 0
    duplicated: int = 0
    words: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Verdict") -> Self:
        self.lost += other.lost
        self.duplicated += other.duplicated
        self.words += other.words
        return self


def state_of(app: App, raw: ContainerClient, spec: JobSpec, original: str) -> State:
    """Read what is stored of the job; `app` must reach the stores directly, past all faults.

    `original`: id of the job that this is a copy of; its contents may name that one.
    """
    names = {spec.id: "JOB", original: "JOB", **{file.id: file.name for file in spec.files}}
    job = app.jobs.get(spec.id)
    items = app.transcripts.items(spec.id)
    documents = {
        _named(f"{item['fileId']}/{item['id']}", names): plain(item, names)
        for item in items
        if item.get("ttl") != RETIRED_SECONDS
    }
    blobs = {
        _named(blob.name, names): hashlib.sha256(raw.download_blob(blob.name, decompress=False).readall()).hexdigest()
        for blob in raw.list_blobs(name_starts_with=f"{spec.id}/")
    }
    return State(plain(msgspec.to_builtins(job), names) if job else None, documents, blobs)


def compare(expected: State, found: State) -> Verdict:
    """Say what the found state lacks and what it has too much; a document that differs is lost."""
    verdict = Verdict()
    if expected.job != found.job:
        verdict.lost += 1
        verdict.words.append(f"the job's document differs: {_difference(expected.job, found.job)}")
    for name, document in expected.documents.items():
        if found.documents.get(name) != document:
            verdict.lost += 1
            verdict.words.append(f"{name}: {_difference(document, found.documents.get(name))}")
    for name in found.documents.keys() - expected.documents.keys():
        verdict.duplicated += 1
        verdict.words.append(f"{name}: nobody asked for it")
    for name, digest in expected.raw.items():
        if found.raw.get(name) != digest:
            verdict.lost += 1
            verdict.words.append(f"raw blob {name}: {'other bytes' if name in found.raw else 'is not there'}")
    return verdict


def plain(document: Document, names: Mapping[str, str]) -> Document:
    """Return what of a document does not depend on moments and tries, with the known ids replaced by names."""
    own = {key: value for key, value in document.items() if not key.startswith("_") and key not in _TIMES_AND_TRIES}
    plain: Document = json.loads(_named(json.dumps(own), names))
    return plain


def _named(text: str, names: Mapping[str, str]) -> str:
    for known, name in names.items():
        text = text.replace(known, name).replace(known.upper(), name)
    return text


def _difference(expected: Document | None, found: Document | None) -> str:
    if found is None:
        return "is not there"
    if expected is None:
        return "should not be there"
    keys = [key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key)]
    return ", ".join(f"{key} is {_short(found.get(key))}, not {_short(expected.get(key))}" for key in sorted(keys))


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
