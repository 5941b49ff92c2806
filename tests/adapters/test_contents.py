"""Result files downloaded from Azurite by signed links, and the errors."""

import base64
import gzip
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import requests
from azure.storage.blob import BlobServiceClient, ContainerClient, generate_blob_sas

from local.azurite import Azurite
from shared.adapters.blob import blob_service, own_reader
from shared.adapters.bodies import CHUNK_BYTES
from shared.adapters.contents import HttpContents
from shared.domain.urls import HostRule
from shared.errors import ForbiddenUrl, NotFound, Permanent, ServiceRefused, Throttled, Transient
from shared.pipeline.ports import Refused
from tests.adapters.servers import Answer, Server, serving

BODY = b'{"recognizedPhrases": []}' + b" " * (2 * CHUNK_BYTES)
TAGGED = {"ETag": '"1"'}
"""A header that every response of a store has."""


@pytest.fixture(scope="module")
def service(azurite: Azurite) -> Iterator[BlobServiceClient]:
    with blob_service(azurite.connection_string, None) as opened:
        yield opened


@pytest.fixture(scope="module")
def container(service: BlobServiceClient) -> ContainerClient:
    """Return a user's container with one result file."""
    made = service.create_container(f"results-{uuid4()}")
    made.upload_blob("calls/größer 1.json", BODY)
    return made


@pytest.fixture
def contents(azurite: Azurite, service: BlobServiceClient) -> HttpContents:
    """Return the adapter for the default of CONTENT_HOSTS and Azurite's origin."""
    return contents_for(service, ".blob.core.windows.net", azurite.blob_origin)


def contents_for(service: BlobServiceClient, *hosts: str) -> HttpContents:
    """Return the adapter for these hosts."""
    return HttpContents(HostRule("CONTENT_HOSTS", hosts), own_reader(service))


def sas(container: ContainerClient, blob: str, *, minutes: int) -> str:
    """Return a link to a blob that expires in `minutes`; a negative number means that it has expired."""
    client = container.get_blob_client(blob)
    signature = generate_blob_sas(
        str(client.account_name),
        client.container_name,
        blob,
        account_key=client.credential.account_key,
        permission="r",
        start=datetime.now(UTC) - timedelta(hours=1),
        expiry=datetime.now(UTC) + timedelta(minutes=minutes),
    )
    return f"{client.url}?{signature}"


def read(contents: HttpContents, url: str) -> tuple[str, bytes]:
    """Return ETag and bytes."""
    with contents.open(url) as content:
        return content.etag, b"".join(content.chunks)


def test_a_signed_link_is_read_in_chunks_with_the_blobs_etag(
    contents: HttpContents, container: ContainerClient
) -> None:
    blob = container.get_blob_client("calls/größer 1.json")
    with contents.open(sas(container, blob.blob_name, minutes=5)) as content:
        chunks = list(content.chunks)
    assert b"".join(chunks) == BODY
    assert max(map(len, chunks)) <= CHUNK_BYTES
    assert content.etag.strip('"') == blob.get_blob_properties().etag.strip('"')


def test_an_expired_signature_raises_refused(contents: HttpContents, container: ContainerClient) -> None:
    link = sas(container, "calls/größer 1.json", minutes=-5)
    with pytest.raises(Refused) as refused:
        read(contents, link)
    assert "sig=" not in str(refused.value)


def test_an_unsigned_link_to_the_own_account_is_read_with_the_apps_own_access(
    contents: HttpContents, container: ContainerClient
) -> None:
    plain = container.get_blob_client("calls/größer 1.json").url
    assert requests.get(plain, timeout=10).status_code != 200, "it is not public"
    assert read(contents, plain)[1] == BODY


def test_an_unsigned_link_to_another_account_gets_no_credential(service: BlobServiceClient, server: Server) -> None:
    server.answer(Answer(403))
    with pytest.raises(Refused):
        read(contents_for(service, server.origin), f"{server.origin}/container/blob.json")
    assert [asked.path for asked in server.asked] == ["/container/blob.json"]
    assert "authorization" not in server.asked[0].headers


def test_a_link_to_the_own_account_without_a_blob_is_forbidden(contents: HttpContents, azurite: Azurite) -> None:
    with pytest.raises(ForbiddenUrl):
        read(contents, f"{azurite.blob_endpoint}")


def test_a_missing_blob_is_not_found(contents: HttpContents, container: ContainerClient) -> None:
    with pytest.raises(NotFound, match="404") as error:
        read(contents, sas(container, "gone.json", minutes=5))
    assert "sig=" not in str(error.value)


def test_a_body_shorter_than_its_content_length_is_transient(service: BlobServiceClient, server: Server) -> None:
    server.answer(Answer(body=BODY, headers=TAGGED, cut=CHUNK_BYTES + 10))
    with contents_for(service, server.origin).open(f"{server.origin}/a.json?sig=secret") as content:
        assert next(content.chunks) == BODY[:CHUNK_BYTES]
        with pytest.raises(Transient, match="stopped early") as error:
            list(content.chunks)
    assert "secret" not in str(error.value)


def md5(body: bytes) -> str:
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


@pytest.mark.parametrize("body", [BODY[: len(BODY) // 2], BODY.replace(b"P", b"p"), b"<html></html>"])
def test_a_body_that_does_not_match_its_content_md5_is_transient(
    service: BlobServiceClient, server: Server, body: bytes
) -> None:
    opened, url = contents_for(service, server.origin), f"{server.origin}/a.json?sig=secret"
    server.answer(Answer(body=body, headers={**TAGGED, "Content-MD5": md5(BODY)}))
    with pytest.raises(Transient, match="not those that the store has a hash of") as error:
        read(opened, url)
    assert "secret" not in str(error.value)
    server.answer(Answer(body=BODY, headers={**TAGGED, "Content-MD5": md5(BODY)}))
    assert read(opened, url) == ('"1"', BODY)


def test_azurite_gives_the_md5_of_a_single_upload(container: ContainerClient) -> None:
    there = container.get_blob_client("calls/größer 1.json").get_blob_properties()
    assert there.content_settings.content_md5 == bytearray(hashlib.md5(BODY, usedforsecurity=False).digest())


def test_a_response_without_etag_and_date_is_retried(service: BlobServiceClient, server: Server) -> None:
    server.answer(
        Answer(body=b"<html>"), Answer(body=b"{}", headers={"Last-Modified": "Mon, 02 Nov 2026 09:00:00 GMT"})
    )
    etag, body = read(contents_for(service, server.origin), f"{server.origin}/a.json?sig=s")
    assert ("02 Nov" in etag, body) == (True, b"{}")
    server.answer(Answer(body=b"<html>"))
    with pytest.raises(Transient, match="neither ETag nor date"):
        read(contents_for(service, server.origin), f"{server.origin}/a.json?sig=s")


def test_a_redirect_is_refused_and_not_followed(service: BlobServiceClient, server: Server) -> None:
    with serving() as foreign:
        server.answer(Answer(307, headers={"Location": f"{foreign.origin}/"}))
        with pytest.raises(Permanent, match="redirects are not followed") as error:
            read(contents_for(service, server.origin, foreign.origin), f"{server.origin}/a.json?sig=s")
        assert error.value.code == "Redirect"
        assert foreign.asked == []


@pytest.mark.parametrize("status", [405, 409, 410, 418, 423, 500, 503])
def test_a_transient_status_of_the_store_is_retried(service: BlobServiceClient, server: Server, status: int) -> None:
    server.answer(Answer(status), Answer(body=b"{}", headers={"ETag": '"7"'}))
    assert read(contents_for(service, server.origin), f"{server.origin}/a.json?sig=s") == ('"7"', b"{}")
    assert len(server.asked) == 2


def test_other_errors_of_the_store_are_reported_with_its_code(service: BlobServiceClient, server: Server) -> None:
    opened = contents_for(service, server.origin)
    server.answer(Answer(400, headers={"x-ms-error-code": "InvalidQueryParameterValue"}))
    with pytest.raises(ServiceRefused, match="InvalidQueryParameterValue"):
        read(opened, f"{server.origin}/a.json?sig=s")
    server.answer(Answer(429, headers={"Retry-After": "60"}))
    with pytest.raises(Throttled) as throttled:
        read(opened, f"{server.origin}/a.json?sig=s")
    assert throttled.value.retry_after == 60
    server.answer(Answer(503, headers={"x-ms-error-code": "ServerBusy", "Retry-After": "60"}))
    with pytest.raises(Throttled, match="ServerBusy") as throttled:
        read(opened, f"{server.origin}/a.json?sig=s")
    assert throttled.value.retry_after == 60


def test_a_gzip_blob_is_read_decompressed(service: BlobServiceClient, server: Server) -> None:
    server.answer(Answer(body=gzip.compress(b"{}"), headers={**TAGGED, "Content-Encoding": "gzip"}))
    assert read(contents_for(service, server.origin), f"{server.origin}/a.json?sig=s")[1] == b"{}"


def test_a_name_that_resolves_to_loopback_is_forbidden_unless_its_origin_is_listed(
    service: BlobServiceClient, server: Server
) -> None:
    with pytest.raises(ForbiddenUrl, match="no public address") as refused:
        read(contents_for(service, "localhost"), "https://localhost/a.json?sig=s")
    assert "list https://localhost in CONTENT_HOSTS" in str(refused.value)
    assert "sig=" not in str(refused.value)
    port = server.origin.rpartition(":")[2]
    server.answer(Answer(body=b"{}", headers=TAGGED))
    written_out = f"http://localhost:{port}"
    assert read(contents_for(service, written_out), f"{written_out}/a.json?sig=s")[1] == b"{}"


def test_many_readers_share_the_adapter(contents: HttpContents, container: ContainerClient) -> None:
    link = sas(container, "calls/größer 1.json", minutes=5)
    with ExitStack() as opened:
        readers = [opened.enter_context(contents.open(link)) for _ in range(12)]
        assert {b"".join(content.chunks) for content in readers} == {BODY}
