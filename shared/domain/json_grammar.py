"""The states of ObjectStream's parser, and the characters that lead from one state to the next."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType


class State(Enum):
    """What the parser expects next."""

    START = auto()
    FIRST_KEY = auto()
    KEY = auto()
    COLON = auto()
    VALUE = auto()
    AFTER_VALUE = auto()
    FIRST_ELEMENT = auto()
    ELEMENT = auto()
    AFTER_ELEMENT = auto()
    END = auto()


IN_ARRAY = frozenset({State.FIRST_ELEMENT, State.ELEMENT})
"""The states in which an element of an array is expected."""

NEXT: Mapping[State, Mapping[bytes, State]] = MappingProxyType(
    {
        State.START: {b"{": State.FIRST_KEY},
        State.COLON: {b":": State.VALUE},
        State.AFTER_VALUE: {b",": State.KEY, b"}": State.END},
        State.AFTER_ELEMENT: {b",": State.ELEMENT, b"]": State.AFTER_VALUE},
    }
)
"""The states that expect one of a few characters. Every other state expects a key or a value."""
