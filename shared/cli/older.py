"""The former names of commands. The help does not list them; each says its new name, and does the same through it."""

from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.environment import QUEUE, settings_of
from shared.cli.ids import job_ids_of
from shared.cli.look import speech
from shared.cli.repair.again import Wanted, again
from shared.cli.repair.plan import start_over
from shared.cli.repair.sending_again import send_again
from shared.cli.terminal.output import print_note

Ids = Annotated[list[str], typer.Argument(metavar="JOB", help="Ids or URLs of transcriptions.")]
Id = Annotated[str | None, typer.Argument(metavar="ID", help="The id of a rejected message, or of a job.")]
FileIds = Annotated[list[str] | None, typer.Argument(metavar="FILE", help="Only these files of the job.")]
All = Annotated[bool, typer.Option("--all", help="Everything that was given up.")]


def replay(ids: Ids) -> None:
    """Now `retry`.

    Starts ended jobs over, also those of which all files are in.
    """
    _renamed("replay", "retry JOB")
    job_ids = dict.fromkeys(job_ids_of(ids))
    app = App(settings_of(QUEUE))
    send_again(app, [start_over(job_id, app.settings.jobs_queue) for job_id in job_ids])


def requeue(name: Id = None, file_ids: FileIds = None, *, send_all: All = False) -> None:
    """Now `retry`."""
    _renamed("poison requeue", "retry")
    if send_all == (name is not None):
        raise typer.BadParameter("give either an ID or --all", param_hint="ID")
    again(Wanted(name, tuple(file_ids or ()), given_up=send_all), dry_run=False, yes=True)


def status(job_id: speech.JobId) -> None:
    """Now `speech status`."""
    _renamed("status", "speech status")
    speech.status(job_id)


def files(job_id: speech.JobId, *, with_signatures: speech.WithSignatures = False) -> None:
    """Now `speech files`."""
    _renamed("files", "speech files")
    speech.files(job_id, with_signatures=with_signatures)


def _renamed(former: str, name: str) -> None:
    print_note(f"`speech2cosmos {former}` is now `speech2cosmos {name}`")
