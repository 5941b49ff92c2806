"""`speech2cosmos retry`: the one way of trying something again."""

from typing import Annotated

import typer

from shared.cli.repair.again import Wanted, again

Job = Annotated[
    str | None,
    typer.Argument(metavar="JOB", help="A job's id, its beginning or name; or a rejected message's id."),
]
Files = Annotated[list[str] | None, typer.Argument(metavar="FILE", help="Only these files of the job.")]
GivenUp = Annotated[bool, typer.Option("--given-up", help="Everything that was given up, of all jobs.")]
Rewrite = Annotated[bool, typer.Option("--rewrite", help="Write all files anew, also those that are in.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be sent, and send nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


def retry(  # noqa: PLR0913 - the command's own options
    job: Job = None,
    files: Files = None,
    *,
    given_up: GivenUp = False,
    rewrite: Rewrite = False,
    dry_run: DryRun = False,
    yes: Yes = False,
) -> None:
    """Try again what is not in of a job, or what was given up.

    \b
    speech2cosmos retry JOB                   what is not in of this job
    speech2cosmos retry JOB FILE              one file that was given up
    speech2cosmos retry JOB --rewrite         all files of the job, also those that are in
    speech2cosmos retry rejected_…            a message that was rejected
    speech2cosmos retry --given-up --dry-run  what was given up, of all jobs
    speech2cosmos retry --rewrite             all files of all jobs that have ended

    Without JOB it asks first. Nothing to do is exit 0. Files can be tried as long as Speech keeps them.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    again(Wanted(job, tuple(files or ()), given_up=given_up, rewrite=rewrite), dry_run=dry_run, yes=yes)
