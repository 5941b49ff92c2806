"""Services that misbehave: one fault ends clean, what is lost by hand is found, and no kind of request is spared."""

from collections.abc import Iterator

import pytest

from benchmarks.chaos.bench import Bench
from benchmarks.chaos.services import answering, row, stage
from benchmarks.chaos.services.load import Load, jobs
from benchmarks.chaos.services.outages import FAULTS, Outage, kind_of
from local.faults import Exchange
from shared.domain.containers import TRANSCRIPTS

JOB = "9d7a6b51-6a55-4ab1-8b8d-6b6a5f3f2a01"
OTHER = "9d7a6b51-6a55-4ab1-8b8d-6b6a5f3f2a02"


@pytest.fixture(scope="module")
def load() -> Iterator[tuple[Bench, Load]]:
    with stage() as running:
        yield running, Load(running, {"reference": jobs()["reference"]})


def asked(target: str, method: str = "GET", **headers: str) -> Exchange:
    return Exchange("cosmos", 1, method, target, headers, b"")


def test_an_outage_of_every_service_loses_nothing(load: tuple[Bench, Load]) -> None:
    found = row(*load, "503", answering(FAULTS["503"]))
    assert found.clean, found.note
    assert found.cases > 0
    assert found.repaired > 0


def test_a_document_that_is_deleted_by_hand_is_lost(load: tuple[Bench, Load]) -> None:
    running, loaded = load
    job = loaded.put("reference")
    loaded.enqueue([job])
    loaded.ended([job])
    assert loaded.verdict([job]).words == []
    part = next(item for item in running.app.transcripts.items(job.spec.id) if item["type"] == "track")
    container = running.app.database.get_container_client(TRANSCRIPTS.name)
    container.delete_item(part["id"], [part["jobId"], part["fileId"]])
    verdict = loaded.verdict([job])
    assert (verdict.lost, verdict.duplicated, job.sent_again) == (1, 0, 0)


def test_each_kind_of_request_meets_an_outage_of_its_own() -> None:
    outage = Outage(frozenset({JOB}), most=1)
    assert outage(asked(f"/dbs/speech/colls/jobs/docs/{JOB}"))
    assert not outage(asked(f"/dbs/speech/colls/jobs/docs/{JOB}"))
    assert outage(asked(f"/dbs/speech/colls/jobs/docs/{JOB}", "PUT"))
    assert outage(asked("/dbs/speech/colls/jobs/docs", "POST"))


def test_requests_for_other_jobs_do_not_meet_an_outage() -> None:
    outage = Outage(frozenset({JOB}))
    assert not outage(asked(f"/dbs/speech/colls/jobs/docs/{OTHER}"))
    assert outage.met == {}


def test_an_outage_ends_for_each_kind_of_request_by_itself() -> None:
    outage = Outage(frozenset({JOB}), seconds=-1.0)
    assert not outage(asked(f"/dbs/speech/colls/jobs/docs/{JOB}"))


def test_ids_do_not_make_a_kind() -> None:
    first, second = (asked(f"/speechtotext/transcriptions/{each}/files/{each}") for each in (JOB, OTHER))
    assert kind_of(first) == kind_of(second)
    assert kind_of(first) != kind_of(asked(f"/speechtotext/transcriptions/{JOB}/files"))
