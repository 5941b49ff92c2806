"""Roles by their ids, and which of them allows what the code does.

Ids: "Azure built-in roles" and, for Cosmos DB, "Data plane security reference" on Microsoft Learn. What the host
needs of its storage account: "Tutorial: Create a function app that connects to Azure services using identities".
"""

from dataclasses import dataclass

BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
QUEUE_CONTRIBUTOR = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
QUEUE_SENDER = "c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"
QUEUE_PROCESSOR = "8a0f0c08-91a1-4084-bc3d-661d67233fed"
TABLE_CONTRIBUTOR = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"
METRICS_PUBLISHER = "3913510d-42f4-4e42-8a64-420c390055eb"
SPEECH_USER = "f2dc8367-1007-4938-bd23-fe263f013447"

COSMOS_READER = "00000000-0000-0000-0000-000000000001"
COSMOS_CONTRIBUTOR = "00000000-0000-0000-0000-000000000002"

ROLES = {
    BLOB_OWNER: "Storage Blob Data Owner",
    BLOB_CONTRIBUTOR: "Storage Blob Data Contributor",
    BLOB_READER: "Storage Blob Data Reader",
    QUEUE_CONTRIBUTOR: "Storage Queue Data Contributor",
    QUEUE_SENDER: "Storage Queue Data Message Sender",
    QUEUE_PROCESSOR: "Storage Queue Data Message Processor",
    TABLE_CONTRIBUTOR: "Storage Table Data Contributor",
    METRICS_PUBLISHER: "Monitoring Metrics Publisher",
    SPEECH_USER: "Cognitive Services Speech User",
    COSMOS_READER: "Cosmos DB Built-in Data Reader",
    COSMOS_CONTRIBUTOR: "Cosmos DB Built-in Data Contributor",
}
"""Every role that is spoken of, by its id."""

_STORAGE_ACCOUNT = "Microsoft.Storage/storageAccounts"
_DATABASE = "Cosmos DB database"
_SPEECH = "Microsoft.CognitiveServices/accounts"
GIVEN: dict[str, set[tuple[str, str]]] = {
    "app": {
        (BLOB_OWNER, _STORAGE_ACCOUNT),
        (QUEUE_CONTRIBUTOR, _STORAGE_ACCOUNT),
        (TABLE_CONTRIBUTOR, _STORAGE_ACCOUNT),
        (METRICS_PUBLISHER, "Microsoft.Insights/components"),
        (SPEECH_USER, _SPEECH),
        (COSMOS_CONTRIBUTOR, _DATABASE),
    },
    "operator": {
        (QUEUE_CONTRIBUTOR, _STORAGE_ACCOUNT),
        (BLOB_READER, f"{_STORAGE_ACCOUNT}/blobServices/containers"),
        (SPEECH_USER, _SPEECH),
        (COSMOS_READER, _DATABASE),
    },
    "sender": {(QUEUE_SENDER, f"{_STORAGE_ACCOUNT}/queueServices/queues")},
    "reader": {(COSMOS_READER, _DATABASE)},
}
"""Who has which role on what; no deployment gives more or less. docs/security.md says why."""

PEOPLE = {
    "00000000-0000-4000-8000-00000000000a": "operator",
    "00000000-0000-4000-8000-00000000000b": "operator",
    "00000000-0000-4000-8000-00000000000c": "sender",
    "00000000-0000-4000-8000-00000000000d": "reader",
}
"""Who the object ids in the parameter files of infra/snapshots stand for."""


@dataclass(frozen=True)
class Need:
    """Something that the app does, and which roles allow it.

    `file` and `evidence`: where the code does it, and text that stands there; both empty for what the platform itself
    does. `setting`: the app setting that names the resource on which the role is needed.
    """

    what: str
    roles: tuple[str, ...]
    setting: str
    file: str = ""
    evidence: str = ""


_STORAGE = "AzureWebJobsStorage__"
NEEDS = (
    Need(
        "receive, prolong and delete messages",
        (QUEUE_CONTRIBUTOR, QUEUE_PROCESSOR),
        _STORAGE + "queueServiceUri",
        "function_app.py",
        "@app.queue_trigger(",
    ),
    Need(
        "send messages, to poison queues too",
        (QUEUE_CONTRIBUTOR, QUEUE_SENDER),
        _STORAGE + "queueServiceUri",
        "function_app.py",
        "@app.queue_output(",
    ),
    Need(
        "hold the timer's lease and the host's own blobs",
        (BLOB_OWNER,),
        _STORAGE + "blobServiceUri",
        "function_app.py",
        "@app.timer_trigger(",
    ),
    Need(
        "write raw results",
        (BLOB_OWNER, BLOB_CONTRIBUTOR),
        _STORAGE + "blobServiceUri",
        "shared/adapters/blob.py",
        "BlobServiceClient(service_uri, credential=credential(), ",
    ),
    Need("fetch its own package", (BLOB_OWNER, BLOB_CONTRIBUTOR), _STORAGE + "blobServiceUri"),
    Need("keep the host's diagnostic events", (TABLE_CONTRIBUTOR,), _STORAGE + "tableServiceUri"),
    Need(
        "ask Speech for jobs and files",
        (SPEECH_USER,),
        "SPEECH_ENDPOINT",
        "shared/adapters/identity.py",
        "https://cognitiveservices.azure.com/.default",
    ),
    Need("send telemetry", (METRICS_PUBLISHER,), "APPLICATIONINSIGHTS_CONNECTION_STRING"),
)

COSMOS_NEED = Need(
    "read and write documents",
    (COSMOS_CONTRIBUTOR,),
    "COSMOS_ENDPOINT",
    "shared/adapters/cosmos/client.py",
    "CosmosClient(",
)

SDKS = {"azure.storage.blob", "azure.cosmos", "azure.identity", "azure.functions", "azure.core"}
"""Azure packages of which the needs above take account; one more asks for a look at this table."""
