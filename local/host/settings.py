"""Reads and validates host.json and the environment, and reports every error at once.

Defaults are the platform's: learn.microsoft.com/azure/azure-functions/functions-host-json and, for queues,
functions-bindings-storage-queue.
"""

import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from local.host.errors import HostError

OVERRIDE = "AzureFunctionsJobHost__"
"""Prefix of settings that override a value of host.json: AzureFunctionsJobHost__extensions__queues__batchSize."""

_TIME_SPAN = re.compile(r"(?:(?P<d>\d+)\.)?(?P<h>[01]?\d|2[0-3]):(?P<m>[0-5]?\d):(?P<s>[0-5]?\d(?:\.\d{1,7})?)")


def time_span(value: object) -> float:
    """Return the seconds of a .NET TimeSpan, `hh:mm:ss` or `d.hh:mm:ss`. Raises ValueError for anything else."""
    if isinstance(value, float):
        return value
    found = _TIME_SPAN.fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is not a time span such as 00:00:30")
    days, hours, minutes = (int(found[part] or 0) for part in "dhm")
    return ((days * 24 + hours) * 60 + minutes) * 60 + float(found["s"])


def _timeout(value: object) -> float | None:
    """Return seconds; None for -1, which in host.json means that an invocation may take any time."""
    return None if value is None or str(value) == "-1" else time_span(value)


def _lower(value: object) -> object:
    """Convert the name of an encoding to lower case, as the platform does."""
    return value.lower() if isinstance(value, str) else value


TimeSpan = Annotated[float, BeforeValidator(time_span)]
Timeout = Annotated[float | None, BeforeValidator(_timeout)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class QueueOptions(_Part):
    """`extensions.queues` of host.json; times in seconds."""

    batch_size: int = Field(default=16, ge=1, le=32)
    new_batch_threshold: int | None = Field(default=None, ge=0)
    max_dequeue_count: int = Field(default=5, ge=1)
    visibility_timeout: TimeSpan = 0.0
    max_polling_interval: TimeSpan = 60.0
    message_encoding: Annotated[Literal["base64", "none"], BeforeValidator(_lower)] = "base64"

    @property
    def threshold(self) -> int:
        """The next batch is fetched when so few messages are being processed."""
        if self.new_batch_threshold is not None:
            return self.new_batch_threshold
        return self.batch_size // 2 * (os.cpu_count() or 1)


class HttpOptions(_Part):
    """`extensions.http` of host.json."""

    route_prefix: str = "api"


class Extensions(_Part):
    """`extensions` of host.json."""

    queues: QueueOptions = QueueOptions()
    http: HttpOptions = HttpOptions()


class HostJson(_Part):
    """The properties of host.json that this host obeys. The rest is for Azure."""

    version: Literal["2.0"]
    function_timeout: Timeout = 1800.0
    extensions: Extensions = Extensions()


class LocalSettings(BaseModel):
    """Settings that only this host has, from the environment."""

    model_config = ConfigDict(frozen=True, validate_default=True)

    lock_seconds: int = Field(default=600, ge=1, alias="LOCAL_QUEUE_LOCK_SECONDS")
    """How long a fetched message stays invisible, in seconds; renewed at half time. The platform's is 10 minutes,
    which is also how long the messages of a killed host stay away."""

    key: str = Field(default_factory=secrets.token_urlsafe, min_length=1, alias="LOCAL_FUNCTIONS_KEY")
    """The only key. It opens HTTP functions of the levels `function` and `admin`."""

    threads: int | None = Field(default=None, ge=1, le=1000, alias="PYTHON_THREADPOOL_THREAD_COUNT")
    """Threads for functions that are not `async`. None: the default of Python's ThreadPoolExecutor."""


def load_host_json(root: Path, environ: Mapping[str, str]) -> HostJson:
    """Read `root`/host.json and apply the AzureFunctionsJobHost__… settings. Raises HostError."""
    file = root / "host.json"
    try:
        content = TypeAdapter(dict[str, object]).validate_json(file.read_bytes())
        for name, value in environ.items():
            if name.startswith(OVERRIDE):
                _put(content, name.removeprefix(OVERRIDE).split("__"), value)
        return HostJson.model_validate(content)
    except OSError as error:
        raise HostError([f"{file}: {error.strerror}"]) from error
    except ValidationError as error:
        raise HostError([f"{file}: {problem}" for problem in _problems(error)]) from error


def load_local_settings(environ: Mapping[str, str]) -> LocalSettings:
    """Read this host's own settings from the environment; an empty one counts as unset. Raises HostError."""
    try:
        return LocalSettings.model_validate({name: value for name, value in environ.items() if value})
    except ValidationError as error:
        raise HostError(_problems(error)) from error


def _put(content: dict[str, object], path: list[str], value: str) -> None:
    for name in path[:-1]:
        inner = content.setdefault(name, {})
        if not isinstance(inner, dict):
            raise HostError([f"{OVERRIDE}{'__'.join(path)}: host.json has a plain value at {name}"])
        content = inner
    content[path[-1]] = value


def _problems(error: ValidationError) -> list[str]:
    return [
        f"{'.'.join(str(step) for step in problem['loc'])} is {problem['input']!r}: {problem['msg']}"
        for problem in error.errors()
    ]
