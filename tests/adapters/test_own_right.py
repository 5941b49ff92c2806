"""Unsigned links: which accounts get the app's own token."""

from collections.abc import Iterator

import pytest
from azure.storage.blob import BlobServiceClient

from local.azurite import ACCOUNT, KEY
from shared.adapters.blob import own_reader
from shared.adapters.contents import OwnRight
from shared.errors import ForbiddenUrl

TOKEN = {"Authorization": "Bearer a-token"}


@pytest.fixture
def by_identity() -> Iterator[OwnRight]:
    """Give the app's access by its identity."""
    with BlobServiceClient("https://own.blob.core.windows.net") as service:
        yield own_reader(service, lambda: TOKEN)


@pytest.fixture
def by_key() -> Iterator[OwnRight]:
    """Give the app's access by a key, as on one machine."""
    with BlobServiceClient("http://127.0.0.1:10000/" + ACCOUNT, credential=KEY) as service:
        yield own_reader(service)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://own.blob.core.windows.net/c/b.json", False),
        ("https://OWN.blob.core.windows.net/c/b.json", False),
        ("https://theirs.blob.core.windows.net/c/b.json", True),
    ],
)
def test_the_token_is_sent_to_accounts_that_the_settings_name_in_full(
    by_identity: OwnRight, url: str, *, named: bool
) -> None:
    asked, headers = by_identity(url, named=named)
    assert asked == url
    assert headers.items() >= TOKEN.items()


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://attacker.blob.core.windows.net/c/b.json", False),
        ("https://own.blob.core.windows.net.attacker.example/c/b.json", False),
        ("http://own.blob.core.windows.net/c/b.json", False),
        ("http://theirs.blob.core.windows.net/c/b.json", True),
        ("https://own.z1.blob.core.windows.net/c/b.json", False),
    ],
)
def test_another_account_gets_no_token_and_the_error_names_the_setting(
    by_identity: OwnRight, url: str, *, named: bool
) -> None:
    with pytest.raises(ForbiddenUrl, match="CONTENT_HOSTS writes out") as error:
        by_identity(f"{url}?x=SECRET", named=named)
    assert "SECRET" not in str(error.value)


@pytest.mark.parametrize("path", ["/azure-webjobs-secrets/a", "//azure-webjobs-hosts/a", "/%61zure-webjobs-secrets/a"])
def test_the_hosts_own_blobs_are_forbidden(by_identity: OwnRight, by_key: OwnRight, path: str) -> None:
    with pytest.raises(ForbiddenUrl, match="host's own"):
        by_identity(f"https://own.blob.core.windows.net{path}", named=True)
    with pytest.raises(ForbiddenUrl, match="host's own"):
        by_key(f"http://127.0.0.1:10000/{ACCOUNT}{path}", named=True)


def test_the_key_signs_only_links_to_the_own_account(by_key: OwnRight) -> None:
    for url in ("http://127.0.0.1:10001/devstoreaccount1/c/b", "https://theirs.blob.core.windows.net/c/b"):
        assert by_key(url, named=True) == (url, {})
