"""Fills documents up to the size at which a kilobyte is cheapest to write, and keeps them within the limits."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from shared.domain.documents import Transcript, encoded_size
from shared.errors import InvalidResult

PART_BYTES = 64 * 1024
"""Target size of a part. By Microsoft's table of request charges 64 KB cost 22.67 RU, about the least per kilobyte."""

LARGEST_ITEM_BYTES = 2 * 1024 * 1024 - 16 * 1024
"""Cosmos DB's limit for an item is 2 MB of UTF-8 JSON. The rest is room for what the service adds."""

ENVELOPE_BYTES = 512
"""Room in a part for all but its entries: ids, revision, numbers. Real ones take about 300 bytes."""

LARGEST_HEAD_BYTES = 1_000_000
"""The head is written in one transactional batch with the last parts. The SDK's README allows 1.2 MB for a batch."""

_SUMMARY_BYTES = 32
"""Room in the head for the summary of a channel's texts, without the ids of their parts."""

_T = TypeVar("_T")


class PartFiller(Generic[_T]):
    """Collects the entries of a part until the next one would take the document past PART_BYTES.

    `what` is the name of the entries in errors.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._entries: list[_T] = []
        self._size = ENVELOPE_BYTES

    def add(self, entry: _T, number: int) -> Iterator[list[_T]]:
        """Take an entry. If there is no room for it, yield the entries so far: they are a part.

        Raises InvalidResult for an entry that is too large for any item of Cosmos DB.
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
        """Yield the remaining entries, if there are any."""
        if self._entries:
            full, self._entries, self._size = self._entries, [], ENVELOPE_BYTES
            yield full


class HeadRoom:
    """Adds up the size of the head while its file is read, so that one too large for a batch is refused early."""

    def __init__(self) -> None:
        self._left = LARGEST_HEAD_BYTES

    def name(self, text: str, *, summaries: int = 0) -> str:
        """Count a text that the head will hold (an id or a name) and `summaries` new summaries; return the text.

        Raises InvalidResult if there is no room left.
        """
        self._left -= encoded_size(text) + 1 + summaries * _SUMMARY_BYTES
        if self._left < 0:
            words = f"the head would name more parts and values than {LARGEST_HEAD_BYTES} bytes hold"
            raise InvalidResult(words, "HeadTooLarge")
        return text


def fitting_head(head: Transcript) -> Transcript:
    """Return the head. Raises InvalidResult, naming its largest property, if it is too large for a batch."""
    size = encoded_size(head)
    if size > LARGEST_HEAD_BYTES:
        sizes = {name: encoded_size(value) for name, value in msgspec.to_builtins(head).items()}
        greatest = max(sizes, key=lambda name: sizes[name])
        words = f"the head takes {size} bytes, {sizes[greatest]} of them {greatest}; it may take {LARGEST_HEAD_BYTES}"
        raise InvalidResult(words, "HeadTooLarge")
    return head
