"""The whole stack, started once: storage, Cosmos, Speech and the functions host with the real function_app.py."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from azure.storage.queue import QueueClient

from local.speech import JobSpec, SpeechControl
from local.speech.client import Contents
from local.stack import Ports, Stack, start_stack
from shared.bootstrap import App
from shared.domain.job import END_STATES, Job, Rejected
from shared.domain.messages import JOBS_QUEUE
from tests.waiting import eventually

SETTINGS = {
    "NOT_FOUND_MINUTES": "0",
    "POLL_MIN_SECONDS": "0",
    "POLL_SCHEDULE": "* * * * * *",
    "RETRY_MIN_SECONDS": "1",
    "MISSING_MINUTES": "0",
}


@dataclass
class Whole:
    """The stack as a user sees it: a queue for ids, and the documents. `speech` controls the simulator."""

    stack: Stack
    app: App
    speech: SpeechControl

    def serve(self, spec: JobSpec, contents: Contents) -> None:
        """Add a job to Speech."""
        self.speech.put_job(spec, contents)

    def enqueue(self, *messages: str) -> None:
        """Send messages to the jobs queue, unchanged."""
        with QueueClient.from_connection_string(self.stack.settings["AzureWebJobsStorage"], JOBS_QUEUE) as queue:
            for message in messages:
                queue.send_message(message)

    def until(self, holds: Callable[[], Any], what: str) -> Any:  # noqa: ANN401 - whatever `holds` returns
        """Wait until `holds()` returns something true, and return it."""
        return eventually(holds, lambda: f"{what}; the host's log ends:\n{self.log()}")

    def ended(self, job_id: str) -> Job:
        """Wait until the job has ended and return its document."""

        def look() -> Job | None:
            job = self.app.jobs.get(job_id)
            return job if job is not None and job.status in END_STATES else None

        job = self.until(look, f"job {job_id} ends")
        assert isinstance(job, Job)
        return job

    def rejected(self, message: str) -> Rejected:
        """Wait until a message is stored as rejected; return the document."""
        found = self.until(
            lambda: [each for each in self.app.jobs.rejected(100) if each.message == message], f"{message!r} rejected"
        )
        only = found[0]
        assert isinstance(only, Rejected)
        return only

    def documents(self, job_id: str, kind: str | None = None) -> list[dict[str, Any]]:
        """Return the documents of a job, or of one type of it, without what Cosmos DB adds."""
        items = self.app.transcripts.items(job_id)
        own = [{name: value for name, value in item.items() if not name.startswith("_")} for item in items]
        return [item for item in own if kind in {None, item["type"]}]

    def log(self) -> str:
        """Return the end of the functions host's output."""
        return (self.stack.state / "logs" / "host.log").read_text()[-4000:]


@pytest.fixture(scope="package")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    state: Path = tmp_path_factory.mktemp("stack")
    environ = {**SETTINGS, "PATH": os.environ["PATH"]}
    stack = start_stack(state, environ, ports=Ports((0, 0, 0), 0, 0, 0))
    try:
        with SpeechControl(stack.settings["SPEECH_ENDPOINT"], stack.azurite) as speech:
            yield Whole(stack, App.from_env(stack.settings), speech)
            assert speech.about().contacts == (), "no request is sent to the host in the links"
    finally:
        stack.stop()
