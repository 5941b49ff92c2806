"""What a user can do about an error: the line `try: …`."""

from typing import TypeVar

from shared.cli.installed import IN_CHECKOUT
from shared.errors import (
    Denied,
    Erased,
    InvalidMessage,
    InvalidResult,
    Misconfigured,
    NotFound,
    NoToken,
    Speech2CosmosError,
    Throttled,
    Transient,
    Unreadable,
    WrongUsage,
)

_E = TypeVar("_E", bound=Speech2CosmosError)

_BY_TYPE: tuple[tuple[type[Speech2CosmosError], str], ...] = (
    (
        Misconfigured,
        "`speech2cosmos connect --deployment NAME` takes it from a deployment; or set it in the environment or in the "
        "file of --settings" + ("; or `make up` starts all on this machine" if IN_CHECKOUT else ""),
    ),
    (
        NoToken,
        "`az login`, if nobody is signed in; otherwise see whether this machine reaches login.microsoftonline.com",
    ),
    (
        Denied,
        "the account's own key; or, without a key, ask for the role that docs/security.md names",
    ),
    (Throttled, "again in a minute: the service has too much to do"),
    (
        Transient,
        "again in a minute; see that the address is right and the service runs"
        + (" (`make up` on this machine)" if IN_CHECKOUT else ""),
    ),
    (Erased, "`speech2cosmos jobs --status forgotten`, which lists the jobs that were erased"),
    (NotFound, "COSMOS_DATABASE names the database, and `speech2cosmos jobs` lists what is in it"),
    (InvalidMessage, "give an id such as 00000000-0000-4000-8000-000000000004, or a transcription's URL"),
    (InvalidResult, "compare the file with docs/contract/README.md, or ask Speech for it again"),
    (
        Unreadable,
        "a newer version of speech2cosmos, if one wrote the document; else `speech2cosmos retry JOB --rewrite`",
    ),
    (WrongUsage, "the command with -h, which explains its options"),
)
"""The first type that fits counts, so a subclass stands before its base."""

_OTHERWISE = "the same command with --verbose, which shows where it failed"


def advised(error: _E, advice: str) -> _E:
    """Return the error with a note (PEP 678) of what a user can do about it."""
    error.add_note(advice)
    return error


def advice_for(error: Speech2CosmosError) -> str:
    """Return what a user can do about an error: its own note, else what its type suggests."""
    notes: list[str] = getattr(error, "__notes__", [])
    return notes[0] if notes else next((text for kind, text in _BY_TYPE if isinstance(error, kind)), _OTHERWISE)
