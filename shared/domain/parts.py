"""Fills documents up to a size at which a kilobyte is cheap to write."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from shared.domain.documents import Transcript, encoded_size
from shared.errors import InvalidResult

PART_BYTES = 64 * 1024
"""Target of a part: by Microsoft's table of request charges 64 KB cost 22.67 RU, about the least per kilobyte."""

LARGEST_ITEM_BYTES = 2 * 1024 * 1024 - 16 * 1024
"""Cosmos DB's limit for an item, 2 MB of UTF-8 JSON, less room for what the service adds."""

ENVELOPE_BYTES = 512
"""What a part takes besides its entries: ids, revision, numbers. Those of real jobs take about 300."""

LARGEST_HEAD_BYTES = 1_000_000
"""The head travels in one transactional batch with the last parts, and the SDK's README allows 1.2 MB for that."""

_SUMMARY_BYTES = 32
"""What a channel's texts take in the head besides the ids of their parts."""

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


class HeadRoom:
    """Counts what the head will have to name, so that one that no batch can carry is found in time."""

    def __init__(self) -> None:
        self._left = LARGEST_HEAD_BYTES

    def name(self, text: str, *, summaries: int = 0) -> str:
        """Return the text, an id or a name that the head will hold, with so many summaries that begin with it.

        Raises InvalidResult when there is no room.
        """
        self._left -= encoded_size(text) + 1 + summaries * _SUMMARY_BYTES
        if self._left < 0:
            words = f"the head would name more parts and values than {LARGEST_HEAD_BYTES} bytes hold"
            raise InvalidResult(words, "HeadTooLarge")
        return text


def fitting_head(head: Transcript) -> Transcript:
    """Return the head; raise InvalidResult, naming its greatest property, if no batch can carry it."""
    size = encoded_size(head)
    if size > LARGEST_HEAD_BYTES:
        sizes = {name: encoded_size(value) for name, value in msgspec.to_builtins(head).items()}
        greatest = max(sizes, key=lambda name: sizes[name])
        words = f"the head takes {size} bytes, {sizes[greatest]} of them {greatest}; it may take {LARGEST_HEAD_BYTES}"
        raise InvalidResult(words, "HeadTooLarge")
    return head
