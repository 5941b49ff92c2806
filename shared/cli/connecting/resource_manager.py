"""Reads subscriptions and their deployments from Azure Resource Manager. No other file asks it.

Shapes and versions: Azure/azure-rest-api-specs, specification/resources/resource-manager/Microsoft.Resources,
subscriptions/examples/2022-12-01 and deployments/models.tsp (2025-04-01).
"""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

import msgspec
from azure.core import PipelineClient
from azure.core.credentials import TokenCredential
from azure.core.exceptions import AzureError, HttpResponseError
from azure.core.pipeline.policies import BearerTokenCredentialPolicy, HeadersPolicy, RetryPolicy, UserAgentPolicy
from azure.core.rest import HttpRequest

from shared.adapters.azure_errors import translated
from shared.adapters.connections import sdk_transport
from shared.errors import Permanent, Transient

_T = TypeVar("_T")

SERVICE = "Azure Resource Manager"
_SUBSCRIPTIONS = "2022-12-01"
_DEPLOYMENTS = "2025-04-01"

_NAME = re.compile(r"[-\w.()]{1,64}")
"""What a deployment can be called (the parameter `deploymentName` of the REST API)."""


class Subscription(msgspec.Struct, frozen=True, rename="camel"):
    """A subscription that the user can see."""

    subscription_id: str
    display_name: str = ""

    def __str__(self) -> str:
        return f"{self.display_name} ({self.subscription_id})" if self.display_name else self.subscription_id


class Trouble(msgspec.Struct, frozen=True):
    """Why a deployment failed. `details` are the reasons of that reason."""

    code: str | None = None
    message: str | None = None
    details: list["Trouble"] | None = None

    def __str__(self) -> str:
        innermost = self
        while innermost.details:
            innermost = innermost.details[0]
        return ": ".join(text for text in (innermost.code, innermost.message) if text)


class Output(msgspec.Struct, frozen=True):
    """An output of a deployment. One of type secureString has no value."""

    value: Any = None


class Deployment(msgspec.Struct, frozen=True, rename="camel"):
    """The state of a deployment. Azure changes the case of its outputs' names (Azure/azure-dev#512)."""

    provisioning_state: str
    outputs: dict[str, Output] | None = None
    error: Trouble | None = None

    def output(self, name: str) -> str | None:
        """Return an output of type string, whatever the case of its name; None without such an output."""
        found = {key.lower(): output.value for key, output in (self.outputs or {}).items()}.get(name.lower())
        return found if isinstance(found, str) else None


class _Answer(msgspec.Struct, frozen=True):
    properties: Deployment


class _Page(msgspec.Struct, frozen=True, rename="camel"):
    value: list[Subscription]
    next_link: str | None = None


def can_be_deployment(name: str) -> bool:
    """Return whether a deployment can have this name."""
    return _NAME.fullmatch(name) is not None


class ResourceManager:
    """Azure Resource Manager at `address`, for whom `credential` stands.

    Every method raises NoToken if nobody is signed in, Denied without the right to read, and Transient.
    """

    def __init__(self, address: str, credential: TokenCredential) -> None:
        policies = [
            HeadersPolicy({"Accept": "application/json"}),
            UserAgentPolicy(sdk_moniker="speech2cosmos"),
            RetryPolicy(retry_total=3),
            # It refuses to send a token without TLS.
            BearerTokenCredentialPolicy(credential, f"{address}/.default"),
        ]
        transport = sdk_transport(connection_timeout=5, read_timeout=60)
        self._client: PipelineClient[Any, Any] = PipelineClient(address, policies=policies, transport=transport)
        self._address = address

    def subscriptions(self) -> Iterator[Subscription]:
        """Yield the subscriptions that the user can see, of all pages."""
        link: str | None = f"{self._address}/subscriptions?api-version={_SUBSCRIPTIONS}"
        followed: set[str] = set()
        while link:
            # The request carries the user's token.
            if link in followed or urlsplit(link)[:2] != urlsplit(self._address)[:2]:
                raise Permanent(f"{SERVICE}: the list of subscriptions goes on at an address that is not followed")
            followed.add(link)
            page = self._get(link, _Page)
            yield from page.value
            link = page.next_link

    def subscription(self, subscription_id: str) -> Subscription:
        """Return a subscription. Raises NotFound."""
        return self._get(f"{self._of(subscription_id)}?api-version={_SUBSCRIPTIONS}", Subscription)

    def deployment(self, subscription_id: str, name: str) -> Deployment:
        """Return a deployment of the subscription itself, not of a resource group. Raises NotFound."""
        path = f"{self._of(subscription_id)}/providers/Microsoft.Resources/deployments/{quote(name, '')}"
        return self._get(f"{path}?api-version={_DEPLOYMENTS}", _Answer).properties

    def _of(self, subscription_id: str) -> str:
        return f"{self._address}/subscriptions/{quote(subscription_id, '')}"

    def _get(self, link: str, shape: type[_T]) -> _T:
        try:
            response = self._client.send_request(HttpRequest("GET", link))
            if response.status_code != HTTPStatus.OK:
                raise HttpResponseError(response=response)
        except AzureError as error:
            raise translated(SERVICE, error) from error
        try:
            return msgspec.json.decode(response.content, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Transient(f"{SERVICE}: an answer that is not understood: {error}") from error
