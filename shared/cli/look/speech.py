"""`speech2cosmos status` and `files`: print Speech's own answers about a job."""

from typing import Annotated, Any

import typer

from shared.bootstrap import App
from shared.cli.environment import SPEECH, settings_of
from shared.cli.ids import job_id_of
from shared.cli.terminal.output import print_json
from shared.domain.speech_api import decode_answer
from shared.domain.urls import strip_queries

_OWN_LINKS = frozenset({"self", "files", "@nextLink"})
"""Links of Speech to its own API. Their queries have no secrets."""


JobId = Annotated[str, typer.Argument(metavar="ID", help="The transcription's id or URL.")]
WithSignatures = Annotated[bool, typer.Option(help="Print signatures too. Whoever has one can read the file.")]


def status(job_id: JobId) -> None:
    """Print a transcription as Speech describes it, as JSON."""
    app, asked = _asked(job_id)
    print_json(_unsigned(decode_answer(app.speech.transcription_body(asked), dict[str, Any])))


def files(job_id: JobId, *, with_signatures: WithSignatures = False) -> None:
    """Print all files that Speech lists for a transcription, as JSON."""
    app, asked = _asked(job_id)
    values = list(app.speech.files_as_sent(asked))
    print_json({"values": values if with_signatures else _unsigned(values)})


def _asked(job_id: str) -> tuple[App, str]:
    return App(settings_of(SPEECH)), job_id_of(job_id)


def _unsigned(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case dict():
            return {key: item if key in _OWN_LINKS else _unsigned(item) for key, item in value.items()}
        case list():
            return [_unsigned(item) for item in value]
        case _:
            return strip_queries(value)
