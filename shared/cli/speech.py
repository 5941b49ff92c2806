"""`speech2cosmos status` and `files`: what Speech itself says of a job."""

import os
from typing import Annotated, Any

import msgspec
import typer

from shared.bootstrap import App
from shared.cli.environment import SPEECH, settings_of
from shared.cli.output import print_json
from shared.domain.messages import Enqueued, decode_enqueued
from shared.domain.speech_api import Transcription, decode_answer
from shared.domain.urls import strip_queries

_OWN_LINKS = frozenset({"self", "files", "@nextLink"})
"""Links of Speech to itself: their query is no secret, and without it they lead elsewhere."""


class _Page(msgspec.Struct, frozen=True):
    values: list[dict[str, Any]]
    next_link: str | None = msgspec.field(name="@nextLink", default=None)


JobId = Annotated[str, typer.Argument(metavar="ID", help="The transcription's id or URL.")]
WithSignatures = Annotated[bool, typer.Option(help="Leave the signatures in: whoever has one can read the file.")]


def status(ctx: typer.Context, job_id: JobId) -> None:
    """Print what Speech says of a transcription, as JSON."""
    app, job = _asked(ctx, job_id)
    print_json(_unsigned(decode_answer(app.speech.transcription_body(job.job_id, job.self_url), dict[str, Any])))


def files(ctx: typer.Context, job_id: JobId, *, with_signatures: WithSignatures = False) -> None:
    """Print all files that Speech lists for a transcription, as JSON."""
    app, job = _asked(ctx, job_id)
    values: list[Any] = []
    body = app.speech.files_body(job.job_id, _files_url(app, job))
    while True:
        page = decode_answer(body, _Page)
        values += page.values
        if not page.next_link:
            break
        body = app.speech.files_body(job.job_id, next_link=page.next_link)
    print_json({"values": values if with_signatures else _unsigned(values)})


def _asked(ctx: typer.Context, job_id: str) -> tuple[App, Enqueued]:
    settings = settings_of(ctx, SPEECH)
    return App(settings), decode_enqueued(os.fsencode(job_id), settings.speech_hosts())


def _files_url(app: App, job: Enqueued) -> str | None:
    """Return where a job that was named by its URL has its files; by its id, SpeechApi knows."""
    if job.self_url is None:
        return None
    return decode_answer(app.speech.transcription_body(job.job_id, job.self_url), Transcription).links.files


def _unsigned(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {key: item if key in _OWN_LINKS else _unsigned(item) for key, item in value.items()}
        case list():
            return [_unsigned(item) for item in value]
        case _:
            return strip_queries(value)
