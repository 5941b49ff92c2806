"""The page as a stream: the template with the recording's texts and data in its places."""

import re
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from hashlib import sha256
from importlib.resources import files

from shared.rendering.about import title
from shared.rendering.page import overview
from shared.rendering.page.markup import data, short, shown, text
from shared.rendering.page.talk import BLOCK, Talk
from shared.rendering.recording import Recording
from shared.rendering.times import clock

SCRIPTS = ("base", "lanes", "position", "turns", "search", "audio", "share", "panels", "keys")
"""The parts of the script, in their order. They share one scope, since a file that is mailed has no modules."""

TITLE_CHARACTERS = 200

_PLACE = re.compile(r"\{\{(\w+)\}\}")


def page(recording: Recording) -> Iterator[str]:
    """Yield the HTML file of a recording in pieces. It reads each part of the recording once, in order of time.

    Channels that mirror another one are always in the file, and folded. Raises what `recording.phrases` raises.
    """
    folded = recording.left_out
    whole = replace(recording, choice=replace(recording.choice, all_channels=True))
    talk = Talk(whole.tracks, folded)
    head = recording.head
    called = text(short(title(head), TITLE_CHARACTERS))
    places: dict[str, Callable[[], str | Iterable[str]]] = {
        "policy": lambda: policy(style(), script()),
        "title": lambda: called,
        "style": style,
        "job": lambda: text(short(recording.job_name or "Transcript", TITLE_CHARACTERS)),
        "meta": lambda: overview.meta(head),
        "length": lambda: clock(head.duration_in_ticks) if head.duration_in_ticks else "?",
        "names": lambda: overview.names(whole, folded),
        "lanes": lambda: overview.lanes(whole, folded),
        "notices": lambda: overview.notices(whole, folded),
        "turns": lambda: talk.html(whole),
        "overview": lambda: overview.overview(whole, talk, folded),
        "details": lambda: overview.details(recording),
        "data": lambda: data(_numbers(whole, talk, folded)),
        "script": script,
    }
    for place, piece in enumerate(_PLACE.split(_part("page.html"))):
        if place % 2 == 0:
            yield piece
            continue
        made = places[piece]()
        yield from [made] if isinstance(made, str) else made


def policy(style: str, script: str) -> str:
    """Return the Content-Security-Policy: nothing is loaded, and only this style and this script are obeyed."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; media-src blob:; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def style() -> str:
    """Return the page's style sheet."""
    return _part("page.css")


@cache
def script() -> str:
    """Return the page's script."""
    parts = "\n".join(_part(f"{name}.js") for name in SCRIPTS)
    return f'"use strict";\n(() => {{\n{parts}\n}})();\n'


def _numbers(recording: Recording, talk: Talk, folded: dict[int, int]) -> dict[str, object]:
    head, columns = recording.head, talk.columns
    return {
        "job": head.job_id,
        "file": head.file_id,
        "revision": head.revision,
        "title": shown(short(title(recording.head), TITLE_CHARACTERS)),
        "length": head.duration_in_ticks,
        "tracks": [
            {"name": shown(name), "channel": channel, "folded": channel in folded}
            for (channel, _), name in recording.tracks.items()
        ],
        "block": BLOCK,
        "begin": columns.begin,
        "lengths": columns.length,
        "track": columns.track,
        "sure": columns.sure,
    }


def _hash(content: str) -> str:
    return f"sha256-{b64encode(sha256(content.encode()).digest()).decode()}"


@cache
def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")
