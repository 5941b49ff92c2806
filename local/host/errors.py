"""What the host refuses.

HostError      the app or its settings cannot be served: said at the start, all problems at once
Undecodable    a message's text is not what host.json's messageEncoding says
WorkerEnded    an invocation ended with the worker that ran it
Lost           a message is no longer this host's: another holder has it, or it is gone
"""

from collections.abc import Sequence


class HostError(Exception):
    """The function app or its settings cannot be served; `problems` says why, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Undecodable(Exception):
    """A queue message is not base64 although host.json says that messages are."""


class WorkerEnded(Exception):
    """An invocation ended with the worker that ran it: it, or another one beside it, outlasted functionTimeout."""


class Lost(Exception):
    """A message is no longer this host's: its receipt is another holder's, or the message or its queue is gone."""
