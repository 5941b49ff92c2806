"""Makes texts of files and services safe to print: they can neither control the terminal nor reorder a line."""

import re

from shared.rendering.texts import safe

NOTHING = "-"
"""Printed for a missing value, so that every row of a piped table has the same number of columns."""

_BREAK = re.compile(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]")

_ESCAPED = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""DEL, the C1 control characters, line separators, and the characters that Unicode lists as Bidi_Control.

Not every character that Python calls unprintable: these include joiners, with which Hindi is written. JSON escapes the
other control characters by itself.
"""


def shown(value: object) -> str:
    """Return a value as one line. Each line break and tab becomes a blank, each other control a U+FFFD."""
    return NOTHING if value is None else one_line(str(value)) or NOTHING


def one_line(text: str) -> str:
    """Return a text as one line, as `shown` does; an empty one stays empty."""
    return _BREAK.sub(" ", safe(text))


def escaped_json(text: bytes) -> bytes:
    """Escape the characters in JSON. They stand within strings only, so the value stays the same."""
    if text.isascii() and b"\x7f" not in text:
        return text
    return _ESCAPED.sub(_escape, text.decode()).encode()


def counted(number: int, what: str) -> str:
    """Return a number with a noun in the singular or the plural: `1 part`, `1,200 parts`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
