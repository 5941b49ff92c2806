"""The examples of the contract page: documents of a run, with fixed values in place of what differs between runs.

The run's clock is set, so times of day do not differ. FIXED_REGION replaces the host in Speech's links. A revision is
replaced by a hash of its file's id and the number of earlier revisions of the file. System properties are removed.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping

import msgspec

from local.docs.run import CONVERSATION_JOB, RUNNING_JOB, UNREPORTED_JOB, Document, Run
from local.samples.catalog import REFERENCE_JOB, sample_jobs

FIXED_REGION = "https://eastus.api.cognitive.microsoft.com"

SHOWN = 2
"""How many entries of a long list remain in a shortened example."""

_SYSTEM_PREFIX = "_"
_RAW_NAME = re.compile(r"/(?P<file>[0-9A-Za-z_-]+)/(?P<revision>[0-9a-f]{12})\.json\.gz")


class ExampleError(Exception):
    """The run left no document for an example. The message says which."""


def examples(run: Run) -> dict[str, Document]:
    """Return the examples by their names in the page."""
    fixed = _Fixed(run)
    ended, reprocessed = fixed.documents(run.ended), fixed.documents(run.reprocessed)
    messages = fixed.documents(run.messages)
    jobs = {job.name: job.message.strip().lower() for job in sample_jobs()}
    first = {"jobId": REFERENCE_JOB, "fileId": "2dd180a1-434e-4368-a1ac-37350700284f"}
    talk = {"jobId": CONVERSATION_JOB}
    partly = {"jobId": jobs["partly-failed"]}
    return {
        "job completed": _one(ended, type="job", id=REFERENCE_JOB),
        "job pending": _one(ended, type="job", id=RUNNING_JOB),
        "job completedWithErrors": _one(ended, type="job", id=jobs["partly-failed"]),
        "job ingesting": _one(ended, type="job", id=UNREPORTED_JOB),
        "job failed": _one(ended, type="job", id=jobs["failed"]),
        "job notFound": _one(ended, type="job", id=jobs["unknown"]),
        "rejected": _one(ended, type="rejected"),
        "poll": _one(reprocessed, type="poll"),
        "transcript": _one(ended, type="transcript", **first),
        "transcript of a conversation": _one(ended, type="transcript", **talk),
        "part": _one(ended, type="part", **first),
        "part of a conversation": _with_short_tracks(_one(ended, type="part", part=0, **talk)),
        "part retired": _one(reprocessed, type="part", ttl=3600, **first),
        "report": _one(ended, type="report", jobId=REFERENCE_JOB),
        "report with failures": _one(ended, type="report", **partly),
        "fileFailure": _one(ended, type="fileFailure", **partly),
        "forgottenFile": _one(reprocessed, type="forgotten", **partly),
        "forgottenJob": _one(reprocessed, type="forgotten", id=jobs["failed"]),
        "enqueued": {"id": REFERENCE_JOB, "reprocess": True},
        "enqueued to be replayed": {"id": REFERENCE_JOB, "replay": True},
        "listJobFiles": _one(messages, do="list", jobId=REFERENCE_JOB, run=1),
        "fetchPage": _one(messages, do="page", jobId=partly["jobId"], run=1),
        "fetchFile": json.loads(_one(ended, type="fileFailure", **partly)["queueMessage"]),
    }


def without_system_properties(document: Document) -> Document:
    """Return a document without the properties that Cosmos DB added. Their names begin with an underscore."""
    return {name: value for name, value in document.items() if not name.startswith(_SYSTEM_PREFIX)}


class _Fixed:
    """Replaces the values that differ between runs by fixed ones."""

    def __init__(self, run: Run) -> None:
        self._values = {run.region: FIXED_REGION}
        revisions: dict[str, list[str]] = {}
        for document in run.documents():
            for found in _RAW_NAME.finditer(json.dumps(document)):
                known = revisions.setdefault(found["file"], [])
                if found["revision"] not in known:
                    known.append(found["revision"])
        for file, known in revisions.items():
            for number, revision in enumerate(known):
                self._values[revision] = hashlib.sha256(f"{file} {number}".encode()).hexdigest()[:12]
        self._pattern = re.compile("|".join(map(re.escape, self._values)))

    def documents(self, documents: Iterable[Document]) -> list[Document]:
        """Return the documents with fixed values and without system properties."""
        text = json.dumps([without_system_properties(document) for document in documents])
        fixed: list[Document] = json.loads(self._pattern.sub(lambda found: self._values[found[0]], text))
        return fixed


def _one(documents: Iterable[Document], **wanted: object) -> Document:
    """Return the first document, by id, that has all the `wanted` values."""
    found = [document for document in documents if wanted.items() <= _plain(document).items()]
    if not found:
        raise ExampleError(f"the run left nothing with {wanted}")
    return min(found, key=lambda document: str(document.get("id")))


def _plain(document: Document) -> Mapping[str, object]:
    return {name: value for name, value in document.items() if isinstance(value, str | int | None)}


def _with_short_tracks(document: Document) -> Document:
    return {**document, "tracks": [_cut(track, "phrases") for track in document["tracks"]]}


def _cut(document: Document, name: str) -> Document:
    """Return the document with only the shortest entries of a list, in their order, to save space on the page."""
    short = sorted(document[name], key=lambda entry: len(msgspec.json.encode(entry)))[:SHOWN]
    return {**document, name: [entry for entry in document[name] if entry in short]}
