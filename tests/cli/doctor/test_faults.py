"""Each fault is found by the check that names it, and what the check says to do makes it pass."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from azure.cosmos import PartitionKey

from shared.domain.containers import JOBS, TIME_TO_LIVE, TRANSCRIPTS
from shared.domain.documents import HEAD_ID, utc
from shared.domain.job import Retry, RetryCode, Status
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX
from tests.cli.doctor.conftest import OK, Patient

MISSING = (
    '{"signal":"right","job":null,"file":null,"right":"Cosmos DB: read jobs","result":"missing",'
    '"needs":"role Cosmos DB Built-in Data Contributor","setting":"COSMOS_ENDPOINT","count":2}'
)
SLOW = MISSING.replace('"missing"', '"inconclusive"')

_MINUTE = timedelta(minutes=1)

Do = Callable[[Patient], None]


@dataclass(frozen=True)
class Fault:
    """How to cause it; what finds it, with which status; a word of what is found, and of the fix; the fix itself."""

    cause: Do
    check: str
    status: str
    detail: str
    fix: str
    mend: Do


def _replace(patient: Patient, name: str, **changed: object) -> None:
    shape = JOBS if name == JOBS.name else TRANSCRIPTS
    paths: Any = shape.partition_key
    key = PartitionKey(path=paths[0]) if len(paths) == 1 else PartitionKey(path=list(paths), kind="MultiHash")
    as_it_is: dict[str, Any] = {"indexing_policy": shape.indexing_policy(), "default_ttl": TIME_TO_LIVE}
    patient.given.app.database().replace_container(name, key, **{**as_it_is, **changed})


def _policy_without(composite: tuple[str, ...] | None = None, single: str | None = None) -> dict[str, Any]:
    policy = JOBS.indexing_policy()
    policy["includedPaths"] = [each for each in policy["includedPaths"] if each["path"] != f"/{single}/?"]
    paths = [f"/{name}" for name in composite or ()]
    policy["compositeIndexes"] = [
        index for index in policy["compositeIndexes"] if [each["path"] for each in index] != paths
    ]
    return policy


def _as_made(patient: Patient) -> None:
    _replace(patient, "jobs")
    _replace(patient, "transcripts")


def _own_database(patient: Patient) -> None:
    patient.set(COSMOS_DATABASE=patient.given.settings["COSMOS_DATABASE"])


def _other_key(patient: Patient) -> None:
    patient.set(COSMOS_KEY="bm90IHRoZSBrZXk=")


def _right(*names: str) -> Do:
    return lambda patient: patient.set(**{name: patient.given.settings[name] for name in names})


def _made_wrong(patient: Patient) -> None:
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


def _to_own_database(patient: Patient) -> None:
    name = f"{patient.given.settings['COSMOS_DATABASE']}-wrong"
    patient.given.app.database().client_connection.DeleteDatabase(f"dbs/{name}")
    _own_database(patient)


def _head_gone(patient: Patient) -> None:
    job = patient.jobs[0]
    head = next(each for each in patient.given.app.transcripts.items(job) if each["id"] == HEAD_ID)
    patient.container("transcripts").delete_item(HEAD_ID, [job, head["fileId"]])


def _odd(patient: Patient) -> None:
    patient.container("jobs").upsert_item({"id": "odd", "type": "letter", "schemaVersion": 1})


def _newer(patient: Patient) -> None:
    item = {"id": "newer", "type": "job", "schemaVersion": 99, "status": "completed", "acceptedAt": _ago(hours=1)}
    patient.container("jobs").upsert_item({**item, "run": 1})


def _without(job_id: str) -> Do:
    return lambda patient: patient.container("jobs").delete_item(job_id, job_id)


def _ago(**time: float) -> str:
    return utc(datetime.now(UTC) - timedelta(**time))


def _waits(**members: object) -> Do:
    """Write the document of a job that Speech has, and that the app has not gone on with. A duration is so long ago."""
    return lambda patient: _write(patient, patient.served(1).id, **members)


def _write(patient: Patient, job_id: str, **members: object) -> None:
    told = {name: utc(datetime.now(UTC) - it) if isinstance(it, timedelta) else it for name, it in members.items()}
    patient.given.job(job_id, **{"status": Status.PENDING, "ended_at": None, "moved_at": None, **told})


def _works(patient: Patient) -> None:
    patient.given.work()


def _stray(patient: Patient) -> None:
    job_id = patient.served(1).id
    _write(patient, job_id, accepted_at=timedelta(minutes=5), status=Status.INGESTING)
    # The app has just looked, and looks again after REQUEUE_MINUTES.
    mark = patient.given.app.jobs.poll_mark()
    patient.given.app.jobs.put_poll_mark(msgspec.structs.replace(mark, searched_at=_ago(), idle=False))


def _time_passes(patient: Patient) -> None:
    mark = patient.given.app.jobs.poll_mark()
    patient.given.app.jobs.put_poll_mark(msgspec.structs.replace(mark, searched_at=None, idle=False))
    patient.given.work()
    # What is found moves now. So nothing has moved for long after as much time again.
    job = patient.given.app.jobs.get(patient.jobs[-1])
    assert job is not None
    assert job.moved_at is not None
    patient.given.app.jobs.update(job.id, lambda it: msgspec.structs.replace(it, moved_at=_ago(hours=1)))
    patient.given.work()
    patient.given.work()


def _blob_gone(patient: Patient) -> None:
    patient.raw.delete_blob(next(iter(patient.raw.list_blob_names(name_starts_with=patient.jobs[0]))))


def _given_up(patient: Patient) -> None:
    patient.ended(2, there=1)


def _content_back(patient: Patient) -> None:
    job = patient.jobs[-1]
    patient.given.served(2, job_id=job)
    patient.did("retry", job)


def _rejected(patient: Patient) -> None:
    patient.given.message("please transcribe my call")
    found = patient.given.app.jobs.rejected()[0]
    now = msgspec.structs.replace(found, rejected_at=_ago())
    patient.given.app.jobs.reject(now)


def _forgets(patient: Patient) -> None:
    patient.given.app.jobs.forget(patient.given.app.jobs.rejected()[0])


def _poisoned(patient: Patient) -> None:
    with patient.given.queue(JOBS_QUEUE + POISON_SUFFIX) as queue:
        queue.send_message(patient.jobs[0], time_to_live=-1)


def _poison_taken(patient: Patient) -> None:
    for text in patient.given.sent(JOBS_QUEUE + POISON_SUFFIX):
        assert patient.given.app.record_poison(JOBS_QUEUE, text.encode())


def _soon_lost(patient: Patient) -> None:
    with patient.given.queue(JOBS_QUEUE) as queue:
        queue.send_message(patient.jobs[0], time_to_live=3600)


def _no_raw(patient: Patient) -> None:
    patient.raw.delete_container()


def _raw_again(patient: Patient) -> None:
    patient.raw.create_container()
    patient.did("retry", "--rewrite", "--yes")


def _not_enqueued(patient: Patient) -> None:
    patient.served(1)


def _expired(patient: Patient) -> None:
    times = {"accepted_at": timedelta(hours=1), "ended_at": _MINUTE}
    _write(patient, patient.served(1).id, status=Status.EXPIRED, **times)


def _last(*words: str) -> Do:
    """Return what runs a command with the id of the last job."""
    return lambda patient: patient.did(*words, patient.jobs[-1])


RETRY = Retry("2026-11-02T12:00:00.000000Z", "2026-11-02T12:30:00.000000Z", RetryCode.FETCH_FAILED, "no answer")

FAULTS = {
    "no key of Speech": Fault(
        lambda patient: patient.set(SPEECH_KEY="another-key-of-speech"),
        *("Speech: sign-in", "fail", "answered 401", "set SPEECH_KEY"),
        _right("SPEECH_KEY"),
    ),
    "a version that is retired": Fault(
        lambda patient: patient.set(SPEECH_API_VERSION="v3.2"),
        *("Speech: API version", "warn", "retire it on", "set SPEECH_API_VERSION to 2025-10-15"),
        lambda patient: patient.set(SPEECH_API_VERSION="2025-10-15"),
    ),
    "no key of Cosmos DB": Fault(
        _other_key, "Cosmos DB: sign-in", "fail", "answered 401", "set COSMOS_KEY", _right("COSMOS_KEY")
    ),
    "no such database": Fault(
        lambda patient: patient.set(COSMOS_DATABASE="absent"),
        *("Cosmos DB: sign-in", "fail", "there is no container jobs", "set COSMOS_DATABASE"),
        _own_database,
    ),
    "another partition key": Fault(
        _made_wrong,
        *("Cosmos DB: jobs", "fail", "its partition key is /status, and has to be /id", "set COSMOS_DATABASE"),
        _to_own_database,
    ),
    "no composite index": Fault(
        lambda patient: _replace(patient, "jobs", indexing_policy=_policy_without(("status", "movedAt"))),
        *("Cosmos DB: jobs", "fail", "no composite index for (status, movedAt)", "deploy the Bicep again"),
        _as_made,
    ),
    "no index": Fault(
        lambda patient: _replace(patient, "jobs", indexing_policy=_policy_without(single="retry/at")),
        *("Cosmos DB: jobs", "warn", "no index for retry/at", "add /retry/at/? to the included paths"),
        _as_made,
    ),
    "no time to live": Fault(
        lambda patient: _replace(patient, "transcripts", default_ttl=None),
        *("Cosmos DB: transcripts", "warn", "its default time to live is none", "On (no default)"),
        _as_made,
    ),
    "a time to live for all": Fault(
        lambda patient: _replace(patient, "transcripts", default_ttl=86_400),
        *("Cosmos DB: transcripts", "fail", "Cosmos DB deletes every document", "On (no default)"),
        _as_made,
    ),
    "no such queue": Fault(
        lambda patient: patient.set(JOBS_QUEUE="absent"),
        *("queue: absent", "fail", "there is no such queue", "set JOBS_QUEUE"),
        lambda patient: patient.set(JOBS_QUEUE=JOBS_QUEUE),
    ),
    "a message that expires": Fault(
        _soon_lost, f"queue: {JOBS_QUEUE}", "fail", "1 message of 1 will expire", "start the app", _works
    ),
    "a poison message": Fault(
        _poisoned,
        *(f"poison: {JOBS_QUEUE}", "warn", "five deliveries failed", "the app takes these up by itself"),
        _poison_taken,
    ),
    "no raw container": Fault(
        _no_raw, "raw archive: sign-in", "fail", "the app cannot write any file", "set RAW_CONTAINER", _raw_again
    ),
    "a document of no type": Fault(
        _odd, "documents", "warn", "1 of jobs have a type", "correct the document", _without("odd")
    ),
    "a document of a later version": Fault(
        _newer, "documents", "warn", "schemaVersion", "correct the document", _without("newer")
    ),
    "a stopped host": Fault(
        lambda patient: patient.logs(OK, ticked=timedelta(minutes=3)),
        *("app: last tick", "fail", "3m ago: the timer does not run", "make up"),
        lambda patient: patient.logs(OK),
    ),
    "a missing right": Fault(
        lambda patient: patient.logs(OK, MISSING),
        *("app: rights", "fail", "Cosmos DB: read jobs: missing", "it takes role Cosmos DB Built-in Data Contributor"),
        lambda patient: patient.logs(OK, MISSING, OK),
    ),
    "a right that could not be tried": Fault(
        lambda patient: patient.logs(SLOW),
        *("app: rights", "warn", "inconclusive", "restart the app"),
        lambda patient: patient.logs(SLOW, OK),
    ),
    "a job that Speech was never asked for": Fault(
        _waits(accepted_at=timedelta(minutes=20)),
        *("app: pending jobs", "fail", "Speech was never asked", "start the app"),
        _works,
    ),
    "a job that waits for a day": Fault(
        _waits(accepted_at=timedelta(hours=26), poll_count=3, polled_at=_MINUTE, next_poll_at=_MINUTE),
        *("app: pending jobs", "warn", "accepted 1d ago", "speech2cosmos speech status"),
        _works,
    ),
    "a job that stands still": Fault(
        _waits(status=Status.INGESTING, accepted_at=timedelta(hours=2), moved_at=timedelta(minutes=35)),
        *("app: ingesting jobs", "warn", "it stands still", "speech2cosmos show"),
        _works,
    ),
    "a job that the timer forgot": Fault(
        _waits(status=Status.INGESTING, accepted_at=timedelta(hours=3), moved_at=timedelta(hours=2)),
        *("app: ingesting jobs", "fail", "the app did nothing about it", "start the app"),
        _works,
    ),
    "a retry that is overdue": Fault(
        _waits(status=Status.INGESTING, accepted_at=timedelta(hours=1), moved_at=timedelta(minutes=20), retry=RETRY),
        *("app: retries", "fail", "is overdue: FetchFailed", "start the app"),
        _works,
    ),
    "a stray": Fault(_stray, "app: strays", "warn", "that no query of the timer finds", "wait", _time_passes),
    "a rejected message": Fault(
        _rejected, "app: given up", "warn", "1 message since", "speech2cosmos poison list", _forgets
    ),
    "a file that was given up": Fault(
        _given_up, "app: given up", "warn", "1 file altogether", "speech2cosmos retry JOB", _content_back
    ),
    "a file that was given up, of a job that ended": Fault(
        _given_up, "nothing lost: files", "warn", "1 file of 1 job were given up", "retry JOB", _content_back
    ),
    "a job that was never enqueued": Fault(
        _not_enqueued,
        *("nothing lost: jobs", "fail", "of which Cosmos DB does not know 1", "speech2cosmos submit JOB"),
        _last("submit"),
    ),
    "another job that was never enqueued": Fault(
        _not_enqueued,
        *("nothing lost: jobs", "fail", "of which Cosmos DB does not know 1", "speech2cosmos backfill --since 73h"),
        lambda patient: patient.did("backfill", "--since", "73h", "--yes"),
    ),
    "a job that expired before Speech had ended it": Fault(
        _expired, "nothing lost: jobs", "fail", "and Speech has them", "speech2cosmos retry JOB", _last("retry")
    ),
    "a head that somebody deleted": Fault(
        _head_gone,
        *("nothing lost: files", "fail", "1 file of 1 job were in and are gone", "speech2cosmos retry JOB --rewrite"),
        lambda patient: patient.did("retry", patient.jobs[0], "--rewrite"),
    ),
    "a blob that somebody deleted": Fault(
        _blob_gone,
        *("nothing lost: raw", "fail", "are gone: of jobs", "speech2cosmos retry JOB --rewrite"),
        lambda patient: patient.did("retry", patient.jobs[0], "--rewrite"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_named_and_its_fix_mends_it(patient: Patient, fault: Fault) -> None:
    fault.cause(patient)
    ran = patient.ran("-o", "json")
    checks: list[dict[str, Any]] = msgspec.json.decode(ran.out)["checks"]
    found = [check for check in checks if check["name"] == fault.check and check["status"] == fault.status]
    assert any(fault.detail in check["detail"] and fault.fix in check["fix"] for check in found), ran.out
    assert ran.code == int(any(check["status"] == "fail" for check in checks))
    fault.mend(patient)
    assert patient.bad() == set()
    patient.mended = True


def test_a_healthy_system_passes_every_check(patient: Patient) -> None:
    ran = patient.ran()
    assert (ran.code, ran.error) == (0, "")
    assert ran.out.endswith(" pass\n")
    names = [check["name"] for check in patient.doctor()]
    assert len(set(names)) == len(names) == 25
    patient.mended = True
