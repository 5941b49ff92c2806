"""Raw results are found by the beginning of their names and deleted, uncommitted blocks too."""

import uuid
from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobProperties, BlobServiceClient, ContainerClient

from local.azurite import Azurite
from local.faults import Answer, FaultLayer, Lost, Rule
from shared.adapters.blob import blob_service
from shared.adapters.raw_results import Kept, RawResults
from shared.errors import Denied


@pytest.fixture
def container(azurite: Azurite) -> Iterator[ContainerClient]:
    """Give an empty container."""
    service = BlobServiceClient.from_connection_string(azurite.connection_string)
    with service.create_container(f"raw-{uuid.uuid4().hex}") as container:
        yield container


def test_names_are_those_of_the_job_or_the_file_and_of_blocks_that_were_never_committed(
    container: ContainerClient,
) -> None:
    raw = RawResults(container)
    for name in ("j1/f1/a.json.gz", "j1/f2/a.json.gz", "j10/f1/a.json.gz"):
        container.upload_blob(name, b"x")
    container.get_blob_client("j1/f1/b.json.gz").stage_block("AAAA", b"x")
    assert raw.names("j1/") == ["j1/f1/a.json.gz", "j1/f1/b.json.gz", "j1/f2/a.json.gz"]
    assert raw.names("j1/f1/") == ["j1/f1/a.json.gz", "j1/f1/b.json.gz"]
    for name in raw.names("j1/"):
        raw.delete(name)
        raw.delete(name)
    assert raw.names("j") == ["j10/f1/a.json.gz"]
    assert raw.kept(["j1/"]) == Kept()


def test_a_blob_goes_with_its_snapshots(container: ContainerClient) -> None:
    raw = RawResults(container)
    container.upload_blob("j1/f1/a.json.gz", b"x").create_snapshot()
    raw.delete("j1/f1/a.json.gz")
    assert list(container.list_blobs(include=["snapshots"])) == []


def test_a_container_that_was_never_made_has_no_raw_results(container: ContainerClient) -> None:
    container.delete_container()
    raw = RawResults(container)
    assert (raw.names("j1/"), raw.kept(["j1/"])) == ([], Kept())
    raw.delete("j1/f1/a.json.gz")


def test_a_lost_answer_and_a_missing_right(container: ContainerClient, azurite: Azurite) -> None:
    container.upload_blob("j1/f1/a.json.gz", b"x")
    with FaultLayer() as layer:
        front = layer.front("blob", azurite.blob_origin)
        through = azurite.through(lambda service, origin: front.origin if service == "blob" else origin)
        service = blob_service(through.connection_string, None)
        raw = RawResults(service.get_container_client(container.container_name))
        front.rules.append(Rule(Lost(), method="DELETE", times=1))
        raw.delete("j1/f1/a.json.gz")
        assert raw.names("j1/") == []
        error = b"<Error><Code>AuthorizationPermissionMismatch</Code><Message>no</Message></Error>"
        front.rules.append(Rule(Answer(403, {"content-type": "application/xml"}, error), method="DELETE"))
        with pytest.raises(Denied):
            raw.delete("j1/f1/a.json.gz")


class Versioned:
    """A container of an account with soft delete and versioning, which Azurite does not have."""

    def __init__(self, *kept: tuple[bool, int | None]) -> None:
        self._kept = kept

    def list_blobs(self, *, name_starts_with: str, include: list[str]) -> Iterator[BlobProperties]:
        """Return the deleted copies (True) and former versions (False), with the days that they remain."""
        assert (name_starts_with, include) == ("j1/", ["deleted", "versions"])
        for deleted, days in self._kept:
            blob = BlobProperties(name="j1/f1/a.json.gz")
            blob.deleted, blob.remaining_retention_days = deleted, days
            yield blob


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ([(True, 3), (True, 7)], Kept(2, 7)),
        ([(True, 3), (False, None)], Kept(2, None)),
        ([(False, None)], Kept(1, None)),
        ([], Kept()),
    ],
)
def test_what_an_account_keeps_of_deleted_blobs_is_counted(kept: list[tuple[bool, int | None]], found: Kept) -> None:
    assert RawResults(Versioned(*kept)).kept(["j1/"]) == found  # type: ignore[arg-type] # only what it uses
