"""Groups documents into transactional batches, by the limits of Cosmos DB."""

from collections.abc import Callable, Sequence

from shared.domain.documents import FileDocument, encoded_size

BATCH_OPERATIONS = 100
"""Cosmos DB's limit for a transactional batch."""

BATCH_BYTES = 1_100_000
"""The Python SDK's README allows 1.2 MB for a batch; the rest is for what surrounds the documents."""


class Batches:
    """Add documents; full batches go to `write`; `last()` gives what is left, for the batch that has the head in it."""

    def __init__(self, write: Callable[[Sequence[FileDocument]], None]) -> None:
        self._write = write
        self._documents: list[FileDocument] = []
        self._size = 0

    def add(self, document: FileDocument) -> None:
        """Take a document; one too big for any batch is written by itself."""
        size = encoded_size(document)
        if self._size + size > BATCH_BYTES or len(self._documents) >= BATCH_OPERATIONS - 1:
            self.flush()
        self._documents.append(document)
        self._size += size

    def flush(self) -> None:
        """Write what was added."""
        if self._documents:
            self._write(self._documents)
        self._documents, self._size = [], 0

    def last(self, head_size: int) -> Sequence[FileDocument]:
        """Return what is left and fits into one batch with a head of `head_size` bytes; write the rest."""
        if self._size + head_size > BATCH_BYTES:
            self.flush()
        return self._documents
