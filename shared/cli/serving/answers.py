"""Answers: pages, states, and errors, which are pages or states too."""

import hashlib
from collections.abc import Iterable, Iterator
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from shared.cli.advice import advice_for
from shared.cli.serving.guard import STATES
from shared.cli.terminal.output import print_error
from shared.errors import Denied, Erased, InvalidMessage, NotFound, NoToken, Speech2CosmosError, Throttled, Transient
from shared.rendering.page.frame import Live, framed
from shared.rendering.page.job import JOBS
from shared.rendering.page.markup import advice, short, shown, text

PIECE_CHARACTERS = 16_384
"""A page is sent in pieces of about this size, since each is made in a thread of its own."""

_WORDS = 1000
"""Characters of an error that are shown."""

_AGAIN_SECONDS = 5.0
"""Seconds after which a page that could not be read is asked for again."""


def version_of(*facts: object) -> str:
    """Return a short text that differs if the facts do."""
    return hashlib.sha256(msgspec.json.encode(facts)).hexdigest()[:16]


def state_answer(request: Request, live: Live) -> Response:
    """Return the state of a page, or 304 if the page shows that version already."""
    tag = {"ETag": f'"{live.version}"'}
    if request.headers.get("if-none-match") == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    return JSONResponse({"kind": live.kind, "version": live.version, "ended": live.ended}, headers=tag)


def in_pieces(pages: Iterable[str]) -> Iterator[str]:
    """Yield a text in larger pieces."""
    gathered: list[str] = []
    size = 0
    for piece in pages:
        gathered.append(piece)
        size += len(piece)
        if size >= PIECE_CHARACTERS:
            yield "".join(gathered)
            gathered, size = [], 0
    yield "".join(gathered)


def failed(request: Request, error: Exception) -> Response:
    """Return an error as a page, which asks again by itself if that may help, or as a state."""
    known = error if isinstance(error, Speech2CosmosError) else None
    if known is None:
        print_error(f"{request.url.path}: {type(error).__name__}: {error}")
    status, title = _kind(known)
    told = " ".join(str(known).split()) if known else f"A fault of speech2cosmos: {type(error).__name__}."
    words = shown(short(told, _WORDS))
    what = advice_for(known) if known else "the terminal, which says more"
    if request.url.path.startswith(STATES):
        return JSONResponse({"error": words, "advice": f"Try: {what}"}, status)
    content = (
        f'<section class="state" aria-label="Error"><p class="reason" dir="auto">{text(words)}</p>'
        f'<dl class="why"><dt>Try</dt><dd>{advice(what)}</dd></dl></section>'
    )
    path = STATES + quote(request.url.path.rstrip("/"))
    live = Live(path, "error", "", _AGAIN_SECONDS, ended=not isinstance(known, Transient))
    return HTMLResponse(framed(title=title, trail=[JOBS], meta=[], content=content, live=live), status)


def _kind(error: Speech2CosmosError | None) -> tuple[int, str]:
    match error:
        case Erased():
            return 410, "Erased"
        case NotFound() | InvalidMessage():
            return 404, "Not found"
        case Denied() | NoToken():
            return 503, "You may not read this"
        case Throttled():
            return 503, "Cosmos DB is busy"
        case Transient():
            return 503, "Cosmos DB does not answer"
        case _:
            return 500, "This page cannot be shown"
