"""Checks the settings, and finds out which services can be asked."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.bootstrap import App
from shared.cli.account import cosmos_words, queue_words, speech_words
from shared.cli.doctor.checks import Check, failed, passed
from shared.cli.environment import COSMOS, QUEUE, SPEECH, settings_of, sources_of
from shared.cli.installed import IN_CHECKOUT
from shared.errors import Misconfigured
from shared.settings import Settings

SETTINGS = "settings"


class Service(StrEnum):
    """The services that are looked at."""

    SPEECH = "Speech"
    COSMOS = "Cosmos DB"
    QUEUES = "Queue storage"
    BLOBS = "Blob storage"


_NEEDED: Mapping[Service, frozenset[str]] = {
    Service.SPEECH: SPEECH,
    Service.COSMOS: COSMOS,
    Service.QUEUES: QUEUE,
    Service.BLOBS: frozenset(
        {"AzureWebJobsStorage", "AzureWebJobsStorage__blobServiceUri", "RAW_CONTAINER", "RAW_ARCHIVE"}
    ),
}

_TIMES = frozenset({"RETENTION_DAYS", "MAX_PENDING_HOURS", "REQUEUE_MINUTES", "GIVE_UP_HOURS", "POLL_SCHEDULE"})
"""Settings of the app that say how long something may take. On a user's machine they may be missing."""


@dataclass(frozen=True)
class Configured:
    """The app with the settings of those services whose settings are right, and what is wrong with the others."""

    app: App
    services: frozenset[Service]
    problems: tuple[str, ...]

    @property
    def settings(self) -> Settings:
        """The settings. Those of a service that is not in `services` mean nothing."""
        return self.app.settings

    def addresses(self) -> list[str]:
        """Return the accounts that are addressed, in words without a key."""
        settings = self.settings
        words: Mapping[Service, Callable[[], str]] = {
            Service.SPEECH: lambda: speech_words(settings),
            Service.COSMOS: lambda: cosmos_words(settings),
            Service.QUEUES: lambda: queue_words(settings, settings.jobs_queue),
        }
        return [text() for service, text in words.items() if service in self.services]

    def checks(self) -> Iterator[Check]:
        """Yield one check for each problem, or that there is none."""
        if not self.problems:
            sources = sources_of(_TIMES.union(*_NEEDED.values()))
            words = "; ".join(f"from {source}: {', '.join(names)}" for source, names in sources.items())
            yield passed(SETTINGS, words)
        for problem in self.problems:
            name, _, words = problem.partition(": ")
            start = "; `make up` starts all on this machine" if IN_CHECKOUT else ""
            fix = f"`speech2cosmos connect --deployment NAME`, or set {name}: docs/settings.md says how{start}"
            yield failed(SETTINGS, f"{name}: {words}", fix)


def configured() -> Configured:
    """Return the settings that are right, and every problem with the others."""
    every = _TIMES.union(*_NEEDED.values())
    try:
        return Configured(App(settings_of(every)), frozenset(Service), ())
    except Misconfigured as error:
        problems = error.problems
    right = {service: names for service, names in _NEEDED.items() if _is_right(names)}
    names = frozenset[str]().union(*right.values())
    return Configured(App(settings_of(names)), frozenset(right), tuple(problems))


def _is_right(names: frozenset[str]) -> bool:
    try:
        settings_of(names)
    except Misconfigured:
        return False
    return True
