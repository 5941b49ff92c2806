"""Compares what is stored of a job with what an undisturbed run of the same job stored."""

import gzip
import hashlib
import io
import json
import re
import zlib
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self, TypeVar

import msgspec
from azure.storage.blob import ContainerClient

from local.speech import FileSpec, JobSpec
from shared.bootstrap import App

RETIRED_SECONDS = 3600
"""Documents with this time to live belong to a replaced revision, and are on their way out."""

TIMES_AND_TRIES = frozenset(
    {
        *("acceptedAt", "attempts", "createdDateTime", "endedAt", "failedAt", "ingestedAt", "lastActionDateTime"),
        *(
            "listedAt",
            "missingSince",
            "movedAt",
            "nextPollAt",
            "pollCount",
            "polledAt",
            "tidiedAt",
            "rejectedAt",
            "retry",
        ),
    }
)
"""What may differ between two runs with the same outcome: moments, and how often something was tried."""

RUNS = frozenset({"run", "reprocessFrom"})
"""What differs when a job was started over."""

_ORIGIN = re.compile(r"http://127\.0\.0\.1:\d+")
"""Where a stand-in listens; it differs between stacks."""

_SHOWN = 80
_THREADS = 4

Document = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class State:
    """All that is stored of one job; ids and revisions are replaced by names, so that two jobs compare."""

    job: Document | None
    documents: Mapping[str, Document]
    """By `file name/document id`, without retired ones."""
    raw: Mapping[str, str]
    """What `content_digest` returns for each raw blob, by its name."""

    def without(self, names: frozenset[str]) -> "State":
        """Return the state without members of these names, at any depth."""
        return replace(self, job=_pruned(self.job, names), documents=_pruned(dict(self.documents), names))


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

    def named(self, name: str) -> "Verdict":
        """Return the verdict with `name` before each sentence."""
        return replace(self, words=[f"{name}: {words}" for words in self.words])


def state_of(app: App, raw: ContainerClient, spec: JobSpec) -> State:
    """Read what is stored of the job. `app` must reach the stores past all faults."""
    job = app.jobs.get(spec.id)
    return named(spec, msgspec.to_builtins(job) if job else None, *stored(app, raw, spec.id))


def stored(app: App, raw: ContainerClient, job_id: str) -> tuple[list[Document], dict[str, str]]:
    """Read the documents of a job, and the digest of each of its raw blobs."""
    items = [item for item in app.transcripts.items(job_id, None) if item.get("ttl") != RETIRED_SECONDS]
    names = [blob.name for blob in raw.list_blobs(name_starts_with=f"{job_id}/")]
    with ThreadPoolExecutor(_THREADS) as pool:
        return items, dict(zip(names, pool.map(partial(content_digest, raw), names), strict=True))


def content_digest(raw: ContainerClient, name: str) -> str:
    """Return a hash of the file in the blob, or why the blob holds no whole file.

    The compressed bytes of a file differ between two runs (docs/decisions/0046-zlib-ng.md).
    """
    packed = io.BytesIO(raw.download_blob(name, decompress=False).readall())
    try:
        with gzip.GzipFile(fileobj=packed) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, EOFError, zlib.error) as error:
        return f"{type(error).__name__}: {error}"


def named(spec: JobSpec, job: Document | None, items: list[Document], blobs: Mapping[str, str]) -> State:
    """Replace the job's id, its files' ids, and the revision of each file by names.

    A revision depends on the file's ETag, which differs from job to job. Documents of a revision that is not the
    file's current one keep it, and are so found to be too many.
    """
    names = {spec.id: "JOB", **{file.id: file.name for file in spec.files}}
    for revision, file_id in _revisions(job, items):
        # A file that is in may have failed in a later run: its failure names a second revision.
        name = f"revision-of-{names.get(file_id, file_id)}"
        names.setdefault(revision, f"second-{name}" if name in names.values() else name)
    documents = {_named(f"{item['fileId']}/{item['id']}", names): _plain(item, names) for item in items}
    raw = {_raw_name(_named(name, names), digest): digest for name, digest in blobs.items()}
    return State(_plain(job, names) if job else None, documents, raw)


def compare(expected: State, found: State) -> Verdict:
    """Say what the found state lacks, and what it has too much; a document that differs is lost."""
    verdict = Verdict()
    if expected.job != found.job:
        verdict += Verdict(1, 0, [f"the job's document differs: {_difference(expected.job, found.job)}"])
    for name, document in expected.documents.items():
        if found.documents.get(name) != document:
            verdict += Verdict(1, 0, [f"{name}: {_difference(document, found.documents.get(name))}"])
    for name in found.documents.keys() - expected.documents.keys():
        verdict += Verdict(0, 1, [f"{name}: nobody asked for it"])
    for name, digest in expected.raw.items():
        if found.raw.get(name) != digest:
            how = "other bytes" if name in found.raw else "is not there"
            verdict += Verdict(1, 0, [f"raw blob {name}: {how}"])
    return verdict


def closest(expected: Iterable[State], found: State) -> Verdict:
    """Compare with each state that would be right; return the verdict with the fewest differences."""
    return min((compare(each, found) for each in expected), key=lambda verdict: len(verdict.words))


def summed(judge: Callable[[T], Verdict], each: Iterable[T]) -> Verdict:
    """Judge many things on some threads."""
    verdict = Verdict()
    with ThreadPoolExecutor(_THREADS) as pool:
        for found in pool.map(judge, each):
            verdict += found
    return verdict


def by_file(
    spec: JobSpec, items: list[Document], blobs: Mapping[str, str], name: str | None = None
) -> dict[str, State]:
    """Return the state of each file of a job, by the file's id. `name`: which name each file has in the states."""
    own: dict[str, tuple[list[Document], dict[str, str]]] = {file.id: ([], {}) for file in spec.files}
    for item in items:
        own[item["fileId"]][0].append(item)
    for blob, digest in blobs.items():
        own[blob.split("/")[1]][1][blob] = digest
    return {file.id: _one_file(spec, file, *own[file.id], name or file.name) for file in spec.files}


def _one_file(spec: JobSpec, file: FileSpec, items: list[Document], blobs: Mapping[str, str], name: str) -> State:
    only = msgspec.structs.replace(spec, files=(msgspec.structs.replace(file, name=name),))
    state = named(only, None, items, blobs)
    return replace(state, documents=json.loads(json.dumps(dict(state.documents)).replace(file.name, name)))


def _revisions(job: Document | None, items: list[Document]) -> Iterable[tuple[str, str]]:
    for item in items:
        if item["type"] == "transcript":
            yield item["revision"], item["fileId"]
    for item in items:
        if item["type"] == "fileFailure" and item["raw"]:
            yield item["raw"].rpartition("/")[2].partition(".")[0], item["fileId"]
    if job is not None and (report := job.get("report")) is not None:
        yield report["revision"], report["fileId"]


def _raw_name(name: str, digest: str) -> str:
    """Return a raw blob's name; one of a revision that was replaced is told by its content."""
    return name if "revision-of-" in name else f"{name.rpartition('/')[0]}/former-{digest}"


def _plain(document: Document, names: Mapping[str, str]) -> Document:
    own = {key: value for key, value in document.items() if not key.startswith("_") and key not in TIMES_AND_TRIES}
    plain: Document = json.loads(_named(json.dumps(own), names))
    return plain


def _named(text: str, names: Mapping[str, str]) -> str:
    for known, name in names.items():
        text = text.replace(known, name).replace(known.upper(), name)
    return _ORIGIN.sub("http://LOCAL", text)


def _pruned(value: Any, names: frozenset[str]) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _pruned(each, names) for key, each in value.items() if key not in names}
    if isinstance(value, list):
        return [_pruned(each, names) for each in value]
    if isinstance(value, str) and value.startswith("{"):
        return json.dumps(_pruned(json.loads(value), names))  # the message that is kept with a failure
    return value


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
