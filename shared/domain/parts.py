"""Fills documents up to a size at which a kilobyte is cheap to write."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from shared.domain.documents import encoded_size
from shared.errors import InvalidResult

PART_BYTES = 64 * 1024
"""Target of a part: by Microsoft's table of request charges 64 KB cost 22.67 RU, about the least per kilobyte."""

LARGEST_ITEM_BYTES = 2 * 1024 * 1024 - 16 * 1024
"""Cosmos DB's limit for an item, 2 MB of UTF-8 JSON, less room for what the service adds."""

ENVELOPE_BYTES = 512
"""What a part takes besides its entries: ids, revision, numbers. Those of real jobs take about 300."""

_T = TypeVar("_T")


class PartFiller(Generic[_T]):
    """Collects entries until the next one would take the document past PART_BYTES.

    `what` names the entries in errors.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._entries: list[_T] = []
        self._size = ENVELOPE_BYTES

    def add(self, entry: _T, number: int) -> Iterator[list[_T]]:
        """Take an entry; yield the entries of the part that it closed, if it did.

        Raises InvalidResult for an entry that alone is greater than an item of Cosmos DB may be.
        """
        size = encoded_size(entry) + 1
        if ENVELOPE_BYTES + size > LARGEST_ITEM_BYTES:
            raise InvalidResult(
                f"{self._what}[{number}] takes {size} bytes; a document of Cosmos DB holds {LARGEST_ITEM_BYTES}",
                "PhraseTooLarge" if self._what == "recognizedPhrases" else "EntryTooLarge",
            )
        if self._entries and self._size + size > PART_BYTES:
            yield from self.finish()
        self._entries.append(entry)
        self._size += size

    def finish(self) -> Iterator[list[_T]]:
        """Yield the entries that are left, if any."""
        if self._entries:
            full, self._entries, self._size = self._entries, [], ENVELOPE_BYTES
            yield full
