"""The Cosmos DB account of the stack, if it runs elsewhere: Microsoft's emulator, or a real account."""

import logging
from collections.abc import Mapping

from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError, ServiceRequestError, ServiceResponseError
from azure.cosmos import CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceNotFoundError
from pydantic import TypeAdapter, ValidationError

from local.processes import ServiceDied
from local.provision import create_containers
from shared.adapters.identity import credential
from shared.domain.containers import CONTAINERS
from shared.setting_types import Origin, may_be_secret

_REFUSED = (401, 403)

_WORDS = 300


class Unusable(ServiceDied):
    """The account cannot be used. The message says why, and what to try."""

    def __init__(self, why: str, advice: str) -> None:
        super().__init__(f"{why}\ntry: {advice}")


def check_account(given: Mapping[str, str]) -> None:
    """Raise Unusable if the settings name no account that a stack could use."""
    endpoint, key = given.get("COSMOS_ENDPOINT"), given.get("COSMOS_KEY")
    if endpoint is None:
        if key is not None:
            raise Unusable(
                "COSMOS_KEY is set and COSMOS_ENDPOINT is not",
                "set both, or unset COSMOS_KEY for the stack's own server",
            )
        return
    try:
        TypeAdapter(Origin).validate_python(endpoint)
    except ValidationError:
        found = "a value that may hold a secret" if may_be_secret(endpoint) else repr(endpoint)
        raise Unusable(
            f"COSMOS_ENDPOINT: found {found}, which is no URL without a path",
            "http://localhost:8081 for the emulator, or https://NAME.documents.azure.com",
        ) from None
    if key is None and not endpoint.startswith("https:"):
        raise Unusable(
            f"COSMOS_KEY is missing, and {endpoint} without TLS takes no sign-in",
            "COSMOS_KEY=…; Microsoft publishes the emulator's key",
        )


def provision_account(endpoint: str, key: str | None, database: str) -> None:
    """Create the database and its containers, unless they exist. Raises Unusable.

    Without a key they have to exist: a sign-in can read and write documents, and create none of these (Cosmos DB's own
    roles lack such actions: learn.microsoft.com/azure/cosmos-db/reference-data-plane-security).
    """
    # Otherwise Python prints the library's list of all ways to sign in above the error.
    logging.getLogger("azure").addHandler(logging.NullHandler())
    sign_in: str | TokenCredential = key or credential()
    try:
        client = CosmosClient(endpoint, sign_in, retry_total=2)
        if key:
            create_containers(client, database)
        for container in CONTAINERS:
            found = client.get_database_client(database).get_container_client(container.name).read()
            paths = tuple(found["partitionKey"]["paths"])
            if paths != container.partition_key:
                raise Unusable(
                    f"the container {container.name} of the database {database} at {endpoint} has the partition key "
                    f"{', '.join(paths)}; the app needs {', '.join(container.partition_key)}",
                    "COSMOS_DATABASE=…, the name of a database that there is not yet",
                )
    except AzureError as error:
        raise _understood(error, endpoint, database, with_key=bool(key)) from error


def _understood(error: AzureError, endpoint: str, database: str, *, with_key: bool) -> Unusable:
    words = " ".join(str(error).split()).partition(" Code: ")[0][:_WORDS]
    if isinstance(error, ClientAuthenticationError):
        return Unusable(f"nobody is signed in, whom the account {endpoint} could know", "`az login`, or COSMOS_KEY=…")
    if isinstance(error, CosmosResourceNotFoundError):
        return Unusable(
            f"the account {endpoint} has no database {database} with the app's containers",
            "COSMOS_KEY=…, with which they are created; or deploy the account as docs/deploy.md says",
        )
    if isinstance(error, CosmosHttpResponseError) and error.status_code in _REFUSED:
        return Unusable(
            f"the account {endpoint} answered {error.status_code}: {words}",
            "the account's own key" if with_key else "`az login` as one who may write its documents, or COSMOS_KEY=…",
        )
    if isinstance(error, ServiceRequestError | ServiceResponseError) and "CERTIFICATE_VERIFY_FAILED" in words:
        return Unusable(
            f"the certificate of {endpoint} is not trusted",
            "REQUESTS_CA_BUNDLE=FILE, with the emulator's certificate; or run the emulator with http",
        )
    return Unusable(f"the account {endpoint} cannot be used: {words}", "see that it runs and that its address is right")
