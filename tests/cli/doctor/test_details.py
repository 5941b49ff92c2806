"""Single checks: ages, forms of indexing policies, and what is not lost."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from local.speech import JobSpec
from shared.cli.doctor.checks import Check, State
from shared.cli.doctor.cosmos import shape
from shared.cli.doctor.jobs import strays
from shared.cli.doctor.lost import at_speech, in_cosmos
from shared.cli.doctor.machine import clock
from shared.cli.doctor.queues import queues
from shared.domain.containers import JOBS, TIME_TO_LIVE
from shared.domain.documents import FileKey, utc
from shared.domain.forgotten import forgotten, forgotten_file
from shared.domain.job import Status
from shared.domain.messages import JOBS_QUEUE, POISON_SUFFIX
from tests.cli.doctor.conftest import Patient


def now() -> datetime:
    return datetime.now(UTC)


def named(checks: Iterable[Check], name: str) -> Check:
    """Return the only check of this name."""
    (found,) = (check for check in checks if check.name == name)
    return found


@pytest.mark.parametrize(
    ("suffix", "name", "minutes", "status"),
    [
        ("", "queue", 9, State.PASS),
        ("", "queue", 11, State.WARN),
        (POISON_SUFFIX, "poison", 14, State.WARN),
        (POISON_SUFFIX, "poison", 16, State.FAIL),
    ],
)
def test_a_message_may_wait_for_some_minutes(
    patient: Patient, suffix: str, name: str, minutes: int, status: State
) -> None:
    with patient.given.queue(JOBS_QUEUE + suffix) as queue:
        queue.send_message("anything", time_to_live=-1)
    checks = queues(patient.given.app, lambda: now() + timedelta(minutes=minutes, seconds=2))
    check = named(checks, f"{name}: {JOBS_QUEUE}")
    assert (check.status, f"{minutes}m" in check.detail) == (status, True)
    patient.mended = True


def test_a_message_that_is_being_worked_on_does_not_wait(patient: Patient) -> None:
    with patient.given.queue(JOBS_QUEUE) as queue:
        queue.send_message("anything", time_to_live=-1)
        queue.receive_message(visibility_timeout=600)
    check = named(queues(patient.given.app, lambda: now() + timedelta(hours=1)), f"queue: {JOBS_QUEUE}")
    assert (check.status, check.detail) == (State.PASS, "1 message, all being worked on")


def _described(change: Callable[[dict[str, Any]], object] = lambda _: None) -> dict[str, Any]:
    policy = JOBS.indexing_policy()
    change(policy)
    return {"partitionKey": {"paths": ["/id"]}, "indexingPolicy": policy, "defaultTtl": TIME_TO_LIVE}


@pytest.mark.parametrize(
    "change",
    [
        lambda policy: policy["includedPaths"].append({"path": "/displayName/?"}),
        lambda policy: policy.update(includedPaths=[{"path": "/*"}], excludedPaths=[{"path": '/"_etag"/?'}]),
        lambda policy: policy["compositeIndexes"].append([{"path": "/a"}, {"path": "/b"}]),
        lambda policy: [entry.update(order="descending") for index in policy["compositeIndexes"] for entry in index],
        lambda policy: [entry.pop("order") for index in policy["compositeIndexes"] for entry in index],
        lambda policy: policy["includedPaths"].append({"path": "/retry/*"}),
    ],
    ids=["one more", "all", "one more composite", "the other direction", "the default direction", "of an object"],
)
def test_what_indexes_more_or_says_it_otherwise_passes(change: Callable[[dict[str, Any]], object]) -> None:
    (check,) = shape(JOBS, _described(change))
    assert check.status is State.PASS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda policy: policy.update(indexingMode="none", compositeIndexes=[]), "no index for type, status"),
        (lambda policy: policy["excludedPaths"].append({"path": "/endedAt/?"}), "no index for endedAt:"),
        (
            lambda policy: policy.update(includedPaths=[{"path": "/*"}], excludedPaths=[{"path": "/retry/*"}]),
            "no index for retry/at:",
        ),
        (
            lambda policy: policy["compositeIndexes"][0][0].update(order="descending"),
            "no composite index for (status, pollCount, acceptedAt):",
        ),
    ],
)
def test_what_indexes_less_is_named(change: Callable[[dict[str, Any]], object], words: str) -> None:
    assert any(words in check.detail for check in shape(JOBS, _described(change)))


@pytest.mark.parametrize(
    ("skew", "status"),
    [(0, State.PASS), (50, State.PASS), (70, State.WARN), (-70, State.WARN), (899, State.WARN), (-910, State.FAIL)],
)
def test_the_clock_is_held_against_a_service(patient: Patient, skew: int, status: State) -> None:
    there = {"nobody": "http://127.0.0.1:1", "Cosmos DB": patient.given.settings["COSMOS_ENDPOINT"]}
    (check,) = clock(there, lambda: now() + timedelta(seconds=skew))
    assert (check.status, "Cosmos DB" in check.detail) == (status, True)
    patient.mended = True


def test_without_a_service_the_clock_is_not_known() -> None:
    (check,) = clock({}, now)
    assert check.status is State.INCONCLUSIVE


def test_what_was_erased_is_not_lost(patient: Patient) -> None:
    whole, partly = patient.ended(1), patient.jobs[0]
    job = patient.given.app.jobs.get(whole)
    assert job is not None
    patient.container("jobs").upsert_item(msgspec.to_builtins(forgotten(job, now())))
    for item in patient.given.app.transcripts.items(whole):
        patient.container("transcripts").delete_item(item["id"], [whole, item["fileId"]])
    head = next(each for each in patient.given.app.transcripts.items(partly) if each["id"] == "transcript")
    stone = forgotten_file(FileKey(partly, head["fileId"]), 1, now())
    patient.container("transcripts").upsert_item(msgspec.to_builtins(stone))
    assert patient.bad() == set()


def _ended_at_speech(patient: Patient, ago: timedelta, **properties: Any) -> str:  # noqa: ANN401 - JSON
    spec = JobSpec(
        id=f"00000000-0000-4000-8000-{now().microsecond:012}", created_date_time=now() - ago, properties=properties
    )
    patient.given.speech.control.put_job(spec)
    patient.jobs.append(spec.id)
    return spec.id


@pytest.mark.parametrize("known", ["by the setting", "by the documents"])
def test_what_is_older_than_the_retention_is_not_lost(patient: Patient, known: str) -> None:
    _ended_at_speech(patient, timedelta(hours=30))
    assert patient.bad() == {("nothing lost: jobs", "fail")}
    assert patient.bad("--since", "12h") == set()
    if known == "by the setting":
        patient.set(RETENTION_DAYS="1")
    else:
        item = patient.container("jobs").read_item(patient.jobs[0], patient.jobs[0])
        patient.container("jobs").upsert_item({**item, "ttl": 86_400})
    assert patient.bad() == set()


def test_heads_that_expired_before_their_job_are_not_lost(patient: Patient) -> None:
    job = patient.jobs[0]
    for item in patient.given.app.transcripts.items(job):
        patient.container("transcripts").delete_item(item["id"], [job, item["fileId"]])
    for name in patient.raw.list_blob_names(name_starts_with=job):
        patient.raw.delete_blob(name)
    item = patient.container("jobs").read_item(job, job)
    ended = f"{now() - timedelta(hours=30):%Y-%m-%dT%H:%M:%SZ}"
    patient.container("jobs").upsert_item({**item, "lastActionDateTime": ended})
    assert {name for name, _ in patient.bad()} == {"nothing lost: files", "nothing lost: parts", "nothing lost: raw"}
    patient.set(RETENTION_DAYS="1")
    assert patient.bad() == set()


def test_an_ended_job_that_the_app_has_not_noticed_is_told(patient: Patient) -> None:
    job = _ended_at_speech(patient, timedelta(hours=2))
    times = {"accepted_at": utc(now()), "polled_at": utc(now()), "next_poll_at": utc(now() + timedelta(hours=1))}
    patient.given.job(job, status=Status.PENDING, ended_at=None, moved_at=None, poll_count=1, **times)
    assert patient.bad() == {("nothing lost: jobs", "warn")}


def test_a_limit_is_told(patient: Patient) -> None:
    since = utc(now() - timedelta(days=1))
    first, *_ = at_speech(patient.given.app, since, now, most=1)
    assert (first.status, "were compared, and no later ones" in first.detail) == (State.INCONCLUSIVE, True)
    patient.ended(2, there=1)
    (check,) = in_cosmos(patient.given.app, since, now(), most=1)
    assert (check.status, "more than 1 files would have to be read" in check.detail) == (State.INCONCLUSIVE, True)


def test_where_speech_has_forgotten_it_says_so(patient: Patient) -> None:
    job = _ended_at_speech(patient, timedelta(hours=1), timeToLiveHours=6)
    patient.did("submit", job)
    (check,) = (each for each in patient.doctor() if each["status"] == "inconclusive")
    assert check["name"] == "nothing lost: jobs"
    assert "Speech keeps some jobs only 6 h after their end" in check["detail"]
    assert "nothing lost: jobs" not in {name for name, _ in patient.bad("--since", "5h")}


def test_a_job_that_is_known_by_a_document_of_any_type_is_not_looked_for_twice(patient: Patient) -> None:
    job = patient.served(1).id
    patient.given.job(job)
    checks = at_speech(patient.given.app, utc(now() - timedelta(days=1)), now)
    assert [check.status for check in checks] == [State.PASS]


def test_strays_are_not_searched_for_among_very_many_jobs(patient: Patient) -> None:
    patient.given.job("waits", status=Status.PENDING)
    (check,) = strays(patient.given.app, now(), most=0)
    assert (check.status, "1 jobs have not ended" in check.detail) == (State.SKIPPED, True)
