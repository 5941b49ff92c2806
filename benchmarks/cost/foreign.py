"""Small documents of other jobs: the cost of a job and a tick must not depend on their number."""

import uuid
from datetime import UTC, datetime
from typing import Any

import msgspec
from azure.cosmos import DatabaseProxy

from benchmarks.cost.meter import MeteredDatabase
from shared.domain.containers import JOBS, TRANSCRIPTS
from shared.domain.documents import utc
from shared.domain.job import Job, Status

A_FILE = 90
"""Documents of a foreign file; a batch takes 100."""

JOBS_A_FILE = 10
"""Ended jobs for each foreign file."""

ENDED = utc(datetime(2026, 11, 1, tzinfo=UTC))


def store_foreign(metered: MeteredDatabase, direct: DatabaseProxy, documents: int) -> None:
    """Store this many documents of ended jobs, a tenth of them in `jobs`, without counting the requests."""
    jobs, transcripts = (direct.get_container_client(each.name) for each in (JOBS, TRANSCRIPTS))
    known = metered.containers
    for number in range(documents // (A_FILE + JOBS_A_FILE)):
        file = _file(number)
        key = [str(file[0][name]) for name in ("jobId", "fileId")]
        transcripts.execute_item_batch([("create", (item,)) for item in file], key)
        known[TRANSCRIPTS.name].items.update({(*key, str(item["id"])): item for item in file})
        for item in (_ended() for _ in range(JOBS_A_FILE)):
            jobs.create_item(item)
            known[JOBS.name].items[item["id"], item["id"]] = item


def _file(number: int) -> list[dict[str, Any]]:
    """Return a head, a failure, and parts, a third of them retired."""
    whose = {"jobId": str(uuid.uuid4()), "fileId": str(uuid.uuid4()), "run": 1}
    revision = f"{number:012x}"
    parts: list[dict[str, Any]] = [
        {
            "id": f"{revision}_part_{part:04}",
            "type": "part",
            "revision": revision,
            **({} if part % 3 else {"ttl": 3600}),
        }
        for part in range(A_FILE - 2)
    ]
    head = {"id": "transcript", "type": "transcript", "revision": revision}
    failure = {"id": "failure", "type": "fileFailure", "kind": "Transcription"}
    return [{**each, **whose} for each in (head, failure, *parts)]


def _ended() -> dict[str, Any]:
    job = Job(
        id=str(uuid.uuid4()),
        status=Status.COMPLETED,
        accepted_at=ENDED,
        polled_at=ENDED,
        poll_count=3,
        moved_at=ENDED,
        ended_at=ENDED,
        tidied_at=ENDED,
    )
    return dict(msgspec.to_builtins(job))
