"""Which ids are known in container `jobs`, and what asking for them costs."""

import uuid
from typing import cast

from azure.cosmos import DatabaseProxy

from benchmarks.cost.charges import read_charge
from local.cosmos import Cosmos
from local.faults import Front
from shared.adapters.cosmos import CosmosJobs
from shared.adapters.cosmos.connection import Database
from shared.adapters.cosmos.job_lists import JobLists
from shared.domain.job import Rejected, Status
from tests.adapters.documents import NOON, new_job
from tests.metering import metered_copy


def _ids(count: int) -> list[str]:
    return [str(uuid.uuid4()) for _ in range(count)]


def test_every_document_with_the_id_makes_it_known(database: DatabaseProxy) -> None:
    jobs, lists = CosmosJobs(database, None), JobLists(database)
    done, failed, rejected, erased, absent = _ids(5)
    jobs.create(new_job(id=done, status=Status.COMPLETED))
    jobs.create(new_job(id=failed, status=Status.FAILED))
    jobs.reject(Rejected(id=rejected, queue="q", message="m", code="c", reason="r", rejected_at=NOON))
    database.get_container_client("jobs").upsert_item({"id": erased, "type": "a type of a later version"})
    assert lists.known_among([done, failed, absent, rejected, erased]) == {done, failed, rejected, erased}


def test_of_ids_that_are_all_known_or_all_unknown_the_answer_is_right_too(database: DatabaseProxy) -> None:
    jobs, lists = CosmosJobs(database, None), JobLists(database)
    known = _ids(3)
    for each in known:
        jobs.create(new_job(id=each))
    assert lists.known_among(known) == set(known)
    assert lists.known_among(_ids(3)) == set()
    assert lists.known_among([]) == set()


def test_a_page_of_ids_costs_little_unless_some_are_known_and_some_are_not(
    database: DatabaseProxy, between: Front, cosmos: Cosmos
) -> None:
    jobs = CosmosJobs(database, None)
    known = _ids(100)
    for each in known:
        jobs.create(new_job(id=each))
    metered = metered_copy(database.id, between, cosmos)
    lists, meter = JobLists(cast("Database", metered)), metered.meter
    for phase, ids in {"known": known, "unknown": _ids(100), "both": [*known[:99], *_ids(1)]}.items():
        with meter.phase(phase):
            lists.known_among(ids)
    # A count is 3.8 RU where there is one physical partition; the local server has several.
    assert meter.request_units["known"] <= 20
    assert meter.request_units["unknown"] <= 20
    assert 99 * read_charge(1) <= meter.request_units["both"] <= 150
