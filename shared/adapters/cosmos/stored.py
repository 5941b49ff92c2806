"""Stored documents as our types. One that cannot be read is named, and stops no other."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import msgspec

from shared.errors import Unreadable
from shared.pipeline.signals import set_aside

_T = TypeVar("_T")

Tell = Callable[[Unreadable], object]
"""Is told of each row that cannot be read."""


def decoded(item: Mapping[str, Any], shape: type[_T], name: str) -> _T:
    """Return a document, or a row of a query, as `shape`; raise Unreadable, with `name` and what is wrong with it."""
    try:
        return msgspec.convert(item, shape)
    except msgspec.ValidationError as error:
        text = f"{name} is no {shape.__name__.removeprefix('_')} that this version can read: {error}"
        raise Unreadable(text) from error


def readable(rows: Iterable[Mapping[str, Any]], shape: type[_T], container: str, tell: Tell = set_aside) -> list[_T]:
    """Return the rows that can be read; `tell` names each of the others. A row has to have the document's `id`."""
    found = []
    for row in rows:
        try:
            found.append(decoded(row, shape, f"document {row.get('id')} in {container}"))
        except Unreadable as error:
            tell(error)
    return found
