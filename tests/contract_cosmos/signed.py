"""Requests to Cosmos DB without an SDK, signed with the account's key."""

import base64
import hashlib
import hmac
import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from urllib.parse import quote, urlsplit

from local.cosmos import Cosmos


@dataclass(frozen=True)
class Asked:
    """A request for a feed or an item. `link`: what is signed, if not the path."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    link: str | None = None

    def signature(self, key: str, date: str) -> str:
        """Return the value of the header Authorization."""
        segments = self.path.strip("/").split("/")
        is_feed = len(segments) % 2 == 1
        kind, own = (segments[-1], segments[:-1]) if is_feed else (segments[-2], segments)
        link = "/".join(own) if self.link is None else self.link
        text = f"{self.method.lower()}\n{kind}\n{link}\n{date.lower()}\n\n"
        digest = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
        return quote(f"type=master&ver=1.0&sig={base64.b64encode(digest).decode()}", safe="")


@dataclass(frozen=True)
class Answered:
    """An answer. `headers` by name in lower case; `body`: the JSON, or None if there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


def send(cosmos: Cosmos, asked: Asked) -> Answered:
    """Send a request."""
    date = formatdate(usegmt=True)
    own = {"authorization": asked.signature(cosmos.key, date), "x-ms-date": date, "x-ms-version": "2020-07-15"}
    body = None if asked.body is None else json.dumps(asked.body)
    connection = http.client.HTTPConnection(urlsplit(cosmos.endpoint).netloc)
    try:
        connection.request(asked.method, asked.path, body, {**asked.headers, **own})
        response = connection.getresponse()
        data = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answered(response.status, headers, json.loads(data) if data else None)
    finally:
        connection.close()
