"""What a start imports, and when the rest is imported. Each case runs in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

SDKS = frozenset({"azure.core", "azure.cosmos", "azure.identity", "azure.storage", "msal", "requests", "tenacity"})
"""Packages that belong to the parts of the app."""

ENVIRONMENT = {
    "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
    "SPEECH_KEY": "a-key",
    "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
    "COSMOS_KEY": "a2V5",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}

_WHICH = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a new process, with no settings but these."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(  # noqa: S603 - the program is one of this file
        [sys.executable, "-c", program], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False
    )


def imported_by(program: str) -> set[str]:
    """Return the modules that a program has imported at its end."""
    ran = python(f"{program}\n{_WHICH}", **ENVIRONMENT)
    assert ran.returncode == 0, ran.stderr
    return set(json.loads(ran.stdout))


def test_the_import_of_the_app_imports_no_sdk_no_adapter_and_no_use_case() -> None:
    imported = imported_by("import function_app; assert len(function_app.app.get_functions()) == 5")
    assert "azure.functions" in imported
    assert imported & SDKS == set()
    assert {name for name in imported if name.startswith("shared.adapters")} == set()
    assert {name for name in imported if name.startswith("shared.pipeline.")} == {"shared.pipeline.signals"}


@pytest.mark.parametrize(
    ("part", "needed", "spared"),
    [
        ("accept_job", {"azure.cosmos"}, {"azure.storage"}),
        ("speech", {"requests"}, {"azure.cosmos", "azure.storage"}),
        ("poll_jobs", {"azure.cosmos", "requests"}, {"azure.storage"}),
        ("blobs", {"azure.storage.blob"}, {"azure.cosmos"}),
        ("ingest", {"azure.cosmos", "azure.storage.blob", "requests"}, set()),
    ],
)
def test_a_part_imports_what_it_is_built_from(part: str, needed: set[str], spared: set[str]) -> None:
    imported = imported_by(f"import function_app; function_app.run.{part}")
    assert needed <= imported
    assert imported & spared == set()


def test_threads_that_need_a_part_at_once_in_a_new_process_share_it() -> None:
    imported_by(
        "import function_app, sys\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from threading import Barrier\n"
        "together = Barrier(8)\n"
        "def need(number):\n"
        "    together.wait()\n"
        "    return number % 4, getattr(function_app.run, ('jobs', 'speech', 'blobs', 'ingest')[number % 4])\n"
        "with ThreadPoolExecutor(8) as threads:\n"
        "    built = list(threads.map(need, range(8)))\n"
        "assert len({id(part) for _, part in built}) == 4\n"
    )


def test_every_wrong_setting_is_named_when_the_app_is_imported() -> None:
    ran = python("import function_app", SPEECH_ENDPOINT="contoso", POLL_GET_LIMIT="1000")
    assert ran.returncode == 1
    last = ran.stderr[ran.stderr.rindex("Misconfigured") :]
    for name in ("SPEECH_ENDPOINT", "POLL_GET_LIMIT", "COSMOS_ENDPOINT", "AzureWebJobsStorage"):
        assert f"{name}: " in last
