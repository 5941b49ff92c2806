"""Texts and data of a recording inside HTML. All of them are hostile."""

import html
import re

import msgspec

_NEVER_SHOWN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
"""Control characters, and those that reorder the text around them. Marks that only say a direction stay."""

MORE = "…"


def shown(text: str) -> str:
    """Return a text as people may see it: control and reordering characters become U+FFFD."""
    return _NEVER_SHOWN.sub("\ufffd", text.replace("\r\n", "\n").replace("\t", " "))


def text(value: object) -> str:
    """Return a text for HTML, as content or as an attribute in quotation marks."""
    return html.escape(shown(str(value)))


def short(value: str, limit: int) -> str:
    """Return at most `limit` characters of a text, with an ellipsis where it was cut."""
    return value if len(value) <= limit else value[: limit - 1] + MORE


def data(value: object) -> str:
    """Return JSON for a `script` element. Without `<` nothing in it can end the element or begin a comment."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")
