"""Many jobs that wait at Speech: their documents, stored without the SDK, and a Speech that is asked at its pace."""

import base64
import hashlib
import hmac
import http.client
import uuid
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from benchmarks.cost.pipeline import START, Bench
from benchmarks.cost.services import CountingSpeech, SpeechJob
from local.cosmos import Cosmos
from shared.adapters.pacing import Pacer
from shared.domain.containers import JOBS
from shared.domain.documents import utc
from shared.domain.job import Job, Status
from shared.domain.patience import Patience
from shared.domain.polling import UNSEEN_FOR, UNSEEN_LIMIT
from shared.domain.speech_api import Transcription, TranscriptionPage, decode_answer
from shared.domain.speech_urls import transcription_id
from shared.domain.transitions import observe

_ACCEPTED = START - timedelta(hours=48)
_NEVER = START + timedelta(days=365)
_POLLS = 20
"""Polls of a job before, so that it is due again as late as a job that waits for long."""

_ANSWER_SECONDS = 0.1


class NotStored(Exception):
    """The server refused a document. The message has its status and answer."""


def let_wait(cosmos: Cosmos, made: Bench, jobs: int) -> dict[str, datetime]:
    """Store jobs that wait, and were last looked at one after the other, as the ticks do; return when, by job."""
    ids = [str(uuid.UUID(int=0x4000_8000_0000_0000_0000 + number)) for number in range(jobs)]
    looked = max(UNSEEN_FOR, timedelta(minutes=jobs / UNSEEN_LIMIT))
    mentioned = {job_id: START - looked * (1 - number / jobs) for number, job_id in enumerate(ids)}
    items = []
    for job_id, at in mentioned.items():
        made.speech.jobs[job_id] = job = SpeechJob(job_id, _ACCEPTED, _NEVER)
        new = Job(id=job_id, status=Status.PENDING, accepted_at=utc(_ACCEPTED), poll_count=_POLLS)
        seen = decode_answer(msgspec.json.encode(job.body(at)), Transcription)
        items.append(dict(msgspec.to_builtins(observe(new, seen, Patience(), at, made.speech.resource))))
    container = made.database.containers[JOBS.name]
    container.items.update({(item["id"], item["id"]): item for item in items})
    store(cosmos, container.link, items)
    return mentioned


def store(cosmos: Cosmos, link: str, items: Iterable[dict[str, Any]]) -> None:
    """Create items whose id is their partition key in the container `link`. Raises NotStored.

    The requests are the SDK's, on one connection. The SDK itself takes several times as long for each, and a batch
    cannot have items of several partitions.
    """
    headers = _signed(cosmos.key, link)
    with closing(http.client.HTTPConnection(urlsplit(cosmos.endpoint).netloc)) as connection:
        for item in items:
            own = {**headers, "x-ms-documentdb-partitionkey": msgspec.json.encode([item["id"]]).decode()}
            connection.request("POST", f"/{link}/docs", msgspec.json.encode(item), own)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != http.client.CREATED:
                raise NotStored(f"{answer.status}: {text.decode(errors='replace')}")


def _signed(key: str, link: str) -> dict[str, str]:
    """Return the headers of a POST to the container's documents, with the master key's signature."""
    date = format_datetime(datetime.now(UTC), usegmt=True)
    text = f"post\ndocs\n{link}\n{date.lower()}\n\n"
    made = hmac.new(base64.b64decode(key), text.encode(), hashlib.sha256).digest()
    signature = quote(f"type=master&ver=1.0&sig={base64.b64encode(made).decode()}", safe="")
    return {
        "authorization": signature,
        "x-ms-date": date,
        "content-type": "application/json",
        "prefer": "return=minimal",
    }


class PacedSpeech(CountingSpeech):
    """The bench's Speech, with the product's pacer on the bench's clock. `sent`: when each request was sent.

    `mentioned`: when an answer last had a job, by the job's id. `looks` counts the GETs of jobs for which that was
    UNSEEN_FOR ago.
    """

    def __init__(self, made: Bench, mentioned: dict[str, datetime]) -> None:
        super().__init__(made.clock)
        self.jobs, self.requests = made.speech.jobs, made.speech.requests
        self.sent: list[float] = []
        self.mentioned, self.looks = mentioned, 0
        self._work = made.clock
        self._pacer = Pacer(self._now, made.clock.sleep, chance=lambda: 0.0)

    def transcription(self, job_id: str) -> Transcription | None:
        """Get a transcription at its turn."""
        self._turn()
        now = self._work.now()
        self.looks += self.mentioned[job_id] <= now - UNSEEN_FOR
        self.mentioned[job_id] = now
        return super().transcription(job_id)

    def transcriptions(self, odata_filter: str | None, page: str | None) -> TranscriptionPage:
        """List a page of transcriptions at its turn."""
        self._turn()
        answer = super().transcriptions(odata_filter, page)
        self.mentioned |= {str(transcription_id(each["self"])): self._work.now() for each in answer.values}
        return answer

    def _now(self) -> float:
        return self._work.now().timestamp()

    def _turn(self) -> None:
        self.sent.append(self._pacer.take(self._pacer.deadline()))
        self._work.sleep(_ANSWER_SECONDS)
