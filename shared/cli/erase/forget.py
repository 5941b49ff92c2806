"""`speech2cosmos forget`: erases a job or a recording on request of a person in it."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from shared.bootstrap import App
from shared.cli.advice import advised
from shared.cli.environment import COSMOS, QUEUE, SPEECH, settings_of
from shared.cli.erase.erasing import Erasing
from shared.cli.erase.found import Found, Stores, is_of_report
from shared.cli.erase.remains import remains
from shared.cli.erase.rights import needing
from shared.cli.erase.target import Target, not_whole, target_of
from shared.cli.erase.told import print_addresses, print_found, print_remains
from shared.cli.exits import Exit
from shared.cli.terminal.output import print_error, print_line, print_note
from shared.cli.terminal.questions import confirmed
from shared.cli.terminal.times import local_time
from shared.domain.job import Status
from shared.domain.speech_urls import GUID
from shared.errors import NotFound, PartlyDone, UnknownValue, WrongUsage

RAW = frozenset({"AzureWebJobsStorage", "AzureWebJobsStorage__blobServiceUri", "RAW_CONTAINER"})

_WHEN_ENDED = "the same command when `speech2cosmos show {job} --watch` ends"

Name = Annotated[str, typer.Argument(metavar="JOB", help="The whole id of a transcription, or its URL.")]
File = Annotated[str | None, typer.Argument(metavar="FILE", help="Only this file of it: its whole id.")]
AtSpeech = Annotated[bool, typer.Option("--speech", help="Delete the transcription at Speech too, with all its files.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be erased, and erase nothing.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask first.")]


def forget(
    job: Name, file: File = None, *, speech: AtSpeech = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Erase a job or a recording, on request of a person in it.

    \b
    speech2cosmos forget JOB --dry-run     what is stored of it
    speech2cosmos forget JOB --speech      the whole job, also at Speech
    speech2cosmos forget JOB FILE          one recording

    It erases documents, rejected messages, messages in the queues, and raw results. A document with only ids and the
    time stays in the place of each recording, so that nothing but `submit JOB --reprocess` brings it back. At the end
    it says what remains elsewhere. After an interruption the same command erases the rest. A job that is under way is
    refused. It needs rights that only `erasers` have: docs/operations.md, Erasing a recording.
    """  # noqa: D301 - click keeps the lines after a \b character as they are
    target = target_of(job, file)
    if speech and target.file_id is not None:
        words = "--speech is for a whole job: Speech deletes only whole transcriptions, with all their files"
        raise advised(WrongUsage(words), f"speech2cosmos forget {target.job_id} --speech")
    app = App(settings_of(COSMOS | QUEUE | RAW | (SPEECH if speech else frozenset())))
    stores = Stores(app)
    print_addresses(app.settings, at_speech=speech)
    found = stores.find(target)
    _check(app, found)
    at_speech = speech and _is_at_speech(stores, target)
    print_found(found, at_speech=at_speech if speech else None)
    if dry_run:
        print_note("nothing was erased")
        return
    if found.left or at_speech or not found.erased_at:
        stores.rights.check(app)
        if not yes and not confirmed(f"Erase {target.words} for good, in these accounts?"):
            print_note("nothing was erased")
            raise typer.Exit(Exit.FAILED)
        try:
            Erasing(stores, target, datetime.now(UTC))(found, at_speech=at_speech)
        except UnknownValue as error:
            raise advised(error, _WHEN_ENDED.format(job=target.job_id)) from None
    after = stores.find(target)
    _verify(after, at_speech=at_speech and _is_at_speech(stores, target))
    print_line(f"verified: nothing is left of {target.words}, erased at {local_time(after.erased_at)}")
    with needing(stores.rights.raw):
        kept = stores.raw.kept(found.folders)
    print_remains(remains(found, kept, after.queues, at_speech=speech, now=datetime.now(UTC)))


def _check(app: App, found: Found) -> None:
    """Refuse what cannot be erased, and what is not there."""
    target, job = found.target, found.job
    if not found.known:
        if target.file_id is not None and not GUID.fullmatch(target.file_id):
            raise not_whole(target, target.file_id)
        words = f"nothing is stored of {target.words} in the database {app.settings.cosmos_database}"
        raise advised(NotFound(words), f"speech2cosmos {f'show {target.job_id}' if target.file_id else 'jobs'}")
    if target.file_id is not None and found.rows and all(map(is_of_report, found.rows)):
        words = f"file {target.file_id} is the report of job {target.job_id}, and no recording"
        raise advised(WrongUsage(words), f"speech2cosmos forget {target.job_id}, which erases the report too")
    if job is not None and job.status in {Status.PENDING, Status.INGESTING}:
        words = f"job {job.id} is {job.status}: only a job that has ended is erased, because the app would write on"
        print_error(words, _WHEN_ENDED.format(job=job.id))
        raise typer.Exit(Exit.FAILED)


def _is_at_speech(stores: Stores, target: Target) -> bool:
    with needing(stores.rights.speech):
        return stores.app.speech.transcription(target.job_id) is not None


def _verify(after: Found, *, at_speech: bool) -> None:
    """Raise PartlyDone if anything is left."""
    left = {
        "documents": len(after.documents) + len(after.report) + after.lists_it,
        "rejected messages": len(after.rejected),
        "messages": after.messages,
        "raw results": len(after.raw),
        "transcriptions at Speech": int(at_speech),
    }
    named = ", ".join(f"{number:,} {what}" for what, number in left.items() if number)
    if named or after.erased_at is None:
        words = f"of {after.target.words} is left: {named or 'its document'}; somebody wrote it meanwhile"
        raise advised(PartlyDone(words), "the same command in some minutes: it erases what is left")
