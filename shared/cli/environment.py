"""Finds the settings of a command. A command needs only some of the app's settings."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.cli.terminal.wishes import wishes
from shared.errors import Misconfigured
from shared.settings import Settings

_T = TypeVar("_T")

SPEECH = frozenset({"SPEECH_ENDPOINT", "SPEECH_API_VERSION", "SPEECH_KEY"})
COSMOS = frozenset({"COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE"})
_STORAGE = frozenset({"AzureWebJobsStorage", "AzureWebJobsStorage__queueServiceUri"})
QUEUE_NAMES = frozenset({"JOBS_QUEUE", "RESULTS_QUEUE"})
QUEUE = _STORAGE | QUEUE_NAMES
SPLIT = frozenset({"NBEST_WORDS", "TURN_GAP_SECONDS"})

STACK_FILE = Path("local", ".state", "endpoints.json")
"""Written by the local stack (`make up`) when it is ready. The path is relative to the repository."""

_STACK = (
    (frozenset({"SPEECH_ENDPOINT"}), {"SPEECH_ENDPOINT": "speechEndpoint", "SPEECH_KEY": "speechKey"}),
    (
        frozenset({"COSMOS_ENDPOINT"}),
        {"COSMOS_ENDPOINT": "cosmosEndpoint", "COSMOS_KEY": "cosmosKey", "COSMOS_DATABASE": "cosmosDatabase"},
    ),
    (
        _STORAGE,
        {
            "AzureWebJobsStorage": "storageConnectionString",
            "JOBS_QUEUE": "jobsQueue",
            "RESULTS_QUEUE": "resultsQueue",
        },
    ),
)
"""For each service: its settings, each with the key of STACK_FILE that has its local value."""

_UNNEEDED = {
    "SPEECH_ENDPOINT": "https://unneeded.invalid",
    "COSMOS_ENDPOINT": "https://unneeded.invalid",
    "AzureWebJobsStorage__blobServiceUri": "https://unneeded.invalid",
}
"""Values of settings that Settings requires but the command does not use. `.invalid` never resolves (RFC 2606)."""

_NO_QUEUE = (
    "AzureWebJobsStorage: is missing; set it to a connection string, or set AzureWebJobsStorage__queueServiceUri to "
    "use your own identity"
)


class _LocalSettings(msgspec.Struct, frozen=True):
    values: dict[str, str] = msgspec.field(name="Values")


def settings_of(needed: frozenset[str], **given: str | None) -> Settings:
    """Return the settings, of which only the `needed` ones were checked. `given`: the command line's options.

    A value is taken from the first of these that has it: options, environment, the file of `--settings`, the running
    local stack. Raises Misconfigured with a sentence for each needed setting that is missing or wrong.
    """
    options = {name: value for name, value in given.items() if value is not None}
    known = {name: value for name, value in (_known(wishes().settings) | options).items() if name in needed}
    problems = [_NO_QUEUE] if needed >= QUEUE and not known.keys() & _STORAGE else []
    unneeded = {name: value for name, value in _UNNEEDED.items() if name not in needed}
    if "AzureWebJobsStorage" in known:  # the local value belongs to another account
        unneeded.pop("AzureWebJobsStorage__blobServiceUri", None)
    try:
        settings = Settings.from_env(unneeded | known)
    except Misconfigured as error:
        raise Misconfigured(error.problems + problems) from None
    if problems:
        raise Misconfigured(problems)
    return settings


def _known(settings_file: Path | None) -> dict[str, str]:
    named = _filled(_read(settings_file, _LocalSettings).values) if settings_file else {}
    named |= _filled(os.environ)
    stack = _read(STACK_FILE, dict[str, object]) if STACK_FILE.is_file() else {}
    local: dict[str, str] = {}
    for address, keys in _STACK:
        # All settings of a service or none: a local key must not be sent to the address of a real account.
        if not named.keys() & address:
            local |= _filled({name: str(stack.get(key) or "") for name, key in keys.items()})
    return local | named


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value.strip()}


def _read(file: Path, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(file.read_bytes(), type=shape)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([f"{file}: cannot be read as settings: {error}"]) from error
