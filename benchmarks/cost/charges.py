"""Request units: what Cosmos DB charges for an operation on an item, by its size and its indexed properties.

Source: Microsoft Learn, "Understand request units consumption in Azure Cosmos DB" (21 April 2026): the table of sizes,
0.2 RU an indexed term, an update as a deletion and an insertion, a deletion as an insertion, 0.4 RU a patched property.
It says of itself that its values are illustrative; a real account returns the charge of each request. It says nothing
of composite indexes: here an entry of one is a term like any other. That is assumed.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

from shared.domain.parts import encoded_size

KIB = 1024

TABLE: tuple[tuple[int, float, float], ...] = (
    (1, 1.00, 4.95),
    (2, 1.04, 6.29),
    (4, 1.14, 6.67),
    (8, 1.33, 7.04),
    (16, 1.67, 9.52),
    (32, 2.19, 11.23),
    (64, 4.76, 22.67),
    (128, 9.95, 48.19),
    (256, 20.28, 98.29),
    (512, 40.95, 184.57),
    (1024, 145.90, 625.00),
    (2048, 291.80, 1250.00),
)
"""Size in KiB, RU of a point read, RU of a write without its index."""

INDEX_TERM = 0.2
PATCHED_PROPERTY = 0.4

MISSING = 1.0
"""A read or deletion of an item that does not exist. Assumed: the least that a request is charged."""

ABSENT = object()
"""What an item has at a path that it does not have."""

Item = Mapping[str, Any]
Indexes = Iterable[tuple[str, ...]]
"""The properties of each index, as Container.indexes has them."""


def read_charge(size: int) -> float:
    """Return the RU of a point read of `size` bytes, by linear interpolation in the table."""
    return _between(size, 1)


def write_charge(size: int) -> float:
    """Return the RU of writing `size` bytes, without the index."""
    return _between(size, 2)


def create_charge(item: Item, indexes: Indexes) -> float:
    """Return the RU of creating the item, or of upserting one that does not exist."""
    return write_charge(encoded_size(item)) + INDEX_TERM * len(_terms(item, indexes))


def replace_charge(before: Item, after: Item, indexes: Indexes) -> float:
    """Return the RU of replacing an item: removing the old one and its changed terms, and inserting the new ones."""
    old, new = _terms(before, indexes), _terms(after, indexes)
    changed = INDEX_TERM * (len(old - new) + len(new - old))
    return write_charge(encoded_size(before)) + write_charge(encoded_size(after)) + changed


def patch_charge(before: Item, after: Item, indexes: Indexes, properties: int) -> float:
    """Return the RU of patching this many properties of an item."""
    return replace_charge(before, after, indexes) + PATCHED_PROPERTY * properties


def delete_charge(item: Item, indexes: Indexes) -> float:
    """Return the RU of deleting the item. In a serverless account its expiry costs the same."""
    return create_charge(item, indexes)


def at_path(item: Item, path: str) -> Any:  # noqa: ANN401 - whatever stands there
    """Return what an item has at an index's path, such as `status` or `retry/at`; ABSENT if it has nothing there."""
    found: Any = item
    for name in path.split("/"):
        if not isinstance(found, Mapping) or name not in found:
            return ABSENT
        found = found[name]
    return found


def _terms(item: Item, indexes: Indexes) -> set[tuple[Any, ...]]:
    terms = {(names, *(at_path(item, name) for name in names)) for names in indexes}
    return {term for term in terms if ABSENT not in term}


def _between(size: int, column: int) -> float:
    """Interpolate `size` (bytes) in the table. Raises ValueError for a size that no item may have."""
    kib = max(size / KIB, TABLE[0][0])
    if kib > TABLE[-1][0]:
        raise ValueError(f"an item of {size} bytes is greater than Cosmos DB takes")
    place = bisect_left([row[0] for row in TABLE], kib)
    upper = TABLE[place]
    if upper[0] == kib:
        return float(upper[column])
    lower = TABLE[place - 1]
    share = (kib - lower[0]) / (upper[0] - lower[0])
    return float(lower[column] + share * (upper[column] - lower[column]))
