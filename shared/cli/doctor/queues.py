"""Checks of the queues: they exist, and nothing waits in them for long."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from shared.bootstrap import App
from shared.cli.doctor.checks import Check, failed, passed, warned
from shared.cli.doctor.peeked import Peeked, peek
from shared.cli.terminal.text import counted
from shared.cli.terminal.times import age
from shared.domain.documents import utc
from shared.domain.messages import POISON_SUFFIX
from shared.errors import Denied, NotFound

SIGN_IN = "Queue storage: sign-in"

PATIENCE = timedelta(minutes=10)
"""A message that is visible after this time waits. The host polls a queue at least once a minute, and takes a message
whose execution died up again after ten minutes (docs/decisions/0028)."""

POISON_PATIENCE = timedelta(minutes=15)
"""The host tries a message of a poison queue every ten minutes."""

SOON = timedelta(days=1)
"""A message that expires within this time is about to be lost."""


def queues(app: App, now: Callable[[], datetime]) -> Iterator[Check]:
    """Yield whether the user may read the queues, and how each is."""
    settings = app.settings
    names = (settings.jobs_queue, settings.results_queue)
    all_names = [f"{name}{suffix}" for suffix in ("", POISON_SUFFIX) for name in names]
    told = False
    for name in all_names:
        try:
            found = peek(settings, name)
        except Denied as error:
            role = "ask for the role Storage Queue Data Reader on the storage account; operators have a greater one"
            yield failed(SIGN_IN, str(error), "set AzureWebJobsStorage anew" if settings.storage else role)
            return
        except NotFound:
            fix = "set JOBS_QUEUE and RESULTS_QUEUE as the app has them; or deploy the Bicep again, which creates it"
            yield failed(f"queue: {name}", "there is no such queue: what is sent to it fails", fix)
            continue
        if not told:
            yield passed(SIGN_IN, "queues can be read" + (" with a key" if settings.storage else ""))
            told = True
        yield (_poison if name.endswith(POISON_SUFFIX) else _queue)(name, found, now())


def _queue(name: str, found: Peeked, now: datetime) -> Check:
    check = f"queue: {name}"
    if (lost := _soon_lost(check, found, now)) is not None:
        return lost
    oldest = min((each.inserted for each in found.first), default=None)
    if oldest is None:
        return passed(check, "empty" if not found.count else f"{counted(found.count, 'message')}, all being worked on")
    words = f"{counted(found.count, 'message')}, the oldest sent {_ago(oldest, now)} ago"
    if now - oldest < PATIENCE:
        return passed(check, words)
    fix = "see the check `app: last tick`; if the app runs, it is busy or throttled: docs/operations.md, *Throttling*"
    return warned(check, f"{words}: nobody has taken it up", fix)


def _poison(name: str, found: Peeked, now: datetime) -> Check:
    check = f"poison: {name.removesuffix(POISON_SUFFIX)}"
    if (lost := _soon_lost(check, found, now)) is not None:
        return lost
    if not found.count:
        return passed(check, "empty")
    oldest = min((each.inserted for each in found.first), default=now)
    words = f"{counted(found.count, 'message')}, the oldest since {_ago(oldest, now)}"
    fix = (
        "the app takes these up by itself, every ten minutes, as soon as it runs and Cosmos DB answers; then "
        "`speech2cosmos poison list` shows what it gave up, and `speech2cosmos retry` sends that again"
    )
    if now - oldest < POISON_PATIENCE:
        return warned(check, f"{words}: five deliveries failed", fix)
    return failed(check, f"{words}: five deliveries failed, and the app cannot record why", fix)


def _soon_lost(check: str, found: Peeked, now: datetime) -> Check | None:
    soon = [each.expires for each in found.first if each.expires is not None and each.expires - now < SOON]
    if not soon:
        return None
    words = f"{counted(len(soon), 'message')} of {found.count:,} will expire by {max(soon):%Y-%m-%d %H:%M} UTC unread"
    fix = "start the app: see the check `app: last tick`; or send the ids anew before: `speech2cosmos submit`"
    return failed(check, words, fix)


def _ago(moment: datetime, now: datetime) -> str:
    return str(age(utc(moment), now))
