"""A tick over HTTP against a Speech resource with 50,000 other transcriptions."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from local.azurite import Azurite
from local.speech import JobSpec, Settings, Speech, start_speech
from shared.domain.patience import Patience
from shared.domain.polling import LISTS_A_TICK, NEW_GETS
from shared.pipeline.poll import PollJobs
from tests.adapters.documents import new_job
from tests.adapters.test_speech_api import client
from tests.pipeline.fakes import FakeClock, FakeJobs
from tests.pipeline.script import Script

OTHERS = 50_000
NEW = NEW_GETS + 1


@pytest.fixture
def speech(azurite: Azurite, tmp_path: Path) -> Iterator[Speech]:
    """Give a simulator of its own, because its jobs would make the lists of other tests longer."""
    running = start_speech(azurite, log=tmp_path / "speech.log", port=0)
    yield running
    running.stop()


def test_a_tick_sends_ten_lists_and_a_hundred_requests_for_new_jobs(speech: Speech) -> None:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    ids = [str(UUID(int=number)) for number in range(OTHERS)]
    speech.control.put_jobs([JobSpec(id=each, created_date_time=long_ago) for each in ids])
    speech.control.configure(Settings(requests_per_window=1_000_000))
    clock, jobs = FakeClock(), FakeJobs(Script())
    for number in range(NEW):
        jobs.put(new_job(id=ids[-1 - number]))
    api = client(speech)
    speech.control.reset_counts()
    assert len(list(PollJobs(jobs, api, clock, Patience(), 10)())) == NEW_GETS
    assert speech.control.counts() == {"get": NEW_GETS, "list": LISTS_A_TICK}
    assert jobs.mark.all is not None
    assert jobs.mark.all.pages == LISTS_A_TICK
