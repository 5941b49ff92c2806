"""Groups documents into transactional batches, by the limits of Cosmos DB."""

from collections.abc import Callable, Sequence

from shared.domain.documents import FileDocument
from shared.domain.parts import encoded_size

BATCH_OPERATIONS = 100
"""Cosmos DB's limit for a transactional batch."""

BATCH_BYTES = 1_100_000
"""The Python SDK's README allows 1.2 MB for a batch. The rest is for the JSON around the documents."""


class Batches:
    """Collects documents. Full batches go to `write`. `last()` returns the rest, for the batch with the head."""

    def __init__(self, write: Callable[[Sequence[FileDocument]], None]) -> None:
        self._write = write
        self._documents: list[FileDocument] = []
        self._size = 0

    def add(self, document: FileDocument) -> None:
        """Add a document. One that is too big for a batch is written alone."""
        size = encoded_size(document)
        if self._size + size > BATCH_BYTES or len(self._documents) >= BATCH_OPERATIONS - 1:
            self.flush()
        self._documents.append(document)
        self._size += size

    def flush(self) -> None:
        """Write the collected documents."""
        if self._documents:
            self._write(self._documents)
        self._documents, self._size = [], 0

    def last(self, head_size: int) -> Sequence[FileDocument]:
        """Return documents that fit into one batch with a head of `head_size` bytes, after writing the others."""
        if self._size + head_size > BATCH_BYTES:
            self.flush()
        return self._documents
