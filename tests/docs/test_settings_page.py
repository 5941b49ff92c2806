"""The settings, their page and the sample agree."""

import json
import re
from typing import Any

import pytest

from local.azurite import KEY as STORAGE_KEY
from local.cosmos import KEY as COSMOS_KEY
from local.docs.settings import RUNTIME
from local.docs.write import REPOSITORY, SAMPLE, SETTINGS_PAGE
from local.stack import SPEECH_KEY
from shared.settings import SECRETS, Settings, settings_table

NAMES = [name for name, _ in settings_table()]


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((REPOSITORY / SAMPLE).read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def rows() -> dict[str, list[str]]:
    """Return the cells of the page's generated table, by setting."""
    page = (REPOSITORY / SETTINGS_PAGE).read_text(encoding="utf-8")
    block = re.search(r"<!-- made: settings -->\n(.*?)<!-- end -->", page, re.DOTALL)
    assert block is not None
    lines = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block[1].splitlines()[2:]]
    return {cells[0].strip("` "): cells[1:] for cells in lines}


def test_code_page_and_sample_name_the_same_settings(sample: dict[str, Any], rows: dict[str, list[str]]) -> None:
    assert list(rows) == NAMES
    assert list(sample["Values"]) == [RUNTIME, *NAMES]


def test_the_sample_has_the_form_of_core_tools(sample: dict[str, Any]) -> None:
    assert sample["IsEncrypted"] is False
    assert sample["Values"][RUNTIME] == "python"
    assert all(isinstance(value, str) for value in sample["Values"].values())
    assert isinstance(sample["Host"]["LocalHttpPort"], int)


def test_the_app_starts_with_the_sample(sample: dict[str, Any]) -> None:
    settings = Settings.from_env(sample["Values"])
    assert settings.retention_days is None
    assert settings.raw_archive is True
    assert settings.content_rule().check("http://127.0.0.1:10000/devstoreaccount1/a/b.json").trusted
    assert STORAGE_KEY in (settings.storage.get_secret_value() if settings.storage else "")


def test_the_sample_has_every_setting_of_the_bindings(sample: dict[str, Any]) -> None:
    asked = re.findall(r"%(\w+)%", (REPOSITORY / "function_app.py").read_text(encoding="utf-8"))
    assert "POLL_SCHEDULE" in asked
    for name in asked:
        assert sample["Values"][name]


def test_the_sample_has_only_well_known_keys_of_local_servers(sample: dict[str, Any]) -> None:
    known = {"SPEECH_KEY": SPEECH_KEY, "COSMOS_KEY": COSMOS_KEY, "AzureWebJobsStorage": STORAGE_KEY}
    assert known.keys() == SECRETS
    for name, secret in known.items():
        assert secret in sample["Values"][name]


def test_the_table_says_what_is_required_secret_and_allowed(rows: dict[str, list[str]]) -> None:
    assert [name for name, cells in rows.items() if cells[1] == "required"] == ["SPEECH_ENDPOINT", "COSMOS_ENDPOINT"]
    assert {name for name, cells in rows.items() if cells[3] == "secret"} == SECRETS
    assert rows["POLL_MIN_SECONDS"][1:3] == ["`60`", "whole number, 0 to 600"]
    assert rows["NBEST_WORDS"][2] == "`first`, `all`"
    assert rows["AzureWebJobsStorage__blobServiceUri"][1:3] == ["none", "URL"]
    assert {name for name, cells in rows.items() if cells[2] == "text"} == {
        "SPEECH_KEY",
        "COSMOS_KEY",
        "COSMOS_DATABASE",
    }


def test_the_page_names_the_settings_of_the_host(sample: dict[str, Any]) -> None:
    page = (REPOSITORY / SETTINGS_PAGE).read_text(encoding="utf-8")
    parts = ("credential", "clientId", "blobServiceUri", "queueServiceUri", "tableServiceUri")
    names = [f"AzureWebJobsStorage__{part}" for part in parts]
    for name in (*names, "AZURE_CLIENT_ID", RUNTIME, "PYTHON_THREADPOOL_THREAD_COUNT"):
        assert f"| `{name}` | " in page
    assert RUNTIME in sample["Values"]
