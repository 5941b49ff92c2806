"""The app is built from the settings. Each part is built once, when it is first needed."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.bootstrap import App, once, split_options
from shared.domain.patience import Patience
from shared.domain.split import SplitOptions
from shared.settings import Settings

ENVIRONMENT = {
    "SPEECH_ENDPOINT": "https://contoso.cognitiveservices.azure.com",
    "COSMOS_ENDPOINT": "https://contoso.documents.azure.com",
    "AzureWebJobsStorage": "UseDevelopmentStorage=true",
}


class Slow:
    """Builds two parts, one out of the other, slowly."""

    def __init__(self) -> None:
        self.built: list[str] = []

    @once
    def part(self) -> object:
        """Build a part."""
        time.sleep(0.02)
        self.built.append("part")
        return object()

    @once
    def whole(self) -> tuple[object]:
        """Build what needs the part."""
        time.sleep(0.02)
        self.built.append("whole")
        return (self.part,)


def test_many_threads_build_each_part_once_in_any_order() -> None:
    slow = Slow()
    together = threading.Barrier(8)

    def need(number: int) -> object:
        together.wait()
        return slow.part if number % 2 else slow.whole[0]

    with ThreadPoolExecutor(8) as threads:
        assert len(set(map(id, threads.map(need, range(8))))) == 1
    assert sorted(slow.built) == ["part", "whole"]


def test_all_threads_share_one_speech_client() -> None:
    app = App.from_env({**ENVIRONMENT, "SPEECH_KEY": "k"})
    with ThreadPoolExecutor(8) as threads:
        assert len({id(client) for client in threads.map(lambda _: app.speech, range(32))}) == 1


def test_settings_reach_the_use_cases() -> None:
    changed = {"POLL_MIN_SECONDS": "7", "NOT_FOUND_MINUTES": "8", "MAX_PENDING_HOURS": "9", "REQUEUE_MINUTES": "11"}
    changed |= {"RETRY_MIN_SECONDS": "12", "MISSING_MINUTES": "13", "GIVE_UP_HOURS": "14"}
    app = App.from_env(ENVIRONMENT | changed)
    assert app.patience == Patience(7, 8, 9, 11, 12, 13, 14)
    options = {"NBEST_WORDS": "all", "TURN_GAP_SECONDS": "1.5"}
    assert split_options(Settings.from_env(ENVIRONMENT | options)) == SplitOptions(1.5, all_words=True)
    assert split_options(Settings.from_env(ENVIRONMENT)) == SplitOptions(3.0, all_words=False)


@pytest.mark.parametrize("version", ["v3.1", "v3.2", "2024-11-15", "2025-10-15"])
def test_a_retired_api_version_is_logged_once_at_start_with_the_date(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    App.from_env({**ENVIRONMENT, "SPEECH_API_VERSION": version})
    told = [record.message for record in caplog.records if "31 March 2026" in record.message]
    assert len(told) == version.startswith("v")
    assert all(f"SPEECH_API_VERSION is {version}" in line and "set it to 2025-10-15" in line for line in told)
