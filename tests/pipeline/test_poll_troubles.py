"""The poll when the requests of single jobs fail, and when Speech does not answer."""

from datetime import timedelta

import pytest

from shared.domain.documents import utc
from shared.domain.job import Failure, Status
from shared.domain.polling import ONE_BY_ONE_LIMIT
from shared.errors import (
    ApiVersionRefused,
    ForbiddenUrl,
    NotFound,
    ServiceRefused,
    Speech2CosmosError,
    Throttled,
    Transient,
)
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.polling import accepted, finish, job_id, polled, waiting
from tests.pipeline.script import fails
from tests.pipeline.world import World


def test_a_failed_job_whose_error_cannot_be_read_now_is_polled_again() -> None:
    world = World()
    waiting(world, 20)
    finish(world, 5, status="Failed")
    finish(world, 6)
    world.script.before("speech.get", fails(Transient("503")))
    assert polled(world) == {6}, "the others are not delayed"
    assert (world.job(job_id(5)).status, world.job(job_id(5)).poll_count) == (Status.PENDING, 0)
    assert world.jobs.mark.watermark == utc(world.clock.now()), "it gets a request of its own, like a new job"
    world.clock.move(hours=5)
    polled(world)
    assert world.job(job_id(5)).status is Status.FAILED


def test_a_failed_job_whose_get_is_forbidden_fails_with_what_the_list_says() -> None:
    world = World()
    waiting(world, 20)
    finish(world, 5, status="Failed")
    world.speech.broken[job_id(5)] = ForbiddenUrl("not listed")
    polled(world)
    assert world.job(job_id(5)).status is Status.FAILED


@pytest.mark.parametrize("error", [Transient("500"), ForbiddenUrl("not listed"), ServiceRefused("400")])
def test_a_job_whose_get_fails_stops_no_other_and_records_the_error(error: Speech2CosmosError) -> None:
    world = World()
    world.speech.add(*(SpeechJob(job_id(number)) for number in range(5)))
    world.speech.broken[job_id(0)] = error
    accepted(world, *range(5))
    assert polled(world) == {1, 2, 3, 4}
    failure = world.job(job_id(0)).failure
    assert failure is not None
    assert failure.message == str(error)
    world.clock.move(hours=72)
    polled(world)
    assert world.job(job_id(0)).status is Status.EXPIRED


def test_a_job_that_cosmos_db_refuses_to_write_stops_no_other() -> None:
    world = World()
    world.speech.add(*(SpeechJob(job_id(number)) for number in range(3)))
    accepted(world, *range(3))
    world.script.before("jobs.update", fails(ServiceRefused("413: too large")))
    assert polled(world) == {1, 2}
    assert world.job(job_id(0)).status is Status.PENDING


def test_jobs_whose_get_failed_come_last_in_the_next_tick() -> None:
    world = World()
    world.speech.add(*(SpeechJob(job_id(number)) for number in range(8)))
    world.speech.broken |= {job_id(number): Transient("timeout") for number in range(4)}
    accepted(world, *range(8))
    world.script.before("speech.get", *[lambda: world.clock.move(seconds=5)] * 100)
    assert polled(world) == set(), "three failing requests used up the time"
    assert polled(world) == {4, 5}, "the fourth failing job, then working ones"
    assert polled(world) == {6, 7}, "working jobs first"


def test_a_new_job_whose_get_fails_stays_new() -> None:
    world = World()
    waiting(world, 20)
    polled(world)
    world.speech.add(SpeechJob(job_id(99), ended=world.clock.now() - timedelta(days=20)))
    accepted(world, 99)
    world.script.before("speech.get", fails(Transient("503")))
    assert polled(world) == set()
    new = world.jobs.get(job_id(99))
    assert new is not None
    assert (new.poll_count, new.next_poll_at) == (0, None), "otherwise the query for due jobs would find it too"
    world.clock.move(minutes=1)
    assert polled(world) == {99}


def test_throttling_ends_the_poll_until_the_next_tick_and_no_job_is_lost() -> None:
    world = World()
    waiting(world, 20)
    accepted(world, 100)
    finish(world, 100, 5)
    world.script.before("speech.get", fails(Throttled("429", 30)))
    assert polled(world) == set()
    assert world.speech.requests == {"get": 1}
    world.clock.move(minutes=1)
    assert polled(world) == {100, 5}


def test_jobs_found_before_speech_failed_are_listed() -> None:
    world = World()
    waiting(world, 20)
    accepted(world, 100)
    finish(world, 100, 5)
    world.script.before("speech.list", fails(Transient("503")))
    assert polled(world) == {100}
    world.clock.move(minutes=1)
    assert polled(world) == {5}


def refused() -> ServiceRefused:
    return ServiceRefused("GET … answered 400: InvalidPayload: the filter")


def test_a_refused_filter_is_logged_once_a_tick_and_the_due_jobs_are_requested_one_by_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()
    waiting(world, 150)
    for tick in range(2):
        finish(world, 3 + tick)
        world.script.before("speech.list", fails(refused()))
        caplog.clear()
        world.speech.requests.clear()
        polled(world)
        assert world.speech.requests == {"list": 1, "get": ONE_BY_ONE_LIMIT}
        assert [line.levelname for line in caplog.records if "refuses the filtered list" in line.message] == ["ERROR"]
        world.clock.move(minutes=2)
    assert world.jobs.mark.watermark is None, "nothing was listed"
    for number in (3, 4):
        assert world.job(job_id(number)).status is Status.INGESTING
    assert all(job.poll_count >= 2 for job, _ in world.jobs.documents.values()), "the most overdue came first"


def test_a_404_of_the_list_is_not_a_refused_filter_and_ends_no_job() -> None:
    world = World()
    waiting(world, 20)
    world.script.before("speech.list", fails(NotFound("GET … answered 404")))
    assert polled(world) == set()
    assert world.speech.requests == {"list": 1}


def test_a_job_refused_for_its_api_version_stays_pending_with_that_reason() -> None:
    world = World()
    accepted(world, 0)
    words = "… (Asked in API version v3.1: set SPEECH_API_VERSION to 2025-10-15.)"
    world.speech.broken[job_id(0)] = ApiVersionRefused(words)
    assert polled(world) == set()
    job = world.job(job_id(0))
    assert (job.status, job.failure) == (Status.PENDING, Failure("ApiVersionRefused", words, "speech2cosmos"))
    world.speech.broken.clear()
    finish(world, 0)
    world.clock.move(minutes=2)
    assert polled(world) == {0}
