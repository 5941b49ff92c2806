"""The words for accounts: names of real ones, and host and port of others."""

import pytest

from shared.cli.account import cosmos_words, queue_words, speech_words
from shared.settings import Settings

KEY = "a2V5IHRoYXQgaXMgbG9uZyBlbm91Z2g="


def settings(**values: str) -> Settings:
    named = {
        "SPEECH_ENDPOINT": "https://speech.invalid",
        "COSMOS_ENDPOINT": "https://cosmos.invalid",
        "AzureWebJobsStorage__blobServiceUri": "https://storage.invalid",
    }
    if "AzureWebJobsStorage" in values:
        del named["AzureWebJobsStorage__blobServiceUri"]
    return Settings.from_env(named | values)


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("https://cosmos-abc.documents.azure.com", "Cosmos DB account cosmos-abc, database calls"),
        ("https://Cosmos-ABC.documents.azure.com:443/", "Cosmos DB account cosmos-abc, database calls"),
        ("https://abc.documents.azure.cn:443", "Cosmos DB at abc.documents.azure.cn:443, database calls"),
        ("https://a.b.documents.azure.com", "Cosmos DB at a.b.documents.azure.com, database calls"),
        ("https://cosmos.corp.example:8443", "Cosmos DB at cosmos.corp.example:8443, database calls"),
        ("http://127.0.0.1:8081", "Cosmos DB at 127.0.0.1:8081, database calls"),
        ("http://[::1]:8081", "Cosmos DB at [::1]:8081, database calls"),
        ("http://localhost:8081", "Cosmos DB at localhost:8081, database calls"),
    ],
)
def test_an_account_of_cosmos_db_is_named_with_its_database(endpoint: str, words: str) -> None:
    assert cosmos_words(settings(COSMOS_ENDPOINT=endpoint, COSMOS_KEY=KEY, COSMOS_DATABASE="calls")) == words


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (
            {"AzureWebJobsStorage__queueServiceUri": "https://stabc.queue.core.windows.net/"},
            "queue jobs of storage account stabc",
        ),
        (
            {"AzureWebJobsStorage": f"AccountName=stabc;AccountKey={KEY};EndpointSuffix=core.windows.net"},
            "queue jobs of storage account stabc",
        ),
        (
            {
                "AzureWebJobsStorage": f"DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey={KEY};"
                "QueueEndpoint=http://127.0.0.1:10001/devstoreaccount1"
            },
            "queue jobs at 127.0.0.1:10001",
        ),
        (
            {
                "AzureWebJobsStorage": f"QueueEndpoint=https://stabc.queue.core.windows.net;SharedAccessSignature=sig={KEY}"
            },
            "queue jobs of storage account stabc",
        ),
        (
            {"AzureWebJobsStorage": f"AccountName=a;AccountKey={KEY};QueueEndpoint=https://me:pw@storage.corp.example"},
            "queue jobs at storage.corp.example",
        ),
    ],
)
def test_a_queue_is_named_with_its_storage_account(given: dict[str, str], words: str) -> None:
    assert queue_words(settings(**given), "jobs") == words


@pytest.mark.parametrize(
    ("endpoint", "words"),
    [
        ("https://spch-abc.cognitiveservices.azure.com", "Speech resource spch-abc"),
        ("https://westeurope.api.cognitive.microsoft.com", "Speech at westeurope.api.cognitive.microsoft.com"),
        ("http://127.0.0.1:5000", "Speech at 127.0.0.1:5000"),
    ],
)
def test_a_speech_resource_is_named_by_its_custom_subdomain(endpoint: str, words: str) -> None:
    assert speech_words(settings(SPEECH_ENDPOINT=endpoint, SPEECH_KEY=KEY)) == words
