"""`speech2cosmos poison requeue`: sends the stored messages of what was given up again."""

from collections import Counter
from collections.abc import Iterable
from functools import cache, partial
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.enqueue import enqueue
from shared.cli.environment import COSMOS, QUEUE, settings_of
from shared.cli.repair.poison_find import GivenUp, Kept, everything, kept_file, kept_message, named
from shared.cli.terminal.output import print_error, print_line
from shared.domain.documents import FileFailure
from shared.domain.job import Job
from shared.errors import Permanent, Speech2CosmosError

GIVEN_UP = "GivenUp"
"""The only code of failures that may be over by now."""

Id = Annotated[str | None, typer.Argument(metavar="ID", help="The id of a rejected message, or of a job.")]
FileIds = Annotated[list[str] | None, typer.Argument(metavar="[FILE_ID...]", help="Only these files of the job.")]
All = Annotated[bool, typer.Option("--all", help=f"Everything with code {GIVEN_UP}; the rest has to be named.")]


def requeue(name: Id = None, file_ids: FileIds = None, *, send_all: All = False) -> None:
    """Send stored messages again: a rejected one, or those of a job's given-up files (all, or those with FILE_ID).

    If some cannot be sent, prints these, sends the others, and exits with 1.
    """
    if send_all == (name is not None):
        raise typer.BadParameter("give either an ID or --all", param_hint="ID")
    app = App(settings_of(COSMOS | QUEUE))
    found = named(app, name, file_ids or []) if name is not None else _worth_it(everything(app))
    kept, refused = _kept(app, found)
    for words in refused:
        print_error(words)
    for job in found.listings:
        print_line(f"not sent: the listing of job {job.id}: {_by_itself(job)}")
    failed = _send(app, kept)
    if (refused and not send_all) or failed:
        raise typer.Exit(1)


def _worth_it(found: GivenUp) -> GivenUp:
    """Return the failures that a retry may fix. Prints the others with the reason."""
    codes = [message.code for message in found.messages] + [file.code for file in found.files]
    for code, count in sorted(Counter(code for code in codes if code != GIVEN_UP).items()):
        print_line(f"passed over {count} with code {code}: a retry alone does not help; name it to send it")
    return GivenUp(
        [each for each in found.messages if each.code == GIVEN_UP],
        found.listings,
        [each for each in found.files if each.code == GIVEN_UP],
    )


def _kept(app: App, found: GivenUp) -> tuple[list[Kept], list[str]]:
    """Return the messages that can be sent again, and a sentence for each that cannot."""
    job_of = cache(app.jobs.get)

    def of_file(file: FileFailure) -> Kept:
        return kept_file(file, job_of(file.job_id), app.settings.results_queue)

    looks = [
        *(partial(of_file, file) for file in found.files),
        *(partial(kept_message, message) for message in found.messages),
    ]
    kept: list[Kept] = []
    refused: list[str] = []
    for look in looks:
        try:
            kept.append(look())
        except Permanent as error:
            refused.append(str(error))
    return kept, refused


def _send(app: App, kept: Iterable[Kept]) -> bool:
    """Send the messages. Returns whether a document that should have been deleted still exists."""
    by_queue: dict[str, list[Kept]] = {}
    for each in kept:
        by_queue.setdefault(each.queue, []).append(each)
    failed = False
    for queue, messages in by_queue.items():
        sent = enqueue(app.settings, queue, [each.text for each in messages])
        for each, _ in zip(messages, sent, strict=True):
            print_line(f"sent to {queue}: {each.words}")
            failed |= not _forgotten(app, each)
    return failed


def _forgotten(app: App, kept: Kept) -> bool:
    """Delete the document of a message that was sent again, unless the message has been rejected again."""
    if kept.rejected is None:
        return True
    try:
        if not app.jobs.forget(kept.rejected):
            print_line(f"{kept.rejected.id}: was rejected again")
    except Speech2CosmosError as error:
        print_error(f"{kept.rejected.id}: its message was sent, but its document could not be deleted: {error}")
        return False
    return True


def _by_itself(job: Job) -> str:
    if job.ended_at is None:
        return "it is tried again by itself"
    return f"speech2cosmos replay {job.id}"
