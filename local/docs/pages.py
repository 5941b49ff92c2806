"""Pages with generated blocks. The text between `<!-- made: NAME -->` and `<!-- end -->` comes from the code."""

import json
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

WIDTH = 110
"""Greatest length of an example's line, if its values can be broken."""

_BLOCK = re.compile(r"^<!-- made: (?P<name>[^\n]+) -->\n.*?^<!-- end -->$", re.MULTILINE | re.DOTALL)
_MARKER = re.compile(r"<!-- (?:made: .*|end) -->")


class PageError(Exception):
    """A page's markers and the generated blocks do not match. The message names the page and the blocks."""


def filled(page: str, text: str, blocks: Mapping[str, str]) -> str:
    """Return the page's text with every block between its markers, and everything else unchanged.

    Raises PageError for a block that the page lacks, has twice or that nothing generates, and for a marker without its
    pair.
    """
    found = Counter(match["name"] for match in _BLOCK.finditer(text))
    if len(_MARKER.findall(text)) != 2 * found.total():
        raise PageError(f"{page}: a marker has no pair")
    for words, names in (
        ("lacks", blocks.keys() - found.keys()),
        ("has a block that nobody makes:", found.keys() - blocks.keys()),
        ("has more than once", {name for name, times in found.items() if times > 1}),
    ):
        if names:
            raise PageError(f"{page} {words} {', '.join(map(repr, sorted(names)))}")
    return _BLOCK.sub(lambda match: f"<!-- made: {match['name']} -->\n{blocks[match['name']]}\n<!-- end -->", text)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def code(language: str, text: str) -> str:
    """Return a block of code in Markdown."""
    return f"```{language}\n{text.strip()}\n```"


def json_text(value: Any, *, indent: int = 0) -> str:  # noqa: ANN401 - any JSON value
    """Return JSON. A list or object is on one line if it fits, otherwise one entry a line; numbers fill the lines."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, dict | list) or not value or len(flat) + indent <= WIDTH:
        return flat
    inner = indent + 2
    if isinstance(value, list) and all(isinstance(each, int | float) for each in value):
        lines = textwrap.fill(flat[1:-1], WIDTH, initial_indent=" " * inner, subsequent_indent=" " * inner)
        return f"[\n{lines}\n{' ' * indent}]"
    if isinstance(value, dict):
        entries = [f"{json.dumps(name)}: {json_text(each, indent=inner)}" for name, each in value.items()]
    else:
        entries = [json_text(each, indent=inner) for each in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    joined = (",\n" + " " * inner).join(entries)
    return f"{opening}\n{' ' * inner}{joined}\n{' ' * indent}{closing}"
