"""Output bindings: what a function sets, held back until it has succeeded."""

import json
from typing import Generic, TypeVar

import azure.functions as func

T = TypeVar("T")


class Output(func.Out[T], Generic[T]):
    """The `func.Out` that a function is given."""

    def __init__(self) -> None:
        self._value: T | None = None

    def set(self, val: T) -> None:
        """Keep the value; a later one replaces it."""
        self._value = val

    def get(self) -> T:
        """Return what was set last."""
        return self._value  # type: ignore[return-value]  # None before set(), as in Microsoft's worker


def messages(value: object) -> list[str | bytes]:
    """Return the messages that an output's value becomes; raise NotImplementedError for a type nobody can send.

    As on the platform, text that is a JSON array becomes one message for each of its elements.
    """
    if value is None:
        return []
    registry = func.get_binding_registry()  # type: ignore[no-untyped-call]  # azure-functions leaves it untyped
    text = registry.get("queue").encode(value, expected_type=None).value
    if isinstance(text, bytes) or not text.lstrip().startswith("["):
        return [text]
    try:
        elements = json.loads(text)
    except ValueError:
        return [text]
    return [element if isinstance(element, str) else json.dumps(element) for element in elements]
