"""The words for the accounts that a command addresses. They hold no key, signature, path or user of an address."""

from urllib.parse import urlsplit

from shared.cli.enqueue import address_of
from shared.settings import Settings

_COSMOS = ".documents.azure.com"
_QUEUES = ".queue.core.windows.net"
_SPEECH = ".cognitiveservices.azure.com"


def cosmos_words(settings: Settings) -> str:
    """Return `Cosmos DB account NAME, database DATABASE`; for another address, `Cosmos DB at HOST:PORT, …`."""
    return f"{_words('Cosmos DB', 'account', settings.cosmos_endpoint, _COSMOS)}, database {settings.cosmos_database}"


def queue_words(settings: Settings, name: str) -> str:
    """Return `queue QUEUE of storage account NAME`, or `queue QUEUE at HOST:PORT`.

    Raises Misconfigured for an address that the queues' SDK refuses.
    """
    return _words(f"queue {name}", "of storage account", address_of(settings, name), _QUEUES)


def speech_words(settings: Settings) -> str:
    """Return `Speech resource NAME`; for the host of a region or another address, `Speech at HOST:PORT`."""
    return _words("Speech", "resource", settings.speech_endpoint, _SPEECH)


def _words(service: str, kind: str, address: str, suffix: str) -> str:
    # Only hosts with these suffixes begin with the name of one account. Others are shown whole.
    host = urlsplit(address).netloc.rpartition("@")[2]
    name = host.removesuffix(":443").lower().removesuffix(suffix)
    return f"{service} at {host}" if "." in name or ":" in name or name == host.lower() else f"{service} {kind} {name}"
