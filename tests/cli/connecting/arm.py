"""A stand-in of Azure Resource Manager: subscriptions and their deployments, over TLS, for users with a token."""

import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme
from azure.core.credentials import AccessToken
from azure.identity import CredentialUnavailableError

TOKEN = "token-of-the-user"  # noqa: S105 - of a stand-in
FIRST = "11111111-0000-4000-8000-000000000001"
SECOND = "22222222-0000-4000-8000-000000000002"
THIRD = "33333333-0000-4000-8000-000000000003"

SUBSCRIPTIONS_API, DEPLOYMENTS_API = "2022-12-01", "2025-04-01"
NEVER = 2**40
"""A time in the far future, in seconds."""


class SignedIn:
    """A user with a token. `scopes`: for what it was asked."""

    def __init__(self) -> None:
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:  # noqa: ANN401 - the SDK's signature
        """Return a token that does not expire."""
        self.scopes += scopes
        return AccessToken(TOKEN, NEVER)


class SignedOut:
    """Nobody."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:  # noqa: ANN401 - the SDK's signature
        """Raise what azure-identity raises then."""
        raise CredentialUnavailableError(message="Please run 'az login' to set up an account")


def as_azure_writes(name: str) -> str:
    """Return the name of an output as Azure returns it.

    The first letters are in lower case, and the rest is kept: `POSTGRES_USER` becomes `pOSTGRES_USER`
    (Azure/azure-dev#512), and `TRANS_Test_Parameter` becomes `tranS_Test_Parameter` (Azure/bicep#9360).
    """
    first, bar, rest = name.partition("_")
    return first[:-1].lower() + first[-1:] + bar + rest if bar and first.isupper() else name[:1].lower() + name[1:]


@dataclass
class Arm:
    """The server's state. A deployment is the `properties` of the answer."""

    origin: str = ""
    names: dict[str, str] = field(default_factory=dict)
    """Names of the subscriptions that the user can see, by their ids."""
    deployments: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    """Subscriptions whose deployments the user cannot read."""
    page_size: int = 100
    next_links: list[str] = field(default_factory=list)
    """If there are some, the next link of each page of the list of subscriptions, in place of the right one."""
    failures: list[int] = field(default_factory=list)
    """Statuses of the next answers."""
    asked: list[str] = field(default_factory=list)

    def deploy(
        self, subscription: str, name: str, outputs: Mapping[str, str], state: str = "Succeeded", **more: object
    ) -> None:
        """Have a deployment. Its outputs are typed values (deployments/examples of azure-rest-api-specs)."""
        typed = {as_azure_writes(key): {"type": "String", "value": value} for key, value in outputs.items()}
        self.deployments[subscription, name] = {"provisioningState": state, "outputs": typed, **more}

    def answer(self, target: str, authorization: str | None) -> tuple[int, Any]:
        """Return status and body of the answer to a GET. Errors have code and message (CloudError in models.tsp)."""
        self.asked.append(target)
        if authorization != f"Bearer {TOKEN}":
            return 401, _error("InvalidAuthenticationToken", "The access token is invalid.")
        if self.failures:
            return self.failures.pop(0), _error("InternalServerError", "Try again.")
        parts = urlsplit(target)
        version, path = parse_qs(parts.query)["api-version"], parts.path.strip("/").split("/")
        if path == ["subscriptions"] and version == [SUBSCRIPTIONS_API]:
            return 200, self._page(int(parse_qs(parts.query).get("$skip", ["0"])[0]))
        if len(path) == 2 and version == [SUBSCRIPTIONS_API]:
            return self._subscription(path[1])
        if path[2:5] == ["providers", "Microsoft.Resources", "deployments"] and version == [DEPLOYMENTS_API]:
            return self._deployment(path[1], path[5])
        return 400, _error("InvalidRequest", target)

    def _page(self, start: int) -> dict[str, Any]:
        """Return a page of the list (subscriptions/examples/2022-12-01/GetSubscriptions.json)."""
        ids = list(self.names)
        end = start + self.page_size
        page: dict[str, Any] = {"value": [self._about(each) for each in ids[start:end]]}
        if self.next_links:
            page["nextLink"] = self.next_links.pop(0)
        elif end < len(ids):
            page["nextLink"] = f"{self.origin}/subscriptions?api-version={SUBSCRIPTIONS_API}&$skip={end}"
        return page

    def _about(self, subscription: str) -> dict[str, str]:
        return {
            "id": f"/subscriptions/{subscription}",
            "subscriptionId": subscription,
            "displayName": self.names[subscription],
            "state": "Enabled",
        }

    def _subscription(self, subscription: str) -> tuple[int, Any]:
        if subscription not in self.names:
            return 404, _error("SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")
        return 200, self._about(subscription)

    def _deployment(self, subscription: str, name: str) -> tuple[int, Any]:
        if subscription in self.refused:
            return 403, _error("AuthorizationFailed", "The client does not have authorization to perform action.")
        found = self.deployments.get((subscription, name))
        if found is None:
            return 404, _error("DeploymentNotFound", f"Deployment '{name}' could not be found.")
        return 200, {"name": name, "type": "Microsoft.Resources/deployments", "properties": found}


def _error(code: str, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@contextmanager
def serving(authority: trustme.CA) -> Iterator[Arm]:
    """Serve on a free port of 127.0.0.1 until the block ends; `authority` vouches for that and for localhost."""
    arm = Arm()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            status, answer = arm.answer(self.path, self.headers.get("Authorization"))
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Log nothing."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True)
    arm.origin = f"https://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield arm
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
