"""The file of the connected deployment: who can read it, what it says, and how it goes."""

import os
import stat
from pathlib import Path

import pytest

from shared.cli.cloud import Cloud
from shared.cli.connection import connection_file
from tests.cli.conftest import Run
from tests.cli.connecting.test_connect import NAME


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_only_the_user_can_read_the_file(run: Run, cloud: Cloud) -> None:
    run(*NAME, cloud=cloud)
    assert stat.S_IMODE(connection_file().stat().st_mode) == 0o600
    assert [path.name for path in connection_file().parent.iterdir()] == ["connection.json"], "no draft is left"


def test_without_options_it_says_what_is_connected(run: Run, cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run("connect")
    assert (before.code, before.error) == (1, "error: no deployment is connected\n")
    assert before.advice[0].startswith("speech2cosmos connect --deployment NAME")
    connected = run(*NAME, cloud=cloud)
    assert run("connect").out == connected.out
    monkeypatch.setenv("COSMOS_ENDPOINT", "https://another.documents.azure.com")
    assert run("connect").error == (
        "Cosmos DB is not taken from the deployment: COSMOS_ENDPOINT in the environment names another address\n"
    )


def test_a_connection_can_be_removed(run: Run, cloud: Cloud) -> None:
    run(*NAME, cloud=cloud)
    ran = run("connect", "--remove")
    assert (ran.code, ran.out) == (0, "the deployment is no longer connected\n")
    ran = run("connect", "--remove")
    assert (ran.code, ran.out) == (0, "no deployment was connected\n")


def test_a_file_that_cannot_be_read_is_named_and_can_be_written_anew(run: Run, cloud: Cloud) -> None:
    connection_file().parent.mkdir(parents=True)
    connection_file().write_text("{")
    ran = run("jobs")
    assert ran.code == 2
    assert str(connection_file()) in ran.error
    assert "connect --deployment" in ran.advice[0]
    assert run(*NAME, cloud=cloud).code == 0


def test_a_folder_that_cannot_be_written_is_named(
    run: Run, cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "file"))
    ran = run(*NAME, cloud=cloud)
    assert (ran.code, ran.out) == (2, "")
    assert str(connection_file()) in ran.error
