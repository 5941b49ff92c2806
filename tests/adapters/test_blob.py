"""The archive of raw results in Azurite: a blob is visible whole or not at all."""

import base64
import gzip
import random
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator, Sequence
from uuid import uuid4

import pytest
from azure.storage.blob import ContainerClient

from local.azurite import Azurite
from shared.adapters.blob import BLOCK_BYTES, BlobArchive, NoArchive, blob_service
from shared.errors import ServiceRefused, Throttled, Transient
from tests.adapters.servers import Answer, Server

SMALL = b'{"recognizedPhrases": []}'
MIB = 1024 * 1024


def random_chunks(count: int) -> Iterator[bytes]:
    """Yield this many chunks of 1 MiB that do not compress, the same every time."""
    draw = random.Random(7)  # noqa: S311 - test data
    return (draw.randbytes(MIB) for _ in range(count))


def large() -> list[bytes]:
    """Return chunks that take more than two blocks when they are compressed."""
    return list(random_chunks(9))


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


def test_removing_a_prefix_deletes_its_blobs_and_no_others(container: ContainerClient) -> None:
    archive = BlobArchive(container)
    for name in ("gone/f1/r1.json.gz", "gone/f1/r2.json.gz", "gone/f10/r1.json.gz"):
        archive.begin(name).commit()
    archive.remove("gone/f1/")
    archive.remove("gone/f1/")
    assert [*container.list_blob_names(name_starts_with="gone/")] == ["gone/f10/r1.json.gz"]
    NoArchive().remove("gone/")


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


LEVELS = (1, 5)
"""Of two writers whose compressed bytes differ, as they do on different processors."""


@pytest.fixture(scope="module")
def digits() -> list[bytes]:
    """Chunks that each level compresses to half, with other bytes, and in three blocks."""
    return [chunk.hex().encode() for chunk in random_chunks(9)]


@pytest.fixture(scope="module")
def alone(container: ContainerClient, digits: list[bytes]) -> list[bytes]:
    """Return what each writer stores if it is alone."""
    blobs = []
    for level in LEVELS:
        write(BlobArchive(container, level), f"job/alone/{level}.json.gz", digits)
        blobs.append(container.download_blob(f"job/alone/{level}.json.gz", decompress=False).readall())
    assert blobs[0][:BLOCK_BYTES] != blobs[1][:BLOCK_BYTES]
    assert all(len(blob) > 2 * BLOCK_BYTES for blob in blobs)
    return blobs


def write(archive: BlobArchive, name: str, chunks: Iterable[bytes]) -> None:
    """Write a whole blob."""
    raw = archive.begin(name)
    for chunk in chunks:
        raw.write(chunk)
    raw.commit()


FIRST, SECOND = 0, 1
ORDERS = {
    "both write, the first commits first": [(FIRST, 9), (SECOND, 9), (FIRST, "commit"), (SECOND, "commit")],
    "both write, the second commits first": [(FIRST, 9), (SECOND, 9), (SECOND, "commit"), (FIRST, "commit")],
    "both write chunk by chunk": [(who, 1) for _ in range(9) for who in (FIRST, SECOND)]
    + [(FIRST, "commit"), (SECOND, "commit")],
    "a commit comes in the middle of the other": [
        (FIRST, 9),
        (SECOND, 5),
        (FIRST, "commit"),
        (SECOND, 4),
        (SECOND, "commit"),
    ],
    "a commit comes before the other's first block": [
        (SECOND, 1),
        (FIRST, 9),
        (FIRST, "commit"),
        (SECOND, 8),
        (SECOND, "commit"),
    ],
}


@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_the_blob_of_two_writers_is_always_that_of_one(
    container: ContainerClient, digits: list[bytes], alone: list[bytes], order: Sequence[tuple[int, int | str]]
) -> None:
    name = f"job/{uuid4()}/r1.json.gz"
    writers = [BlobArchive(container, level).begin(name) for level in LEVELS]
    left = [iter(digits), iter(digits)]
    for who, step in order:
        if isinstance(step, int):
            for _ in range(step):
                writers[who].write(next(left[who]))
        else:
            writers[who].commit()
            blob = container.download_blob(name, decompress=False).readall()
            assert blob in alone
            assert gzip.decompress(blob) == b"".join(digits)


def test_a_writer_without_its_blocks_is_transient_if_there_is_no_blob(
    container: ContainerClient, digits: list[bytes]
) -> None:
    name = "job/deleted/r1.json.gz"
    late = BlobArchive(container, LEVELS[FIRST]).begin(name)
    for chunk in digits:
        late.write(chunk)
    write(BlobArchive(container, LEVELS[SECOND]), name, digits)
    container.delete_blob(name)
    with pytest.raises(Transient, match=f"discarded the blocks of {name}, and there is no blob"):
        late.commit()


def test_two_writers_with_the_same_bytes_both_commit_their_own_blocks(container: ContainerClient) -> None:
    name = "job/same/r1.json.gz"
    first, second = BlobArchive(container).begin(name), BlobArchive(container).begin(name)
    for chunk in large():
        first.write(chunk)
        second.write(chunk)
    for writer in (first, second):
        writer.commit()
        assert stored(container, name) == b"".join(large())


def test_numbered_blocks_of_version_0_1_0_do_not_disturb(container: ContainerClient) -> None:
    blob = container.get_blob_client("job/before/r1.json.gz")
    numbered = [base64.b64encode(f"{number:08}".encode()).decode() for number in range(2)]
    for block in numbered:
        blob.stage_block(block, b"a part of what a crashed process wrote")
    write(BlobArchive(container), blob.blob_name, large())
    assert stored(container, blob.blob_name) == b"".join(large())


def test_memory_does_not_grow_with_the_file(container: ContainerClient) -> None:
    peaks = []
    for count in (9, 36):
        tracemalloc.start()
        write(BlobArchive(container), f"job/memory/{count}.json.gz", random_chunks(count))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + MIB
    assert max(peaks) < 4 * BLOCK_BYTES


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
