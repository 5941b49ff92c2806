"""Sends messages again, deletes the documents of those that were rejected, and says what comes next."""

from collections.abc import Sequence

from shared.bootstrap import App
from shared.cli.account import cosmos_words
from shared.cli.repair.plan import Refused
from shared.cli.sending import Message, send
from shared.cli.terminal.output import print_line, print_note
from shared.cli.terminal.text import counted
from shared.errors import Speech2CosmosError


def send_again(app: App, messages: Sequence[Message]) -> list[Refused]:
    """Send the messages, and say what comes next.

    Returns the rejected messages whose documents should have been deleted and are still there.
    """
    left: list[Refused] = []

    def forget(message: Message) -> None:
        """Delete the document of a message that was sent again, unless the message has been rejected again."""
        if message.rejected is None:
            return
        try:
            if not app.jobs.forget(message.rejected):
                print_note(f"{message.rejected.id}: was rejected again")
        except Speech2CosmosError as error:
            words = f"{message.rejected.id}: its message was sent, but its document could not be deleted: {error}"
            left.append(
                Refused(words, "docs/operations.md names the role that deletes it (Poison and rejected messages)")
            )

    rejected = sum(message.rejected is not None for message in messages)
    if rejected:
        account = cosmos_words(app.settings)
        print_note(f"deleting the documents of {counted(rejected, 'rejected message')} from {account}, as each is sent")
    go_on = "the same command again: what was accepted may be sent twice without harm"
    send(app.settings, messages, go_on=lambda _: go_on, sent=forget)
    print_line(f"{summed(messages)} sent")
    print_note("next: speech2cosmos " + _next(messages))
    return left


def summed(messages: Sequence[Message]) -> str:
    """Return how many messages there are, and about how many jobs, in words."""
    jobs = len({message.job_id for message in messages if message.job_id})
    return counted(len(messages), "message") + (f" about {counted(jobs, 'job')}" if jobs else "")


def _next(messages: Sequence[Message]) -> str:
    jobs = {message.job_id for message in messages if message.job_id}
    return f"show {jobs.pop()}" if len(jobs) == 1 else "jobs --watch"
