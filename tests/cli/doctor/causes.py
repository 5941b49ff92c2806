"""Faults of a system, and what mends them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from azure.cosmos import PartitionKey

from shared.domain.containers import JOBS, TIME_TO_LIVE, TRANSCRIPTS
from shared.domain.documents import HEAD_ID, utc
from shared.domain.job import Retry, RetryCode, Status
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX
from tests.cli.doctor.conftest import Patient

MISSING = (
    '{"signal":"right","job":null,"file":null,"right":"Cosmos DB: read jobs","result":"missing",'
    '"needs":"role Cosmos DB Built-in Data Contributor","setting":"COSMOS_ENDPOINT","count":2}'
)
SLOW = MISSING.replace('"missing"', '"inconclusive"')

MINUTE = timedelta(minutes=1)

Do = Callable[[Patient], None]


def replace(patient: Patient, name: str, **changed: object) -> None:
    shape = JOBS if name == JOBS.name else TRANSCRIPTS
    paths: Any = shape.partition_key
    key = PartitionKey(path=paths[0]) if len(paths) == 1 else PartitionKey(path=list(paths), kind="MultiHash")
    as_it_is: dict[str, Any] = {"indexing_policy": shape.indexing_policy(), "default_ttl": TIME_TO_LIVE}
    patient.given.app.database().replace_container(name, key, **{**as_it_is, **changed})


def policy_without(composite: tuple[str, ...] | None = None, single: str | None = None) -> dict[str, Any]:
    policy = JOBS.indexing_policy()
    policy["includedPaths"] = [each for each in policy["includedPaths"] if each["path"] != f"/{single}/?"]
    paths = [f"/{name}" for name in composite or ()]
    policy["compositeIndexes"] = [
        index for index in policy["compositeIndexes"] if [each["path"] for each in index] != paths
    ]
    return policy


def as_made(patient: Patient) -> None:
    replace(patient, "jobs")
    replace(patient, "transcripts")


def own_database(patient: Patient) -> None:
    patient.set(COSMOS_DATABASE=patient.given.settings["COSMOS_DATABASE"])


def other_key(patient: Patient) -> None:
    patient.set(COSMOS_KEY="bm90IHRoZSBrZXk=")


def right(*names: str) -> Do:
    return lambda patient: patient.set(**{name: patient.given.settings[name] for name in names})


def made_wrong(patient: Patient) -> None:
    """Let the settings name a database whose containers have another partition key."""
    database = patient.given.app.database()
    name = f"{patient.given.settings['COSMOS_DATABASE']}-wrong"
    made = database.client_connection.CreateDatabase({"id": name})
    assert made["id"] == name
    for container in (JOBS, TRANSCRIPTS):
        body = {
            "id": container.name,
            "partitionKey": {"paths": ["/status"], "kind": "Hash"},
            "indexingPolicy": container.indexing_policy(),
            "defaultTtl": TIME_TO_LIVE,
        }
        database.client_connection.CreateContainer(f"dbs/{name}", body)
    patient.set(COSMOS_DATABASE=name)


def to_own_database(patient: Patient) -> None:
    name = f"{patient.given.settings['COSMOS_DATABASE']}-wrong"
    patient.given.app.database().client_connection.DeleteDatabase(f"dbs/{name}")
    own_database(patient)


def head_gone(patient: Patient) -> None:
    job = patient.jobs[0]
    head = next(each for each in patient.given.app.transcripts.items(job) if each["id"] == HEAD_ID)
    patient.container("transcripts").delete_item(HEAD_ID, [job, head["fileId"]])


def part_gone(patient: Patient) -> None:
    job = patient.jobs[0]
    part = next(each for each in patient.given.app.transcripts.items(job) if each["type"] == "part")
    patient.container("transcripts").delete_item(part["id"], [job, part["fileId"]])


def odd(patient: Patient) -> None:
    patient.container("jobs").upsert_item({"id": "odd", "type": "letter", "schemaVersion": 1})


def newer(patient: Patient) -> None:
    item = {"id": "newer", "type": "job", "schemaVersion": 99, "status": "completed", "acceptedAt": ago(hours=1)}
    patient.container("jobs").upsert_item({**item, "run": 1})


def without(job_id: str) -> Do:
    return lambda patient: patient.container("jobs").delete_item(job_id, job_id)


def ago(**time: float) -> str:
    return utc(datetime.now(UTC) - timedelta(**time))


def waits(**members: object) -> Do:
    """Write the document of a job that Speech has, and that the app has not gone on with. A duration is so long ago."""
    return lambda patient: write(patient, patient.served(1).id, **members)


def write(patient: Patient, job_id: str, **members: object) -> None:
    told = {name: utc(datetime.now(UTC) - it) if isinstance(it, timedelta) else it for name, it in members.items()}
    patient.given.job(job_id, **{"status": Status.PENDING, "ended_at": None, "moved_at": None, **told})


def works(patient: Patient) -> None:
    patient.given.work()


def stray(patient: Patient) -> None:
    job_id = patient.served(1).id
    write(patient, job_id, accepted_at=timedelta(minutes=5), status=Status.INGESTING)
    # The app has just looked, and looks again after REQUEUEMINUTES.
    mark = patient.given.app.jobs.poll_mark()
    patient.given.app.jobs.put_poll_mark(msgspec.structs.replace(mark, searched_at=ago(), idle=False))


def time_passes(patient: Patient) -> None:
    mark = patient.given.app.jobs.poll_mark()
    patient.given.app.jobs.put_poll_mark(msgspec.structs.replace(mark, searched_at=None, idle=False))
    patient.given.work()
    # What is found moves now. So nothing has moved for long after as much time again.
    job = patient.given.app.jobs.get(patient.jobs[-1])
    assert job is not None
    assert job.moved_at is not None
    patient.given.app.jobs.update(job.id, lambda it: msgspec.structs.replace(it, moved_at=ago(hours=1)))
    patient.given.work()
    patient.given.work()


def blob_gone(patient: Patient) -> None:
    patient.raw.delete_blob(next(iter(patient.raw.list_blob_names(name_starts_with=patient.jobs[0]))))


def given_up(patient: Patient) -> None:
    patient.ended(2, there=1)


def content_back(patient: Patient) -> None:
    job = patient.jobs[-1]
    patient.given.served(2, job_id=job)
    patient.did("retry", job)


def rejected(patient: Patient) -> None:
    patient.given.message("please transcribe my call")
    found = patient.given.app.jobs.rejected()[0]
    now = msgspec.structs.replace(found, rejected_at=ago())
    patient.given.app.jobs.reject(now)


def forgets(patient: Patient) -> None:
    patient.given.app.jobs.forget(patient.given.app.jobs.rejected()[0])


def poisoned(patient: Patient) -> None:
    with patient.given.queue(JOBS_QUEUE + POISON_SUFFIX) as queue:
        queue.send_message(patient.jobs[0], time_to_live=-1)


def poison_taken(patient: Patient) -> None:
    for text in patient.given.sent(JOBS_QUEUE + POISON_SUFFIX):
        assert patient.given.app.record_poison(JOBS_QUEUE, text.encode())


def soon_lost(patient: Patient) -> None:
    with patient.given.queue(JOBS_QUEUE) as queue:
        queue.send_message(patient.jobs[0], time_to_live=3600)


def no_raw(patient: Patient) -> None:
    patient.raw.delete_container()


def raw_again(patient: Patient) -> None:
    patient.raw.create_container()
    patient.did("retry", "--rewrite", "--yes")


def not_enqueued(patient: Patient) -> None:
    patient.served(1)


def expired(patient: Patient) -> None:
    times = {"accepted_at": timedelta(hours=1), "ended_at": MINUTE}
    write(patient, patient.served(1).id, status=Status.EXPIRED, **times)


def last(*words: str) -> Do:
    """Return what runs a command with the id of the last job."""
    return lambda patient: patient.did(*words, patient.jobs[-1])


RETRY = Retry("2026-11-02T12:00:00.000000Z", "2026-11-02T12:30:00.000000Z", RetryCode.FETCH_FAILED, "no answer")
