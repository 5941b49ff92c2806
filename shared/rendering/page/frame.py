"""The frame of the pages that `speech2cosmos serve` shows beside transcripts, and what served pages have in common."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape

import msgspec

from shared.rendering.page.files import part, policy, script_of
from shared.rendering.page.markup import data, short, text

TITLE_CHARACTERS = 200

_STYLES = ("page.css", "served.css")
_SCRIPTS = ("dom", "fold", "live", "renew")
_PRODUCT = '<p class="job">speech2cosmos</p>'
_PLACE = re.compile(r"\{\{(\w+)\}\}")


class Live(msgspec.Struct, frozen=True):
    """How a served page keeps itself up to date: it asks the path `state` every `seconds` for another `version`.

    `kind`: which page it is; one that is now of another kind is loaded anew. `ended`: nothing changes by itself any
    more, so the page asks only when a person looks at it again.
    """

    state: str
    kind: str
    version: str
    seconds: float
    ended: bool = False


class Link(msgspec.Struct, frozen=True):
    """A step of the way from the list of jobs to a page: its text, and its address."""

    text: str
    address: str


def framed(*, title: str, trail: Sequence[Link], meta: Sequence[str], content: str, live: Live) -> str:
    """Return a page. `title` is text; `meta` and `content` are HTML."""
    called = text(short(title, TITLE_CHARACTERS))
    places = {
        "policy": policy(served_style(), _script(), connect=True),
        "title": called,
        "style": served_style(),
        "trail": trail_of(trail),
        "heading": called,
        "meta": "".join(f'<li data-key="{number}">{item}</li>' for number, item in enumerate(meta) if item),
        "content": content,
        "live": live_data(live),
        "script": _script(),
    }
    return _PLACE.sub(lambda place: places[place[1]], part("frame.html"))


def plain(*, title: str, content: str, leads_to: str | None = None, again: bool = False) -> str:
    """Return a page that asks for nothing, such as an error. `content` is HTML. `leads_to`: the path of the next page.

    `again`: the next page is at this address. Then a script loads it, since only that keeps a moment of the address.
    """
    called = text(short(title, TITLE_CHARACTERS))
    script = "location.reload()" if again else None
    leads = f'<meta http-equiv="refresh" content="0; url={escape(leads_to)}">\n' if leads_to else ""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy(served_style(), script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"{f'<noscript>{leads}</noscript>' if again else leads}"
        f"<title>{called}</title>\n<style>{served_style()}</style>\n</head>\n"
        f'<body>\n<main class="wrap alone"><h1>{called}</h1>\n{content}\n</main>\n'
        f"{f'<script>{script}</script>' if script else ''}</body>\n</html>\n"
    )


def trail_of(links: Sequence[Link]) -> str:
    """Return the way to a page as links; for the first page, the product's name."""
    steps = "".join(
        f'<li><a href="{escape(link.address)}" dir="auto">{text(short(link.text, TITLE_CHARACTERS))}</a></li>'
        for link in links
    )
    return f'<nav class="trail" aria-label="The way to this page"><ol>{steps}</ol></nav>' if steps else _PRODUCT


def live_data(live: Live) -> str:
    """Return the element from which the script reads how the page keeps itself up to date."""
    return f'<script type="application/json" id="live">{data(live)}</script>\n'


@cache
def served_style() -> str:
    """Return the style sheet of all served pages."""
    return "".join(map(part, _STYLES))


def _script() -> str:
    return script_of(_SCRIPTS)
