"""Generates examples for docs/commands.md: a short call as `read` shows it, and what `search` finds in it."""

from collections.abc import Iterable

from local.docs.exports import short_call
from local.docs.pages import code
from shared.rendering.conversation import conversation
from shared.rendering.finding import Phrase
from shared.rendering.found import found
from shared.rendering.hits import hits
from shared.rendering.spans import Line

_WIDTH = 80

_TRANSCRIBED = "2026-11-02 09:52:00 +0100"
"""The call's `timestamp` in Central Europe. The commands show the time of the reader's own zone."""


def terminal_blocks() -> dict[str, str]:
    """Return blocks of docs/commands.md by name."""
    call = short_call()
    turns = (line for block in conversation(call, _WIDTH, transcribed=_TRANSCRIBED) for line in block)
    address = found(call, list(hits(call, Phrase("ADDRESS"))), _WIDTH, _TRANSCRIBED)
    return {"example of read": _block(turns), "example of search": _block(address)}


def _block(lines: Iterable[Line]) -> str:
    text = "\n".join("".join(span.text for span in line).rstrip(" ") for line in lines)
    return code("text", text.rstrip("\n"))
