"""The page as a stream: the template with the recording's texts and data in its places."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.errors import Speech2CosmosError
from shared.rendering.about import title
from shared.rendering.page import overview
from shared.rendering.page.files import part, policy, script_of
from shared.rendering.page.frame import TITLE_CHARACTERS, Link, Live, live_data, served_style, trail_of
from shared.rendering.page.markup import data, short, shown, text
from shared.rendering.page.talk import BLOCK, Talk
from shared.rendering.recording import Recording
from shared.rendering.times import clock

SCRIPTS = ("dom", "base", "fold", "lanes", "position", "turns", "search", "audio", "share", "panels", "keys")
"""The parts of the script, in their order. They share one scope, since a file that is mailed has no modules."""

_SERVED_SCRIPTS = (*SCRIPTS, "live", "replaced")

_PLACE = re.compile(r"\{\{(\w+)\}\}")
_LOADING = '<p class="note loading" id="loading">Loading the conversation…</p>\n'


@dataclass(frozen=True)
class Served:
    """What the page has besides if it is served: how it keeps up to date, the way to it, and a notice as HTML."""

    live: Live
    trail: Sequence[Link]
    notice: str = ""


def page(recording: Recording, served: Served | None = None) -> Iterator[str]:
    """Yield the HTML file of a recording in pieces. It reads each part of the recording once, in order of time.

    Channels that mirror another one are always in the file, and folded. Raises what `recording.phrases` raises, unless
    the page is served: what was read until then is shown, and why it ends there.
    """
    folded = recording.left_out
    whole = replace(recording, choice=replace(recording.choice, all_channels=True))
    talk = Talk(whole.tracks, folded)
    head = recording.head
    called = text(short(title(head), TITLE_CHARACTERS))
    css, js = (style(), script_of(SCRIPTS)) if served is None else (served_style(), script_of(_SERVED_SCRIPTS))
    broken: list[str] = []
    places: dict[str, Callable[[], str | Iterable[str]]] = {
        "policy": lambda: policy(css, js, connect=served is not None),
        "title": lambda: called,
        "style": lambda: css,
        "job": lambda: trail_of(served.trail) if served else _job(recording),
        "meta": lambda: overview.meta(head),
        "length": lambda: clock(head.duration_in_ticks) if head.duration_in_ticks else "?",
        "names": lambda: overview.names(whole, folded),
        "lanes": lambda: overview.lanes(whole, folded),
        "notices": lambda: (served.notice if served else "") + overview.notices(whole, folded),
        "loading": lambda: _LOADING if served else "",
        "turns": lambda: _as_far_as_read(talk, whole, broken) if served else talk.html(whole),
        "overview": lambda: overview.overview(whole, talk, folded),
        "details": lambda: overview.details(recording),
        "data": lambda: data({**_numbers(whole, talk, folded), "broken": "".join(broken) or None}),
        "live": lambda: live_data(served.live) if served else "",
        "script": lambda: js,
    }
    for place, piece in enumerate(_PLACE.split(part("page.html"))):
        if place % 2 == 0:
            yield piece
            continue
        made = places[piece]()
        yield from [made] if isinstance(made, str) else made


def style() -> str:
    """Return the style sheet of an exported page."""
    return part("page.css")


def _job(recording: Recording) -> str:
    return f'<p class="job" dir="auto">{text(short(recording.job_name or "Transcript", TITLE_CHARACTERS))}</p>'


def _as_far_as_read(talk: Talk, recording: Recording, broken: list[str]) -> Iterator[str]:
    try:
        yield from talk.html(recording)
    except Speech2CosmosError as error:
        broken.append(shown(str(error)))
        yield from talk.cut_off()


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
