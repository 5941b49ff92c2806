"""The archive of raw results in Azurite: a blob is visible whole or not at all."""

import gzip
import random
import subprocess
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerClient

from local.azurite import Azurite
from shared.adapters.blob import BLOCK_BYTES, BlobArchive, NoArchive, blob_service
from shared.errors import ServiceRefused, Throttled, Transient
from tests.adapters.servers import Answer, Server

SMALL = b'{"recognizedPhrases": []}'


def large() -> list[bytes]:
    """Return chunks that take more than two blocks when they are compressed."""
    draw = random.Random(7)  # noqa: S311 - bytes that do not compress, the same every time
    return [draw.randbytes(1024 * 1024) for _ in range(9)]


@pytest.fixture(scope="module")
def container(azurite: Azurite) -> Iterator[ContainerClient]:
    with blob_service(azurite.connection_string, None) as service:
        yield service.create_container(f"raw-{uuid4()}")


def stored(container: ContainerClient, name: str) -> bytes:
    """Return what the blob holds, decompressed."""
    return gzip.decompress(container.download_blob(name, decompress=False).readall())


def test_a_small_file_is_one_gzip_blob_of_type_json(container: ContainerClient) -> None:
    raw = BlobArchive(container).begin("job/small/r1.json.gz")
    raw.write(SMALL[:10])
    raw.write(SMALL[10:])
    assert not container.get_blob_client("job/small/r1.json.gz").exists(), "nothing is visible before the commit"
    raw.commit()
    assert raw.name == "job/small/r1.json.gz"
    assert stored(container, raw.name) == SMALL
    settings = container.get_blob_client(raw.name).get_blob_properties().content_settings
    assert (settings.content_type, settings.content_encoding) == ("application/json", "gzip")


def test_an_empty_file_is_archived(container: ContainerClient) -> None:
    raw = BlobArchive(container).begin("job/empty/r1.json.gz")
    raw.commit()
    assert stored(container, "job/empty/r1.json.gz") == b""


def test_a_large_file_is_uploaded_in_blocks_and_visible_only_after_its_commit(container: ContainerClient) -> None:
    blob = container.get_blob_client("job/large/r1.json.gz")
    raw = BlobArchive(container).begin(blob.blob_name)
    for chunk in large():
        raw.write(chunk)
        assert not blob.exists()
    staged = blob.get_block_list("uncommitted")[1]
    assert [block.size for block in staged] == [BLOCK_BYTES, BLOCK_BYTES]
    raw.commit()
    assert stored(container, blob.blob_name) == b"".join(large())


def test_two_writers_at_once_do_not_disturb_each_other(container: ContainerClient) -> None:
    archive = BlobArchive(container)
    first, second = archive.begin("job/both/r1.json.gz"), archive.begin("job/both/r1.json.gz")
    chunks = large()
    for chunk in chunks:
        first.write(chunk)
    for chunk in chunks[:5]:
        second.write(chunk)
    first.commit()
    assert stored(container, "job/both/r1.json.gz") == b"".join(chunks)
    for chunk in chunks[5:]:
        second.write(chunk)
    second.commit()
    assert stored(container, "job/both/r1.json.gz") == b"".join(chunks)


def test_uncommitted_blocks_of_a_crashed_writer_do_not_disturb_the_next(container: ContainerClient) -> None:
    archive = BlobArchive(container)
    dead = archive.begin("job/died/r1.json.gz")
    for chunk in large():
        dead.write(chunk)
    alive = archive.begin("job/died/r1.json.gz")
    for chunk in large():
        alive.write(chunk)
    alive.commit()
    assert stored(container, "job/died/r1.json.gz") == b"".join(large())


def test_writing_again_replaces_the_whole_blob(container: ContainerClient) -> None:
    archive = BlobArchive(container)
    for content in (b"".join(large()), SMALL):
        raw = archive.begin("job/again/r1.json.gz")
        raw.write(content)
        raw.commit()
    assert stored(container, "job/again/r1.json.gz") == SMALL


def test_a_missing_container_is_transient_and_names_the_setting(azurite: Azurite) -> None:
    with blob_service(azurite.connection_string, None) as service:
        raw = BlobArchive(service.get_container_client("no-such-container")).begin("a.json.gz")
        with pytest.raises(Transient, match="RAW_CONTAINER"):
            raw.commit()


def test_a_400_of_blob_storage_is_permanent_and_a_403_is_transient(server: Server, azurite: Azurite) -> None:
    there = azurite.connection_string.replace(azurite.blob_origin, server.origin)
    with blob_service(there, None) as service:
        archive = BlobArchive(service.get_container_client("raw-results"))
        server.answer(Answer(400, headers={"x-ms-error-code": "InvalidHeaderValue"}))
        with pytest.raises(ServiceRefused, match="Blob storage answered 400"):
            archive.begin("a").commit()
        server.answer(Answer(403, headers={"x-ms-error-code": "AuthorizationFailure"}))
        with pytest.raises(Transient, match="Blob storage answered 403"):
            archive.begin("a").commit()


def test_server_busy_is_throttling(server: Server, azurite: Azurite) -> None:
    there = azurite.connection_string.replace(azurite.blob_origin, server.origin)
    server.answer(Answer(503, headers={"x-ms-error-code": "ServerBusy"}))
    with blob_service(there, None) as service, pytest.raises(Throttled, match="503"):
        BlobArchive(service.get_container_client("raw-results")).begin("a.json.gz").commit()


def test_without_an_archive_nothing_is_stored_and_the_name_is_none() -> None:
    raw = NoArchive().begin("a.json.gz")
    raw.write(SMALL)
    raw.commit()
    assert raw.name is None


def test_no_token_is_requested_before_it_is_needed() -> None:
    # The process has no identity, so a request for a token would fail.
    program = (
        "from shared.adapters.blob import blob_service, own_reader\n"
        "from shared.adapters.identity import bearer, credential\n"
        "own_reader(blob_service(None, 'https://results.blob.core.windows.net'))\n"
        "bearer('https://cognitiveservices.azure.com/.default')\n"
        "assert credential() is credential()\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)  # noqa: S603 - our own program
