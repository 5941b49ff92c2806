"""Sends messages for the commands. Stderr says where they go; an error says how many were accepted before it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from shared.cli.account import queue_words
from shared.cli.advice import advised
from shared.cli.enqueue import enqueue
from shared.cli.terminal.counter import progress
from shared.cli.terminal.output import print_note
from shared.cli.terminal.text import counted
from shared.domain.job import Rejected
from shared.errors import PartlyDone, Speech2CosmosError
from shared.settings import Settings


@dataclass(frozen=True)
class Message:
    """A message for a queue. `words`: what it is about, for people.

    `job_id`: the job that it is about, if that is known. `rejected`: its document, if it was rejected before.
    """

    queue: str
    text: str
    words: str
    job_id: str | None = None
    rejected: Rejected | None = None


def send(
    settings: Settings,
    messages: Sequence[Message],
    *,
    go_on: Callable[[Message], str],
    sent: Callable[[Message], object] = lambda _: None,
) -> None:
    """Send messages, in the order of their queues' first mention. `sent` is called after each that was accepted.

    `go_on` returns what to do after an error, and gets the first message that was not accepted. Raises PartlyDone if
    others were accepted before it, otherwise what `enqueue` raises.
    """
    order = list(dict.fromkeys(message.queue for message in messages))
    waiting = sorted(messages, key=lambda message: order.index(message.queue))
    done = 0
    try:
        for queue, group in groupby(waiting, key=lambda message: message.queue):
            batch = list(group)
            print_note(f"sending {counted(len(batch), 'message')} to {queue_words(settings, queue)}")
            texts = (message.text for message in batch)
            for message, _ in zip(batch, progress(enqueue(settings, queue, texts), len(batch)), strict=True):
                done += 1
                sent(message)
    except Speech2CosmosError as error:
        if not done:
            raise
        words = f"{error}; {done:,} of {counted(len(messages), 'message')} were accepted before that"
        raise advised(PartlyDone(words), go_on(waiting[done])) from error
    except KeyboardInterrupt:
        # The queue may have accepted one more, whose answer did not come in time.
        print_note(f"at least {done:,} of {counted(len(messages), 'message')} were accepted")
        raise
