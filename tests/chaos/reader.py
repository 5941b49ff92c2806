"""A reader as downstream applications are: reads a head, follows it to its parts, and does that all the time."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Self

from azure.cosmos import CosmosClient
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from shared.domain.containers import TRANSCRIPTS
from shared.domain.documents import HEAD_ID

_PAUSE_SECONDS = 0.002


@dataclass
class Seen:
    """What the reader saw: `reads` counts every document asked for, `heads` every head that it followed to its end."""

    reads: int = 0
    heads: int = 0
    half_visible: int = 0
    words: list[str] = field(default_factory=list)


class Reader:
    """Follows the heads of some files, in a thread, until the block ends. It asks Cosmos DB past all faults.

    Half visible is a head of which a part is missing, or belongs to another revision or another file.
    """

    def __init__(self, endpoint: str, key: str, database: str, files: Iterable[tuple[str, str]]) -> None:
        self.seen = Seen()
        self._files = list(files)
        self._client = CosmosClient(endpoint, key)
        self._container = self._client.get_database_client(database).get_container_client(TRANSCRIPTS.name)
        self._stop = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="reader")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                for job_id, file_id in self._files:
                    self._follow(job_id, file_id)
                    if self._stop.wait(_PAUSE_SECONDS):
                        return
        except BaseException as error:  # noqa: BLE001 - raised where the reader is waited for
            self._failure = error

    def _follow(self, job_id: str, file_id: str) -> None:
        head = self._read(job_id, file_id, HEAD_ID)
        if head is None:
            return
        for part in parts_of(head):
            document = self._read(job_id, file_id, part)
            if document is None:
                self._half_visible(f"{job_id}/{file_id}: the head of {head['revision']} names {part}: not there")
            elif document["revision"] != head["revision"]:
                self._half_visible(f"{job_id}/{file_id}: {part} is of {document['revision']}, not {head['revision']}")
        self.seen.heads += 1

    def _half_visible(self, words: str) -> None:
        self.seen.half_visible += 1
        self.seen.words.append(words)

    def _read(self, job_id: str, file_id: str, document_id: str) -> dict[str, Any] | None:
        self.seen.reads += 1
        try:
            return dict(self._container.read_item(document_id, [job_id, file_id]))
        except CosmosResourceNotFoundError:
            return None


def parts_of(head: dict[str, Any]) -> list[str]:
    """Return the ids of the parts that a head names."""
    groups = [*head["tracks"], *head["combined"], head["turns"]]
    return [part for group in groups for part in group["parts"]]
