"""The pipeline's use cases, over a metered database and services that count their requests."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from azure.cosmos import CosmosClient, DatabaseProxy
from azure.storage.blob import ContainerClient

from benchmarks.cost.foreign import store_foreign
from benchmarks.cost.meter import Meter, MeteredDatabase
from benchmarks.cost.services import CountingBlobs, CountingContents, CountingSpeech, WorkClock
from benchmarks.cost.workloads import CALLS, Workload
from local.cosmos import Cosmos
from local.faults import FaultLayer
from local.provision import provision_cosmos
from shared.adapters.blob import BlobArchive
from shared.adapters.cosmos import CosmosJobs, CosmosTranscripts, connect
from shared.bootstrap import MAX_DEQUEUE_COUNT
from shared.domain.messages import Work
from shared.domain.patience import Patience
from shared.pipeline.accept import AcceptJob
from shared.pipeline.fetch import FetchResults
from shared.pipeline.ingest import Ingest
from shared.pipeline.poll import PollJobs
from shared.pipeline.settle import SettleJobs
from shared.pipeline.tick import Tick
from shared.settings import Settings

START = datetime(2096, 11, 2, 9, 0, 0, tzinfo=UTC)
"""Ahead of any server's clock, so that what was just written counts as a day old when orphaned parts are looked for."""
TICK = timedelta(minutes=1)


@dataclass(frozen=True)
class Bench:
    """The use cases over services that count."""

    meter: Meter
    database: MeteredDatabase
    clock: WorkClock
    speech: CountingSpeech
    contents: CountingContents
    blobs: CountingBlobs
    accept: AcceptJob
    timer: Tick
    fetch: FetchResults

    def tick(self) -> list[Work]:
        """Do what poll_jobs does, a minute after the last time."""
        self.clock.time += TICK
        with self.meter.phase("tick"):
            return list(self.timer())

    def full_tick(self) -> None:
        """Do what poll_jobs does if there may be a job: all queries, although there is none."""
        self.clock.time += TICK
        with self.meter.phase("tick"):
            self.timer.jobs.poll_mark()  # Tick reads it first
            list(self.timer.poll())
            list(self.timer.settle(pending=True))


@contextmanager
def bench(cosmos: Cosmos, workload: Workload = CALLS, foreign: int = 0) -> Iterator[Bench]:
    """Give the use cases over a new database, with the settings' defaults and those of the workload.

    `foreign`: the number of documents of other jobs in the database.
    """
    name = f"cost-{uuid.uuid4().hex[:8]}"
    provision_cosmos(cosmos.endpoint, cosmos.key, name)
    with FaultLayer() as layer:
        front = layer.front("cosmos", cosmos.endpoint)
        direct = connect(cosmos.endpoint, cosmos.key, name)
        metered = MeteredDatabase(connect(front.origin, cosmos.key, name), direct, front, Meter())
        store_foreign(metered, direct, foreign)
        try:
            yield _made(metered, workload)
        finally:
            CosmosClient(cosmos.endpoint, cosmos.key).delete_database(name)


def _made(metered: MeteredDatabase, workload: Workload) -> Bench:
    database = cast("DatabaseProxy", metered)  # the part of it that the adapters use
    jobs, transcripts = CosmosJobs(database, None), CosmosTranscripts(database, None)
    clock, blobs = WorkClock(START), CountingBlobs()
    speech = CountingSpeech(clock)
    contents = CountingContents(speech)
    archive = BlobArchive(cast("ContainerClient", blobs))  # as above
    ingest = Ingest(jobs, transcripts, speech, contents, archive, clock, workload.options)
    patience, get_limit = Patience(), int(Settings.model_fields["poll_get_limit"].default)
    poll = PollJobs(jobs, speech, clock, patience, get_limit)
    return Bench(
        meter=metered.meter,
        database=metered,
        clock=clock,
        speech=speech,
        contents=contents,
        blobs=blobs,
        accept=AcceptJob(jobs, clock),
        timer=Tick(jobs, clock, poll, SettleJobs(jobs, transcripts, clock, patience)),
        fetch=FetchResults(jobs, transcripts, speech, ingest, clock, MAX_DEQUEUE_COUNT, patience),
    )
