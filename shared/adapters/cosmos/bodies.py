"""Sends documents that are encoded already, past the SDK's own `json.dumps` (docs/decisions/0047).

The SDK takes a stub for each document, and makes the request as always: address, headers, signature. Its public
`raw_request_hook` then gets the request, in which the documents' own bytes take the place of the stubs. Each operation
of a batch asks for an answer without its document, as `no_response_on_write` does for other writes; the SDK has no
option for that (`FIELD_MINIMAL_RETURN_PREFERENCE` in BatchRequestResponseConstants of azure-cosmos for Java).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import msgspec
from azure.core.pipeline import PipelineRequest

_documents: ContextVar[Sequence[bytes]] = ContextVar("documents", default=())


@contextmanager
def bodies(documents: Sequence[bytes]) -> Iterator[None]:
    """Send these documents in place of the stubs, in their order, in the requests that are made inside the block.

    The operations of a batch that come after them are sent as they are.
    """
    token = _documents.set(documents)
    try:
        yield
    finally:
        _documents.reset(token)


def put_in_place(request: PipelineRequest[Any]) -> None:
    """Replace the request's stubs. Requests without a body, with which the SDK reads the account, stay as they are."""
    documents, http = _documents.get(), request.http_request
    if not documents or not http.body:
        return
    stubs = msgspec.json.decode(http.body)
    if isinstance(stubs, list):
        for operation, document in zip(stubs, documents, strict=False):
            operation["resourceBody"] = msgspec.Raw(document)
        for operation in stubs:
            operation["minimalReturnPreference"] = True
        http.set_bytes_body(msgspec.json.encode(stubs))
    else:
        (document,) = documents
        http.set_bytes_body(document)
