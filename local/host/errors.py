"""Errors of the host.

HostError      the app or its settings cannot be served; raised at the start, with every reason
Undecodable    a message's text does not match host.json's messageEncoding
WorkerEnded    the worker ended during an invocation
Lost           the host no longer holds a message: another holder has it, or it is gone
"""

from collections.abc import Sequence


class HostError(Exception):
    """The function app or its settings cannot be served. `problems` has one sentence for each reason."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Undecodable(Exception):
    """The text of a queue message is not Base64, but host.json says that texts are."""


class WorkerEnded(Exception):
    """The worker ended during an invocation, because that or another invocation outlasted functionTimeout."""


class Lost(Exception):
    """The host no longer holds a message: another holder has it, or the message or its queue is gone."""
