"""Tries something again: finds out what is wanted, asks, and sends. `retry` and the older verbs end here."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import typer

from shared.adapters.cosmos.job_lists import JobLists
from shared.bootstrap import App
from shared.cli.account import queue_words
from shared.cli.advice import advised
from shared.cli.environment import COSMOS, QUEUE, settings_of
from shared.cli.erased import erased_file, erased_job
from shared.cli.exits import Exit
from shared.cli.reader import Reader
from shared.cli.repair.given_up import everything, is_message, message_of
from shared.cli.repair.plan import (
    Plan,
    Queues,
    Refused,
    plan_files,
    plan_job,
    plan_listing,
    plan_message,
    plan_rewrite,
    rewrite,
)
from shared.cli.repair.sending_again import send_again, summed
from shared.cli.selecting import file_of, job_of
from shared.cli.sending import Message
from shared.cli.terminal.counter import progress
from shared.cli.terminal.output import print_error, print_line, print_note, print_set_aside
from shared.cli.terminal.questions import confirmed
from shared.cli.terminal.text import counted
from shared.cli.watching import in_rounds, reading
from shared.domain.documents import FileFailure, FileKey
from shared.domain.forgotten import ForgottenJob, StoredJob
from shared.domain.job import Job
from shared.errors import NotFound, Speech2CosmosError, Unreadable, WrongUsage
from shared.settings import Settings

GIVEN_UP = "GivenUp"
"""The only code of failures that may be over by now."""

_OF_UNREADABLE = "correct the job's document, as docs/operations.md says (Documents that cannot be read)"

_OF_ERASED = "`speech2cosmos retry JOB --rewrite`, which fetches all files of the job anew, if Speech still has them"

_SHOWN = 20
"""How many notes are printed at most."""


@dataclass(frozen=True)
class Wanted:
    """What a user wants to try again. `name`: a job or a rejected message; None for all."""

    name: str | None
    files: Sequence[str] = ()
    given_up: bool = False
    rewrite: bool = False

    def check(self) -> None:
        """Raise WrongUsage for what does not go together."""
        if self.name is None and self.given_up == self.rewrite:
            raise advised(
                WrongUsage("name a job, or say what to try again of all jobs"),
                "speech2cosmos retry JOB, retry --given-up or retry --rewrite",
            )
        if self.rewrite and (self.files or self.given_up or (self.name and is_message(self.name))):
            raise advised(WrongUsage("--rewrite is for a whole job"), "speech2cosmos retry JOB --rewrite")
        if self.files and self.name and is_message(self.name):
            raise advised(WrongUsage("a rejected message has no files"), f"speech2cosmos retry {self.name}")


def again(wanted: Wanted, *, dry_run: bool, yes: bool) -> None:
    """Send what tries it again; with `dry_run` only print that. Asks first if it may be much, unless `yes`.

    Exits with PARTLY if some of it cannot be tried, with FAILED if nothing can. Raises WrongUsage, NotFound, and what
    `send` raises.
    """
    wanted.check()
    app = App(settings_of(COSMOS | QUEUE))
    plan = _plan(app, wanted)
    _print_some(plan.notes, print_note)
    if dry_run:
        for message in plan.messages:
            print_line(f"{message.words}  ->  {message.queue}")
    if not plan.messages and not plan.refused:
        print_line("nothing to do")
    elif dry_run:
        print_note(f"{summed(plan.messages)} would be sent; nothing was sent")
    elif plan.messages:
        if wanted.name is None and not yes and not confirmed(_question(app.settings, wanted, plan.messages)):
            print_note("nothing was sent")
            raise typer.Exit(Exit.FAILED)
        plan.refused += _sent(app, plan)
    if plan.refused:
        _print_some([each.words for each in plan.refused[:-1]], print_error)
        print_error(plan.refused[-1].words, plan.refused[-1].advice)
        raise typer.Exit(Exit.PARTLY if plan.messages else Exit.FAILED)


def _print_some(texts: Sequence[str], print_one: Callable[[str], None]) -> None:
    for text in texts[:_SHOWN]:
        print_one(text)
    if len(texts) > _SHOWN:
        print_note(f"and {len(texts) - _SHOWN:,} more")


def _sent(app: App, plan: Plan) -> list[Refused]:
    try:
        return send_again(app, plan.messages)
    except Speech2CosmosError:
        _print_some([each.words for each in plan.refused], print_error)
        raise


def _plan(app: App, wanted: Wanted) -> Plan:
    queues = Queues(app.settings.jobs_queue, app.settings.results_queue)
    if wanted.name is None:
        return _everything(app, queues) if wanted.given_up else _all_anew(app, queues)
    if is_message(wanted.name):
        return plan_message(message_of(app, wanted.name))
    job_id = job_of(app, wanted.name)
    if wanted.files:
        return _files(app, job_id, wanted.files, queues)
    stored = _stored(app, job_id)
    if wanted.rewrite and isinstance(stored, ForgottenJob):
        return Plan([rewrite(job_id, queues.jobs)])
    return _of_job(app, wanted, job_id, _job(stored), queues)


def _of_job(app: App, wanted: Wanted, job_id: str, job: Job | None, queues: Queues) -> Plan:
    if job is None:
        left = plan_files(None, Reader(app.database).failures(job_id), queues)
        if wanted.rewrite or not left.messages:
            words = f"there is no job {job_id} in the database {app.settings.cosmos_database}"
            raise advised(NotFound(words), f"speech2cosmos submit {job_id}")
        return left
    if wanted.rewrite:
        return plan_rewrite(job, queues)
    broken = app.transcripts.leftovers(job, None)[1] if job.ended_at else []
    return plan_job(job, Reader(app.database).failures(job_id), {each.key.file_id for each in broken}, queues)


def _files(app: App, job_id: str, names: Iterable[str], queues: Queues) -> Plan:
    reader = Reader(app.database)
    keys = [FileKey(job_id, file_of(reader, job_id, name)) for name in names]
    plan, failures = Plan(), []
    for key in keys:
        files = reader.files(job_id, key.file_id)
        failures += files.failures
        if files.erased:
            raise erased_file(files.erased[0], _OF_ERASED)
        if not files.failures and not files.heads:
            raise advised(
                NotFound(f"nothing is stored of job {job_id} file {key.file_id}"), f"speech2cosmos show {job_id}"
            )
        if not files.failures:
            plan.notes.append(f"job {job_id} file {key.file_id} is in")
    plan.add(plan_files(_job(_stored(app, job_id)), failures, queues))
    return plan


def _stored(app: App, job_id: str) -> StoredJob | None:
    try:
        return app.jobs.find(job_id)
    except Unreadable as error:
        raise advised(error, _OF_UNREADABLE) from None


def _job(stored: StoredJob | None) -> Job | None:
    if isinstance(stored, ForgottenJob):
        raise advised(erased_job(stored), _OF_ERASED)
    return stored


def _everything(app: App, queues: Queues) -> Plan:
    """Return how everything is tried again that a retry may fix. The rest is noted."""
    found, plan = everything(app), Plan()
    codes = Counter([each.code for each in found.messages] + [each.code for each in found.files])
    del codes[GIVEN_UP]
    for code, count in sorted(codes.items()):
        plan.notes.append(f"passed over {count:,} with code {code}: a retry alone does not help; name it to send it")
    for job in found.listings:
        plan.add(plan_listing(job, queues))
    over = {job.id for job in found.listings}
    lost = [each for each in found.files if each.code == GIVEN_UP and each.job_id not in over]
    by_job = {job_id: [*files] for job_id, files in groupby(sorted(lost, key=_job_of), key=_job_of)}
    documents = progress(in_rounds(reading(app.jobs.find), list(by_job)), len(by_job))
    for document, failures in zip(documents, by_job.values(), strict=True):
        if isinstance(document, ForgottenJob):
            continue  # the query of its failures was sent before it was erased
        if isinstance(document, Unreadable):
            plan.refused.append(Refused(str(document), _OF_UNREADABLE))
        else:
            plan.add(plan_files(document, failures, queues))
    for message in found.messages:
        if message.code == GIVEN_UP:
            plan.add(plan_message(message))
    return plan


def _job_of(failure: FileFailure) -> str:
    return failure.job_id


def _all_anew(app: App, queues: Queues) -> Plan:
    print_note("reading the ids of all jobs that have ended")
    return Plan([rewrite(job_id, queues.jobs) for job_id in JobLists(app.database, print_set_aside).ended()])


def _question(settings: Settings, wanted: Wanted, messages: Sequence[Message]) -> str:
    queues = dict.fromkeys(message.queue for message in messages)
    where = " and ".join(queue_words(settings, queue) for queue in queues)
    if wanted.rewrite:
        jobs = counted(len(messages), "job")
        return f"Write all files of {jobs} anew, by messages to {where}? Each file is fetched from Speech again."
    return f"Try again what was given up, by {summed(messages)} to {where}?"
