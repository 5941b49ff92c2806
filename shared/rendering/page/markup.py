"""Texts and data of a recording inside HTML. All of them are hostile."""

import html
import re

import msgspec

from shared.rendering.texts import safe

_BREAK = re.compile("\r\n|[\x0b-\r\x1c-\x1f\x85\u2028\u2029]")
"""All that breaks a line besides the line feed, which alone breaks it in HTML."""

_QUOTED = re.compile("`([^`]+)`")

MORE = "…"


def shown(text: str) -> str:
    """Return a text as people may see it: without control and bidi characters, its line breaks as line feeds."""
    return safe(_BREAK.sub("\n", text))


def text(value: object) -> str:
    """Return a text for HTML, as content or as an attribute in quotation marks."""
    return html.escape(shown(str(value)))


def short(value: str, limit: int) -> str:
    """Return at most `limit` characters of a text, with an ellipsis where it was cut."""
    return value if len(value) <= limit else value[: limit - 1] + MORE


def data(value: object) -> str:
    """Return JSON for a `script` element. Without `<` nothing in it can end the element or begin a comment."""
    return msgspec.json.encode(value).decode().replace("<", "\\u003c")


def advice(sentence: str) -> str:
    """Return a sentence in which commands and names stand between backticks."""
    return _QUOTED.sub(r"<code>\1</code>", text(sentence))


def time_of_day(when: str) -> str:
    """Return a time of day as it is stored. The script shows it in the reader's zone."""
    return f'<time datetime="{text(short(when, 40))}">{text(short(when, 40))}</time>'


def command(line: str, does: str = "") -> str:
    """Return a command to be copied, and what it does. The script shows the button."""
    what = f" <span>{text(does)}</span>" if does else ""
    return (
        f'<span class="command"><code>{text(line)}</code> <button type="button" class="ghost scripts" hidden '
        f'data-copy="{text(line)}" aria-label="Copy {text(line)}">Copy</button>{what}</span>'
    )
