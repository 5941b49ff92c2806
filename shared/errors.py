"""The errors. An error's type answers the caller's only question: retry, record, or stop?

Speech2CosmosError
├── Misconfigured        settings are wrong; nothing was done; fix the settings
├── WrongUsage           a command's options, or a file that they name, are wrong; nothing was done; fix the command
├── PartlyDone           a command did a part of its work; the message says how much
├── Transient            a service or the network failed; the same call may work later; raise it, and the queue retries
│   ├── Denied           a service answered 401 or 403: a role, a key or a network rule is wrong; an operator fixes it
│   ├── NoToken          Entra ID gave no token: nobody is signed in, or Entra ID cannot be reached
│   ├── Throttled        a service asked to slow down; wait, then send the message again: it loses no try
│   │   └── Paused       Speech said so before, and this process waits: no request was sent, so nothing is logged
│   └── Conflict         another writer changed the document between reading and writing it
└── Permanent            a retry cannot help; record it with its code and continue
    ├── InvalidMessage   a queue message that cannot be understood
    ├── InvalidResult    a file that is not a result (or report); the message says where
    ├── ForbiddenUrl     a link that the settings do not allow
    ├── UnknownValue     Speech sent an unknown status or kind
    ├── Unreadable       a stored document has a shape that this version does not know; the message names it
    └── ServiceRefused   a service answered 400 or 413: the request will never succeed
        ├── NotFound     what was requested does not exist
        │   └── Erased   it was erased on request of a person in it; the message says when
        └── ApiVersionRefused  Speech does not answer in the version of SPEECH_API_VERSION; an operator sets another
"""

from shared.masking import masked


class Speech2CosmosError(Exception):
    """Base of every error of this package. Its text has none of the process's keys in it."""

    def __init__(self, message: str) -> None:
        super().__init__(masked(message))


class Misconfigured(Speech2CosmosError):
    """One or more settings are missing or wrong. `problems` has one sentence for each, with the setting's name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The settings are wrong; nothing was started.\n" + "\n".join(f"- {p}" for p in problems))
        self.problems = problems


class WrongUsage(Speech2CosmosError):
    """A command cannot be done as it was given. The message says which option or line of a file is wrong."""


class PartlyDone(Speech2CosmosError):
    """A command did a part of its work and cannot do the rest. The message says how much is done."""


class Transient(Speech2CosmosError):
    """A service or the network failed. The same call may succeed later."""


class Denied(Transient):
    """A service answered 401 or 403. The same call works once an operator has fixed the role or key."""


class NoToken(Transient):
    """Entra ID gave no token. An app's identity gets one later; a user may have to sign in."""


class Throttled(Transient):
    """A service asked to slow down. `retry_after` is the wait in seconds that it asked for, if it named one."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Paused(Throttled):
    """No request was sent: after an earlier 429 this request would have to wait too long for its turn."""


class Conflict(Transient):
    """Another writer changed (or created) the document between reading and writing it."""


class Permanent(Speech2CosmosError):
    """A retry cannot help. `code` is stored beside the message, so that programs can distinguish failures."""

    code = "Permanent"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code


class InvalidMessage(Permanent):
    """A queue message that cannot be understood. `index` and `entry` are those of the invalid entry of an array."""

    code = "InvalidMessage"

    def __init__(self, message: str, *, index: int | None = None, entry: str | None = None) -> None:
        super().__init__(message)
        self.index = index
        self.entry = entry


class InvalidResult(Permanent):
    """A file that is not a transcription result, or not a report. The message says what is wrong and where."""

    code = "InvalidResult"


class ForbiddenUrl(Permanent):
    """A link to a host, scheme or address that the settings do not allow."""

    code = "ForbiddenUrl"


class UnknownValue(Permanent):
    """Speech sent a status or kind that this version does not know."""

    code = "UnknownValue"


class Unreadable(Permanent):
    """A stored document that this version cannot read: a later version wrote it, or somebody changed it."""

    code = "Unreadable"


class ServiceRefused(Permanent):
    """A service answered that the request itself is wrong or not allowed."""

    code = "ServiceRefused"


class NotFound(ServiceRefused):
    """What was requested does not exist."""

    code = "NotFound"


class Erased(NotFound):
    """What was requested was erased on request of a person in it. A tombstone is in its place."""


class ApiVersionRefused(ServiceRefused):
    """Speech does not answer in the API version of SPEECH_API_VERSION. The message says what to set."""

    code = "ApiVersionRefused"
