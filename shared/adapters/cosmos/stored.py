"""Decodes stored documents. An unreadable document is reported with its name and does not affect others."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from shared.domain.documents import SCHEMA_VERSION, Document
from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

_T = TypeVar("_T")

Tell = Callable[[Unreadable], object]
"""Called for each row that cannot be read."""


def decoded(item: Mapping[str, Any], shape: type[_T], name: str) -> _T:
    """Return a document, or a row of a query, as `shape`. Raises Unreadable, with `name` and the problem.

    A document of a later schemaVersion is unreadable too, because a rewrite would lose its unknown properties.
    """
    try:
        found = msgspec.convert(item, shape)
        _check_days(found)
    except ValueError as error:  # msgspec.ValidationError is a ValueError too
        text = f"{name} is no {shape.__name__.removeprefix('_')} that this version can read: {error}"
        raise Unreadable(text) from error
    if isinstance(found, Document) and found.schema_version > SCHEMA_VERSION:
        raise Unreadable(f"{name} has schemaVersion {found.schema_version}; this version reads up to {SCHEMA_VERSION}")
    return found


def _check_days(found: object) -> None:
    """Raise ValueError for days such as 30 February, which the types' pattern does not exclude."""
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
    """Yield the rows that can be read, and call `tell` with the error for each of the others."""
    for row in rows:
        try:
            found = decoded(row, shape, name_of(row))
        except Unreadable as error:
            tell(error)
        else:
            yield found
