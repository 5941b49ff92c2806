"""The files of a page, fetched by one message: its requests, and pages that changed since they were listed."""

from datetime import timedelta
from itertools import pairwise

import pytest

from shared.domain.job import Status
from shared.domain.messages import FILES_A_MESSAGE, FetchPage
from shared.domain.speech_api import KIND_TRANSCRIPTION
from shared.errors import ForbiddenUrl, ServiceRefused
from shared.pipeline.fetch_page import FETCH_FOR
from tests.pipeline.fake_speech import CONTENT
from tests.pipeline.pages import FILES, are_in, fails_with_refused, file_of, page_of, polled_job
from tests.pipeline.script import Action, fails
from tests.pipeline.world import JOB, World, fetch_message, list_message, report_file, result


@pytest.fixture
def world() -> World:
    return polled_job()


def test_one_list_request_gives_the_links_of_all_files_of_a_page(world: World) -> None:
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.job().report is not None
    assert world.speech.requests == {"files": 1}
    assert world.script.counts()["outcomes"] == 1
    assert "head" not in world.script.counts()  # the query has told that there is none


def test_a_file_that_another_delivery_writes_meanwhile_continues_in_its_own_message(world: World) -> None:
    world.script.before("open", lambda: world.fetch(fetch_message("a"), 1))
    sent = world.fetch(page_of(*FILES), 1)
    assert are_in(world) == "abcde"
    before = world.state()
    assert [file_of(each) for each in sent] == ["a"]
    assert world.fetch(sent[0], 1) == []
    assert world.state() == before


def test_files_that_are_in_cost_one_query_and_no_request_to_speech(world: World) -> None:
    world.fetch(page_of("report", *FILES), 1)
    before = world.state()
    world.speech.requests.clear()
    world.script.log.clear()
    assert world.fetch(page_of(*FILES), 1) == []
    assert (world.script.log, world.speech.requests) == (["outcomes"], {})
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert world.speech.requests == {}
    assert world.state() == before


def test_only_files_that_are_not_in_are_fetched(world: World) -> None:
    world.fetch(page_of("a", "c"), 1)
    world.speech.requests.clear()
    world.script.log.clear()
    world.fetch(page_of(*FILES), 1)
    assert world.script.counts()["commit"] == 3
    assert are_in(world) == "abcde"


def test_a_reprocess_writes_files_that_are_in_again(world: World) -> None:
    world.fetch(page_of("report", *FILES), 1)
    world.script.log.clear()
    world.fetch(page_of("report", *FILES, run=2, reprocess_from=2), 1)
    assert world.script.counts()["commit"] == 5
    assert world.script.counts()["open"] == 6


def test_a_reordered_page_gives_each_file_its_own_link(world: World) -> None:
    world.speech.jobs[JOB].files.reverse()
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1}
    assert world.contents.opened[1:] == [f"{CONTENT}/{JOB}/{name}" for name in FILES]


def test_a_file_missing_from_the_page_gets_a_get_file_request_of_its_own(world: World) -> None:
    world.speech.lost = {"b", "report"}
    assert world.fetch(page_of("report", *FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.job().report is not None
    assert world.speech.requests == {"files": 1, "file": 2}


def test_files_that_are_new_on_the_page_are_left_to_their_own_message(world: World) -> None:
    assert world.fetch(page_of("b", "d"), 1) == []
    assert are_in(world) == "bd"


def test_an_entry_without_id_or_link_does_not_stop_the_other_files(world: World) -> None:
    world.speech.jobs[JOB].files.insert(0, ("no/../id!", KIND_TRANSCRIPTION))
    world.speech.unlinked = {"c"}
    assert world.fetch(page_of(*FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1, "file": 1}


def test_only_a_refused_link_is_requested_anew(world: World) -> None:
    world.script.before("open", lambda: None, fails_with_refused)
    assert world.fetch(page_of(*FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1, "file": 1}


@pytest.mark.parametrize("error", [ServiceRefused("400"), ForbiddenUrl("elsewhere")])
def test_if_the_page_is_refused_each_file_gets_a_get_file_request(
    world: World, error: ServiceRefused | ForbiddenUrl
) -> None:
    world.script.before("speech.files", fails(error))
    assert world.fetch(page_of(*FILES), 1) == []
    assert are_in(world) == "abcde"
    assert world.speech.requests == {"files": 1, "file": 5}


def test_after_five_minutes_the_rest_of_a_page_is_a_new_message(world: World) -> None:
    slow: list[Action] = [lambda: world.clock.move(minutes=2)] * 3
    world.script.before("open", *slow)
    (rest,) = world.fetch(page_of(*FILES, page="skip=0"), 1)
    assert rest == page_of("d", "e", page="skip=0")
    assert are_in(world) == "abc"
    assert world.fetch(rest, 1) == []
    assert are_in(world) == "abcde"


def test_a_file_that_takes_longer_than_five_minutes_is_finished_before_the_rest_is_sent(world: World) -> None:
    world.script.before("open", lambda: world.clock.move(minutes=20))
    (rest,) = world.fetch(page_of("a", "b"), 1)
    assert rest == page_of("b")
    assert timedelta(minutes=30) > FETCH_FOR + timedelta(minutes=20), "host.json ends an invocation after 30 minutes"


def test_a_message_delivered_twice_at_once_writes_the_same_documents(world: World) -> None:
    alone = World()
    alone.put_job({name: result(f"hello {name}") for name in FILES}, report=report_file(*["Succeeded"] * 5))
    alone.run()
    message = page_of("report", *FILES)
    for effect in ("open", "commit", "jobs.update"):
        world.script.before(effect, lambda: world.send(world.fetch(message, 1)))
    world.send(world.fetch(message, 1))
    world.drain()
    world.send([list_message()])
    world.drain()
    world.tick()
    assert world.state() == alone.state()


@pytest.mark.parametrize("size", [100, 50])
def test_a_job_of_200_files_takes_at_most_a_tenth_of_a_request_and_of_a_message_per_file(size: int) -> None:
    world = World()
    world.put_job({str(number): result("hello") for number in range(200)})
    world.speech.page = size
    world.enqueue()
    world.tick()
    world.speech.requests.clear()
    executions = 0
    while world.queue:
        world.deliver()
        executions += 1
    world.tick()
    assert world.job().status is Status.COMPLETED
    assert sum(world.speech.requests.values()) <= 0.1 * 201
    assert executions <= 0.1 * (1 + 201)


def test_a_listed_page_becomes_messages_of_25_files_in_order(world: World) -> None:
    world.put_job({f"f{number:03}": b"" for number in range(60)}, reported=False)
    sent = world.fetch(list_message(), 1)
    pages = [each for each in sent if isinstance(each, FetchPage)]
    assert [len(each.files) for each in pages] == [FILES_A_MESSAGE, FILES_A_MESSAGE, 10]
    ids = [file.id for each in pages for file in each.files]
    assert all(one < next_ for one, next_ in pairwise(ids))
