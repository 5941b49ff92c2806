"""`speech2cosmos submit`: sends jobs to the queue, as any application would."""

import os
from collections.abc import Iterable, Iterator
from typing import Annotated

import msgspec
import typer

from shared.bootstrap import App
from shared.cli.do.waiting import before, seconds_of, wait_for
from shared.cli.environment import COSMOS, QUEUE, settings_of
from shared.cli.sending import Message, send
from shared.cli.terminal.output import print_line, print_note
from shared.cli.terminal.text import counted
from shared.domain.enqueued import Enqueued, decode_enqueued
from shared.errors import InvalidMessage

STDIN = "-"

Ids = Annotated[
    list[str] | None,
    typer.Argument(metavar="JOB", help="Transcription ids, URLs or JSON messages; - reads stdin."),
]
File = Annotated[typer.FileBinaryRead | None, typer.Option("--file", help="Read ids from this file, one a line.")]
Reprocess = Annotated[bool, typer.Option(help="Write the job's files anew even if it is completed.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait until all have ended, and show each change.")]
Timeout = Annotated[
    str | None, typer.Option("--timeout", metavar="TIME", help="Wait at most this long: 90s, 30m, 12h or 2d.")
]


def submit(
    ids: Ids = None,
    file: File = None,
    *,
    reprocess: Reprocess = False,
    wait: Wait = False,
    timeout: Timeout = None,
) -> None:
    """Enqueue transcription jobs. All ids are checked before the first one is sent.

    \b
    speech2cosmos submit 637d9333-6559-47a6-b8de-c7d732c1ddf3 --wait
    speech2cosmos submit --file ids.txt
    az rest … | jq -r '.values[].self' | speech2cosmos submit -

    With --wait the exit code is 0 if all are completed, 3 if all have ended and some files are in, otherwise 1. Ctrl-C
    ends the waiting, not the jobs.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    if timeout is not None and not wait:
        raise typer.BadParameter("it needs --wait", param_hint="--timeout")
    limit = None if timeout is None else seconds_of(timeout)
    texts = [*_texts(ids or []), *_lines(file or ())]
    if not texts:
        raise typer.BadParameter("give at least one transcription id", param_hint="JOB")
    jobs = _checked(texts, reprocess=reprocess)
    app = App(settings_of(QUEUE | COSMOS if wait else QUEUE))
    watched = before(app, jobs) if wait else []
    messages = [Message(app.settings.jobs_queue, _text(job), f"job {job.job_id}", job.job_id) for job in jobs]
    send(app.settings, messages, go_on=lambda first: f"send {first.job_id} and the ids after it again")
    print_line(f"{counted(len(messages), 'job')} sent to {app.settings.jobs_queue}")
    if wait:
        raise typer.Exit(wait_for(app, watched, limit))
    print_note("next: speech2cosmos " + (f"show {jobs[0].job_id}" if len(jobs) == 1 else "jobs --watch"))


def _texts(ids: Iterable[str]) -> Iterator[bytes]:
    for text in ids:
        if text == STDIN:
            yield from _lines(typer.get_binary_stream("stdin"))
        else:
            yield os.fsencode(text)


def _lines(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (line.strip() for line in lines if line.strip())


def _checked(texts: Iterable[bytes], *, reprocess: bool) -> list[Enqueued]:
    """Return the jobs, each once. Raises InvalidMessage, which names every wrong text."""
    jobs: list[Enqueued] = []
    wrong: list[str] = []
    for text in texts:
        try:
            jobs += decode_enqueued(text)
        except InvalidMessage as error:
            wrong.append(str(error))
    if wrong:
        raise InvalidMessage(f"{'; '.join(wrong)}; nothing was enqueued")
    asked = (msgspec.structs.replace(job, reprocess=job.reprocess or reprocess) for job in jobs)
    return list(dict.fromkeys(asked))


def _text(job: Enqueued) -> str:
    name = job.self_url or job.job_id
    wanted = {key: True for key in ("reprocess", "replay") if getattr(job, key)}
    return msgspec.json.encode({"id": name, **wanted}).decode() if wanted else name
