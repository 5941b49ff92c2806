"""Stored documents as our types. One that cannot be read is named, and stops no other."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from shared.domain.documents import SCHEMA_VERSION, Document
from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

_T = TypeVar("_T")

Tell = Callable[[Unreadable], object]
"""Is told of each row that cannot be read."""


def decoded(item: Mapping[str, Any], shape: type[_T], name: str) -> _T:
    """Return a document, or a row of a query, as `shape`; raise Unreadable, with `name` and what is wrong with it.

    A document of a later schemaVersion is not read either: what this version does not know would be lost by a rewrite.
    """
    try:
        found = msgspec.convert(item, shape)
        _check_days(found)
    except ValueError as error:  # msgspec's is one too
        text = f"{name} is no {shape.__name__.removeprefix('_')} that this version can read: {error}"
        raise Unreadable(text) from error
    if isinstance(found, Document) and found.schema_version > SCHEMA_VERSION:
        raise Unreadable(f"{name} has schemaVersion {found.schema_version}; this version reads up to {SCHEMA_VERSION}")
    return found


def _check_days(found: object) -> None:
    """Raise ValueError for 30 February, which no pattern of a type finds."""
    if not isinstance(found, msgspec.Struct):
        return
    for name in found.__struct_fields__:
        value = getattr(found, name)
        if isinstance(value, str) and name.endswith(("_at", "since", "watermark")):
            datetime.fromisoformat(value)
        _check_days(value)


def readable(
    rows: Iterable[Mapping[str, Any]],
    shape: type[_T],
    name_of: Callable[[Mapping[str, Any]], str],
    tell: Tell = set_aside,
) -> Iterator[_T]:
    """Yield the rows that can be read; `tell` is told of each of the others, by its name."""
    for row in rows:
        try:
            found = decoded(row, shape, name_of(row))
        except Unreadable as error:
            tell(error)
        else:
            yield found
