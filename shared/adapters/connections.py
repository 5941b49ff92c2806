"""Options of all HTTP sessions, ours and those of Azure's SDKs: the size of their pools, and no cookies."""

import os
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.request import getproxies

import requests
from azure.core.pipeline.transport import RequestsTransport
from requests.adapters import HTTPAdapter
from urllib3 import Retry

CONNECTIONS = 48
"""Connections to one host that a session keeps open: the greatest `threadsPerInstance` of infra/main.bicep. With the
default of 10, more threads would open and close connections all the time."""

CERTIFICATES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables of the environment with which requests finds other certificates."""


def without_cookies(session: requests.Session) -> None:
    """Make the session neither keep nor send cookies. No service needs them, and one could mix up two requests."""
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))


def sdk_transport(**timeouts: float) -> RequestsTransport:
    """Return a transport for an Azure SDK, in place of the SDK's default.

    `timeouts`: `connection_timeout` and `read_timeout` in seconds, if the SDK takes them from its transport.
    """
    session = requests.Session()
    without_cookies(session)
    # Otherwise requests searches the environment and .netrc before every request, which takes a tenth of its time.
    session.trust_env = bool(getproxies()) or any(os.environ.get(name) for name in CERTIFICATES)
    # As in RequestsTransport: only the SDK's pipeline retries.
    no_retries = Retry(total=False, redirect=False, raise_on_status=False)
    for scheme in ("http://", "https://"):
        session.mount(scheme, HTTPAdapter(max_retries=no_retries, pool_maxsize=CONNECTIONS))
    options: dict[str, Any] = {"session": session, **timeouts}
    return RequestsTransport(**options)
