"""What all HTTP sessions have in common, ours and those of Azure's SDKs: the size of their pools, and no cookies."""

from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3 import Retry

CONNECTIONS = 48
"""Connections to a host that a session keeps open: the greatest `threadsPerInstance` of infra/main.bicep. By default it
would keep 10, and with more threads than that close and open connections all the time."""


def without_cookies(session: requests.Session) -> None:
    """Let the session neither keep cookies nor send any: the services need none, and one could mix up two requests."""
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))


def sdk_transport(**timeouts: float) -> RequestsTransport:
    """Return what an Azure SDK sends its requests by, instead of the one that it would make itself.

    `timeouts`: `connection_timeout` and `read_timeout` in seconds, where the SDK takes them from its transport.
    """
    session = requests.Session()
    without_cookies(session)
    # As in RequestsTransport: retries are the SDK's own matter.
    no_retries = Retry(total=False, redirect=False, raise_on_status=False)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=no_retries, pool_maxsize=CONNECTIONS))
    options: dict[str, Any] = {"session": session, **timeouts}
    return RequestsTransport(**options)
