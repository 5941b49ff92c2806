"""What the host refuses.

HostError      the app or its settings cannot be served: said at the start, all problems at once
Undecodable    a message's text is not what host.json's messageEncoding says
"""

from collections.abc import Sequence


class HostError(Exception):
    """The function app or its settings cannot be served; `problems` says why, one sentence each."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class Undecodable(Exception):
    """A queue message is not base64 although host.json says that messages are."""
