"""Responses of Cosmos DB with status 200 that cannot be read: a proxy's page, or a truncated body."""

import msgspec
import pytest
from azure.cosmos import DatabaseProxy

from local.faults import CutLength, CutShort, Fault, Front, NotJson, Reset, Rule
from shared.adapters.cosmos import CosmosJobs
from shared.domain.job import Job, Status
from shared.errors import Transient
from tests.adapters.documents import new_job

UNREADABLE = [NotJson(), CutLength(), CutShort(), Reset()]


@pytest.fixture
def jobs(front: Front, through: DatabaseProxy) -> CosmosJobs:
    assert front.rules == []
    return CosmosJobs(through, None)


def _begin(job: Job) -> Job | None:
    return msgspec.structs.replace(job, status=Status.INGESTING) if job.status is Status.PENDING else None


@pytest.mark.parametrize("fault", UNREADABLE, ids=lambda fault: type(fault).__name__)
def test_an_unreadable_response_is_requested_again(jobs: CosmosJobs, front: Front, fault: Fault) -> None:
    job = new_job()
    jobs.create(job)
    rule = Rule(fault, method="GET", target="/docs/", times=1)
    front.rules.append(rule)
    assert jobs.get(job.id) == job
    assert rule.met == 1


@pytest.mark.parametrize("fault", UNREADABLE, ids=lambda fault: type(fault).__name__)
def test_a_write_whose_response_is_unreadable_returns_what_it_wrote(
    jobs: CosmosJobs, front: Front, fault: Fault
) -> None:
    job = new_job()
    jobs.create(job)
    rule = Rule(fault, method="PUT", target="/docs/", times=1)
    front.rules.append(rule)
    written = jobs.update(job.id, _begin)
    assert rule.met == 1
    assert written == jobs.get(job.id)
    assert written is not None
    assert written.status is Status.INGESTING


def test_a_response_that_stays_unreadable_is_transient(jobs: CosmosJobs, front: Front) -> None:
    front.rules.append(Rule(NotJson(), method="GET", target="/docs/"))
    with pytest.raises(Transient, match="Failed to decode JSON"):
        jobs.get(new_job().id)
