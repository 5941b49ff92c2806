"""A Speech resource of its own for a test of `backfill`, because the command sees all jobs of the resource."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import msgspec

from local.speech import JobSpec, Speech
from shared.domain.messages import JOBS_QUEUE
from tests.cli.given import Given


class Shared:
    """A Speech resource, an empty database and empty queues. Jobs of the resource are deleted after the test."""

    def __init__(self, given: Given, speech: Speech) -> None:
        self.given = Given({**given.settings, "SPEECH_ENDPOINT": speech.endpoint, "SPEECH_KEY": speech.key}, speech)
        self.speech = speech
        self.ids: list[str] = []

    def job(self, name: str = "calls", *, hours: float = 1, **members: object) -> str:
        """Put a job that ended so many hours ago. Returns its id."""
        return self.jobs(1, name, hours=hours, **members)[0]

    def jobs(self, count: int, name: str = "calls", *, hours: float = 1, **members: object) -> list[str]:
        """Put jobs. Returns their ids."""
        created = datetime.now(UTC) - timedelta(hours=hours)
        plain = [JobSpec(id=str(uuid.uuid4()), display_name=name, created_date_time=created) for _ in range(count)]
        self.speech.control.put_jobs([msgspec.structs.replace(each, **members) for each in plain])
        self.ids += [each.id for each in plain]
        return [each.id for each in plain]

    def sent(self) -> list[str]:
        """Receive what was sent. Returns the ids of its jobs, in their order."""
        return [each for text in self.given.sent(JOBS_QUEUE) for each in json.loads(text)]

    @property
    def words(self) -> tuple[str, str, str]:
        """The words for the resource, the database and the queue."""
        settings = self.given.settings
        with self.given.queue(JOBS_QUEUE) as queue:
            storage = queue.url.split("/")[2]
        cosmos = settings["COSMOS_ENDPOINT"].split("/")[2]
        speech = self.speech.endpoint.split("/")[2]
        database = settings["COSMOS_DATABASE"]
        return (
            f"Speech at {speech}",
            f"Cosmos DB at {cosmos}, database {database}",
            f"queue {JOBS_QUEUE} at {storage}",
        )
