"""Builds the app from the settings. Only this module imports both pipeline and adapters.

Importing this module imports no SDK. Each property of App imports the classes that it builds, and with them their SDKs.
They are imported under the lock of `once`, so never by two threads at the same time (docs/decisions/0042).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from shared.domain.patience import Patience
from shared.domain.speech_urls import NEWEST, RETIRED, RETIRED_ON, SpeechResource
from shared.errors import Speech2CosmosError, Transient
from shared.masking import shown_cause
from shared.pipeline.signals import Log, Signal, not_built
from shared.settings import Settings

if TYPE_CHECKING:
    from azure.storage.blob import BlobServiceClient

    from shared.adapters.clock import SystemClock
    from shared.adapters.cosmos import Connection, CosmosJobs, CosmosTranscripts
    from shared.adapters.speech import SpeechApi
    from shared.domain.split import SplitOptions
    from shared.pipeline.accept import AcceptJob
    from shared.pipeline.fetch import FetchResults
    from shared.pipeline.ingest import Ingest
    from shared.pipeline.poll import PollJobs
    from shared.pipeline.record_poison import RecordPoison
    from shared.pipeline.rights import CheckRights
    from shared.pipeline.settle import SettleJobs
    from shared.pipeline.tick import Tick

MAX_DEQUEUE_COUNT = 5
"""Deliveries of a message before the host moves it to the poison queue. host.json has the same number."""


log = Log(__name__)

_T = TypeVar("_T")
_BUILDING = RLock()


class once(cached_property[_T]):  # noqa: N801 - stands where `cached_property` would, which has no lock from Python 3.12 on
    """A property that is built at its first use, and only once, even if several threads use it at the same time."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> _T: ...
    def __get__(self, instance: object | None, owner: type[Any] | None = None) -> Self | _T:
        """Return the value, and build it first if necessary. If that fails, log it and raise Transient."""
        try:
            with _BUILDING:
                return super().__get__(instance, owner)
        except Speech2CosmosError:
            raise
        except Exception as error:  # noqa: BLE001 - any error of a library is logged and raised as Transient
            words = f"{type(error).__name__}: {error}"
            not_built(str(self.attrname), words)
            raise Transient(f"the app's {self.attrname} cannot be built: {words}") from shown_cause(error)


@dataclass(frozen=True)
class App:
    """The use cases with the real adapters. Each is built at its first use."""

    settings: Settings

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> App:
        """Return the app without connecting to any service. Raises Misconfigured, which names every wrong setting."""
        quiet_sdks()
        settings = Settings.from_env(environ)
        if settings.speech_api_version in RETIRED:
            log.warning(
                "SPEECH_API_VERSION is %s, which Microsoft announced to retire on %s: set it to %s",
                *(settings.speech_api_version, RETIRED_ON, NEWEST),
                signal=Signal.TROUBLED,
            )
        return cls(settings)

    @once
    def clock(self) -> SystemClock:
        """System clock."""
        from shared.adapters.clock import SystemClock

        return SystemClock()

    @once
    def database(self) -> Connection:
        """Cosmos DB. The first use connects to it."""
        from shared.adapters.cosmos import Connection, connect

        key = self.settings.cosmos_key
        given = key.get_secret_value() if key else None
        return Connection(lambda: connect(self.settings.cosmos_endpoint, given, self.settings.cosmos_database))

    @once
    def jobs(self) -> CosmosJobs:
        """Container `jobs`."""
        from shared.adapters.cosmos import CosmosJobs

        return CosmosJobs(self.database, self.settings.retention_seconds)

    @once
    def transcripts(self) -> CosmosTranscripts:
        """Container `transcripts`."""
        from shared.adapters.cosmos import CosmosTranscripts

        return CosmosTranscripts(self.database, self.settings.retention_seconds)

    @once
    def speech(self) -> SpeechApi:
        """Speech's REST API, with the key of the settings if there is one, else with the app's own identity."""
        from shared.adapters.identity import SPEECH_SCOPE, bearer
        from shared.adapters.speech import SpeechApi

        key = self.settings.speech_key
        by_key = {"Ocp-Apim-Subscription-Key": key.get_secret_value()} if key else None
        authorize = bearer(SPEECH_SCOPE) if by_key is None else lambda: by_key
        return SpeechApi(SpeechResource(self.settings.speech_endpoint, self.settings.speech_api_version), authorize)

    @once
    def blobs(self) -> BlobServiceClient:
        """Blob storage, with the settings' connection string if there is one, else with the app's own identity."""
        from shared.adapters.blob import blob_service

        return blob_service(self._connection_string, self.settings.storage_blob_uri)

    @once
    def ingest(self) -> Ingest:
        """Fetch, split and write one file."""
        from shared.adapters.blob import BlobArchive, NoArchive, own_reader
        from shared.adapters.contents import HttpContents
        from shared.pipeline.ingest import Ingest

        container = self.blobs.get_container_client(self.settings.raw_container)
        return Ingest(
            jobs=self.jobs,
            transcripts=self.transcripts,
            speech=self.speech,
            contents=HttpContents(self.settings.content_rule(), own_reader(self.blobs)),
            archive=BlobArchive(container) if self.settings.raw_archive else NoArchive(),
            clock=self.clock,
            options=split_options(self.settings),
        )

    @once
    def accept_job(self) -> AcceptJob:
        """Use case of the queue that users send to."""
        from shared.pipeline.accept import AcceptJob

        return AcceptJob(self.jobs, self.clock, self.settings.jobs_queue)

    @once
    def tick(self) -> Tick:
        """Use case of the timer."""
        from shared.pipeline.tick import Tick

        return Tick(self.jobs, self.clock, self.poll_jobs, self.settle_jobs)

    @once
    def poll_jobs(self) -> PollJobs:
        """Use case of the timer, first half: find the jobs that ended at Speech."""
        from shared.pipeline.poll import PollJobs

        return PollJobs(self.jobs, self.speech, self.clock, self.patience, self.settings.poll_get_limit)

    @once
    def settle_jobs(self) -> SettleJobs:
        """Use case of the timer, second half: end the jobs whose files are all in."""
        from shared.pipeline.settle import SettleJobs

        return SettleJobs(self.jobs, self.transcripts, self.clock, self.patience)

    @once
    def fetch_results(self) -> FetchResults:
        """Use case of the queue on which the functions send messages to each other."""
        from shared.pipeline.fetch import FetchResults

        return FetchResults(
            self.jobs, self.transcripts, self.speech, self.ingest, self.clock, MAX_DEQUEUE_COUNT, self.patience
        )

    @once
    def record_poison(self) -> RecordPoison:
        """Use case of the poison queues."""
        from shared.pipeline.record_poison import RecordPoison

        ports = (self.jobs, self.transcripts, self.ingest, self.clock)
        return RecordPoison(*ports, self.accept_job, MAX_DEQUEUE_COUNT, self.patience, self.settings.jobs_queue)

    @once
    def check_rights(self) -> CheckRights:
        """Use case of the timer's first run: test the app's permissions."""
        from shared.adapters.queues import QueueAccount
        from shared.pipeline.rights import CheckRights
        from shared.rights import rights

        queues = QueueAccount(self._connection_string, self.settings.storage_queue_uri)
        return CheckRights(rights(self.settings, self.speech, self.database, queues, lambda: self.blobs))

    @property
    def _connection_string(self) -> str | None:
        return self.settings.storage.get_secret_value() if self.settings.storage else None

    @property
    def patience(self) -> Patience:
        """The settings of pauses and deadlines."""
        return Patience(
            poll_min_seconds=self.settings.poll_min_seconds,
            not_found_minutes=self.settings.not_found_minutes,
            max_pending_hours=self.settings.max_pending_hours,
            requeue_minutes=self.settings.requeue_minutes,
            retry_min_seconds=self.settings.retry_min_seconds,
            missing_minutes=self.settings.missing_minutes,
            give_up_hours=self.settings.give_up_hours,
        )


def quiet_sdks() -> None:
    """Silence Azure's SDKs, which log two lines for every request. Log Analytics would charge for each.

    Failures of azure.identity are silenced too: its lines quote the answer, which may be a truncated token. The app
    logs these failures itself.
    """
    logging.getLogger("azure").setLevel(logging.WARNING)
    logging.getLogger("azure.identity").setLevel(logging.ERROR)


def split_options(settings: Settings) -> SplitOptions:
    """Return the settings of the split."""
    from shared.domain.split import SplitOptions

    return SplitOptions(settings.turn_gap_seconds, all_words=settings.nbest_words == "all")
