"""The poll: its requests to Speech, and the states of the jobs afterwards."""

from datetime import timedelta

import pytest

from shared.domain.documents import utc
from shared.domain.job import Status
from shared.domain.polling import CLOCK_SKEW, NEW_GETS, UNSEEN_LIMIT
from shared.errors import Transient
from tests.pipeline.fake_speech import SpeechJob
from tests.pipeline.polling import accepted, finish, job_id, polled, waiting
from tests.pipeline.script import fails
from tests.pipeline.world import JOB, World


@pytest.mark.parametrize("pending", [20, 200, 1000])
def test_the_number_of_requests_does_not_grow_with_the_number_of_waiting_jobs(pending: int) -> None:
    world = World()
    waiting(world, pending)
    finish(world, *range(3, 8))
    assert polled(world) == {3, 4, 5, 6, 7}
    assert world.speech.requests == {"list": 1}


def test_a_thousand_waiting_jobs_cost_one_request_a_minute_and_at_most_fifty_more_after_an_hour() -> None:
    world = World()
    waiting(world, 1000)
    for _ in range(20):
        assert polled(world) == set()
        world.clock.move(minutes=1)
    assert world.speech.requests == {"list": 20}
    world.clock.move(minutes=40)
    world.speech.requests.clear()
    polled(world)
    assert world.speech.requests == {"list": 1, "get": UNSEEN_LIMIT}


def test_a_few_due_jobs_are_requested_one_by_one_and_not_before_they_are_due() -> None:
    world = World()
    waiting(world, 10)
    finish(world, 4)
    assert polled(world) == {4}
    assert world.speech.requests == {"get": 10}
    world.speech.requests.clear()
    assert polled(world) == set()
    assert not world.speech.requests


def test_a_tick_that_begins_a_little_earlier_in_its_minute_than_the_last_one_finds_the_due_jobs() -> None:
    world = World()
    world.speech.add(SpeechJob(job_id(0), ["Running", "Succeeded"]))
    accepted(world, 0)
    assert polled(world) == set()
    world.clock.move(seconds=59.9)
    assert polled(world) == {0}


def test_the_pauses_between_polls_of_a_job_grow_to_ten_minutes() -> None:
    world = World()
    world.speech.add(SpeechJob(job_id(0), ["Running"]))
    accepted(world, 0)
    minutes = []
    for minute in range(60):
        before = world.speech.requests["get"]
        polled(world)
        if world.speech.requests["get"] > before:
            minutes.append(minute)
        world.clock.move(minutes=1)
    assert minutes == [0, 1, 3, 7, 15, 25, 35, 45, 55]


def test_a_new_job_that_ended_before_the_watermark_is_found_by_a_get_of_its_own() -> None:
    world = World()
    waiting(world, 50)
    polled(world)
    assert world.jobs.mark.watermark == utc(world.clock.now())
    world.speech.add(SpeechJob(job_id(99), ended=world.clock.now() - timedelta(days=20)))
    accepted(world, 99)
    assert polled(world) == {99}


def test_up_to_a_hundred_new_jobs_get_a_request_each_and_no_list_is_read() -> None:
    world = World()
    ended = world.clock.now() - timedelta(days=20)
    world.speech.add(*(SpeechJob(job_id(number), ended=ended) for number in range(NEW_GETS)))
    accepted(world, *range(NEW_GETS))
    assert polled(world) == set(range(NEW_GETS))
    assert world.speech.requests == {"get": NEW_GETS}


def test_more_than_a_hundred_new_jobs_are_searched_in_the_whole_list_too() -> None:
    world = World()
    ended = world.clock.now() - timedelta(days=20)
    world.speech.add(*(SpeechJob(job_id(number), ended=ended) for number in range(250)))
    accepted(world, *range(100, 250))
    assert polled(world) == set(range(100, 250))
    assert world.speech.requests == {"get": NEW_GETS, "list": 3}


def test_new_jobs_unknown_to_speech_get_a_request_each_at_most_a_hundred_in_a_tick() -> None:
    world = World()
    accepted(world, *range(120))
    world.speech.add(SpeechJob(job_id(500)))
    polled(world)
    assert world.speech.requests == {"list": 1, "get": NEW_GETS}
    assert sum(job.missing_since is not None for job, _ in world.jobs.documents.values()) == NEW_GETS
    polled(world)
    assert all(job.missing_since is not None for job, _ in world.jobs.documents.values())


def test_the_list_begins_ten_minutes_before_the_watermark_because_clocks_differ() -> None:
    world = World()
    waiting(world, 50)
    polled(world)
    late = world.clock.now() - CLOCK_SKEW + timedelta(seconds=1)
    world.clock.move(minutes=1)
    world.speech.add(SpeechJob(job_id(7), ended=late))
    assert polled(world) == {7}


def test_the_watermark_moves_only_after_a_complete_list() -> None:
    world = World()
    waiting(world, 250)
    polled(world)
    before = world.jobs.mark.watermark
    world.clock.move(hours=1)
    finish(world, *range(150))
    world.script.after("speech.list", lambda: None, fails(Transient("503")))
    began = utc(world.clock.now())
    found = polled(world)
    assert len(found) == 100, "the first page was used"
    assert world.jobs.mark.watermark == before
    world.clock.move(minutes=1)
    assert polled(world) == set(range(150)) - found
    assert world.speech.pages[-3:] == [None, "skip=100", "skip=100"], "it continued where it had stopped"
    assert world.jobs.mark.watermark == began, "jobs that ended later may be missing from the earlier pages"


def test_a_failed_job_found_in_a_list_keeps_the_error_of_its_own_get() -> None:
    world = World()
    waiting(world, 20)
    finish(world, 5, status="Failed")
    polled(world)
    failure = world.job(job_id(5)).failure
    assert failure is not None
    assert (failure.code, failure.message, failure.origin) == ("InvalidAudio", "no audio", "Speech")
    assert world.speech.requests == {"list": 1, "get": 1}


def test_a_deleted_job_among_many_ends_as_not_found_after_two_hourly_gets() -> None:
    world = World()
    waiting(world, 30)
    del world.speech.jobs[job_id(3)]
    world.clock.move(hours=1)
    polled(world)
    assert world.job(job_id(3)).status is Status.PENDING
    assert world.job(job_id(3)).failure is not None
    world.clock.move(hours=1)
    polled(world)
    assert world.job(job_id(3)).status is Status.NOT_FOUND


def test_a_deleted_job_ends_as_not_found_at_a_404_ten_minutes_after_the_first() -> None:
    world = World()
    accepted(world, 3)
    minutes = 0
    while world.job(job_id(3)).status is Status.PENDING:
        polled(world)
        world.clock.move(minutes=1)
        minutes += 1
    assert 10 < minutes <= 20
    assert world.job(job_id(3)).status is Status.NOT_FOUND


def test_a_transcription_that_nobody_enqueued_is_ignored() -> None:
    world = World()
    world.speech.add(SpeechJob(JOB))
    waiting(world, 20)
    assert polled(world) == set()
    assert JOB not in world.jobs.documents
