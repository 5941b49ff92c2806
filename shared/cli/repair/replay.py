"""`speech2cosmos replay`: starts ended jobs over; only files that are not in are fetched."""

from typing import Annotated

import msgspec
import typer

from shared.cli.enqueue import enqueue
from shared.cli.environment import QUEUE, settings_of
from shared.cli.ids import job_ids_of
from shared.cli.terminal.output import print_line

Ids = Annotated[list[str], typer.Argument(metavar="ID...", help="Ids or URLs of transcriptions.")]


def replay(ids: Ids) -> None:
    """Start ended jobs over. Files that were given up are retried. Files that are in stay as they are."""
    messages = [msgspec.json.encode({"id": job_id, "replay": True}).decode() for job_id in job_ids_of(ids)]
    settings = settings_of(QUEUE)
    for message in enqueue(settings, settings.jobs_queue, messages):
        print_line(f"enqueued {message}")
