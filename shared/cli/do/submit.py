"""`speech2cosmos submit`: sends jobs to the queue, as any application would."""

import os
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer

from shared.cli.enqueue import enqueue
from shared.cli.environment import QUEUE, settings_of
from shared.cli.terminal.output import print_line
from shared.domain.enqueued import Enqueued, decode_enqueued
from shared.errors import InvalidMessage

STDIN = "-"

Ids = Annotated[list[str] | None, typer.Argument(help="Transcription ids, URLs or JSON messages; - reads stdin.")]
File = Annotated[typer.FileBinaryRead | None, typer.Option("--file", help="Read ids from this file, one a line.")]
Reprocess = Annotated[bool, typer.Option(help="Write the job's files anew even if it is completed.")]


def submit(ids: Ids = None, file: File = None, *, reprocess: Reprocess = False) -> None:
    """Enqueue transcription jobs. All ids are checked before the first one is sent."""
    texts = [*_texts(ids or []), *_lines(file or ())]
    if not texts:
        raise typer.BadParameter("give at least one transcription id", param_hint="ID")
    jobs = _checked(texts)
    settings = settings_of(QUEUE)
    for message in enqueue(settings, settings.jobs_queue, [_message(job, reprocess=reprocess) for job in jobs]):
        print_line(f"enqueued {message}")


def _texts(ids: Iterable[str]) -> Iterator[bytes]:
    for text in ids:
        if text == STDIN:
            yield from _lines(typer.get_binary_stream("stdin"))
        else:
            yield os.fsencode(text)


def _lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line.strip() for line in lines if line.strip())


def _checked(texts: Iterable[bytes]) -> list[Enqueued]:
    jobs: list[Enqueued] = []
    wrong: list[str] = []
    for text in texts:
        try:
            jobs += decode_enqueued(text)
        except InvalidMessage as error:
            wrong.append(str(error))
    if wrong:
        raise InvalidMessage(f"{'; '.join(wrong)}; nothing was enqueued")
    return jobs


def _message(job: Enqueued, *, reprocess: bool) -> str:
    name = job.self_url or job.job_id
    asked = {"reprocess": reprocess or job.reprocess, "replay": job.replay}
    wanted = {key: True for key, value in asked.items() if value}
    return msgspec.json.encode({"id": name, **wanted}).decode() if wanted else name
