"""Every error of ours. The type answers the one question a caller has: try again, record, or stop?

Speech2CosmosError
├── Misconfigured        settings are wrong; nothing was done; fix the settings
├── Transient            a service or the network failed; the same call may work later; raise, the queue retries
│   ├── Denied           a service answered 401 or 403: a role, a key or a network rule is wrong; an operator mends it
│   ├── Throttled        a service asked us to slow down; wait, then send the message anew: it is no failed try
│   │   └── Paused       Speech said so before, and this process waits: nothing was asked, and nothing is to be logged
│   └── Conflict         somebody else changed the document between our reading and our writing
└── Permanent            trying again cannot help; record it with its code and go on
    ├── InvalidMessage   a queue message that cannot be understood
    ├── InvalidResult    a file that is not a result (or report); the text says where
    ├── ForbiddenUrl     a link that leads where we do not go
    ├── UnknownValue     Speech said a status or kind that we do not know
    └── ServiceRefused   a service answered 4xx: the request will never be right
        ├── NotFound     what was asked for is not there
        └── ApiVersionRefused  Speech does not answer in the version of SPEECH_API_VERSION; an operator sets another
"""


class Speech2CosmosError(Exception):
    """Base of every error of this package."""


class Misconfigured(Speech2CosmosError):
    """One or more settings are missing or wrong. `problems` has one sentence for each, naming the setting."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("The settings are wrong; nothing was started.\n" + "\n".join(f"- {p}" for p in problems))
        self.problems = problems


class Transient(Speech2CosmosError):
    """A service or the network failed; the same may succeed later."""


class Denied(Transient):
    """A service answered 401 or 403. Once an operator has mended the role or key, the same call works."""


class Throttled(Transient):
    """A service asked to slow down. `retry_after` is what it told us to wait, in seconds, if it did."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Paused(Throttled):
    """Nothing was asked: after an earlier 429 the turn of this request would come too late to wait for it here."""


class Conflict(Transient):
    """The document was changed (or created) by somebody else between our reading and our writing."""


class Permanent(Speech2CosmosError):
    """Trying again cannot help. `code` is stored beside the text, for programs to tell failures apart."""

    code = "Permanent"

    def __init__(self, message: str, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or type(self).code


class InvalidMessage(Permanent):
    """A queue message that cannot be understood. `index` and `entry`: of an array, which entry is bad, and its text."""

    code = "InvalidMessage"

    def __init__(self, message: str, *, index: int | None = None, entry: str | None = None) -> None:
        super().__init__(message)
        self.index = index
        self.entry = entry


class InvalidResult(Permanent):
    """A file that is not a transcription result, or not a report; the text says what is wrong and where."""

    code = "InvalidResult"


class ForbiddenUrl(Permanent):
    """A link to a host, scheme or address that the settings do not allow."""

    code = "ForbiddenUrl"


class UnknownValue(Permanent):
    """Speech sent a status or kind that this version does not know."""

    code = "UnknownValue"


class ServiceRefused(Permanent):
    """A service answered that the request itself is wrong or not allowed."""

    code = "ServiceRefused"


class NotFound(ServiceRefused):
    """What was asked for is not there."""

    code = "NotFound"


class ApiVersionRefused(ServiceRefused):
    """Speech does not answer in the API version that SPEECH_API_VERSION names; the text says what to set."""

    code = "ApiVersionRefused"
