"""Groups documents into transactional batches within Cosmos DB's limits."""

from collections.abc import Callable, Iterable, Sequence

from shared.domain.encoded import EncodedPart

BATCH_OPERATIONS = 100
"""Most operations of a transactional batch (Cosmos DB's limit)."""

BATCH_BYTES = 1_100_000
"""Most bytes of a batch's documents. The Python SDK's README allows 1.2 MB, which include the JSON around them."""


class Batches:
    """Collects documents and passes full batches to `write`. `last` returns the rest, for the batch with the head."""

    def __init__(self, write: Callable[[Sequence[EncodedPart]], None]) -> None:
        self._write = write
        self._documents: list[EncodedPart] = []
        self._size = 0

    def add(self, document: EncodedPart) -> None:
        """Add a document. A document that exceeds a batch's size is written by itself."""
        size = len(document.data)
        if self._size + size > BATCH_BYTES or len(self._documents) >= BATCH_OPERATIONS - 1:
            self.flush()
        self._documents.append(document)
        self._size += size

    def extend(self, documents: Iterable[EncodedPart]) -> None:
        """Add documents one after the other."""
        for document in documents:
            self.add(document)

    def flush(self) -> None:
        """Write the collected documents."""
        if self._documents:
            self._write(self._documents)
        self._documents, self._size = [], 0

    def last(self, head_size: int) -> Sequence[EncodedPart]:
        """Return the documents to be written in one batch with a head of `head_size` bytes. Writes all others first."""
        if self._size + head_size > BATCH_BYTES:
            self.flush()
        return self._documents
