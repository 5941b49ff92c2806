"""The storage account in the settings: a connection string or service URIs name it, and they must not name two."""

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

STORAGE_SETTINGS = (
    "AzureWebJobsStorage",
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__queueServiceUri",
)

_NO_STORAGE = (
    "AzureWebJobsStorage: is missing; set it to a connection string, or set "
    "AzureWebJobsStorage__blobServiceUri to use the app's own identity"
)

_SECRET_PARTS = frozenset({"accountkey", "sharedaccesssignature"})
_EMULATOR = "devstoreaccount1"
_NAME = re.compile(r"[A-Za-z0-9-]{3,63}")


def storage_problems(connection: str | None, blob_uri: str | None, queue_uri: str | None) -> list[str]:
    """Return a sentence, without secrets, for each problem in the values of STORAGE_SETTINGS.

    If a connection string and URIs are set, the Functions host uses the connection string. It would then read queues of
    one account while the app writes blobs of another (azure-functions-host#11796: Flex Consumption sometimes sets a
    connection string by itself).
    """
    if connection is None:
        return [_NO_STORAGE] if blob_uri is None else []
    named = account_of_connection(connection)
    uris = zip(STORAGE_SETTINGS[1:], (blob_uri, queue_uri), strict=True)
    others = {name: account_of_uri(uri) for name, uri in uris if uri is not None}
    return [
        f"{name}: names the storage account {other!r}, AzureWebJobsStorage names {named!r}. The Functions host would "
        "take the connection string: remove AzureWebJobsStorage, or let both name one account"
        for name, other in others.items()
        if named is not None and other is not None and other != named
    ]


def account_of_connection(connection: str) -> str | None:
    """Return the account's name in lower case; None if the connection string has none."""
    pairs = (pair.partition("=") for pair in connection.split(";"))
    values = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if values.get("usedevelopmentstorage", "").lower() == "true":
        return _EMULATOR
    endpoint = values.get("blobendpoint") or values.get("queueendpoint")
    return _plain(values.get("accountname", "")) or (account_of_uri(endpoint) if endpoint else None)


def connection_secrets(connection: str) -> Iterator[str]:
    """Yield the keys and signatures in a connection string."""
    for name, _, value in (part.partition("=") for part in connection.split(";")):
        if name.strip().lower() in _SECRET_PARTS:
            yield value.strip()


def account_of_uri(uri: str) -> str | None:
    """Return the account's name in lower case; None if the text is not the URL of an account.

    The name is the host's first label, or the first segment of an emulator's path.
    """
    try:
        parts = urlsplit(uri)
        host = parts.hostname
    except ValueError:
        return None
    if not host:
        return None
    return _plain(parts.path.strip("/").partition("/")[0] if _is_emulator(host) else host.partition(".")[0])


def _plain(name: str) -> str | None:
    # The text may be a misplaced key, so it is shown only if it can be an account's name.
    return name.lower() if _NAME.fullmatch(name) else None


def _is_emulator(host: str) -> bool:
    # An account's own host has several labels. An emulator has an IP address or a plain name.
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return True
