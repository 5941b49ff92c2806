"""Each fault is found by the check that names it, and what the check says to do makes it pass."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.domain.job import Status
from shared.domain.messages import JOBS_QUEUE
from tests.cli.doctor.causes import (
    MINUTE,
    MISSING,
    RETRY,
    SLOW,
    Do,
    as_made,
    blob_gone,
    content_back,
    expired,
    forgets,
    given_up,
    head_gone,
    last,
    made_wrong,
    newer,
    no_raw,
    not_enqueued,
    odd,
    other_key,
    own_database,
    part_gone,
    poison_taken,
    poisoned,
    policy_without,
    raw_again,
    rejected,
    replace,
    right,
    soon_lost,
    stray,
    time_passes,
    to_own_database,
    waits,
    without,
    works,
)
from tests.cli.doctor.conftest import OK, Patient


@dataclass(frozen=True)
class Fault:
    """How to cause it; what finds it, with which status; a word of what is found, and of the fix; the fix itself."""

    cause: Do
    check: str
    status: str
    detail: str
    fix: str
    mend: Do


FAULTS = {
    "no key of Speech": Fault(
        lambda patient: patient.set(SPEECH_KEY="another-key-of-speech"),
        *("Speech: sign-in", "fail", "answered 401", "set SPEECH_KEY"),
        right("SPEECH_KEY"),
    ),
    "a version that is retired": Fault(
        lambda patient: patient.set(SPEECH_API_VERSION="v3.2"),
        *("Speech: API version", "warn", "retire it on", "set SPEECH_API_VERSION to 2025-10-15"),
        lambda patient: patient.set(SPEECH_API_VERSION="2025-10-15"),
    ),
    "no key of Cosmos DB": Fault(
        other_key, "Cosmos DB: sign-in", "fail", "answered 401", "set COSMOS_KEY", right("COSMOS_KEY")
    ),
    "no such database": Fault(
        lambda patient: patient.set(COSMOS_DATABASE="absent"),
        *("Cosmos DB: sign-in", "fail", "there is no container jobs", "set COSMOS_DATABASE"),
        own_database,
    ),
    "another partition key": Fault(
        made_wrong,
        *("Cosmos DB: jobs", "fail", "its partition key is /status, and has to be /id", "set COSMOS_DATABASE"),
        to_own_database,
    ),
    "no composite index": Fault(
        lambda patient: replace(patient, "jobs", indexing_policy=policy_without(("status", "movedAt"))),
        *("Cosmos DB: jobs", "fail", "no composite index for (status, movedAt)", "deploy the Bicep again"),
        as_made,
    ),
    "no index": Fault(
        lambda patient: replace(patient, "jobs", indexing_policy=policy_without(single="retry/at")),
        *("Cosmos DB: jobs", "warn", "no index for retry/at", "add /retry/at/? to the included paths"),
        as_made,
    ),
    "no time to live": Fault(
        lambda patient: replace(patient, "transcripts", default_ttl=None),
        *("Cosmos DB: transcripts", "warn", "its default time to live is none", "On (no default)"),
        as_made,
    ),
    "a time to live for all": Fault(
        lambda patient: replace(patient, "transcripts", default_ttl=86_400),
        *("Cosmos DB: transcripts", "fail", "Cosmos DB deletes every document", "On (no default)"),
        as_made,
    ),
    "no such queue": Fault(
        lambda patient: patient.set(JOBS_QUEUE="absent"),
        *("queue: absent", "fail", "there is no such queue", "set JOBS_QUEUE"),
        lambda patient: patient.set(JOBS_QUEUE=JOBS_QUEUE),
    ),
    "a message that expires": Fault(
        soon_lost, f"queue: {JOBS_QUEUE}", "fail", "1 message of 1 will expire", "start the app", works
    ),
    "a poison message": Fault(
        poisoned,
        *(f"poison: {JOBS_QUEUE}", "warn", "five deliveries failed", "the app takes these up by itself"),
        poison_taken,
    ),
    "no raw container": Fault(
        no_raw, "raw archive: sign-in", "fail", "the app cannot write any file", "set RAW_CONTAINER", raw_again
    ),
    "a document of no type": Fault(
        odd, "documents", "warn", "1 of jobs have a type", "correct the document", without("odd")
    ),
    "a document of a later version": Fault(
        newer, "documents", "warn", "schemaVersion", "correct the document", without("newer")
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
        waits(accepted_at=timedelta(minutes=20)),
        *("app: pending jobs", "fail", "Speech was never asked", "start the app"),
        works,
    ),
    "a job that waits for a day": Fault(
        waits(accepted_at=timedelta(hours=26), poll_count=3, polled_at=MINUTE, next_poll_at=MINUTE),
        *("app: pending jobs", "warn", "accepted 1d ago", "speech2cosmos speech status"),
        works,
    ),
    "a job that stands still": Fault(
        waits(status=Status.INGESTING, accepted_at=timedelta(hours=2), moved_at=timedelta(minutes=35)),
        *("app: ingesting jobs", "warn", "it stands still", "speech2cosmos show"),
        works,
    ),
    "a job that the timer forgot": Fault(
        waits(status=Status.INGESTING, accepted_at=timedelta(hours=3), moved_at=timedelta(hours=2)),
        *("app: ingesting jobs", "fail", "the app did nothing about it", "start the app"),
        works,
    ),
    "a retry that is overdue": Fault(
        waits(status=Status.INGESTING, accepted_at=timedelta(hours=1), moved_at=timedelta(minutes=20), retry=RETRY),
        *("app: retries", "fail", "is overdue: FetchFailed", "start the app"),
        works,
    ),
    "a stray": Fault(stray, "app: strays", "warn", "that no query of the timer finds", "wait", time_passes),
    "a rejected message": Fault(
        rejected, "app: given up", "warn", "1 message since", "speech2cosmos poison list", forgets
    ),
    "a file that was given up": Fault(
        given_up, "app: given up", "warn", "1 file altogether", "speech2cosmos retry JOB", content_back
    ),
    "a file that was given up, of a job that ended": Fault(
        given_up,
        "nothing lost: files",
        "warn",
        "1 file of 1 job were given up",
        "`speech2cosmos retry ",
        content_back,
    ),
    "a job that was never enqueued": Fault(
        not_enqueued,
        *("nothing lost: jobs", "fail", "of which Cosmos DB does not know 1", "speech2cosmos submit JOB"),
        last("submit"),
    ),
    "another job that was never enqueued": Fault(
        not_enqueued,
        *("nothing lost: jobs", "fail", "of which Cosmos DB does not know 1", "speech2cosmos backfill --since 73h"),
        lambda patient: patient.did("backfill", "--since", "73h", "--yes"),
    ),
    "a job that expired before Speech had ended it": Fault(
        expired, "nothing lost: jobs", "fail", "and Speech has them", "`speech2cosmos retry ", last("retry")
    ),
    "a head that somebody deleted": Fault(
        head_gone,
        *("nothing lost: files", "fail", "1 file of 1 job were in and are gone", "--rewrite`, as long as Speech"),
        lambda patient: patient.did("retry", patient.jobs[0], "--rewrite"),
    ),
    "a part that somebody deleted": Fault(
        part_gone,
        *("nothing lost: parts", "fail", "parts of 1 file are missing", "writes them again"),
        lambda patient: patient.did("retry", patient.jobs[0]),
    ),
    "a blob that somebody deleted": Fault(
        blob_gone,
        *("nothing lost: raw", "fail", "blobs gone, of ", "--rewrite`, as long as Speech"),
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
    assert len(set(names)) == len(names) == 26
    patient.mended = True
