"""Finds the settings of a command. A command needs only some of the app's settings."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.cli.connection import Connection, connected, connection_file
from shared.cli.terminal.output import print_note_once
from shared.cli.terminal.wishes import wishes
from shared.domain.storage_account import STORAGE_SETTINGS
from shared.errors import Misconfigured
from shared.settings import Settings, settings_table

_T = TypeVar("_T")

SPEECH = frozenset({"SPEECH_ENDPOINT", "SPEECH_API_VERSION", "SPEECH_KEY"})
COSMOS = frozenset({"COSMOS_ENDPOINT", "COSMOS_KEY", "COSMOS_DATABASE"})
_STORAGE = frozenset({"AzureWebJobsStorage", "AzureWebJobsStorage__queueServiceUri"})
QUEUE_NAMES = frozenset({"JOBS_QUEUE", "RESULTS_QUEUE"})
QUEUE = _STORAGE | QUEUE_NAMES
SPLIT = frozenset({"NBEST_WORDS", "TURN_GAP_SECONDS"})

STACK_FILE = Path("local", ".state", "endpoints.json")
"""Written by the local stack (`make up`) when it is ready. The path is relative to the repository."""


@dataclass(frozen=True)
class _Service:
    """What belongs together: `address` has the settings that say where it is, `others` the rest.

    `words`: its name for people. `stack`: for some of both, the key of STACK_FILE that has the local value.
    """

    words: str
    address: frozenset[str]
    others: frozenset[str]
    stack: Mapping[str, str]


_SERVICES = (
    _Service(
        "Speech",
        frozenset({"SPEECH_ENDPOINT"}),
        frozenset({"SPEECH_KEY", "SPEECH_API_VERSION"}),
        {"SPEECH_ENDPOINT": "speechEndpoint", "SPEECH_KEY": "speechKey"},
    ),
    _Service(
        "Cosmos DB",
        frozenset({"COSMOS_ENDPOINT"}),
        frozenset({"COSMOS_KEY", "COSMOS_DATABASE", "RETENTION_DAYS"}),
        {"COSMOS_ENDPOINT": "cosmosEndpoint", "COSMOS_KEY": "cosmosKey", "COSMOS_DATABASE": "cosmosDatabase"},
    ),
    _Service(
        "storage",
        frozenset(STORAGE_SETTINGS),
        QUEUE_NAMES | {"RAW_CONTAINER", "RAW_ARCHIVE"},
        {
            "AzureWebJobsStorage": "storageConnectionString",
            "JOBS_QUEUE": "jobsQueue",
            "RESULTS_QUEUE": "resultsQueue",
        },
    ),
)

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


@dataclass(frozen=True)
class _Value:
    text: str
    source: str


def settings_of(needed: frozenset[str], **given: str | None) -> Settings:
    """Return the settings, of which only the `needed` ones were checked. `given`: the command line's options.

    A value is taken from the first of these that has it: options, environment, the file of `--settings`. A service of
    which none of them has the address is taken whole from the first of these that has it: the deployment of
    `speech2cosmos connect`, the running local stack. Raises Misconfigured with a sentence for each needed setting that
    is missing or wrong.
    """
    options = {name: _Value(value, "the command line") for name, value in given.items() if value is not None}
    values = {name: value for name, value in _known(options).items() if name in needed}
    _tell(values)
    known = {name: value.text for name, value in values.items()}
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


def sources_of(needed: frozenset[str]) -> dict[str, list[str]]:
    """Return the names of the settings that have a value, by where `settings_of` takes it from."""
    found: dict[str, list[str]] = {}
    for name, value in sorted(_known({}).items()):
        if name in needed:
            found.setdefault(value.source, []).append(name)
    return found


def settings_of_connection(connection: Connection) -> Settings:
    """Return the settings that the deployment gives to the commands. Raises Misconfigured."""
    names = {name for name, _ in settings_table()}
    return Settings.from_env({name: value for name, value in connection.outputs.items() if name in names})


def instead_of_connection() -> Iterator[tuple[str, str]]:
    """Yield each service that the commands do not take from the connected deployment, and what names it."""
    named = _named()
    for service in _SERVICES:
        for name in sorted(named.keys() & service.address):
            yield service.words, f"{name} in {named[name].source}"


def _known(options: dict[str, _Value]) -> dict[str, _Value]:
    named = _named() | options
    connection = connected()
    found: dict[str, _Value] = {}
    for service in _SERVICES:
        # All settings of a service or none: a local key must not be sent to the address of a real account.
        if named.keys() & service.address:
            continue
        if connection is not None and connection.outputs.keys() & service.address:
            found |= _filled(_of(connection.outputs, service.address | service.others), _CONNECTED)
        elif STACK_FILE.is_file():
            stack = _read(STACK_FILE, dict[str, object])
            found |= _filled({name: str(stack.get(key) or "") for name, key in service.stack.items()}, _FROM_STACK)
    return found | named


_CONNECTED = "the deployment that is connected"
_FROM_STACK = "the stack on this machine"


def _named() -> dict[str, _Value]:
    """Return what the environment and the file of `--settings` have."""
    file = wishes().settings
    named = _filled(_read(file, _LocalSettings).values, str(file)) if file else {}
    # By name, because Windows lists all names in capitals.
    here = {name: os.environ[name] for name, _ in settings_table() if name in os.environ}
    return named | _filled(here, "the environment")


def _of(values: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    return {name: values[name] for name in names if name in values}


def _tell(values: Mapping[str, _Value]) -> None:
    """With `--verbose`, say where each value comes from. Say it also if one of two places is not used."""
    sources = {value.source for value in values.values()}
    if wishes().verbose:
        for source in sorted(sources):
            names = ", ".join(sorted(name for name, value in values.items() if value.source == source))
            file = f" ({connection_file()})" if source == _CONNECTED else ""
            print_note_once(f"{names}: from {source}{file}")
    if _CONNECTED in sources and STACK_FILE.is_file():
        print_note_once(f"using {_CONNECTED}, not the stack that runs on this machine")


def _filled(values: Mapping[str, str], source: str) -> dict[str, _Value]:
    return {name: _Value(value, source) for name, value in values.items() if value.strip()}


def _read(file: Path, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(file.read_bytes(), type=shape)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Misconfigured([f"{file}: cannot be read as settings: {error}"]) from error
