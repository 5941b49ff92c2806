"""A plain client that sends the app's requests without the app: the ceiling that the services allow.

The app handles one message through a proxy, which keeps each request. The plain client sends the same requests for all
messages and files, with the ids of each file. It computes nothing: the bodies are those of the app, and no answer is
decoded. Its HTTP client is urllib3, which is also the lowest layer of the app's.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit

import urllib3
from azure.storage.blob import ContainerSasPermissions, generate_container_sas
from urllib3 import HTTPConnectionPool

from benchmarks.bench.stack import Bench, Pages
from local.azurite import ACCOUNT, KEY
from local.faults import Exchange, FaultLayer, Moment
from shared.adapters.bodies import CHUNK_BYTES
from shared.domain.messages import FetchPage, Work

Kind = Literal["Speech", "contents", "raw archive", "Cosmos DB"]
KINDS: tuple[Kind, ...] = ("Speech", "contents", "raw archive", "Cosmos DB")

_OF_SERVICE: dict[str, Kind] = {"speech": "Speech", "blob": "raw archive", "cosmos": "Cosmos DB"}
_OWN_HEADERS = frozenset({"host", "connection", "content-length", "accept-encoding"})
"""Headers that the HTTP client sets itself."""

_BLOBS = re.compile(r"BlobEndpoint=(https?://[^/]+)/")
_SIGNED_FOR = timedelta(hours=2)
_EXPECTED = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NOT_FOUND})
"""404 is the answer for a failure document that is not there."""


class PlainFailed(Exception):
    """A service refused a request of the plain client. The message has the request and the status."""


@dataclass(frozen=True)
class Request:
    """A request to the service at `origin`. `target`: path and query."""

    kind: Kind
    origin: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes = field(repr=False)

    def of_file(self, recorded: str, file_id: str) -> "Request":
        """Return the request with another file's id in place of the recorded one, which has the same length."""
        return replace(
            self,
            target=self.target.replace(recorded, file_id),
            headers={name: value.replace(recorded, file_id) for name, value in self.headers.items()},
            body=self.body.replace(recorded.encode(), file_id.encode()),
        )


@dataclass(frozen=True)
class Recipe:
    """The app's requests: those of a message, and those of a file, which are recorded for the file `recorded`."""

    message: list[Request]
    file: list[Request]
    recorded: str
    links: dict[str, str]
    """The link to each file's content, by the file's id."""
    content_bytes: int

    def only(self, kind: Kind) -> "Recipe":
        """Return the requests to one service."""
        return replace(
            self,
            message=[each for each in self.message if each.kind == kind],
            file=[each for each in self.file if each.kind == kind],
        )

    def requests_a_file(self, kind: Kind, files: int) -> float:
        """Return the requests to a service per file, of a message with this many files."""
        one = self.only(kind)
        return len(one.file) + len(one.message) / files

    def bytes_a_file(self, kind: Kind) -> int:
        """Return the bytes per file that a service gets or, for the contents, sends."""
        if kind == "contents":
            return self.content_bytes
        return sum(len(each.body) for each in self.file if each.kind == kind)

    def requests(self, message: FetchPage) -> Iterator[Request]:
        """Yield all requests for a message, in the app's order: first what comes before its files, last the patch."""
        after = [each for each in self.message if each.method == "PATCH"]
        yield from (each for each in self.message if each not in after)
        for file in message.files:
            for each in self.file:
                one = each.of_file(self.recorded, file.id)
                if each.kind == "contents":
                    link = urlsplit(self.links[file.id])
                    one = replace(one, target=f"{link.path}?{link.query}")
                yield one
        yield from after


def record(made: Bench, pages: Pages) -> Recipe:
    """Let the app in this process handle the job's first message, and return its requests.

    The contents are not read through the proxy, because Speech's links lead to the store itself. So the read of a
    content is put in where the app does it, before all else.
    """
    made.empty_database(pages.job)
    first = pages.messages[0]
    before = FetchPage(first.job_id, first.run, first.files[-1:], page=first.page)
    links = _links(made, pages)
    with FaultLayer() as layer:
        seen = list[Exchange]()
        origins = _origins(made)
        fronted = dict(made.stack.settings)
        for service, origin in origins.items():
            front = layer.front(service, origin)
            front.watch = lambda exchange, moment: seen.append(exchange) if moment is Moment.BEFORE else None
            for name in ("AzureWebJobsStorage", "COSMOS_ENDPOINT", "SPEECH_ENDPOINT"):
                fronted[name] = fronted[name].replace(origin, front.origin)
        app = made.app(fronted)
        _deliver(app.fetch_results, before)  # the clients connect, and ask what they ask only once
        seen.clear()
        _deliver(app.fetch_results, FetchPage(first.job_id, first.run, first.files[:-1], page=first.page))
    signed = _signature(made)
    requests = [_request(each, origins, signed) for each in seen]
    recorded = first.files[0].id
    of_message = [each for each in requests if _is_of_message(each)]
    of_file = [each for each in requests if not _is_of_message(each) and _names(each, recorded)]
    store = urlsplit(links[recorded])
    content = Request("contents", f"{store.scheme}://{store.netloc}", "GET", "", {"Accept-Encoding": "identity"}, b"")
    of_file.insert(0, content)
    return Recipe(of_message, of_file, recorded, links, pages.content_bytes)


def run(recipe: Recipe, messages: Sequence[FetchPage], at_once: int) -> float:
    """Send the requests of all messages from this many threads; return the seconds. Raises PlainFailed."""
    left = deque(messages)
    pools = {
        each.origin: urllib3.connection_from_url(each.origin, maxsize=at_once)
        for each in (*recipe.message, *recipe.file)
    }
    errors = list[Exception]()

    def work() -> None:
        try:
            while left and not errors:
                for request in recipe.requests(left.popleft()):
                    send(pools[request.origin], request)
        except IndexError:  # another thread took the last message
            return
        except Exception as error:  # noqa: BLE001 - raised below, in the caller's thread
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(at_once)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for pool in pools.values():
        pool.close()
    if errors:
        raise errors[0]
    return seconds


def send(pool: HTTPConnectionPool, request: Request) -> None:
    """Send a request and read its answer in chunks of the app's size. Raises PlainFailed."""
    answer = pool.urlopen(
        request.method,
        request.target,
        body=request.body or None,
        headers=request.headers,
        retries=False,
        preload_content=False,
    )
    for _ in answer.stream(CHUNK_BYTES):
        pass
    answer.release_conn()
    if answer.status not in _EXPECTED:
        raise PlainFailed(f"{request.method} {request.target.partition('?')[0]}: {answer.status}")


def _deliver(fetch: Callable[[Work, int], list[Work]], message: FetchPage) -> None:
    left = fetch(message, 1)
    if left:
        raise PlainFailed("the app did not fetch all files of the message")


def _links(made: Bench, pages: Pages) -> dict[str, str]:
    app = made.app()
    found: dict[str, str] = {}
    for page in {message.page for message in pages.messages}:
        listed = app.speech.files(pages.job.id, page)
        found |= {file.file_id: str(file.content_url) for file in listed.values}
    return found


def _origins(made: Bench) -> dict[str, str]:
    settings = made.stack.settings
    return {
        "cosmos": settings["COSMOS_ENDPOINT"].rstrip("/"),
        "speech": settings["SPEECH_ENDPOINT"].rstrip("/"),
        "blob": _BLOBS.findall(settings["AzureWebJobsStorage"])[0],
    }


def _signature(made: Bench) -> str:
    return generate_container_sas(
        ACCOUNT,
        made.stack.settings["RAW_CONTAINER"],
        account_key=KEY,
        permission=ContainerSasPermissions(write=True, create=True, add=True),
        expiry=datetime.now(UTC) + _SIGNED_FOR,
    )


def _request(exchange: Exchange, origins: dict[str, str], signed: str) -> Request:
    kind = _OF_SERVICE[exchange.service]
    headers = {name: value for name, value in exchange.headers.items() if name not in _OWN_HEADERS}
    target = exchange.target
    if kind == "raw archive":  # the recorded signature is for the recorded file
        headers.pop("authorization", None)
        target += f"{'&' if '?' in target else '?'}{signed}"
    return Request(kind, origins[exchange.service], exchange.method, target, headers, exchange.body)


def _is_of_message(request: Request) -> bool:
    if request.kind == "Speech":
        return True
    return "/colls/jobs/" in request.target or "x-ms-documentdb-isquery" in request.headers


def _names(request: Request, file_id: str) -> bool:
    return file_id in request.target or any(file_id in value for value in request.headers.values())
