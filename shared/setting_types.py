"""Types of settings' values: URLs, a list of hosts, a schedule, a queue's name. Each has its own check."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BeforeValidator, Field

from shared.domain.messages import POISON_SUFFIX
from shared.domain.urls import origin_of

_SCHEDULE_FIELDS = 6
_SECRET_MARKS = ("key=", "sig=", "signature=", "password=", "secret=", "token=", "@")


def _url(value: str) -> str:
    parts = urlsplit(value)
    named = parts.hostname and "@" not in parts.netloc and parts.port != 0  # reading the port checks it
    if parts.scheme not in {"http", "https"} or not named or parts.query or parts.fragment:
        raise ValueError("must be a URL such as https://contoso.cognitiveservices.azure.com")
    return value.rstrip("/")


def _origin(value: str) -> str:
    if urlsplit(_url(value)).path:
        raise ValueError("must be a URL without a path, such as https://contoso.cognitiveservices.azure.com")
    return _url(value)


def _entries(value: str) -> str:
    for entry in value.split(","):
        name = entry.strip()
        if name and "://" not in name and any(char in name for char in "/:@*?# "):
            raise ValueError(f"{name!r} is neither a host, nor a suffix that begins with a dot, nor a whole origin")
        if "://" in name:
            _origin(name)
    return value


def _schedule(value: str) -> str:
    if len(value.split()) != _SCHEDULE_FIELDS:
        raise ValueError("must have six fields, seconds first, such as '0 * * * * *'")
    return value


def _queue(value: str) -> str:
    if value.endswith(POISON_SUFFIX):
        raise ValueError(f"must not end in {POISON_SUFFIX}: the host names its own queues so")
    return value


Origin = Annotated[str, BeforeValidator(_origin)]
Url = Annotated[str, BeforeValidator(_url)]
HostList = Annotated[str, BeforeValidator(_entries)]
# Azure allows 63 characters, and the host adds `-poison`. 49 leave room for it twice (decision 0023).
QueueName = Annotated[
    str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=3, max_length=49), BeforeValidator(_queue)
]
Schedule = Annotated[str, BeforeValidator(_schedule)]


def may_be_secret(value: str) -> bool:
    """Return whether a value looks like a connection string, or a URL with a signature or a password.

    A user may have put it into the wrong setting, whose values errors would show.
    """
    return any(mark in value.lower() for mark in _SECRET_MARKS)


def host_entries(value: str) -> tuple[str, ...]:
    """Return the entries of a HostList in lower case; origins are without a default port."""
    names = (entry.strip().lower() for entry in value.split(",") if entry.strip())
    return tuple(origin_of(urlsplit(name)) if "://" in name else name for name in names)
