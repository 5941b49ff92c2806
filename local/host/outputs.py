"""Output bindings: holds the values until the function has succeeded, then turns them into messages."""

import json
from typing import Generic, TypeVar

import azure.functions as func

T = TypeVar("T")

_INDENT = 2
"""The host writes parsed JSON by Newtonsoft's JToken.ToString(), which indents by two."""


class Output(func.Out[T], Generic[T]):
    """The `func.Out` that is passed to a function."""

    def __init__(self) -> None:
        self._value: T | None = None

    def set(self, val: T) -> None:
        """Set the value. A later value replaces it."""
        self._value = val

    def get(self) -> T:
        """Return the value that was set last."""
        return self._value  # type: ignore[return-value]  # None before set(), as in Microsoft's worker


def messages(value: object) -> list[str | bytes]:
    """Return the messages that an output's value becomes.

    The worker sends text as text and a list as JSON (azure.functions.queue, QueueMessageOutConverter). The host then
    parses text that begins and ends like a JSON object or array, makes a message of each element of an array, and
    serializes the elements again (azure-functions-host, FunctionBinding.ReadAsEnumerable and Utility.IsJson;
    azure-functions-python-worker#1492). So `set(text)` preserves only text that is not JSON; `set([text])` preserves
    any text.

    Raises NotImplementedError for a type that the worker cannot send. Raises ValueError for text that looks like JSON
    and is none: the host's parser fails too, and with it the function. (Newtonsoft also accepts single quotes and
    comments; they are refused here.)
    """
    if value is None:
        return []
    registry = func.get_binding_registry()  # type: ignore[no-untyped-call]  # azure-functions leaves it untyped
    datum = registry.get("queue").encode(value, expected_type=None)
    if datum.type == "bytes" or (datum.type == "string" and not _looks_like_json(datum.value)):
        return [datum.value]
    parsed = json.loads(datum.value)
    return [_text(element) for element in (parsed if isinstance(parsed, list) else [parsed])]


def _looks_like_json(text: str) -> bool:
    trimmed = text.strip()
    return (trimmed[:1], trimmed[-1:]) in {("{", "}"), ("[", "]")}


def _text(element: object) -> str:
    """Return what .NET's ToString() makes of an element: null becomes empty, a boolean begins with a capital."""
    match element:
        case None:
            return ""
        case str():
            return element
        case bool():
            return str(element)
        case _:
            return json.dumps(element, indent=_INDENT, ensure_ascii=False)
