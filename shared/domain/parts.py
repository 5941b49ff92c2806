"""Sizes of documents: parts are filled to the size that is cheapest to write, and nothing exceeds a limit."""

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

from shared.domain.documents import Transcript
from shared.errors import InvalidResult

PART_BYTES = 64 * 1024
"""Target size of a part. In Microsoft's table of request charges, writing 64 KB costs 22.67 RU: about the lowest price
per kilobyte."""

LARGEST_ITEM_BYTES = 2 * 1024 * 1024 - 16 * 1024
"""Cosmos DB's limit for an item is 2 MB of UTF-8 JSON. 16 KiB are reserved for what the service adds."""

ENVELOPE_BYTES = 512
"""Reserved in a part for everything except its entries: ids, revision, numbers. Real parts use about 300 bytes."""

LARGEST_HEAD_BYTES = 1_000_000
"""The head is written in one transactional batch with the last parts. The SDK's README allows 1.2 MB for a batch."""

_SUMMARY_BYTES = 32
"""Reserved in the head for a CombinedSummary, apart from the ids of its parts."""

_T = TypeVar("_T")


def encoded_size(document: object) -> int:
    """Return the size in bytes of a document, or of a piece of one, as UTF-8 JSON."""
    return len(msgspec.json.encode(document))


class PartFiller(Generic[_T]):
    """Collects the entries of a part until the next one would take the document past PART_BYTES.

    `what` is the name of the entries in errors.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._entries: list[_T] = []
        self._size = ENVELOPE_BYTES

    def add(self, entry: _T, number: int) -> Iterator[list[_T]]:
        """Take an entry. If the current part has no room for it, yield that part's entries first.

        Raises InvalidResult for an entry that exceeds Cosmos DB's limit for an item by itself.
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
    """Adds up the head's size while the file is read, so that a head too large for a batch is refused early."""

    def __init__(self) -> None:
        self._left = LARGEST_HEAD_BYTES

    def name(self, text: str, *, summaries: int = 0) -> str:
        """Reserve room for a text that the head will hold and for `summaries` new summaries; return the text.

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
