"""Every permission that the app needs, and the request that tests it. infra/main.bicep assigns the roles."""

from collections.abc import Callable
from functools import partial
from itertools import product

from azure.cosmos import DatabaseProxy
from azure.storage.blob import BlobServiceClient

from shared.adapters.blob import try_to_write_blob
from shared.adapters.cosmos.access import try_to_read, try_to_write
from shared.adapters.queues import QueueAccount
from shared.domain.containers import JOBS, TRANSCRIPTS
from shared.domain.messages import POISON_SUFFIX
from shared.pipeline.ports import Right, Speech
from shared.settings import Settings


def rights(
    settings: Settings,
    speech: Speech,
    database: Callable[[], DatabaseProxy],
    queues: QueueAccount,
    blobs: Callable[[], BlobServiceClient],
) -> list[Right]:
    """Return the permissions in the order of their log lines. `database` connects, so it may raise Transient."""
    return [
        _speech(settings, speech),
        *_cosmos(settings, database),
        *_queues(settings, queues),
        *_blobs(settings, blobs),
    ]


def _speech(settings: Settings, speech: Speech) -> Right:
    by_key = settings.speech_key is not None
    return Right(
        name="Speech: list transcriptions",
        needs="its key" if by_key else f"role Cognitive Services Speech User on {settings.speech_endpoint}",
        setting="SPEECH_KEY" if by_key else "SPEECH_ENDPOINT",
        attempt=lambda: speech.transcriptions(None, None),
    )


def _cosmos(settings: Settings, database: Callable[[], DatabaseProxy]) -> list[Right]:
    by_key = settings.cosmos_key is not None
    where = f"database {settings.cosmos_database} of {settings.cosmos_endpoint}"
    return [
        Right(
            name=f"Cosmos DB: {verb} {container.name}",
            needs="its key" if by_key else f"role Cosmos DB Built-in Data Contributor on {where}",
            setting="COSMOS_KEY" if by_key else "COSMOS_ENDPOINT, COSMOS_DATABASE",
            attempt=partial(_with_database, try_, database, container),
        )
        for container, (verb, try_) in product((JOBS, TRANSCRIPTS), (("read", try_to_read), ("write", try_to_write)))
    ]


def _with_database(try_: Callable[..., None], database: Callable[[], DatabaseProxy], *args: object) -> None:
    try_(database(), *args)


def _queues(settings: Settings, queues: QueueAccount) -> list[Right]:
    by_key = settings.storage is not None
    where = settings.storage_queue_uri or "the storage account"
    return [
        Right(
            name=f"Queue storage: read {queue}{suffix}",
            needs="its key" if by_key else f"role Storage Queue Data Contributor on {where}",
            setting="AzureWebJobsStorage" if by_key else f"AzureWebJobsStorage__queueServiceUri, {setting}",
            attempt=partial(queues.peek, f"{queue}{suffix}"),
        )
        for setting, queue in (("JOBS_QUEUE", settings.jobs_queue), ("RESULTS_QUEUE", settings.results_queue))
        for suffix in ("", POISON_SUFFIX)
    ]


def _blobs(settings: Settings, blobs: Callable[[], BlobServiceClient]) -> list[Right]:
    if not settings.raw_archive:
        return []
    by_key = settings.storage is not None
    where = f"{settings.storage_blob_uri}, container {settings.raw_container}"
    return [
        Right(
            name=f"Blob storage: write {settings.raw_container}",
            needs="its key" if by_key else f"role Storage Blob Data Owner on {where}",
            setting="AzureWebJobsStorage" if by_key else "AzureWebJobsStorage__blobServiceUri, RAW_CONTAINER",
            attempt=lambda: try_to_write_blob(blobs().get_container_client(settings.raw_container)),
        )
    ]
