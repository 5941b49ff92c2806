"""The Speech simulator for tests: started once per session, without a limit, with counts reset for each test."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import pytest
import requests

from local.azurite import Azurite
from local.speech import Settings, Speech, start_speech

TOKEN = "token-of-the-tests"  # noqa: S105 - made up here, opens nothing

UNLIMITED = Settings(requests_per_window=1_000_000)

Body = dict[str, Any]


@dataclass(frozen=True)
class Api:
    """A client of the simulated API, in any version."""

    speech: Speech

    def url(self, path: str, version: str = "2025-10-15") -> str:
        """Return the address of `path` in the form of `version`."""
        if version.startswith("v"):
            return f"{self.speech.endpoint}/speechtotext/{version}/{path}"
        return f"{self.speech.endpoint}/speechtotext/{path}?api-version={version}"

    def call(self, url: str, method: str = "GET", /, **parameters: str | int) -> requests.Response:
        """Send a request with the right key; `parameters` go into the query, a space as `%20`."""
        headers = {"Ocp-Apim-Subscription-Key": self.speech.key}
        query = urlencode(parameters, quote_via=quote)
        return requests.request(method, url, params=query, headers=headers, timeout=30)

    def body(self, path: str, version: str = "2025-10-15", /, **parameters: str | int) -> Body:
        """Return the body of a GET that has to succeed."""
        response = self.call(self.url(path, version), "GET", **parameters)
        assert response.status_code == 200, response.text
        return dict(response.json())

    def pages(self, path: str, version: str = "2025-10-15", /, **parameters: str | int) -> list[list[Body]]:
        """Read all pages of `path` by the parameters of @nextLink; return the values of each page."""
        page = self.body(path, version, **parameters)
        pages = [page["values"]]
        while link := page.get("@nextLink"):
            piece = urlsplit(link).query.partition("&")[0]  # names the next page
            name, _, place = piece.partition("=")
            page = self.body(path, version, **{**parameters, name: unquote(place)})
            pages.append(page["values"])
        return pages


@pytest.fixture(scope="session")
def speech_server(azurite: Azurite, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Speech]:
    log = tmp_path_factory.mktemp("speech") / "speech.log"
    running = start_speech(azurite, log=log, port=0, token=TOKEN)
    yield running
    running.stop()


@pytest.fixture
def speech(speech_server: Speech) -> Iterator[Speech]:
    """Give the simulator without limit, forced answers and counts. It still has the jobs of earlier tests.

    The test fails if it sends a request to the regional host, which is in the links.
    """
    control = speech_server.control
    control.configure(UNLIMITED)
    control.clear_forced()
    control.reset_counts()
    yield speech_server
    assert control.about().contacts == ()


@pytest.fixture
def api(speech: Speech) -> Api:
    return Api(speech)
