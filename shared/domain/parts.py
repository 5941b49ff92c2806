"""Sizes of documents: parts are filled to the size that is cheapest to write, and nothing exceeds a limit."""

from typing import Generic, TypeVar

import msgspec

from shared.domain.documents import Transcript, TurnsRange
from shared.errors import InvalidResult

_T = TypeVar("_T")

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
"""Reserved in the head for a CombinedSummary, apart from the ids of its parts. Other summaries take more."""


def encoded_size(document: object) -> int:
    """Return the size in bytes of a document, or of a piece of one, as UTF-8 JSON."""
    return len(msgspec.json.encode(document))


class Filling(Generic[_T]):
    """Collects the entries of a part until the next one would take the document past PART_BYTES."""

    def __init__(self) -> None:
        self.entries: list[_T] = []
        self._size = ENVELOPE_BYTES

    def add(self, entry: _T, size: int) -> list[_T]:
        """Take an entry of `size` bytes. Return those of the current part if it has no room for this one."""
        size += 1  # the comma
        full = self.finish() if self.entries and self._size + size > PART_BYTES else []
        self.entries.append(entry)
        self._size += size
        return full

    def finish(self) -> list[_T]:
        """Return the remaining entries. The next part begins."""
        full, self.entries, self._size = self.entries, [], ENVELOPE_BYTES
        return full


class PartFiller:
    """A Filling that encodes its entries. `what` is the name of the entries in errors."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._filling: Filling[bytes] = Filling()

    def add(self, entry: object, number: int) -> list[bytes]:
        """Take an entry, and encode it. Return the entries of the current part if it has no room for this one.

        Raises InvalidResult for an entry that exceeds Cosmos DB's limit for an item by itself.
        """
        data = msgspec.json.encode(entry)
        size = len(data)
        if ENVELOPE_BYTES + size >= LARGEST_ITEM_BYTES:
            raise InvalidResult(
                f"{self._what}[{number}] takes {size} bytes; a document of Cosmos DB holds {LARGEST_ITEM_BYTES}",
                "PhraseTooLarge" if self._what == "recognizedPhrases" else "EntryTooLarge",
            )
        return self._filling.add(data, size)

    def finish(self) -> list[bytes]:
        """Return the remaining entries. The next part begins."""
        return self._filling.finish()


class HeadRoom:
    """Adds up the head's size while the file is read, so that a head too large for a batch is refused early."""

    def __init__(self) -> None:
        self._left = LARGEST_HEAD_BYTES

    def name(self, text: str, *, summaries: int = 0) -> str:
        """Reserve room for a text that the head will hold and for `summaries` new summaries; return the text.

        Raises InvalidResult if there is no room left.
        """
        self._reserve(encoded_size(text) + 1 + summaries * _SUMMARY_BYTES)
        return text

    def index(self, turns: TurnsRange) -> TurnsRange:
        """Reserve room for an entry of the index of turns, and return it. Raises InvalidResult like `name`."""
        self._reserve(encoded_size(turns) + 1)
        return turns

    def _reserve(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            words = f"the head would name more parts and values than {LARGEST_HEAD_BYTES} bytes hold"
            raise InvalidResult(words, "HeadTooLarge")


def fitting_head(head: Transcript) -> Transcript:
    """Return the head. Raises InvalidResult, naming its largest property, if it is too large for a batch."""
    size = encoded_size(head)
    if size > LARGEST_HEAD_BYTES:
        sizes = {name: encoded_size(value) for name, value in msgspec.to_builtins(head).items()}
        greatest = max(sizes, key=lambda name: sizes[name])
        words = f"the head takes {size} bytes, {sizes[greatest]} of them {greatest}; it may take {LARGEST_HEAD_BYTES}"
        raise InvalidResult(words, "HeadTooLarge")
    return head
